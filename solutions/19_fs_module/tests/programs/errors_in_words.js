// Rule 14: the callback gets the error, and the message names the call and its paths.
'use strict';
const fs = require('fs');
const { at, say } = require('./say.js');

const calls = [
    (done) => fs.readFile(at('missing'), done),
    (done) => fs.readFile('', done),
    (done) => fs.writeFile(at('missing/file'), 'x', done),
    (done) => fs.appendFile(at('missing/file'), 'x', done),
    (done) => fs.stat(at('missing'), done),
    (done) => fs.readdir(at('missing'), done),
    (done) => fs.unlink(at('missing'), done),
    (done) => fs.rename(at('missing'), at('other'), done),
    (done) => fs.mkdir(at('folder'), done),
    (done) => fs.mkdir(at('folder'), done),
    (done) => fs.mkdir(at('missing/folder'), done),
];
const next = () => {
    const call = calls.shift();
    if (call === undefined) return;
    call((error) => {
        say(error ? error.message : 'made');
        next();
    });
};
next();
say('main');
