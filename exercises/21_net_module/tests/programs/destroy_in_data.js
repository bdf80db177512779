// Rule 12: `destroy` stops everything. A write that was taken is called back, a later one is refused.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close(() => say('server closed'));
    peer.on('data', () => {
        peer.write('taken', () => say('written'));
        process.nextTick(() => say('tick'));
        setImmediate(() => say('immediate'));
        peer.destroy();
        say(`destroyed ${peer.destroyed}`);
        say(`write ${peer.write('more', (error) => say(error.code))}`);
    });
    peer.on('end', () => say('end'));
    peer.on('error', () => say('error'));
    peer.on('close', (hadError) => say(`close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('hello');
    socket.on('error', () => {});
    socket.resume();
});
