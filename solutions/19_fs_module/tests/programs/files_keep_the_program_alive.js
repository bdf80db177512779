// Rule 16: a file that is read or written keeps the program alive until its callback has run.
'use strict';
const { readFile, writeFile } = require('fs');
const { at, say } = require('./say.js');

let again = true;
process.on('beforeExit', () => {
    say('before exit');
    if (!again) return;
    again = false;
    readFile(at('file'), (error, bytes) => say(bytes));
});
writeFile(at('file'), 'text', (error) => say(error ?? 'written'));
setTimeout(() => say('never'), 60000).unref();
say('main');
