// Rule 16: a timer without a ref runs while others keep the program alive. A ref can be given back.
'use strict';
const { say } = require('./say.js');

setTimeout(() => say('idle'), 2).unref();
setTimeout(() => say('never'), 60000).unref();
const back = setTimeout(() => say('back'), 6).unref();
back.ref();
say(back.hasRef());
const gone = setTimeout(() => {}, 60000);
gone.unref();
gone.unref();
say(gone.hasRef());
