// Rule 17: process.exit does not wait for files, and calls nobody but the listeners of exit.
'use strict';
const { readFile, writeFileSync } = require('fs');
const { at, say } = require('./say.js');

writeFileSync(at('file'), 'text');
process.on('exit', (code) => say(`exit ${code}`));
readFile(at('file'), () => say('never'));
setImmediate(() => process.exit(3));
