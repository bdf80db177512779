// Rules 12 and 15: a refused connect is told later, the error first, `close` in the close phase.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => {
        const socket = net.connect(port, '127.0.0.1');
        socket.on('connect', () => say('connect'));
        socket.on('error', (error) => {
            say(error.message.replace(port, 'PORT'));
            process.nextTick(() => say('tick'));
            setImmediate(() => say('immediate'));
        });
        socket.on('close', (hadError) => say(`close ${hadError}`));
        say('returned');
    });
});
