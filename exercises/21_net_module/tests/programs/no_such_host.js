// Rule 15: a name that does not exist is an error that comes later.
'use strict';
const net = require('net');
const { say } = require('./say.js');

const socket = net.connect(80, 'no such host');
socket.on('connect', () => say('connect'));
socket.on('error', (error) => say(error.message));
socket.on('close', (hadError) => say(`close ${hadError}`));
process.nextTick(() => say('tick'));
say('main');
