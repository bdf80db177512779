// The work of main.rs. Prints the nanoseconds for each one: the shortest of so many rounds.
'use strict';
const { readFile, writeFile } = require('fs');
const { join } = require('path');

const folder = process.argv[2];
const [rounds, part] = process.argv.slice(3).map(Number);
const atOnce = 64;
const text = Buffer.alloc(1024, 'x');

// Does something again and again, with so many files at the same time.
const repeat = (call) => (count, done) => {
    let left = count;
    let pending = 0;
    const next = (path) => {
        if (left === 0) {
            if (pending === 0) done();
            return;
        }
        left -= 1;
        pending += 1;
        call(path, (error) => {
            if (error) throw error;
            pending -= 1;
            next(path);
        });
    };
    for (let i = 0; i < atOnce; i += 1) next(join(folder, `file ${i}`));
};

const work = [
    ['1 KiB read, 64 at a time', 1e5, repeat(readFile)],
    ['1 KiB written, 64 at a time', 2e4, repeat((path, done) => writeFile(path, text, done))],
    ['64 MiB read', 4, (count, done) => {
        const next = (left) => {
            if (left === 0) done();
            else readFile(join(folder, 'large'), () => next(left - 1));
        };
        next(count);
    }],
];

const measure = (index, round, shortest) => {
    if (index === work.length) return;
    const [name, times, program] = work[index];
    const count = Math.max(1, Math.floor(times / part));
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
