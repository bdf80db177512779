// Rule 12: the close phase calls the handle that was closed last first, and ticks follow each.
'use strict';
const { connect } = require('net');
const { say } = require('./say.js');

// Closed before it connects: nothing happens but the close.
const close = (callback) => connect(1, '127.0.0.1').on('close', callback).destroy();

setImmediate(() => {
    close(() => {
        say('first');
        process.nextTick(() => say('tick'));
        close(() => say('next turn'));
        setImmediate(() => say('immediate'));
    });
    close(() => say('second'));
});
setImmediate(() => {
    close(() => {
        say('third');
        process.nextTick(() => say('tick'));
    });
    say('closed');
});
