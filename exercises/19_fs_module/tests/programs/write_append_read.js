// A write replaces, an append goes on, and both make the file.
'use strict';
const { appendFile, readFile, writeFile } = require('fs');
const { at, say } = require('./say.js');

const show = (then) => () => readFile(at('notes'), 'utf8', (error, text) => {
    say(`[${text}]`);
    if (then) then();
});
const end = show();
const empty = () => writeFile(at('notes'), '', end);
const third = () => writeFile(at('notes'), 'c', show(empty));
const second = () => appendFile(at('notes'), 'b', show(third));
appendFile(at('notes'), 'long ', () => writeFile(at('notes'), 'a', show(second)));
setImmediate(() => say('immediate'));
say('main');
