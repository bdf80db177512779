// `listen` and `close` are told in ticks. A server that does not listen says so.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const idle = net.createServer();
idle.close((error) => say(`idle ${error.code}`));
const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
    say(`listening ${server.listening}`);
    const { port } = server.address();
    const second = net.createServer();
    second.on('error', (error) => {
        say(`second ${error.message.replace(port, 'PORT')}`);
        server.close((error) => {
            say(`closed ${error?.code}`);
            process.nextTick(() => say('tick of closed'));
        });
        server.close((error) => say(`closed twice ${error.code}`));
        process.nextTick(() => say('tick'));
        setImmediate(() => say('immediate'));
        say(`listening ${server.listening}`);
    });
    second.listen(port, '127.0.0.1');
});
process.nextTick(() => say('tick of main'));
say('main');
