// What the kernel takes at once is told in a tick, one for each write.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.resume();
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => {
        socket.on('drain', () => say('drain'));
        say(`a ${socket.write('a', () => say('written a'))}`);
        process.nextTick(() => say('tick'));
        say(`b ${socket.write(Buffer.alloc(20000), () => say('written b'))}`);
        queueMicrotask(() => say('microtask'));
        setImmediate(() => {
            say('immediate');
            say(`c ${socket.write(Buffer.alloc(20000), () => say('written c'))}`);
            process.nextTick(() => say('tick of immediate'));
            say(`d ${socket.write('d', () => {
                say('written d');
                socket.end();
            })}`);
        });
    });
    say(`early ${socket.write('early', () => say('written early'))}`);
});
