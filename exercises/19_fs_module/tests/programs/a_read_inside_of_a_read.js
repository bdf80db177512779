// Rule 11: a read that a callback begins comes after the immediate that the same callback sets.
'use strict';
const { readFile, writeFileSync } = require('fs');
const { at, say } = require('./say.js');

writeFileSync(at('one'), '1');
writeFileSync(at('two'), '2');
readFile(at('one'), (error, bytes) => {
    say(bytes);
    readFile(at('two'), (error, bytes) => {
        say(bytes);
        readFile(at('three'), (error) => say(error.code));
        say('in two');
    });
    setImmediate(() => say('immediate'));
    say('in one');
});
