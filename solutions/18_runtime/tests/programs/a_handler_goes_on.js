// Rule 18: with a handler, the next callback of the phase follows, and then the ticks of the one that threw.
'use strict';
const { say, burn } = require('./say.js');

process.on('uncaughtException', (error) => say(`caught ${error}`));
setTimeout(() => {
    say('t1');
    process.nextTick(() => say('n1'));
    throw 't1';
}, 1);
setTimeout(() => {
    say('t2');
    process.nextTick(() => say('n2'));
}, 1);
burn(3);
