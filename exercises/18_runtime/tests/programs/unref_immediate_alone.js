// Rule 16: an immediate without a ref does not run when it is alone.
'use strict';
const { say } = require('./say.js');

const alone = setImmediate(() => say('never'));
alone.unref();
say(alone.hasRef());
process.on('exit', () => say('exit'));
