// What the programs share.
'use strict';
const { mkdtempSync, rmSync, writeSync } = require('fs');
const { tmpdir } = require('os');
const { join } = require('path');

// A new folder for the files of this process.
const folder = mkdtempSync(join(tmpdir(), 'workshop-node-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

// The path of a file in that folder.
exports.at = (name) => join(folder, name);

// Writes a word at once, so that it is there even if the program ends with the next line. The folder is shown as DIR.
exports.say = (word) => {
    const shown = String(word).replaceAll(folder, 'DIR').replaceAll('\\', '/');
    writeSync(1, `${shown}\n`);
};

// Works for so many milliseconds: time passes, and nothing else happens.
exports.burn = (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
};
