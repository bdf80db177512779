// Runs the programs that are named on the command line, one after the other, so that Node starts once and not once
// for each of them. When nothing is pending any more, the next one begins, as if the process had just started.
//
// It is for programs that leave something pending when their main part is over, and that do not end the process.
'use strict';
const { say } = require('./say.js');

const names = process.argv.slice(2);

const next = () => {
    process.removeAllListeners('uncaughtException');
    const name = names.shift();
    if (name === undefined) return;
    say(`= ${name}`);
    require(`./${name}.js`);
};

process.on('beforeExit', () => {
    say(`code ${process.exitCode ?? 0}`);
    next();
});
next();
