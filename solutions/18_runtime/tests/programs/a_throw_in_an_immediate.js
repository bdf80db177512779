// Rule 18: the other immediates of the phase still run.
'use strict';
const { say } = require('./say.js');

process.on('uncaughtException', (error) => say(`caught ${error}`));
setImmediate(() => {
    say('i1');
    throw 'i1';
});
setImmediate(() => {
    say('i2');
    setTimeout(() => say('t'), 1);
});
