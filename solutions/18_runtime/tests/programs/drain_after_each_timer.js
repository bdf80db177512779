// Rule 3: ticks and microtasks run after each timer, not after all of them.
'use strict';
const { say, burn } = require('./say.js');

for (const i of [0, 1]) {
    setTimeout(() => {
        say(`t${i}`);
        queueMicrotask(() => say(`m${i}`));
        process.nextTick(() => say(`n${i}`));
    }, 1);
}
burn(3);
