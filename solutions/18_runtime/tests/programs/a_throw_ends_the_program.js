// Rule 18: without a handler, a throw ends the program with code 1. Ticks and timers are dropped.
'use strict';
const { say } = require('./say.js');

process.on('exit', (code) => say(`exit ${code}`));
setTimeout(() => {
    say('t1');
    process.nextTick(() => say('never'));
    throw 't1';
}, 1);
setTimeout(() => say('never'), 1);
