//! What the chapter asks for, in the order to be solved. What depends on the platform is at the end.

extern crate raw_syscall_solution as raw_syscall;

use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
#[cfg(unix)]
use std::os::fd::OwnedFd as Owned;
#[cfg(windows)]
use std::os::windows::io::OwnedHandle as Owned;
use std::time::Duration;

use raw_syscall::{Call, GETPID, Raw, decode, getpid, read, syscall6, write};
use support::{in_child, within};

#[test]
fn the_system_answers_with_the_id_of_this_process() {
    let raw = ask_for_the_id();
    let id = usize::try_from(std::process::id()).expect("32 bits fit");
    assert_eq!(
        platform::value(raw),
        id,
        "`syscall6` made the call GETPID, number {GETPID:?}. The result must be this process's id, {id}; what came \
         back is {raw:?}, which read as signed is {}. {}",
        platform::value(raw).cast_signed(),
        platform::WHEN_THE_ANSWER_IS_WRONG
    );
}

/// The simplest call there is. The tests with a child process make it first, so that a `syscall6` that
/// is not written yet says so at once, and not in the output of the child.
fn ask_for_the_id() -> Raw {
    // SAFETY: this call reads no argument and touches no memory of ours.
    unsafe { syscall6(GETPID, 0, 0, 0, 0, 0, 0) }
}

#[test]
fn values_in_registers_survive_the_call() {
    let _ = ask_for_the_id();
    let child = in_child("values_in_registers_survive_the_call", || {
        let lost = [lost(keep_6), lost(keep_14), lost(keep_26)].concat();
        assert!(lost.is_empty(), "{}", lost.join(", "));
    });
    assert!(
        child.status.success(),
        "some values were in use around a call of `syscall6`. Afterwards they must all be as before, \
         and were not; the child process that tried it ended with {}. {} The child's output:\n{}",
        child.status,
        platform::WHEN_VALUES_ARE_LOST,
        child.stderr()
    );
}

type Keep<const N: usize> = fn(Call, &[usize; N], &[f64; 8]) -> ([usize; N], [f64; 8]);

/// What `keep` did not keep.
fn lost<const N: usize>(keep: Keep<N>) -> Vec<String> {
    let integers: [usize; N] = std::array::from_fn(|index| 0x5eed_0000 + index);
    let floats = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5];
    let (integers_after, floats_after) = keep(platform::DESTROYS_ALL_IT_MAY, &integers, &floats);
    let integers = (integers
        .iter()
        .zip(&integers_after)
        .filter(|(before, after)| before != after))
    .map(|(before, after)| format!("of {N} integers, {before:#x} became {after:#x}"));
    let floats = (floats
        .iter()
        .zip(&floats_after)
        .filter(|(before, after)| before != after))
    .map(|(before, after)| format!("beside {N} integers, {before} became {after}"));
    integers.chain(floats).collect()
}

/// A function that keeps values in use around a call: it takes them from memory before, and puts them
/// back into memory after. As `syscall6` is inlined, the compiler may keep them in any register that
/// is not declared as destroyed. How many there are decides which ones it takes.
macro_rules! keep {
    ($name:ident, $count:literal: $($value:ident)+) => {
        #[inline(never)]
        fn $name(
            call: Call,
            before: &[usize; $count],
            floats_before: &[f64; 8],
        ) -> ([usize; $count], [f64; 8]) {
            let [$($value),+] = *before;
            let [fa, fb, fc, fd, fe, ff, fg, fh] = *floats_before;
            // SAFETY: `DESTROYS_ALL_IT_MAY` reads no argument and touches no memory but its own.
            let _ = unsafe { syscall6(call, 0, 0, 0, 0, 0, 0) };
            ([$($value),+], [fa, fb, fc, fd, fe, ff, fg, fh])
        }
    };
}

keep!(keep_6, 6: a b c d e f);
keep!(keep_14, 14: a b c d e f g h i j k l m n);
keep!(keep_26, 26: a b c d e f g h i j k l m n o p q r s t u v w x y z);

#[test]
fn six_arguments_arrive_in_their_places() {
    let _ = ask_for_the_id();
    let child = in_child("six_arguments_arrive_in_their_places", || {
        platform::pass_six_arguments();
    });
    assert!(
        child.status.success(),
        "a call whose six arguments all matter went wrong; the child process that made it ended \
         with {}. {} The child's output:\n{}",
        child.status,
        platform::WHEN_ARGUMENTS_ARE_LOST,
        child.stderr()
    );
}

#[test]
fn errors_are_told_from_results() {
    for (raw, expected, why) in platform::outcomes() {
        platform::before_decode();
        let got = decode(raw).map_err(|error| error.raw_os_error());
        assert_eq!(
            got,
            expected.map_err(Some),
            "when a call leaves {raw:#x?}, `decode` must give {expected:?}, where Err holds the \
             system's number of the error; it gives {got:?}. {why}"
        );
    }
}

#[test]
fn getpid_agrees_with_std() {
    let got = getpid();
    let expected = std::process::id();
    assert_eq!(
        got, expected,
        "`getpid` asks the kernel for the id of this process:\n\
         expected  {expected}\n\
         yours     {got}\n\
         Does it make the call GETPID, and give back what `decode` says?"
    );
}

#[test]
fn write_puts_exactly_these_bytes_into_a_pipe() {
    let (mut reader, writer) = io::pipe().expect("a pipe");
    // Stored right before the call: whoever promises that the call reads no memory may send what was
    // there earlier.
    let mut counted = [0; 64];
    for (value, byte) in (1..).zip(&mut counted) {
        *byte = value;
    }
    let texts: [&[u8]; 4] = [b"hello, kernel\n", b"", &counted[10..20], b"\0\xff\n\0"];
    for text in texts {
        let taken = write(&writer, text).unwrap_or_else(|error| {
            panic!(
                "a pipe with room in it takes {} bytes without an error; `write` gives {error:?}. \
                 Are descriptor, address and length the first three arguments, in this order?",
                text.len()
            )
        });
        assert_eq!(
            taken,
            text.len(),
            "a pipe with room in it takes all {} bytes at once, and `write` says how many were \
             taken; it says {taken}. Is the length the third argument?",
            text.len()
        );
    }
    drop(writer);
    let mut arrived = Vec::new();
    (reader.read_to_end(&mut arrived)).expect("the bytes are in the pipe");
    assert_eq!(
        arrived,
        texts.concat(),
        "`write` said that it had handed over {} bytes, and other bytes arrived. Is the address the \
         one of the slice's first byte? Does an option of your `asm!` promise that it reads no \
         memory?",
        texts.concat().len()
    );
}

#[test]
fn what_the_system_writes_into_memory_is_seen() {
    let (got, buffer) = within(
        Duration::from_secs(5),
        "`read` waits although the pipe holds eleven bytes. Does `syscall6` pass the descriptor as \
         the first argument?",
        || {
            let (reader, mut writer) = io::pipe().expect("a pipe");
            (writer.write_all(b"from beyond")).expect("a pipe has room for eleven bytes");
            let mut buffer = [b'.'; 16];
            let first = read(&reader, &mut buffer[2..6]).map_err(|error| error.to_string());
            let rest = read(&reader, &mut buffer[8..]).map_err(|error| error.to_string());
            ([first, rest], buffer)
        },
    );
    assert_eq!(
        got,
        [Ok(4), Ok(7)],
        "of eleven bytes in a pipe, a `read` into four bytes takes four, and the next one into eight \
         takes the other seven; yours say {got:?}. `read` itself is given: look at `syscall6` and \
         `decode`."
    );
    let text = String::from_utf8_lossy(&buffer);
    assert_eq!(
        text, "..from.. beyond.",
        "the system wrote \"from\" and \" beyond\" into a buffer full of dots, and here is what the \
         program sees in it: {text:?}. Do address and length arrive as second and third argument?"
    );

    let (reader, mut writer) = io::pipe().expect("a pipe");
    writer.write_all(b"!").expect("a pipe has room for a byte");
    let (raw, byte) = byte_after_the_call(&reader);
    assert!(
        decode(raw).is_ok_and(|count| count > 0),
        "one byte is in a pipe, and a `read` of one byte to an address on the stack left {raw:#x?}. Do all 64 \
         bits of the address arrive?"
    );
    assert_eq!(
        char::from(byte),
        '!',
        "the system wrote an exclamation mark over a dot, and the program still sees the dot: an \
         option of your `asm!` promises that it writes no memory, and the compiler takes its word"
    );
    // Without optimisation the compiler does not make use of such a promise, so ask the source.
    for promise in ["nomem", "readonly", "pure"] {
        let broken = (platform::SOURCE_OF_SYSCALL6.lines())
            .map(|line| line.split("//").next().unwrap_or_default())
            .any(|code| code.contains(promise));
        assert!(
            !broken,
            "`syscall6` says `{promise}`, which promises the compiler something about memory that \
             the system does not keep: it reads what `write` points to and fills what `read` points \
             to. This build happens to work. An optimised one (`--release`) may use bytes from before \
             the call."
        );
    }
}

/// The call and the look at the memory in one small function: an optimising compiler (`--release`)
/// knows that a dot is in there, unless it is told that the call may change it.
#[inline(never)]
fn byte_after_the_call(reader: &PipeReader) -> (Raw, u8) {
    let mut byte = b'.';
    let raw = platform::read_one_byte_to(&mut byte, reader);
    (raw, byte)
}

// A socket that does not wait takes what it has room for. (On Windows, WriteFile is not for sockets.)
#[cfg(unix)]
#[test]
fn a_write_is_one_call_and_may_take_less() {
    let (ours, _theirs) = std::os::unix::net::UnixStream::pair().expect("the system has sockets");
    ours.set_nonblocking(true).expect("a socket takes options");
    let bytes = vec![b'.'; 1 << 24];
    let taken = write(&ours, &bytes);
    assert!(
        matches!(taken, Ok(taken) if (1..bytes.len()).contains(&taken)),
        "16 MiB are more than a socket has room for, so the call takes some of them, and `write` says how \
         many; yours gives {taken:?}. Does it make more than one call?"
    );
}

#[test]
fn a_failed_call_gives_the_error_that_std_gives() {
    // Whose reading end is still open: written to is that very end.
    let (reader, _writer) = io::pipe().expect("a pipe");
    let expected = (file(&reader).write(b"x")).expect_err("nobody can write to a reading end");
    let got = write(&reader, b"x").map_err(|error| error.raw_os_error());
    assert_eq!(
        got,
        Err(expected.raw_os_error()),
        "writing to the end of a pipe that is for reading fails, and std's error is {expected:?}; \
         your `write` gives {got:?}. Does `write` hand the raw result to `decode`?"
    );
    // Whose reading end is gone.
    let (reader, mut writer) = io::pipe().expect("a pipe");
    drop(reader);
    let expected = (writer.write(b"x")).expect_err("nobody can read this");
    let got = write(&writer, b"x").map_err(|error| error.raw_os_error());
    assert_eq!(
        got,
        Err(expected.raw_os_error()),
        "writing to a pipe that nobody reads any more fails, and std's error is {expected:?}; your \
         `write` gives {got:?}. Is the number always the one that the system gave?"
    );
}

/// The same reading end as a file: std does not offer to write to a [`PipeReader`].
fn file(reader: &PipeReader) -> File {
    let reader = reader.try_clone().expect("a second descriptor");
    File::from(Owned::from(reader))
}

#[test]
fn a_bad_pointer_is_an_error_and_not_a_crash() {
    let _ = ask_for_the_id();
    let child = in_child("a_bad_pointer_is_an_error_and_not_a_crash", || {
        let (_reader, writer) = io::pipe().expect("a pipe");
        // Nothing is ever mapped in the first page of a process.
        let got = decode(platform::write_one_byte_from(8, &writer));
        let code = got.as_ref().err().and_then(io::Error::raw_os_error);
        assert!(
            code.is_some_and(|code| platform::BAD_ADDRESS.contains(&code)),
            "the system is asked to write one byte from address 8, where nothing is. It looks \
             before it touches, and refuses with error {:?}; `decode` made {got:?} of its answer",
            platform::BAD_ADDRESS
        );
    });
    assert!(
        child.status.success(),
        "the child process that handed a bad pointer to the system ended with {}. Its output:\n{}",
        child.status,
        child.stderr()
    );
}

// What follows knows the platform, so that what stands above need not.

/// Linux and macOS: a call with six arguments.
#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::os::fd::{AsFd, AsRawFd};
    use std::{fs, slice};

    use raw_syscall::{MMAP, READ, Raw, WRITE, syscall6};
    use support::TempDir;

    use super::platform;

    /// A multiple of every size of page that these systems use.
    const UNIT: usize = 64 * 1024;

    // <sys/mman.h>; the value of MAP_ANONYMOUS depends on the system.
    const PROT_READ_WRITE: usize = 1 | 2;
    const MAP_PRIVATE: usize = 2;
    const MAP_FIXED: usize = 0x10;

    /// `mmap(2)`: address, length, protection, flags, descriptor, offset. The second unit of a file is
    /// put into the middle of three units of memory.
    pub fn pass_six_arguments() {
        let dir = TempDir::new();
        let path = dir.join("three-units");
        let contents = [[b'1'; UNIT], [b'2'; UNIT], [b'3'; UNIT]].concat();
        fs::write(&path, &contents).expect("a file of three units");
        let file = File::open(&path).expect("the same file");

        let anonymous = MAP_PRIVATE | platform::MAP_ANONYMOUS;
        // SAFETY: asks for new memory, wherever there is room. (-1 for "no file".)
        let raw = unsafe { syscall6(MMAP, 0, 3 * UNIT, PROT_READ_WRITE, anonymous, usize::MAX, 0) };
        let start = address(raw, "of new memory");
        // SAFETY: the three units are new: readable, writable, and nobody else's.
        let memory = unsafe {
            slice::from_raw_parts_mut(std::ptr::with_exposed_provenance_mut::<u8>(start), 3 * UNIT)
        };
        memory.fill(b'.');

        let file = descriptor(&file);
        let flags = MAP_PRIVATE | MAP_FIXED;
        // SAFETY: replaces memory that is ours, and that no reference is used for meanwhile.
        let raw = unsafe {
            let middle = start + UNIT;
            syscall6(MMAP, middle, UNIT, PROT_READ_WRITE, flags, file, UNIT)
        };
        let got = address(raw, "of a file's second unit");
        assert_eq!(
            got,
            start + UNIT,
            "argument 1 asks for the address {:#x}; the memory came at {got:#x}",
            start + UNIT
        );
        // SAFETY: as above. The old reference is not used any more.
        let memory = unsafe {
            slice::from_raw_parts_mut(std::ptr::with_exposed_provenance_mut::<u8>(start), 3 * UNIT)
        };
        let seen: String = [0, UNIT - 1, UNIT, 2 * UNIT - 1, 2 * UNIT, 3 * UNIT - 1]
            .map(|index| char::from(memory[index]))
            .iter()
            .collect();
        assert_eq!(
            seen, "..22..",
            "of three units of memory that held dots, the middle one is now the file's second unit, \
             all 2s: first and last bytes of the three must be ..22..; they are {seen}. Only the \
             second unit may have changed (argument 2 is the length), and it is the file's second \
             (argument 6 is the offset)."
        );
        // Private and writable: the memory changes, the file does not.
        memory[UNIT] = b'x';
        assert!(
            fs::read(&path).expect("the file is still there") == contents,
            "the file changed with the memory: argument 4 says MAP_PRIVATE"
        );
    }

    fn address(raw: Raw, what: &str) -> usize {
        let value = platform::value(raw);
        assert!(
            !platform::failed(raw) && value.is_multiple_of(4096),
            "mmap {what} must give an address; it left {raw:#x?}, and the value is {} when read as \
             signed",
            value.cast_signed()
        );
        value
    }

    pub fn write_one_byte_from(address: usize, to: &impl AsFd) -> Raw {
        let descriptor = descriptor(to);
        // SAFETY: the kernel checks the address before it reads from it.
        unsafe { syscall6(WRITE, descriptor, address, 1, 0, 0, 0) }
    }

    #[inline(always)]
    pub fn read_one_byte_to(byte: &mut u8, from: &impl AsFd) -> Raw {
        let descriptor = descriptor(from);
        let address = (&raw mut *byte).expose_provenance();
        // SAFETY: the kernel writes one byte, and we have a mutable reference to it.
        unsafe { syscall6(READ, descriptor, address, 1, 0, 0, 0) }
    }

    fn descriptor(of: &impl AsFd) -> usize {
        usize::try_from(of.as_fd().as_raw_fd()).expect("an open descriptor's number")
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use raw_syscall::{Call, GETPID, Raw};

    pub use super::unix::{pass_six_arguments, read_one_byte_to, write_one_byte_from};

    pub const WHEN_THE_ANSWER_IS_WRONG: &str = "Is the result taken from the register that the \
         table above `syscall6` names? A small negative number is an errno with its sign turned: -38 \
         says that there is no call of that number, so the number stands in the wrong register.";
    pub const WHEN_VALUES_ARE_LOST: &str = if cfg!(target_arch = "x86_64") {
        "A lost value that looks like an address in the program (0x5…) is what `syscall` left in \
         rcx, one like 0x246 are the flags that it left in r11; in a release build the values are \
         often addresses themselves, and the process crashes. Declare both registers as destroyed: \
         `lateout(\"…\") _`."
    } else {
        "A lost first argument was in x0, where the result comes back: \
         `inlateout(\"x0\") a => result` says both."
    };
    pub const WHEN_ARGUMENTS_ARE_LOST: &str = if cfg!(target_arch = "x86_64") {
        "The six belong into rdi, rsi, rdx, r10, r8 and r9, in this order (r10, where a function would take \
         its fourth in rcx). Error 22 (EINVAL) or 9 (EBADF): the kernel saw other values than were passed. A \
         crash: it saw another address or length."
    } else {
        "The six belong into x0 to x5, in this order, and the number into x8. Error 22 (EINVAL) or 9 (EBADF): \
         the kernel saw other values than were passed. A crash: it saw another address or length."
    };

    pub const SOURCE_OF_SYSCALL6: &str = if cfg!(target_arch = "x86_64") {
        include_str!("../src/linux_x86_64.rs")
    } else {
        include_str!("../src/linux_aarch64.rs")
    };
    pub const DESTROYS_ALL_IT_MAY: Call = GETPID;
    /// `EFAULT`, `<asm-generic/errno-base.h>`
    pub const BAD_ADDRESS: [i32; 1] = [14];
    /// `<asm-generic/mman-common.h>`
    pub const MAP_ANONYMOUS: usize = 0x20;

    pub fn value(raw: Raw) -> usize {
        raw
    }

    pub fn failed(raw: Raw) -> bool {
        raw > usize::MAX - 4095
    }

    pub fn before_decode() {}

    type Outcome = (Raw, Result<usize, i32>, &'static str);

    pub fn outcomes() -> [Outcome; 8] {
        let negative = |number: usize| number.wrapping_neg();
        [
            (0, Ok(0), "0 is a result: many calls have no other."),
            (42, Ok(42), "A small number is a result."),
            (
                negative(9),
                Err(9),
                "-9 is an error, and its number is 9 (EBADF): turn the sign.",
            ),
            (
                negative(1),
                Err(1),
                "-1 is error 1 (EPERM). That -1 stands for every error is a habit of C functions, \
                 which keep the number in `errno`; the kernel hands it over at once.",
            ),
            (
                negative(4095),
                Err(4095),
                "-4095 is the last of the errors.",
            ),
            (
                negative(4096),
                Ok(negative(4096)),
                "-4096 is not an error any more, but the address of the last page.",
            ),
            (
                0x7fff_f7ff_f000,
                Ok(0x7fff_f7ff_f000),
                "This is an address such as mmap gives: more than 32 bits.",
            ),
            (
                1 << 63,
                Ok(1 << 63),
                "Negative when it is read as signed, but an error only from -4095 to -1.",
            ),
        ]
    }
}

#[cfg(target_os = "macos")]
mod platform {
    use raw_syscall::{Call, GETPID, Raw};

    pub use super::unix::{pass_six_arguments, read_one_byte_to, write_one_byte_from};

    pub const WHEN_THE_ANSWER_IS_WRONG: &str = "Is the result taken from the register that the \
         table above `syscall6` names? With the carry flag set, the value is an errno: 78 says that \
         there is no call of that number, so the number stands in the wrong register.";
    pub const WHEN_VALUES_ARE_LOST: &str = "Declare what the call may destroy: `clobber_abi(\"C\")` \
         names all registers that a C function may change.";
    pub const WHEN_ARGUMENTS_ARE_LOST: &str = if cfg!(target_arch = "x86_64") {
        "The six belong into rdi, rsi, rdx, r10, r8 and r9, in this order (r10, where a function would take \
         its fourth in rcx). Error 22 (EINVAL) or 9 (EBADF): the kernel saw other values than were passed. A \
         crash: it saw another address or length."
    } else {
        "The six belong into x0 to x5, in this order, and the number into x16. Error 22 (EINVAL) or 9 (EBADF): \
         the kernel saw other values than were passed. A crash: it saw another address or length."
    };

    pub const SOURCE_OF_SYSCALL6: &str = if cfg!(target_arch = "x86_64") {
        include_str!("../src/macos_x86_64.rs")
    } else {
        include_str!("../src/macos_aarch64.rs")
    };
    pub const DESTROYS_ALL_IT_MAY: Call = GETPID;
    /// `EFAULT`, `<sys/errno.h>`
    pub const BAD_ADDRESS: [i32; 1] = [14];
    /// `MAP_ANON`, `<sys/mman.h>`
    pub const MAP_ANONYMOUS: usize = 0x1000;

    pub fn value(raw: Raw) -> usize {
        raw.value
    }

    pub fn failed(raw: Raw) -> bool {
        raw.carry
    }

    pub fn before_decode() {}

    type Outcome = (Raw, Result<usize, i32>, &'static str);

    pub fn outcomes() -> [Outcome; 5] {
        let result = |value| Raw {
            value,
            carry: false,
        };
        let error = |value| Raw { value, carry: true };
        [
            (result(0), Ok(0), "0 is a result: many calls have no other."),
            (result(42), Ok(42), "The carry flag is clear: a result."),
            (
                error(9),
                Err(9),
                "The carry flag is set: the value is the errno, here EBADF, and not negated.",
            ),
            (
                error(1),
                Err(1),
                "The carry flag is set: the value is the errno, here EPERM.",
            ),
            (
                result(usize::MAX),
                Ok(usize::MAX),
                "Without the carry flag every value is a result, even one that C would read as -1.",
            ),
        ]
    }
}

#[cfg(windows)]
mod platform {
    use std::arch::naked_asm;
    use std::os::windows::io::{AsHandle, AsRawHandle};

    use raw_syscall::{Call, READ, Raw, WRITE, syscall6};

    pub const WHEN_THE_ANSWER_IS_WRONG: &str = "The result comes back in the register that the \
         table above `syscall6` names.";
    pub const WHEN_VALUES_ARE_LOST: &str = "The function destroyed every register that it may, and \
         on x86_64 its 32 bytes of shadow space, which lie right above the address that it returns \
         to. Declare the registers with `clobber_abi(\"system\")`, and take the room from rsp \
         before the call.";
    pub const WHEN_ARGUMENTS_ARE_LOST: &str = "On x86_64 the first four belong into rcx, rdx, r8, \
         r9, and the other two on the stack at [rsp+32] and [rsp+40]; on aarch64 all six into x0 \
         to x5.";

    pub const SOURCE_OF_SYSCALL6: &str = if cfg!(target_arch = "x86_64") {
        include_str!("../src/windows_x86_64.rs")
    } else {
        include_str!("../src/windows_aarch64.rs")
    };
    pub const DESTROYS_ALL_IT_MAY: Call = destroy_all_there_is as *const ();
    /// `ERROR_NOACCESS` or, where the function looks for itself, `ERROR_INVALID_USER_BUFFER`,
    /// `<winerror.h>`
    pub const BAD_ADDRESS: [i32; 2] = [998, 1784];
    /// `ERROR_ACCESS_DENIED`, `<winerror.h>`
    const ACCESS_DENIED: u32 = 5;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<errhandlingapi.h>`
        safe fn SetLastError(code: u32);
    }

    /// GETPID gives 32 bits.
    pub fn value(raw: Raw) -> usize {
        raw & 0xffff_ffff
    }

    /// The least considerate function that the calling convention allows.
    #[cfg(target_arch = "x86_64")]
    #[unsafe(naked)]
    extern "system" fn destroy_all_there_is() {
        naked_asm!(
            "mov rax, -1",
            "mov rcx, rax",
            "mov rdx, rax",
            "mov r8, rax",
            "mov r9, rax",
            "mov r10, rax",
            "mov r11, rax",
            "mov [rsp + 8], rax", // the shadow space: [rsp] is the address to return to
            "mov [rsp + 16], rax",
            "mov [rsp + 24], rax",
            "mov [rsp + 32], rax",
            "pcmpeqd xmm0, xmm0",
            "pcmpeqd xmm1, xmm1",
            "pcmpeqd xmm2, xmm2",
            "pcmpeqd xmm3, xmm3",
            "pcmpeqd xmm4, xmm4",
            "pcmpeqd xmm5, xmm5",
            "ret",
        )
    }

    /// The least considerate function that the calling convention allows. (x18 belongs to Windows.)
    #[cfg(target_arch = "aarch64")]
    #[unsafe(naked)]
    extern "system" fn destroy_all_there_is() {
        naked_asm!(
            "mov x0, #-1",
            "mov x1, x0",
            "mov x2, x0",
            "mov x3, x0",
            "mov x4, x0",
            "mov x5, x0",
            "mov x6, x0",
            "mov x7, x0",
            "mov x8, x0",
            "mov x9, x0",
            "mov x10, x0",
            "mov x11, x0",
            "mov x12, x0",
            "mov x13, x0",
            "mov x14, x0",
            "mov x15, x0",
            "mov x16, x0",
            "mov x17, x0",
            "movi v0.2d, #-1",
            "movi v1.2d, #-1",
            "movi v2.2d, #-1",
            "movi v3.2d, #-1",
            "movi v4.2d, #-1",
            "movi v5.2d, #-1",
            "movi v6.2d, #-1",
            "movi v7.2d, #-1",
            "movi v16.2d, #-1",
            "movi v17.2d, #-1",
            "movi v18.2d, #-1",
            "movi v19.2d, #-1",
            "movi v20.2d, #-1",
            "movi v21.2d, #-1",
            "movi v22.2d, #-1",
            "movi v23.2d, #-1",
            "ret",
        )
    }

    /// One byte for each argument, the first one lowest.
    extern "system" fn in_one_number(
        a: usize,
        b: usize,
        c: usize,
        d: usize,
        e: usize,
        f: usize,
    ) -> usize {
        // The compiler places a u128 at a multiple of 16, counted from where the stack has to be.
        let local = 0_u128;
        let address = std::hint::black_box(&raw const local).addr();
        if address.is_multiple_of(16) {
            a | b << 8 | c << 16 | d << 24 | e << 32 | f << 40
        } else {
            0xbad_5ac
        }
    }

    pub fn pass_six_arguments() {
        let function = in_one_number as *const ();
        // SAFETY: any numbers may be passed to it.
        let got = unsafe { syscall6(function, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6) };
        assert_ne!(
            got, 0xbad_5ac,
            "the stack of the function is not aligned: at the `call`, rsp must be a multiple of 16. \
             It is one where your `asm!` begins, so take off a multiple of 16 (and do not claim \
             `nostack`)"
        );
        assert_eq!(
            got, 0xa6a5_a4a3_a2a1,
            "a function was called with a1 a2 a3 a4 a5 a6 and put them into one number, the first \
             one at the right: a6a5a4a3a2a1. It got {got:012x}"
        );
    }

    pub fn write_one_byte_from(address: usize, to: &impl AsHandle) -> Raw {
        let mut count: u32 = 0;
        let handle = to.as_handle().as_raw_handle().expose_provenance();
        let count = (&raw mut count).expose_provenance();
        // SAFETY: the kernel checks the address before it reads from it.
        unsafe { syscall6(WRITE, handle, address, 1, count, 0, 0) }
    }

    #[inline(always)]
    pub fn read_one_byte_to(byte: &mut u8, from: &impl AsHandle) -> Raw {
        let mut count: u32 = 0;
        let handle = from.as_handle().as_raw_handle().expose_provenance();
        let address = (&raw mut *byte).expose_provenance();
        let count = (&raw mut count).expose_provenance();
        // SAFETY: the function writes one byte and a count, and we have mutable references to both.
        unsafe { syscall6(READ, handle, address, 1, count, 0, 0) }
    }

    pub fn before_decode() {
        SetLastError(ACCESS_DENIED);
    }

    type Outcome = (Raw, Result<usize, i32>, &'static str);

    pub fn outcomes() -> [Outcome; 4] {
        [
            (1, Ok(1), "TRUE is a result."),
            (
                0,
                Err(5),
                "FALSE is an error, and GetLastError knows which.",
            ),
            (
                0xdead_beef_0000_0000,
                Err(5),
                "A BOOL has 32 bits: the upper half of the register means nothing.",
            ),
            (
                0xdead_beef_0000_0001,
                Ok(1),
                "A BOOL has 32 bits: the upper half of the register means nothing.",
            ),
        ]
    }
}
