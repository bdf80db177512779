use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::thread;
use std::time::Duration;

use support::{TempDir, in_child, within};
use write_syscall::{stdout, write, write_all};

/// What the system says about an output that is not open for writing: `EBADF`, or
/// `ERROR_ACCESS_DENIED` on Windows.
const NOT_OPEN_FOR_WRITING: i32 = if cfg!(windows) { 5 } else { 9 };

/// A `write` for `write_all` that answers from a script, and remembers what it was asked to write.
struct Script {
    answers: Vec<io::Result<usize>>,
    asked: Vec<String>,
}

impl Script {
    fn new(answers: Vec<io::Result<usize>>) -> Script {
        Script {
            answers,
            asked: Vec::new(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert!(
            !self.answers.is_empty(),
            "write_all calls `write` once more, with {text:?}, although it has had its last answer. It was \
             asked before: {:?}. Does it stop at an error, at `Ok(0)`, and when nothing is left? And does each \
             call get only what is left, counted from what the call before it got?",
            self.asked
        );
        self.asked.push(text);
        self.answers.remove(0)
    }

    /// What `write_all` makes of the answers, and what it asked `write` to write.
    #[track_caller]
    fn run(mut self, text: &'static str) -> (io::Result<()>, Vec<String>) {
        let hint = "write_all does not come back, and does not call `write` either. Is there a loop in it \
                    that never makes the rest shorter?";
        within(Duration::from_secs(2), hint, move || {
            let result = write_all(|bytes| self.write(bytes), text.as_bytes());
            (result, self.asked)
        })
    }
}

#[test]
fn what_is_written_comes_out_of_the_pipe() {
    let hint = "the pipe is empty and somebody reads, and `write` does not come back. Does it offer more bytes \
                than the slice has?";
    within(Duration::from_secs(5), hint, || {
        let (mut reader, writer) = io::pipe().expect("the system has a pipe");
        let count = write(&writer, b"system call").expect("there is room in the pipe");
        assert_eq!(
            count, 11,
            "an empty pipe takes 11 bytes at once, so `write` returns 11; yours returns {count}. It is what the \
             system returned, or wrote to the count's variable, as a usize."
        );
        drop(writer);
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .expect("the pipe can be read");
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "system call",
            "other bytes came out than went in (left). Do the pointer and the count belong to the same slice, \
             and is the pointer that of its first byte? If nothing came: did they go to `to`'s descriptor?"
        );
    });
}

#[test]
fn a_call_that_fails_gives_the_systems_reason() {
    let (reader, _writer) = io::pipe().expect("the system has a pipe");
    // This is the end for reading.
    match write(&reader, b"wrong end") {
        Ok(count) => panic!(
            "nobody can write to the reading end of a pipe, and your `write` says that {count} bytes were \
             taken. Is the -1 (on Windows the FALSE) of a failure taken for a count?"
        ),
        Err(error) => assert_eq!(
            error.raw_os_error(),
            Some(NOT_OPEN_FOR_WRITING),
            "the system's reason is number {NOT_OPEN_FOR_WRITING}; your error is {error:?}. Read it with \
             `io::Error::last_os_error()`, and right after the call: the next call may change it."
        ),
    }
}

#[test]
fn a_pipe_that_nobody_reads_is_broken() {
    let (reader, writer) = io::pipe().expect("the system has a pipe");
    drop(reader);
    match write(&writer, b"anybody there?") {
        Ok(count) => panic!(
            "nobody can ever read this pipe, and your `write` says that {count} bytes were taken. Is a \
             failure taken for a count?"
        ),
        Err(error) => assert_eq!(
            error.kind(),
            ErrorKind::BrokenPipe,
            "the reading end is closed, so the system says EPIPE (ERROR_NO_DATA on Windows), which std calls \
             BrokenPipe; your error is {error:?}"
        ),
    }
}

#[test]
fn a_file_takes_one_write_after_the_other() {
    let dir = TempDir::new();
    let path = dir.join("two writes");
    let file = File::create(&path).expect("a file can be made in a new directory");
    for text in ["first, ", "second"] {
        let count = write(&file, text.as_bytes()).expect("the file is open for writing");
        assert_eq!(
            count,
            text.len(),
            "a file takes {text:?} at once, so `write` returns {}; yours returns {count}",
            text.len()
        );
    }
    let text = fs::read_to_string(&path).expect("the file can be read");
    assert_eq!(
        text, "first, second",
        "each write goes on where the one before it ended: the system keeps the place. Does yours say \
         where to write? (On Windows the last argument of WriteFile is null.) (left: what the file has)"
    );
    let reading = File::open(&path).expect("the file can be opened for reading");
    let result = write(&reading, b"third");
    let reason = result.as_ref().map_err(io::Error::raw_os_error);
    assert_eq!(
        reason,
        Err(Some(NOT_OPEN_FOR_WRITING)),
        "this file is open for reading only, so the system refuses with number {NOT_OPEN_FOR_WRITING}; your \
         `write` gives {result:?}"
    );
}

#[test]
fn nothing_to_write_is_no_error() {
    let (_reader, writer) = io::pipe().expect("the system has a pipe");
    let count = write(&writer, b"");
    assert!(
        matches!(count, Ok(0)),
        "no bytes are 0 bytes, and that is no error; your `write` gives {count:?}. Does `cvt` take 0 for a \
         failure? (On Windows the BOOL and the count are two things.)"
    );
}

// A socket that does not wait takes what it has room for. (On Windows a socket is not written to by WriteFile.)
#[cfg(unix)]
#[test]
fn a_call_takes_what_there_is_room_for_and_says_how_much() {
    let (ours, _theirs) = std::os::unix::net::UnixStream::pair().expect("the system has sockets");
    ours.set_nonblocking(true).expect("a socket takes options");
    let bytes = vec![b'.'; 1 << 24];
    let count = write(&ours, &bytes);
    assert!(
        matches!(count, Ok(count) if (1..bytes.len()).contains(&count)),
        "16 MiB are more than a socket has room for, so one call takes some of them, and `write` says how many; \
         yours gives {count:?}. Does it make more than one call? That is write_all's part."
    );
}

#[test]
fn the_standard_output_is_where_the_parent_reads() {
    let child = in_child("the_standard_output_is_where_the_parent_reads", || {
        let count = write(stdout(), b"<written by hand>\n").expect(
            "the standard output is open for writing: is it descriptor 1? (0 is the input, 2 the error output; \
             on Windows it is STD_OUTPUT_HANDLE.)",
        );
        assert_eq!(
            count, 18,
            "the parent's pipe has room for 18 bytes, so `write` returns 18; yours returns {count}"
        );
    });
    assert!(
        child.status.success(),
        "a child process called `write(stdout(), ..)` and failed, {}. It said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
    assert!(
        child.stdout().contains("<written by hand>\n"),
        "a child process wrote `<written by hand>` to `stdout()`, and it did not come there. Is it descriptor 1 \
         (STD_OUTPUT_HANDLE)? To its standard error the child wrote {:?}; its standard output:\n{}",
        child.stderr(),
        child.stdout()
    );
}

#[test]
fn a_short_write_goes_on_where_it_stopped() {
    let script = Script::new(vec![Ok(3), Ok(1), Ok(4)]);
    let (result, asked) = script.run("abcdefgh");
    assert!(
        result.is_ok(),
        "8 bytes are taken as 3, 1 and 4, so all are written; your write_all gives {result:?}"
    );
    assert_eq!(
        asked,
        ["abcdefgh", "defgh", "efgh"],
        "after `write` has taken some bytes, the next call gets the rest and only the rest. What was it \
         asked to write? (left: yours)"
    );
}

#[test]
fn an_interrupted_call_is_made_again() {
    let interrupted = || Err(ErrorKind::Interrupted.into());
    let script = Script::new(vec![
        interrupted(),
        Ok(2),
        interrupted(),
        interrupted(),
        Ok(3),
    ]);
    let (result, asked) = script.run("abcde");
    assert!(
        result.is_ok(),
        "a signal that comes first (EINTR) is no failure: nothing was taken, so the same bytes are offered \
         again. Your write_all gives {result:?}"
    );
    assert_eq!(
        asked,
        ["abcde", "abcde", "cde", "cde", "cde"],
        "an interrupted call has taken nothing: the same bytes are offered again. (left: yours)"
    );
}

#[test]
fn a_call_that_takes_nothing_is_an_error_and_not_a_loop() {
    let script = Script::new(vec![Ok(2), Ok(0)]);
    let (result, _) = script.run("abcde");
    let kind = result.as_ref().map_err(io::Error::kind);
    assert_eq!(
        kind,
        Err(ErrorKind::WriteZero),
        "`write` takes 2 bytes and then none, without an error. Asking again could go on for ever, so this \
         is ErrorKind::WriteZero; your write_all gives {result:?}"
    );

    let (result, asked) = Script::new(vec![Ok(0)]).run("");
    assert!(
        result.is_ok() && asked.is_empty(),
        "with no bytes at all there is nothing to write, so `write` need not be called, and nothing is wrong; \
         yours called it with {asked:?} and gives {result:?}. Is it asked whether anything is left before \
         `write` is called, or only afterwards?"
    );
}

#[test]
fn an_error_after_some_bytes_is_reported() {
    for (error, why) in [
        (ErrorKind::BrokenPipe, "nobody will ever read this"),
        (
            ErrorKind::WouldBlock,
            "there is no room now, and asking again at once would be a busy loop",
        ),
    ] {
        let script = Script::new(vec![Ok(2), Err(error.into())]);
        let (result, _) = script.run("abcde");
        let kind = result.as_ref().map_err(io::Error::kind);
        assert_eq!(
            kind,
            Err(error),
            "`write` takes 2 bytes and then fails with {error:?}: {why}. So write_all fails with it; yours gives \
             {result:?}. Is it only `Interrupted` that is tried again?"
        );
    }
}

#[test]
fn a_mebibyte_waits_for_its_reader_and_arrives() {
    let hint = "a thread reads as fast as you write, so this ends. Does write_all offer bytes that are taken \
                already, again and again?";
    within(Duration::from_secs(5), hint, || {
        let (mut reader, writer) = io::pipe().expect("the system has a pipe");
        let bytes: Vec<u8> = (0..1 << 20)
            .map(|number: u32| number.to_le_bytes()[1])
            .collect();
        let reading = thread::spawn(move || {
            let mut got = Vec::new();
            reader.read_to_end(&mut got).map(|_| got)
        });
        let result = write_all(|rest| write(&writer, rest), &bytes);
        drop(writer);
        let got = reading.join().expect("the reader does not panic");
        let got = got.expect("the pipe can be read");
        assert!(
            result.is_ok(),
            "the pipe is full before the reader has begun, and the system lets `write` wait for it, so all \
             is written in the end; your write_all gives {result:?}"
        );
        assert!(
            got == bytes,
            "{} bytes went in and {} came out, or they differ. Is the count that `write` returns the one \
             that the system gave?",
            bytes.len(),
            got.len()
        );
    });
}
