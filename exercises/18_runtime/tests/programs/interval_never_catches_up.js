// Rule 8: an interval that was late by many times its delay fires once a turn.
'use strict';
const { say, burn } = require('./say.js');

let calls = 0;
const interval = setInterval(() => {
    calls += 1;
    say(`i${calls}`);
    setImmediate(() => say('immediate'));
    if (calls === 3) clearInterval(interval);
    else burn(12);
}, 3);
burn(12);
