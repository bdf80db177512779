// A name that exists is replaced, a removed file is gone, and what a file is can be asked.
'use strict';
const fs = require('fs');
const { at, say } = require('./say.js');

fs.writeFileSync(at('old'), 'of old');
fs.writeFileSync(at('new'), 'new');
fs.mkdir(at('made'), () => {
    fs.rename(at('old'), at('new'), (error) => {
        say(error ?? 'renamed');
        fs.readFile(at('new'), 'utf8', (error, text) => {
            say(text);
            fs.stat(at('new'), (error, stat) => {
                say(`${stat.size} ${stat.isFile()} ${stat.isDirectory()}`);
                fs.stat(at('made'), (error, stat) => {
                    say(`${stat.isFile()} ${stat.isDirectory()}`);
                    fs.unlink(at('new'), (error) => {
                        say(error ?? 'removed');
                        fs.stat(at('new'), (error) => say(error.code));
                    });
                });
            });
        });
    });
});
