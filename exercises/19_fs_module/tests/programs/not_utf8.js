// What is not UTF-8 becomes U+FFFD, once for each part that could have been the beginning of a character.
'use strict';
const { readFile, writeFileSync } = require('fs');
const { at, say } = require('./say.js');

const texts = [
    [0x61, 0xff, 0x62],
    [0xe2, 0x82],
    [0xe2, 0x82, 0x61],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xf0, 0x9f, 0x61],
    [0xed, 0xa0, 0x80],
    [0xc0, 0xaf],
    [0xef, 0xbb, 0xbf, 0x61],
];
const next = () => {
    const bytes = texts.shift();
    if (bytes === undefined) return;
    writeFileSync(at('file'), Buffer.from(bytes));
    readFile(at('file'), 'utf8', (error, text) => {
        say([...text].map((character) => character.codePointAt(0).toString(16)).join(' '));
        next();
    });
};
next();
