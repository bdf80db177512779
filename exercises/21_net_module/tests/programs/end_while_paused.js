// A paused socket hears of the end if no data stands before it.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.pause();
    peer.on('data', () => say('data'));
    peer.on('end', () => say(`end ${peer.isPaused()}`));
    peer.on('close', (hadError) => say(`close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => socket.end());
    socket.on('close', (hadError) => say(`client close ${hadError}`));
});
