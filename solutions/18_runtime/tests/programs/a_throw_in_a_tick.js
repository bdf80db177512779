// Rule 18: a tick that throws ends only itself; the ticks and microtasks behind it still run.
'use strict';
const { say } = require('./say.js');

process.on('uncaughtException', (error) => say(`caught ${error}`));
const alive = setTimeout(() => say('never'), 60000);
process.nextTick(() => {
    say('n1');
    throw 'n1';
});
process.nextTick(() => say('n2'));
queueMicrotask(() => {
    say('m1');
    clearTimeout(alive);
});
