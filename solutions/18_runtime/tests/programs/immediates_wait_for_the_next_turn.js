// Rule 11: what the check phase sets waits until the next one, behind the timers.
'use strict';
const { say, burn } = require('./say.js');

setImmediate(() => {
    say('a');
    setImmediate(() => say('c'));
    setTimeout(() => say('timer'), 0);
    burn(3);
});
setImmediate(() => say('b'));
