// Rule 20: half-open is off, and a write inside of `end` still succeeds, as does one in its tick. After that: EPIPE.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const server = net.createServer((peer) => {
    server.close();
    peer.resume();
    peer.on('end', () => {
        say('end');
        say(`write ${peer.write('in end', (error) => say(`written ${error?.code}`))}`);
        process.nextTick(() => {
            say(`write ${peer.write(', in its tick')}`);
            process.nextTick(() => {
                say(`write ${peer.write('too late', (error) => say(`callback ${error.code}`))}`);
            });
        });
    });
    peer.on('error', (error) => say(`error ${error.code}`));
    peer.on('close', (hadError) => say(`close ${hadError}`));
});
server.listen(0, '127.0.0.1', () => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    let all = '';
    socket.end('hello');
    socket.on('error', () => {});
    socket.on('data', (data) => all += data);
    socket.on('close', () => say(`client ${all}`));
});
