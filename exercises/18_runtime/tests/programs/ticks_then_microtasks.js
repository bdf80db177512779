// Rules 2 and 3: after main, all ticks, then all microtasks, again and again.
'use strict';
const { say } = require('./say.js');

process.nextTick(() => {
    say('n1');
    queueMicrotask(() => say('m-in-n1'));
    process.nextTick(() => say('n-in-n1'));
});
queueMicrotask(() => {
    say('m1');
    process.nextTick(() => say('n-in-m1'));
    queueMicrotask(() => say('m-in-m1'));
});
process.nextTick(() => say('n2'));
queueMicrotask(() => say('m2'));
setTimeout(() => say('timer'), 1);
say('main');
