// The program of the first page. Arguments: the file, the site, the iterations, and by what the times are divided.
'use strict';
const fs = require('fs');
const http = require('http');
const crypto = require('crypto');

const [file, site, iterations, hurry] = process.argv.slice(2);
const say = (line) => fs.writeSync(1, `${line}\n`);
const ms = (milliseconds) => milliseconds / Number(hurry);

say('main begins');
fs.readFile(file, 'utf8', (error, text) => {
    if (error) return say(`first read: ${error.message}`);
    say(`first read: ${text.length} characters`);
    crypto.pbkdf2(text, 'salt', Number(iterations), 32, 'sha256', (error, key) => {
        say(error ? `key: ${error.message}` : `key: ${key.toString('hex').slice(0, 16)}`);
    });
});
setImmediate(() => say('immediate 1'));
fs.readFile(file, 'utf8', (error, text) => {
    if (error) return say(`second read: ${error.message}`);
    say(`second read: ${text.length} characters`);
    fs.readFile(file, 'utf8', (error, text) => {
        say(`third read: ${error ? error.message : `${text.length} characters`}`);
    });
});
setImmediate(() => say('immediate 2'));
setTimeout(() => {
    say('3000 ms');
    setTimeout(() => say('500 ms more'), ms(500));
}, ms(3000));
setTimeout(() => say('1000 ms'), ms(1000));
http.get(site, (answer) => {
    let text = '';
    answer.on('data', (data) => { text += data; });
    answer.on('end', () => say(`the site: ${answer.statusCode}, ${text}`));
    answer.on('error', (error) => say(`the site: ${error.message}`));
}).on('error', (error) => say(`the site: ${error.message}`));
say('main is over');
