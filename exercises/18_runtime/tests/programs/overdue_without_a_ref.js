// Rule 19: timers come before the question whether the loop is alive.
'use strict';
const { say, burn } = require('./say.js');

setImmediate(() => {
    setTimeout(() => say('late'), 1).unref();
    burn(3);
});
