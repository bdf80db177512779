// Rules 1 and 11: a timer that is due when main is over comes before the immediates.
'use strict';
const { say, burn } = require('./say.js');

setImmediate(() => say('immediate'));
setTimeout(() => say('timer'), 0);
process.nextTick(() => say('tick'));
burn(3);
