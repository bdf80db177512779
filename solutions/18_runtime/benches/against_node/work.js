// The work of main.rs. Prints the nanoseconds for each one: the shortest of so many rounds.
'use strict';
const { stat } = require('fs');

const [rounds, part] = process.argv.slice(2).map(Number);
const atOnce = 64;

const work = [
    ['timers, set and fired', 1e6, (count, done) => {
        let called = 0;
        for (let i = 0; i < count; i += 1) {
            setTimeout(() => {
                called += 1;
                if (called === count) done();
            }, 1);
        }
    }],
    ['timers, set and cleared', 1e6, (count, done) => {
        const timers = [];
        for (let i = 0; i < count; i += 1) timers.push(setTimeout(() => process.exit(1), 10000));
        timers.forEach(clearTimeout);
        done();
    }],
    ['immediates, a chain', 1e6, (count, done) => {
        const next = (left) => {
            if (left === 0) done();
            else setImmediate(() => next(left - 1));
        };
        next(count);
    }],
    ['ticks, a chain', 1e6, (count, done) => {
        const next = (left) => {
            if (left === 0) done();
            else process.nextTick(() => next(left - 1));
        };
        next(count);
    }],
    ['pool jobs, 64 at a time', 1e5, (count, done) => {
        let left = count;
        let pending = 0;
        const next = () => {
            if (left === 0) {
                if (pending === 0) done();
                return;
            }
            left -= 1;
            pending += 1;
            stat('.', () => {
                pending -= 1;
                next();
            });
        };
        for (let i = 0; i < atOnce; i += 1) next();
    }],
];

const measure = (index, round, shortest) => {
    if (index === work.length) return;
    const [name, times, program] = work[index];
    const count = times / part;
    const start = process.hrtime.bigint();
    program(count, () => {
        const time = Math.min(shortest, Number(process.hrtime.bigint() - start) / count);
        if (round < rounds) {
            setImmediate(measure, index, round + 1, time);
        } else {
            console.log(`${name}: ${time}`);
            setImmediate(measure, index + 1, 1, Infinity);
        }
    });
};
measure(0, 1, Infinity);
