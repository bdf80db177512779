// Rule 18: a handler that throws ends the program with code 7, and nobody hears exit.
'use strict';
const { say } = require('./say.js');

process.on('exit', () => say('never'));
process.on('uncaughtException', () => {
    say('handler');
    throw 'handler';
});
setImmediate(() => {
    throw 'immediate';
});
