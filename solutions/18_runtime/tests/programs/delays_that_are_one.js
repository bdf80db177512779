// Rule 4: what is not between 1 and 2^31 - 1 is 1 ms, so all of these share one list.
'use strict';
const { say, burn } = require('./say.js');

for (const delay of [1, 0, -5, 1.9, NaN, Infinity, 2 ** 31]) {
    setTimeout(() => say(`t(${delay})`), delay);
}
setTimeout(() => say('two'), 2);
setTimeout(() => say('one'), 1);
burn(4);
