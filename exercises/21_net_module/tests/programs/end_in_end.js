// Whoever ends in the listener of `end` has a socket until that callback's ticks are over. Whoever has ended before has not.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.resume();
    peer.end();
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.resume();
    socket.on('end', () => {
        socket.end();
        process.nextTick(() => say(`ended here, destroyed ${socket.destroyed}`));
    });
    socket.on('close', (hadError) => {
        say(`close ${hadError}`);
        second();
    });
});

const second = () => {
    const other = net.createServer((peer) => {
        other.close();
        peer.resume();
    });
    other.listen(0, '127.0.0.1', () => {
        const socket = net.connect({ port: other.address().port, host: '127.0.0.1', allowHalfOpen: true });
        socket.resume();
        socket.on('connect', () => socket.end());
        socket.on('end', () => {
            process.nextTick(() => say(`ended before, destroyed ${socket.destroyed}`));
        });
        socket.on('close', (hadError) => {
            say(`close ${hadError}`);
            third();
        });
    });
};

const third = () => {
    const other = net.createServer((peer) => {
        other.close();
        peer.resume();
        peer.end();
    });
    other.listen(0, '127.0.0.1', () => {
        const socket = net.connect({ port: other.address().port, host: '127.0.0.1', allowHalfOpen: true });
        socket.resume();
        const lives = (when) => say(`ended later, in ${when} destroyed ${socket.destroyed}`);
        socket.on('end', () => setImmediate(() => {
            socket.end();
            process.nextTick(() => {
                lives('a tick');
                queueMicrotask(() => lives('a microtask'));
            });
        }));
        socket.on('close', (hadError) => say(`close ${hadError}`));
    });
};
