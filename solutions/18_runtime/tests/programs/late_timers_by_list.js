// Rules 5 and 6: late timers fire list by list, and not in the order of their deadlines.
'use strict';
const { say, burn } = require('./say.js');

setTimeout(() => say('P20'), 20);
setTimeout(() => say('Q22'), 22);
burn(5);
setTimeout(() => say('R20'), 20);
burn(30);
