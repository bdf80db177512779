// Rules 12 and 15: the end of one side is answered by the other. A server's `close` is a tick.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close(() => say('server closed'));
    peer.on('data', (data) => {
        say(`server ${data}`);
        setImmediate(() => say('immediate of data'));
        peer.write(data);
    });
    peer.on('end', () => {
        say('server end');
        queueMicrotask(() => say('microtask of end'));
        process.nextTick(() => say('tick of end'));
        setImmediate(() => say('immediate of end'));
    });
    peer.on('close', (hadError) => say(`server close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write('hello');
    socket.on('data', (data) => {
        say(`client ${data}`);
        socket.end();
    });
    socket.on('end', () => say('client end'));
    socket.on('close', (hadError) => say(`client close ${hadError}`));
});
