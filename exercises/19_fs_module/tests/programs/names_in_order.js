// The names of a directory come in the order of their bytes, whatever the order on the disk.
'use strict';
const { readdir, writeFileSync } = require('fs');
const { at, say } = require('./say.js');
const { mkdirSync } = require('fs');

mkdirSync(at('names'));
for (const name of ['b', 'a', '9', '10', 'ab', 'a.txt', '.hidden', 'z z']) writeFileSync(at(`names/${name}`), '');
readdir(at('names'), (error, names) => say(names.join(', ')));
