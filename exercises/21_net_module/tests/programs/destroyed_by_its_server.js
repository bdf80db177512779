// The order of the three that hear of a `destroy`: the error's listeners, the server that waits, and `close`.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close(() => say('server closed'));
    peer.on('error', (error) => say(`error ${error.message}`));
    peer.on('close', (hadError) => say(`close ${hadError}`));
    peer.destroy(new Error('ours'));
    process.nextTick(() => say('tick'));
    setImmediate(() => say('immediate'));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
});
