// Rule 9: what is cleared is not called, also when it is due, and by a tick. Clearing twice does nothing.
'use strict';
const { say, burn } = require('./say.js');

setTimeout(() => {
    say('t1');
    clearTimeout(second);
    clearTimeout(second);
    process.nextTick(() => clearTimeout(third));
}, 1);
const second = setTimeout(() => say('t2'), 1);
const third = setTimeout(() => say('t3'), 1);
setTimeout(() => say('t4'), 1);
setImmediate(() => {
    say('i1');
    clearImmediate(next);
});
const next = setImmediate(() => say('i2'));
setImmediate(() => say('i3'));
burn(3);
