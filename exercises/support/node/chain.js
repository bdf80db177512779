// node chain.js FOLDER NAME...: runs the programs of a folder, one after the other, so that Node starts once and not once
// for each of them. When nothing is pending any more, the next one begins, as if the process had just started.
//
// It is for programs that leave something pending when their main part is over, and that do not end the process.
'use strict';
const { join } = require('path');

const [folder, ...names] = process.argv.slice(2);
const { say } = require(join(folder, 'say.js'));

const next = () => {
    process.removeAllListeners('uncaughtException');
    const name = names.shift();
    if (name === undefined) return;
    say(`= ${name}`);
    require(join(folder, `${name}.js`));
};

process.on('beforeExit', () => {
    say(`code ${process.exitCode ?? 0}`);
    next();
});
next();
