// Rules 11 and 14: a read takes several trips. Its callback has the immediate before the timer.
'use strict';
const { readFile, writeFileSync } = require('fs');
const { at, burn, say } = require('./say.js');

writeFileSync(at('short'), 'text');
readFile(at('short'), (error, bytes) => {
    say(`read ${bytes}`);
    setTimeout(() => say('timer'), 0);
    setImmediate(() => say('second immediate'));
    queueMicrotask(() => say('microtask'));
    process.nextTick(() => say('second tick'));
    burn(3);
});
setImmediate(() => say('immediate'));
process.nextTick(() => say('tick'));
// Long enough for a worker, if it could be done in one trip.
burn(20);
say('main');
