mod programs;
mod world;

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use fs_module::{
    CHUNK, append, make_dir, read, read_dir, read_to_string, read_with, remove, rename, stat,
    write, write_with,
};
use programs::{at, burn, put, say, taken};
use runtime::{
    Error, load, next_tick, process, queue_microtask, run, set_immediate, set_timeout, work,
};
use support::{descriptor_count, heap, in_child, within};
use world::{
    InPlace, Script, Step, Weighed, expect, limit, numbers, one_worker, program, trips,
    turns_to_wait, worker_or_loop, workers,
};

/// Counts what is copied by what is asked for.
#[global_allocator]
static COUNTING: heap::Counting = heap::Counting;

/// "ok", or the error in Node's words.
fn shown<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => String::from("ok"),
        Err(error) => error.to_string(),
    }
}

/// Bytes in which each place can be told from its neighbours, and each chunk from the next one.
fn pattern(length: usize) -> Vec<u8> {
    let block: Vec<u8> = (0..251).collect();
    let mut bytes = block.repeat(length / 251 + 1);
    bytes.truncate(length);
    bytes
}

#[track_caller]
fn expect_bytes(yours: &[u8], expected: &[u8], setup: &str, causes: &str) {
    if yours == expected {
        return;
    }
    let place = match yours.iter().zip(expected).position(|(a, b)| a != b) {
        Some(place) => format!("the first other one at {place}"),
        None => String::from("the same as far as they go"),
    };
    panic!(
        "{setup}\nexpected  {} bytes\nyours     {} bytes, {place}\n{causes}",
        expected.len(),
        yours.len()
    );
}

/// The length of a file of 32 chunks.
const LONG: usize = 32 * CHUNK;

/// Short jobs, one after the other, until the file is done. Counts them.
fn short_jobs(is_done: Rc<Cell<bool>>, count: Rc<Cell<usize>>) {
    if !is_done.get() {
        work(
            || Ok(()),
            move |_| {
                count.set(count.get() + 1);
                short_jobs(is_done, count);
            },
        );
    }
}

/// Reads or writes a file on the only free worker, and counts the turns of short jobs meanwhile. Calls `begin` with
/// what is to be called when the file is done.
fn expect_turns(megabytes: usize, what: &str, begin: impl FnOnce(Box<dyn FnOnce()>) + 'static) {
    let setup = format!("{megabytes} MB are {what} by the only free worker");
    let count = Rc::new(Cell::new(0));
    let counted = Rc::clone(&count);
    program(move || {
        let held = one_worker();
        let is_done = Rc::new(Cell::new(false));
        let done = Rc::clone(&is_done);
        begin(Box::new(move || {
            say("called");
            done.set(true);
            drop(held);
        }));
        short_jobs(is_done, counted);
    });
    expect("called", &setup, "The callback, once.");
    let (yours, chunks) = (count.get(), megabytes * 2);
    assert!(
        (chunks..chunks + 8).contains(&yours),
        "{setup}, while short jobs wait for it, one at a time\nexpected  {chunks} of them or a few more, one after each \
         512 KiB of the file\nyours     {yours}\nFewer: a trip reads or writes {CHUNK} bytes at most, and then others \
         have their turn.\nMore: a trip is worth more than that, and the file takes longer than it must."
    );
}

/// Sets a timer and an immediate, and is busy until the timer is due. Which of them is first says in which phase this
/// is called: in the poll phase, the immediates are next.
fn tell_the_phase() {
    set_timeout(|| say("timer"), 0);
    set_immediate(|| say("immediate"));
    burn(3);
}

#[test]
fn one_trip_calls_back_with_what_the_system_said() {
    within(limit(), "a program of some trips does not end", || {
        program(|| {
            let count = trips();
            put("file", "four");
            let (file, missing) = (at("file"), at("missing"));
            stat(file, move |stat| {
                let stat = stat.expect("it is there");
                let has_time = stat.modified().is_some();
                say(format!("size {} {} {has_time}", stat.size, stat.is_file()));
                stat_missing(missing, count);
            });
            fn stat_missing(missing: PathBuf, count: Rc<Cell<usize>>) {
                stat(missing.clone(), move |stat| {
                    let error = stat.expect_err("it is missing");
                    let errno = if cfg!(windows) { -4058 } else { -2 };
                    say(format!(
                        "{} {} {} {} {}",
                        error.code(),
                        error.errno() == Some(errno),
                        error.syscall().unwrap_or("-"),
                        error.path() == Some(&missing),
                        error.dest().is_some()
                    ));
                    rename(missing.clone(), "to", move |renamed| {
                        let error = renamed.expect_err("it is missing");
                        let (path, dest) = (error.path(), error.dest());
                        say(format!(
                            "{} {}",
                            path == Some(&missing),
                            dest == Some(Path::new("to"))
                        ));
                        say(format!("trips {}", count.get()));
                    });
                });
            }
            // Long enough for a worker: the first result is there before main is over.
            burn(20);
            say("main");
        });
        expect(
            "main size 4 true true ENOENT true stat true false true true trips 3",
            "a file was asked about, then one that is missing, which was then renamed\nthe words: size, is a file, has a \
             time; code, number, call, path, second path; path and second path of the rename; jobs of the pool",
            "Nothing before main is over: no callback is called before the call that asked for it has returned.\n\
             false: `Call::error` knows the name of the call and its paths; `Error::from_io` alone does not.",
        );
        program(|| {
            // What these do in the end is in the programs. Here: the errors that differ between systems.
            put("file", "x");
            std::fs::create_dir(at("full")).expect("a folder can be made");
            put("full/file", "x");
            remove(at("full"), |removed| {
                say(removed.expect_err("it is a folder").code());
                read_dir(at("file"), |names| {
                    let error = names.expect_err("it is a file");
                    // Windows has two errors for it (267 and 3), and Wine gives the other one.
                    let is_right =
                        error.code() == "ENOTDIR" || cfg!(windows) && error.code() == "ENOENT";
                    say(if is_right { "ENOTDIR" } else { error.code() });
                    make_dir(at("file"), |made| {
                        say(made.expect_err("it is there").code());
                    });
                });
            });
        });
        // POSIX says EPERM, and Linux EISDIR: unlink(2).
        let expected = match cfg!(target_os = "linux") {
            true => "EISDIR ENOTDIR EEXIST",
            false => "EPERM ENOTDIR EEXIST",
        };
        expect(
            expected,
            "a folder was removed as a file, a file was read as a folder, and a folder made where a file is",
            "The error of the job is the callback's.",
        );
        program(|| {
            let opened_by = Arc::new(Mutex::new(""));
            let theirs = Arc::clone(&opened_by);
            let open = move |_: &Path| {
                *theirs.lock().expect("nobody panics here") = worker_or_loop();
                Err::<io::Empty, _>(io::Error::from_raw_os_error(numbers::DENIED))
            };
            read_with(open, "secret", move |bytes| {
                say(bytes.map_or("failed", |_| "opened"));
                say(opened_by.lock().expect("nobody panics here"));
            });
        });
        expect(
            "failed worker",
            "permission to open a file was denied; then on which thread `open` was called",
            "loop: `job(&call)` may block. It belongs in the closure that `work` gets, and not before it.",
        );
        program(|| {
            let open = |_: &Path| -> io::Result<io::Empty> { runtime::throw("the disk is broken") };
            read_with(open, "broken", |bytes| say(shown(bytes)));
        });
        expect(
            "ERR_JOB_PANICKED: the job panicked: the disk is broken",
            "`open` panicked on its worker",
            "Nothing: `work` makes an error of the panic, and the callback gets that one, too, once.\n\
             Another error: no system call failed. `work` knows the right error.",
        );
        program(|| {
            let file = put("file", "x");
            stat(file, |_| tell_the_phase());
        });
        expect(
            "immediate timer",
            "the callback of a `stat` set a timer and an immediate, and was busy until the timer was due",
            "The timer first: the callback came from an immediate. Hand it to `work`, which calls it in the poll phase.",
        );
    });
}

#[test]
fn a_path_with_a_nul_is_refused_before_any_call() {
    within(
        limit(),
        "a path with a NUL: the callback did not come",
        || {
            program(|| {
                let opened = Arc::new(AtomicBool::new(false));
                let theirs = Arc::clone(&opened);
                let open = move |_: &Path| {
                    theirs.store(true, Ordering::SeqCst);
                    Ok(io::empty())
                };
                set_immediate(|| say("immediate"));
                queue_microtask(|| say("microtask"));
                read_with(open, "a\0b", |bytes| say(shown(bytes)));
                write("\0", "x", |written| {
                    say(written.expect_err("it has a NUL").code())
                });
                rename(
                    "a",
                    "b\0",
                    |renamed| say(renamed.expect_err("it has a NUL")),
                );
                next_tick(|| say("tick"));
                say("main");
                let peak = load().peak;
                process::on_exit(move |_| say(format!("{} {peak}", opened.load(Ordering::SeqCst))));
            });
            expect(
                "main \
             ERR_INVALID_ARG_VALUE: The argument 'path' must be a path without null bytes. Received 'a\\x00b' \
             ERR_INVALID_ARG_VALUE \
             ERR_INVALID_ARG_VALUE: The argument 'newPath' must be a path without null bytes. Received 'b\\x00' \
             tick microtask immediate false 0",
                "an immediate, a microtask, three paths with a NUL, and then a tick; the last words: was the file opened, \
                 and how many jobs the pool had",
                "Nothing, or main last: the callback is called later, also when the error is known at once.\n\
             The immediate, the tick or the microtask before an error: an error that is known at once comes as a tick.\n\
             true or 3: a call that cannot be right needs no worker.",
            );
        },
    );
}

#[test]
fn every_step_of_a_chain_is_a_trip() {
    within(limit(), "a short file is read, and then written", || {
        program(|| {
            let count = trips();
            put("file", pattern(1_000));
            read(at("file"), move |bytes| {
                expect_bytes(
                    &bytes.expect("it is there"),
                    &pattern(1_000),
                    "a file of 1,000 bytes was read",
                    "All of it, once.",
                );
                say(format!("read {}", count.replace(0)));
                write(at("file"), "new", move |written| {
                    written.expect("it can be written");
                    say(format!("written {}", count.replace(0)));
                    stat(at("file"), move |stat| {
                        say(format!(
                            "{} {}",
                            stat.expect("it is there").size,
                            count.get()
                        ));
                    });
                });
            });
            set_immediate(|| say("immediate"));
            say("main");
        });
        expect(
            "main immediate read 2 written 2 3 1",
            "a short file is read, then written, then asked about; with each, its number of jobs in the pool",
            "1 trip: the callback would come before the first immediates, and in Node it never does.\n\
             3 or more: a trip costs as much as ten system calls. The one that finds the end closes the file, too.",
        );
        program(|| {
            let count = turns_to_wait();
            let (script, _) = Script::new([Step::Gives(pattern(3 * CHUNK))]);
            read_with(
                |_| Ok(script),
                "script",
                move |bytes| {
                    say(format!("read {}", bytes.expect("it has no error").len()));
                    say(count.get());
                },
            );
        });
        expect(
            "read 1572864 0",
            "three chunks were read, by a program without timers and immediates; the last word: how many of these were \
             called",
            "2 or more: the next trip is asked for in an immediate or a timer, and waits for all others of that phase. Ask \
             for it as soon as the last one is back.",
        );
    });
}

#[test]
fn thousands_of_reads_call_back_once_each() {
    within(
        limit(),
        "2,000 files are read at once. A callback is missing; or each of the short files pays for a whole chunk, and \
         512 KiB of zeros are too dear for one byte: make room for what comes",
        || {
            program(|| {
                let called = Rc::new(RefCell::new(vec![0; 2_000]));
                for number in 0..2_000_usize {
                    // Only every fourth one finds a descriptor, as it may happen with so many.
                    let open = move |_: &Path| match number % 4 {
                        0 => Ok(io::Cursor::new(number.to_string())),
                        _ => Err(io::Error::from_raw_os_error(numbers::TOO_MANY_OPEN)),
                    };
                    let called = Rc::clone(&called);
                    read_with(open, format!("file {number}"), move |bytes| {
                        called.borrow_mut()[number] += 1;
                        let is_right = match bytes {
                            Ok(bytes) => number % 4 == 0 && bytes == number.to_string().as_bytes(),
                            Err(error) => {
                                let path = format!("file {number}");
                                number % 4 != 0
                                    && error.code() == "EMFILE"
                                    && error.path() == Some(Path::new(&path))
                            }
                        };
                        assert!(
                            is_right,
                            "file {number} got what another one asked for, or another path in its error"
                        );
                    });
                }
                let during = load().pending;
                process::on_exit(move |_| {
                    let each_once = called.borrow().iter().all(|count| *count == 1);
                    say(format!("{during} {each_once} {}", load().pending));
                });
            });
            expect(
                "2000 true 0",
                "2,000 files were read at once; the words: jobs at the beginning, was each callback called once, jobs at the end",
                "One trip for each is in the queue at the beginning, and there is no limit.",
            );
            // Real files, while others are written and removed.
            program(|| {
                let left = Rc::new(Cell::new(100));
                for number in 0..100 {
                    let left = Rc::clone(&left);
                    let path = at(&format!("file {number}"));
                    let text = number.to_string();
                    write(path.clone(), text.clone(), move |written| {
                        written.expect("it can be written");
                        read_to_string(path.clone(), move |read| {
                            assert_eq!(read.expect("it was written"), text);
                            remove(path, move |removed| {
                                removed.expect("it was there, and closed");
                                left.set(left.get() - 1);
                                if left.get() == 0 {
                                    say("all");
                                }
                            });
                        });
                    });
                }
            });
            expect(
                "all",
                "100 files were written, read and removed at once",
                "Each callback, once.",
            );
        },
    );
}

#[test]
fn names_need_not_be_text() {
    within(limit(), "files with odd names", || {
        program(|| {
            let mut names = vec![
                PathBuf::from("a b"),
                "grün ∂ß".into(),
                "..dots".into(),
                "'q'".into(),
            ];
            #[cfg(target_os = "linux")]
            {
                use std::os::unix::ffi::OsStringExt;
                let name = std::ffi::OsString::from_vec(vec![b'x', 0xff, 0x80]);
                names.push(name.into());
            }
            names.sort();
            let left = Rc::new(Cell::new(names.len()));
            let folder = at("odd");
            make_dir(folder.clone(), move |made| {
                made.expect("it is new");
                for name in names.clone() {
                    let (left, names, folder) = (Rc::clone(&left), names.clone(), folder.clone());
                    let path = folder.join(&name);
                    write(path.clone(), "text", move |written| {
                        written.expect("its folder is there");
                        read_to_string(path.clone(), move |text| {
                            assert_eq!(text.expect("it was written"), "text");
                            left.set(left.get() - 1);
                            if left.get() > 0 {
                                return;
                            }
                            read_dir(folder, move |found| {
                                let mut found: Vec<PathBuf> = found
                                    .expect("it is there")
                                    .into_iter()
                                    .map(PathBuf::from)
                                    .collect();
                                if cfg!(windows) {
                                    found.sort();
                                }
                                say(found == names);
                            });
                        });
                    });
                }
            });
        });
        expect(
            "true",
            "files with spaces, quotes, letters of other scripts, and on Linux with bytes that are no text",
            "A path is not a `String`: hand it on as it is.",
        );
        #[cfg(target_os = "linux")]
        {
            use std::ffi::OsStr;
            use std::os::unix::ffi::OsStrExt;
            program(|| {
                let path = Path::new(OsStr::from_bytes(b"/no/\xff\x80"));
                read(path, move |bytes| {
                    let error = bytes.expect_err("it is missing");
                    say(&error);
                    say(error.path() == Some(path));
                    rename("/no/old", path, move |renamed| {
                        let error = renamed.expect_err("it is missing");
                        say(error.dest() == Some(path));
                    });
                });
            });
            expect(
                "ENOENT: no such file or directory, open '/no/\u{fffd}\u{fffd}' true true",
                "a missing path that is no text was read, and then was the new name of a rename; the last words: is the \
                 error's path the same, and its second path",
                "The error has the paths themselves, and shows them with U+FFFD. `display` loses what is no text.",
            );
        }
        #[cfg(windows)]
        program(|| {
            put("file", "text");
            // Both separators, a verbatim path, another case.
            let folder = at("").display().to_string();
            let paths = [
                format!("{folder}/FILE").replace('\\', "/"),
                format!(r"{folder}\.\nothing\..\file"),
                format!(r"\\?\{}", at("file").display()),
            ];
            for path in paths {
                read_to_string(path.clone(), move |text| {
                    assert_eq!(text.ok().as_deref(), Some("text"), "{path}");
                });
            }
            read("no:such|file", |bytes| {
                assert_eq!(
                    bytes.expect_err("no file may be called so").code(),
                    "ENOENT"
                );
            });
        });
    });
}

/// A file that is read, and at a certain place something happens to it.
struct Meddled<F: FnOnce()> {
    file: File,
    /// How much may be read before it happens.
    before: usize,
    meddle: Option<F>,
}

impl<F: FnOnce()> Read for Meddled<F> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.before == 0
            && let Some(meddle) = self.meddle.take()
        {
            meddle();
        }
        let room = match self.meddle {
            Some(_) => {
                let length = room.len().min(self.before);
                &mut room[..length]
            }
            None => room,
        };
        let count = self.file.read(room)?;
        self.before = self.before.saturating_sub(count);
        Ok(count)
    }
}

#[test]
fn a_file_is_read_until_a_read_gives_nothing() {
    within(limit(), "scripted files are read", || {
        program(|| {
            let count = trips();
            let gives = |text: &str| Step::Gives(text.into());
            let (script, _) = Script::new([
                gives("a"),
                Step::Interrupted,
                gives("bcd"),
                Step::Interrupted,
                Step::Interrupted,
                gives("e"),
            ]);
            read_with(
                |_| Ok(script),
                "script",
                move |bytes| {
                    let bytes = bytes.expect("a read that is interrupted is made again");
                    say(String::from_utf8_lossy(&bytes));
                    say(count.get());
                },
            );
        });
        expect(
            "abcde 2",
            "a file gave 1, 3 and 1 bytes, with interruptions in between, and then nothing; the number of jobs of the pool, \
             one of them the open",
            "Too little: a read that gives less than it was asked for is not the end. Only one that gives nothing is.\n\
             A panic: an interrupted call has done nothing, and is made again.\n\
             3 or more: neither a short read nor an interruption ends a trip. The same one reads again.",
        );
        program(|| {
            let steps = ["ab", "", "behind the end"].map(|text| Step::Gives(text.into()));
            let (script, _) = Script::new(steps);
            read_with(
                |_| Ok(script),
                "script",
                |bytes| say(String::from_utf8_lossy(&bytes.expect("it has no error"))),
            );
        });
        expect(
            "ab",
            "a file gave 2 bytes, then nothing, and would give more if it was asked again",
            "Too much: a read that gives nothing is the end. Do not read once more to be sure.",
        );
        program(|| {
            let bytes = pattern(3 * CHUNK);
            let steps: Vec<Step> = bytes
                .chunks(8_000)
                .map(|piece| Step::Gives(piece.to_vec()))
                .collect();
            let (script, _) = Script::new(steps);
            read_with(
                |_| Ok(script),
                "script",
                move |yours| {
                    say("called");
                    expect_bytes(
                        &yours.expect("it has no error"),
                        &bytes,
                        "a file of three chunks gave 8,000 bytes with each read",
                        "Too few: a `BufReader` of one trip takes what it has read ahead with it. Ask the file itself.",
                    );
                },
            );
        });
        expect("called", "a file was read in short pieces", "Once.");
        // Around the size of a trip.
        for length in [
            0,
            1,
            8_191,
            8_192,
            8_193,
            CHUNK - 1,
            CHUNK,
            CHUNK + 1,
            2 * CHUNK,
            2 * CHUNK + 9,
        ] {
            program(move || {
                let path = put("file", pattern(length));
                read(path, move |bytes| {
                    say("called");
                    expect_bytes(
                        &bytes.expect("it is there"),
                        &pattern(length),
                        &format!(
                            "a file of {length} bytes was read, and a trip reads {CHUNK} at most"
                        ),
                        "The next trip goes on where the last one ended.",
                    );
                });
            });
            expect("called", "a file was read", "Once.");
        }
        // It grows, and it shrinks.
        for (setup, length, end) in [
            ("grew to 900,000 bytes", 600_000, 900_000),
            ("shrank to 550,000 bytes", 600_000, 550_000),
            ("was emptied", 600_000, 0),
        ] {
            program(move || {
                let path = put("file", pattern(length));
                let grown = pattern(end.max(length));
                let open = move |path: &Path| {
                    let path = path.to_owned();
                    Ok(Meddled {
                        file: File::open(&path)?,
                        before: 540_000,
                        meddle: Some(move || {
                            let file = OpenOptions::new().write(true).open(&path);
                            let mut file = file.expect("it can be opened twice");
                            io::Write::write_all(&mut file, &grown).expect("it can be written");
                            file.set_len(end as u64).expect("it can be cut");
                        }),
                    })
                };
                let expected = pattern(end.max(540_000));
                read_with(open, path, move |bytes| {
                    expect_bytes(
                        &bytes.expect("it is there"),
                        &expected,
                        &format!("a file of 600,000 bytes {setup} when 540,000 were read"),
                        "Its size at the beginning says nothing: read until a read gives nothing.",
                    );
                });
            });
        }
        // Each byte is copied a few times, however long the file is. A worker that is alone counts for all trips.
        let weight = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&weight);
        program(move || {
            let held = one_worker();
            let open = move |_: &Path| Ok(Weighed::new(LONG, theirs));
            read_with(open, "long", move |bytes| {
                say(bytes.expect("it has no error").len());
                drop(held);
            });
        });
        expect(&LONG.to_string(), "16 MiB were read", "All of it, once.");
        let times = *weight.lock().expect("nobody panics here") / LONG;
        assert!(
            times <= 10,
            "16 MiB were read in 33 trips\nexpected  at most ten times as much memory is asked for in all\nyours     {times} \
             times as much\nWhat was read so far is copied in each trip: a new `Vec` for all of it (`concat`, `clone`), or \
             `reserve_exact`, which makes room for one chunk and no more. `read_to_end` behind what is there makes room for \
             twice as much each time."
        );
        // The system makes this one up as it is read.
        if cfg!(target_os = "linux") {
            program(|| {
                stat("/proc/self/status", |stat| {
                    say(stat.expect("it is there").size);
                });
                read_to_string("/proc/self/status", |text| {
                    say(text.expect("it is there").contains("\nThreads:"));
                });
            });
            let mut words = taken();
            words.sort();
            assert_eq!(
                words,
                ["0", "true"],
                "/proc/self/status: its size, and whether its text has a line for the threads\nA size of 0 says nothing."
            );
        }
    });
}

#[test]
fn a_long_file_lets_others_have_their_turn() {
    let what = "64 MB are read by one worker. Is what was read before copied again in each trip?";
    within(limit(), what, || {
        expect_turns(64, "read", |done| {
            let open = |_: &Path| Ok(io::Cursor::new(vec![7; 64 << 20]));
            read_with(open, "long", |bytes| {
                let yours = bytes.expect("it has no error").len();
                assert_eq!(yours, 64 << 20, "the length of the file");
                done();
            });
        });
        // No trip reads more than its chunk, although the last read of a trip could.
        program(|| {
            let count = trips();
            let (script, _) = Script::new(vec![Step::Gives(pattern(CHUNK - 1)); 4]);
            read_with(
                |_| Ok(script),
                "script",
                move |bytes| {
                    let missing = 4 * CHUNK - bytes.expect("it has no error").len();
                    say(format!("{missing} {}", count.get()));
                },
            );
        });
        expect(
            "4 5",
            "a file gave four times one byte less than 512 KiB; the words: bytes that it is shorter than four chunks, and \
             jobs of the pool, one of them the open",
            "Fewer jobs: after a short read, a trip reads what is missing in its 512 KiB, and not 512 KiB again.",
        );
    });
}

#[test]
fn a_file_is_written_to_its_last_byte() {
    within(limit(), "scripted files are written", || {
        program(|| {
            let count = trips();
            let (script, log) = Script::new([
                Step::Takes(1),
                Step::Interrupted,
                Step::Takes(3),
                Step::Takes(100_000),
                Step::Interrupted,
                Step::Takes(2),
            ]);
            let bytes = pattern(CHUNK + 5);
            let expected = bytes.clone();
            write_with(
                |_| Ok(script),
                "script",
                bytes,
                move |written| {
                    written.expect("a write that is interrupted is made again");
                    let written = log.written.lock().expect("nobody panics here");
                    expect_bytes(
                        &written,
                        &expected,
                        &format!(
                            "a file took 1, 3, 100,000 and 2 bytes of {}, and then all that it got",
                            expected.len()
                        ),
                        "Too few: a write says how much it took, and the rest is still yours to write.\n\
                         Other bytes: the next write begins behind what was taken.",
                    );
                    say(count.get());
                },
            );
        });
        expect(
            "3",
            "512 KiB and 5 bytes were written to a scripted file; the number of jobs of the pool, one of them the open",
            "A panic: an interrupted call has done nothing, and is made again.\n\
             4 or more: neither a short write nor an interruption ends a trip. The same one writes again.",
        );
        program(|| {
            let (script, _) = Script::new([Step::Takes(2), Step::Takes(0), Step::Takes(0)]);
            write_with(
                |_| Ok(script),
                "script",
                "text",
                |written| {
                    say(match &written {
                        Ok(()) => "ok",
                        Err(error) => error.syscall().unwrap_or("-"),
                    });
                },
            );
        });
        expect(
            "write",
            "a file took two bytes of four and then none, again and again; the word: which call failed",
            "ok: two bytes were never taken. A write that takes nothing is an error, or this would go on for ever.",
        );
        for length in [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK - 1] {
            let expected = 1 + length.div_ceil(CHUNK).max(1);
            program(move || {
                let count = trips();
                put("file", vec![0; 4 * CHUNK]);
                write(at("file"), pattern(length), move |written| {
                    if let Err(error) = written {
                        panic!(
                            "{length} bytes were written: {error}\nAn empty file is no error: where nothing is left to \
                             write, no write has to take anything."
                        );
                    }
                    say(count.get());
                    append(at("file"), "end", move |written| {
                        written.expect("it can be written");
                        // A look without `read`: whatever is open for writing is closed by now.
                        let yours = std::fs::read(at("file")).expect("it is there");
                        let mut expected = pattern(length);
                        expected.extend(b"end");
                        expect_bytes(
                            &yours,
                            &expected,
                            &format!(
                                "{length} bytes were written to a longer file, and three appended"
                            ),
                            "What was in the file before is gone.",
                        );
                        say("called");
                    });
                });
            });
            expect(
                &format!("{expected} called"),
                &format!(
                    "{length} bytes were written; with them, the number of jobs of the pool, one of them the open"
                ),
                "One more: the trip that writes the last byte is the last one. No other is needed to see that nothing is left.\n\
                 Fewer: a trip writes 512 KiB at most, and then others have their turn.",
            );
        }
        for (takes, what) in [
            (CHUNK - 1, "one byte less than a chunk"),
            (CHUNK / 3, "a third of a chunk"),
        ] {
            program(move || {
                let count = trips();
                let (script, _) = Script::new(vec![Step::Takes(takes); 20]);
                write_with(
                    |_| Ok(script),
                    "script",
                    pattern(4 * CHUNK - 4),
                    move |written| {
                        written.expect("it has no error");
                        say(count.get());
                    },
                );
            });
            expect(
                "5",
                &format!(
                    "four chunks less four bytes were written, and no write took more than {what}; the number of jobs of \
                     the pool, one of them the open"
                ),
                "2: one trip wrote all of it, and nobody else had a turn.\n\
                 Fewer: after a short write, a trip writes what is left of its 512 KiB, and not 512 KiB again.\n\
                 More: a trip does not end with a short write. What is left of its 512 KiB is written by the same one.",
            );
        }
        // What is left is not copied, neither after a trip nor after a short write.
        program(|| {
            let bytes = pattern(3 * CHUNK);
            let file = InPlace::new(&bytes, CHUNK / 2);
            write_with(|_| Ok(file), "script", bytes, |written| say(shown(written)));
        });
        expect(
            "ok",
            "three chunks were written, and no write took more than half a chunk",
            "Copied: `drain`, `split_off`, `to_vec` or `clone` moves all that is left, and does it again with each trip. For \
             64 MiB these are 4 GiB. The bytes stay where they are until the end; `self.written` says how far you are.",
        );
        // And not all of a long one in one trip.
        expect_turns(16, "written", |done| {
            let open = |_: &Path| Ok(io::sink());
            write_with(open, "long", vec![7; 16 << 20], |written| {
                written.expect("it has no error");
                done();
            });
        });
    });
}

#[test]
fn an_error_in_the_middle_closes_the_file_on_a_worker() {
    within(limit(), "scripted files fail in the middle", || {
        let first = Step::Gives(pattern(CHUNK + 7));
        let cases = [
            (
                vec![first.clone(), Step::Fails(numbers::NO_SPACE)],
                "ENOSPC: no space left on device, read worker",
            ),
            (
                vec![Step::Fails(numbers::NO_SPACE)],
                "ENOSPC: no space left on device, read worker",
            ),
            (
                vec![first.clone(), Step::Panics],
                "ERR_JOB_PANICKED: the job panicked: the disk is broken worker",
            ),
            (
                vec![first.clone(), Step::Fails(numbers::AGAIN)],
                "EAGAIN: resource temporarily unavailable, read worker",
            ),
            (vec![first], "ok worker"),
        ];
        for (steps, expected) in cases {
            program(move || {
                let (script, log) = Script::new(steps);
                read_with(
                    |_| Ok(script),
                    "script",
                    move |bytes| {
                        say(shown(bytes));
                        say(log.closed());
                    },
                );
                say("main");
            });
            expect(
                &format!("main {expected}"),
                "a file was read by a script; then who had closed it when the callback came",
                "A path in the message: Node has none for a call on an open file.\n\
                 loop: closing may block. The file is gone with the job that fails, or that finds the end.\n\
                 Nobody: the callback comes when the file is closed, so that it may remove it.\n\
                 ok in place of EAGAIN: only an interrupted call is made again.",
            );
        }
        let cases = [
            (
                vec![
                    Step::Takes(CHUNK),
                    Step::Takes(3),
                    Step::Fails(numbers::NO_SPACE),
                ],
                "ENOSPC: no space left on device, write worker",
            ),
            (
                vec![Step::Takes(3), Step::Fails(numbers::AGAIN)],
                "EAGAIN: resource temporarily unavailable, write worker",
            ),
            (vec![], "ok worker"),
        ];
        for (steps, expected) in cases {
            program(move || {
                let (script, log) = Script::new(steps);
                write_with(
                    |_| Ok(script),
                    "script",
                    pattern(CHUNK + 7),
                    move |written| {
                        say(shown(written));
                        say(log.closed());
                    },
                );
            });
            expect(
                expected,
                "a file was written by a script; then who had closed it when the callback came",
                "As for reading.",
            );
        }
        program(|| {
            let (script, _) = Script::new([Step::Fails(numbers::NO_SPACE)]);
            read_with(
                |_| Ok(script),
                "script",
                |bytes| {
                    say(bytes.map_or("failed", |_| "ok"));
                    tell_the_phase();
                },
            );
        });
        expect(
            "failed immediate timer",
            "the callback of a read that failed set a timer and an immediate, and was busy until the timer was due",
            "The timer first: the callback came from an immediate. `chain` calls it as soon as the last trip is back.",
        );
        // It cannot even be opened.
        program(|| {
            let open =
                |_: &Path| Err::<io::Empty, _>(io::Error::from_raw_os_error(numbers::DENIED));
            read_with(open, "secret", |bytes| say(shown(bytes)));
        });
        let expected = match cfg!(windows) {
            false => "EACCES: permission denied, open 'secret'",
            true => "EPERM: operation not permitted, open 'secret'",
        };
        expect(
            expected,
            "permission to open a file was denied",
            "The error of the open has the path.",
        );
        program(|| {
            put("file", "x");
            let long = at(&"n".repeat(300));
            read(at(""), |bytes| {
                let error = bytes.expect_err("it is a folder");
                say(format!(
                    "{} {}",
                    error.code(),
                    error.syscall().unwrap_or("-")
                ));
                read(at("file/x"), |bytes| {
                    let error = bytes.expect_err("a file is no folder");
                    say(format!(
                        "{} {}",
                        error.code(),
                        error.syscall().unwrap_or("-")
                    ));
                    read(long, |bytes| {
                        let error = bytes.expect_err("it is too long");
                        say(format!(
                            "{} {}",
                            error.code(),
                            error.syscall().unwrap_or("-")
                        ));
                    });
                });
            });
        });
        let expected = match cfg!(windows) {
            false => "EISDIR read ENOTDIR open ENAMETOOLONG open",
            true => "EISDIR read ENOENT open ENOENT open",
        };
        expect(
            expected,
            "a folder was read as a file, then a file that is no folder, then a name of 300 letters",
            "A folder can be opened, and not read.",
        );
    });
}

#[test]
fn nothing_is_left_open() {
    let child = in_child("nothing_is_left_open", || {
        within(
            // Less than a child may take.
            limit() * 5 / 8,
            "files are read and the program exits in the middle",
            || {
                put("file", pattern(3 * CHUNK));
                let before = descriptor_count();
                let beyond = move || descriptor_count() as i64 - before as i64;
                // At the end, when the pool's threads and the loop's descriptors are gone, too.
                run(move || {
                    for _ in 0..20 {
                        read(at("file"), |bytes| drop(bytes.expect("it is there")));
                        read(at(""), |bytes| drop(bytes.expect_err("it is a folder")));
                        read(at("missing"), |bytes| {
                            drop(bytes.expect_err("it is missing"))
                        });
                        write(at("other"), "x", |written| {
                            written.expect("it can be written")
                        });
                    }
                });
                println!("end {}", beyond());
                // In the middle: some are not open yet, some wait for their next trip.
                let witness = Rc::new(());
                let theirs = Rc::clone(&witness);
                let code = run(move || {
                    for _ in 0..workers() * 3 {
                        let kept = Rc::clone(&theirs);
                        read(at("file"), move |_| drop(kept));
                        let kept = Rc::clone(&theirs);
                        write(at("other"), pattern(3 * CHUNK), move |_| drop(kept));
                    }
                    read(at("file"), |_| process::exit(4));
                });
                println!("exit {} {}", beyond(), code == ExitCode::from(4));
                println!("kept {}", Rc::strong_count(&witness));
                // While it runs, when the callback of an error or of the end has come.
                run(move || {
                    stat(at("file"), move |_| {
                        let before = descriptor_count();
                        let beyond = move || descriptor_count() as i64 - before as i64;
                        read(at("file"), move |_| {
                            println!("read {}", beyond());
                            read(at(""), move |_| {
                                println!("failed {}", beyond());
                                write(at("other"), "x", move |_| println!("written {}", beyond()));
                            });
                        });
                    });
                });
            },
        );
    });
    let said = child.stdout();
    for expected in [
        "end 0",
        "exit 0 true",
        "kept 1",
        "read 0",
        "failed 0",
        "written 0",
    ] {
        assert!(
            said.lines().any(|line| line == expected),
            "descriptors beyond those of the beginning: when a program has ended, when it has exited in the middle, and \
             in the callbacks of a read, of a failed read, and of a write\nexpected  {expected}\nyours     {said}{}\n\
             A file is closed when its `File` is dropped: who holds it still?\nkept: what the callbacks captured must be \
             dropped, too.",
            child.stderr()
        );
    }
}

#[test]
fn small_programs_do_what_they_do_in_node() {
    within(limit(), "a program of tests/programs does not end", || {
        for (name, main) in programs::ALL {
            programs::in_node().expect(name, &programs::trace(main), "");
        }
    });
}

// given
#[test]
fn the_node_of_this_machine_agrees_with_what_is_stored() {
    programs::in_node().expect_of_node(&programs::ALL.map(|(name, _)| name));
}
