// Rule 17: listeners of exit run in their order. What they set never runs, microtasks excepted.
'use strict';
const { say } = require('./say.js');

process.on('exit', (code) => {
    say(`first ${code}`);
    setTimeout(() => say('never'), 0);
    setImmediate(() => say('never'));
    process.nextTick(() => say('never'));
    queueMicrotask(() => say('microtask'));
    process.exitCode = 9;
});
process.on('exit', () => say('second'));
