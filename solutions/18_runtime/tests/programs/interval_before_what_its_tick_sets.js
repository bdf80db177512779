// Rule 8: an interval is set again before its ticks run.
'use strict';
const { say, burn } = require('./say.js');

let calls = 0;
const interval = setInterval(() => {
    calls += 1;
    say(`i${calls}`);
    if (calls === 1) {
        process.nextTick(() => {
            setTimeout(() => say('timer'), 3);
            burn(6);
        });
    }
    if (calls === 2) clearInterval(interval);
}, 3);
