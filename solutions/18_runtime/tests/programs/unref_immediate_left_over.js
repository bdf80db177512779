// An immediate without a ref runs in the turn after the timers that came before all turns, also when they were the last.
'use strict';
const { say, burn } = require('./say.js');

setTimeout(() => say('far'), 1000).unref();
setImmediate(() => say('left over')).unref();
setTimeout(() => say('timer'), 1);
burn(5);
