// A socket can be destroyed at any time, with an error or without, once. What it has not sent fails before `close`.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const socket = net.connect(1, '127.0.0.1');
socket.on('connect', () => say('connect'));
socket.on('error', (error) => say(`error ${error.message}`));
for (const name of ['a', 'b']) socket.write(name, (error) => say(`${name} ${error ? 'failed' : 'sent'}`));
// After the writes: Node's callbacks of such writes are listeners of `close` themselves.
socket.on('close', (hadError) => say(`close ${hadError}`));
socket.destroy(new Error('ours'));
socket.destroy(new Error('second'));
say(`write ${socket.write('more', (error) => say(`callback ${error.code}`))}`);
process.nextTick(() => say('tick'));
setImmediate(() => say('immediate'));
say(`destroyed ${socket.destroyed}`);
