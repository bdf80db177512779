// Rule 20: `drain` comes before the callbacks of the writes that emptied the queue.
'use strict';
const net = require('net');
const { say } = require('./say.js');

let peer;
const server = net.createServer((socket) => {
    server.close();
    peer = socket;
    peer.pause();
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1', () => {
        socket.on('drain', () => {
            say('drain');
            process.nextTick(() => say('tick of drain'));
        });
        say(`a ${socket.write('a', () => say('written a'))}`);
        process.nextTick(() => say('tick'));
        say(`b ${socket.write(Buffer.alloc(32 * 1024 * 1024), () => say('written b'))}`);
        say(`c ${socket.write('c', () => say('written c'))}`);
        say(`d ${socket.write('d', () => {
            say('written d');
            socket.end();
        })}`);
        const look = () => peer ? peer.resume() : setImmediate(look);
        look();
    });
});
