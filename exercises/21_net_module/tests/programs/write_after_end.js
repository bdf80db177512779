// A write after `end` is an error of the program: its callback hears of it first, then `error`, then `close`. When the
// peer has ended, too, it is another one, and the listeners of `end` know that already.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.on('error', () => {});
    peer.resume();
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => {
        socket.end('hello');
        socket.write('more', (error) => say(`callback ${error.code}`));
        process.nextTick(() => say('tick'));
        setImmediate(() => say('immediate'));
        say(`destroyed ${socket.destroyed}`);
    });
    socket.on('error', (error) => say(`error ${error.code}`));
    socket.on('close', (hadError) => {
        say(`close ${hadError}`);
        second();
    });
});

const second = () => {
    const other = net.createServer((peer) => {
        other.close();
        peer.on('error', () => {});
        peer.resume();
        peer.end();
    });
    other.listen(0, '127.0.0.1', () => {
        const socket = net.connect(other.address().port, '127.0.0.1');
        socket.resume();
        socket.on('end', () => {
            socket.end();
            socket.write('more', (error) => say(`callback ${error.code}`));
        });
        socket.on('error', (error) => say(`error ${error.code}`));
        socket.on('close', (hadError) => say(`close ${hadError}`));
    });
};
