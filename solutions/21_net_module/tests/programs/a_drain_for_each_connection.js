// Rule 3: two connections come in one event, and between them the ticks and microtasks of the first one run.
'use strict';
const net = require('net');
const { say, burn } = require('./say.js');

let count = 0;
const server = net.createServer((peer) => {
    const number = ++count;
    say(`connection ${number}`);
    process.nextTick(() => say(`tick ${number}`));
    queueMicrotask(() => say(`microtask ${number}`));
    peer.resume();
    if (number === 2) server.close();
});
server.listen(0, '127.0.0.1', () => {
    for (let i = 0; i < 2; i++) {
        const socket = net.connect(server.address().port, '127.0.0.1', () => socket.end());
    }
    process.nextTick(() => burn(20));
});
