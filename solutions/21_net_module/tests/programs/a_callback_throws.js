// What a callback throws does not keep the socket from its work.
'use strict';
const net = require('net');
const { say } = require('./say.js');

process.on('uncaughtException', (error) => say(`caught ${error}`));
const server = net.createServer((peer) => {
    server.close();
    peer.on('data', (data) => {
        say(`server ${data}`);
        throw 'data';
    });
    peer.on('end', () => {
        say('server end');
        peer.end();
        throw 'end';
    });
    peer.on('close', (hadError) => say(`server close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => {
        socket.write('hello', () => {
            socket.end();
            throw 'written';
        });
    });
    socket.on('close', (hadError) => say(`close ${hadError}`));
});
