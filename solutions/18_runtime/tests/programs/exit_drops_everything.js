// Rule 17: process.exit calls the listeners of exit at once, and nothing else.
'use strict';
const { say } = require('./say.js');

process.on('beforeExit', () => say('never'));
process.on('exit', (code) => {
    say(`exit ${code}`);
    queueMicrotask(() => say('never'));
});
setImmediate(() => {
    say('immediate');
    process.nextTick(() => say('never'));
    process.exit(4);
});
setImmediate(() => say('never'));
setTimeout(() => say('never'), 60000);
