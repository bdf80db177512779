// Rule 2: tasks have no limit. A long chain of them runs before a timer that is due.
'use strict';
const { say, burn } = require('./say.js');

setTimeout(() => say('timer'), 1);
let left = 1000;
const chain = () => {
    left -= 1;
    if (left === 0) say('end of the chain');
    else if (left % 2) queueMicrotask(chain);
    else process.nextTick(chain);
};
burn(3);
queueMicrotask(chain);
