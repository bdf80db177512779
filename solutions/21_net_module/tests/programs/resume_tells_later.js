// Data that came while nobody wanted it is told in a tick, and the end after it.
'use strict';
const net = require('net');
const { say, burn } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.on('end', () => say('end'));
    peer.on('close', () => say('close'));
    const look = () => {
        if (peer.bytesRead === 0) return setImmediate(look);
        peer.on('data', (data) => say(`data ${data}`));
        process.nextTick(() => say('tick'));
        say('listens');
    };
    look();
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('hello');
});
