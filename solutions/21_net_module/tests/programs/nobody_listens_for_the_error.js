// Without a listener, an error is an uncaught exception. `close` comes all the same.
'use strict';
const net = require('net');
const { say } = require('./say.js');

process.on('uncaughtException', () => {
    say('uncaught');
    process.nextTick(() => say('tick'));
});
const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('close', (hadError) => say(`close ${hadError}`));
    });
});
