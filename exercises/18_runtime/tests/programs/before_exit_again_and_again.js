// Rule 17: beforeExit may begin something new, and is asked again.
'use strict';
const { say } = require('./say.js');

let asked = 0;
process.on('beforeExit', (code) => {
    say(`before exit ${code}`);
    asked += 1;
    if (asked === 1) setTimeout(() => say('timer'), 1);
    if (asked === 2) setImmediate(() => say('immediate'));
    if (asked === 3) process.nextTick(() => say('tick'));
});
process.on('exit', (code) => say(`exit ${code}`));
process.exitCode = 3;
