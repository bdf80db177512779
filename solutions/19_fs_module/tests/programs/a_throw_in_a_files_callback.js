// Rule 18: with a handler the program goes on, and other files call back as if nothing had happened.
'use strict';
const { readFile, writeFileSync } = require('fs');
const { at, say } = require('./say.js');

writeFileSync(at('file'), 'text');
process.on('uncaughtException', (error) => say(`caught ${error}`));
readFile(at('file'), (error, bytes) => {
    say(bytes);
    readFile(at('file'), (error, bytes) => say(`again ${bytes}`));
    setImmediate(() => say('immediate'));
    throw 'it';
});
