// Rules 3 and 11: the same in the check phase.
'use strict';
const { say } = require('./say.js');

for (const i of [0, 1]) {
    setImmediate(() => {
        say(`i${i}`);
        queueMicrotask(() => say(`m${i}`));
        process.nextTick(() => say(`n${i}`));
    });
}
