// Rule 7: a timer that a timer sets waits for the next turn, though it is due already.
'use strict';
const { say, burn } = require('./say.js');

setTimeout(() => {
    say('t1');
    setTimeout(() => say('t2'), 1);
    setImmediate(() => say('immediate'));
    burn(3);
}, 1);
setTimeout(() => say('t3'), 1);
burn(3);
