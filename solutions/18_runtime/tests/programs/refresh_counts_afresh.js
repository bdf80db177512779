// Rule 5: refresh lets a timer count from now on, behind the others of its list.
'use strict';
const { say, burn } = require('./say.js');

const first = setTimeout(() => say('first'), 5);
setTimeout(() => say('second'), 5);
first.refresh();
burn(8);
