// Rule 19: an immediate without a ref that was left over runs when the loop goes on.
'use strict';
const { say } = require('./say.js');

setImmediate(() => say('left over')).unref();
let asked = false;
process.on('beforeExit', () => {
    say('before exit');
    if (asked) return;
    asked = true;
    setImmediate(() => say('immediate'));
});
