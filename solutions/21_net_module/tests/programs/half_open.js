// Half-open is on: our direction stays open until we end it. The listeners of `end` are early enough to say so.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    server.close();
    peer.on('data', (data) => say(`server ${data}`));
    peer.on('end', () => {
        say('server end');
        setTimeout(() => {
            say(`write ${peer.write('late answer')}`);
            setTimeout(() => peer.end(), 5);
        }, 5);
    });
    peer.on('close', (hadError) => say(`server close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('question');
    socket.on('data', (data) => say(`client ${data}`));
    socket.on('end', () => {
        say('client end');
        second();
    });
});

const second = () => {
    const other = net.createServer((peer) => {
        other.close();
        peer.resume();
        peer.on('end', () => {
            peer.allowHalfOpen = true;
            setTimeout(() => {
                say(`writable ${peer.writable}`);
                peer.end('late answer');
            }, 5);
        });
    });
    other.listen(0, '127.0.0.1', () => {
        const socket = net.connect(other.address().port, '127.0.0.1');
        socket.end();
        socket.on('data', (data) => say(`client ${data}`));
        socket.on('close', (hadError) => say(`client close ${hadError}`));
    });
};
