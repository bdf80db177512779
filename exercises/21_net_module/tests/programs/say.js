// What the programs share.
'use strict';
const { writeSync } = require('fs');

// Writes a word at once, so that it is there even if the program ends with the next line.
exports.say = (word) => writeSync(1, `${word}\n`);

// Works for so many milliseconds: time passes, and nothing else happens.
exports.burn = (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
};
