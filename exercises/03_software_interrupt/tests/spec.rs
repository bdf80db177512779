use std::process::ExitStatus;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use software_interrupt::{Frame, TRAP_LENGTH, Verdict, catch_traps, on_trap, trap, trap_address};
use support::{Child, in_child, no_crash_report, within};

/// What to think of when the code after this does not come back.
const ENDLESS: &str = "the program traps again and again: it goes on at the trap instruction, and not behind it. \
                       Does `on_trap` move `pc`?";

/// Printed by a child that has come so far.
const BEFORE: &str = "[before the trap]";
const AFTER: &str = "[after it]";

fn one_more(argument: usize) -> usize {
    argument + 1
}

fn nobody_asks(argument: usize) -> usize {
    panic!("the service routine was called with {argument}, for a trap that is not ours")
}

#[track_caller]
fn succeeded(child: &Child, what: &str) {
    assert!(
        child.status.success() && child.stdout().contains(AFTER),
        "a child process {what}, and should have come to its end; it ended with {}. It said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn our_trap_is_answered_and_the_program_goes_on_behind_it() {
    let mut frame = Frame {
        pc: trap_address(),
        argument: 41,
        answer: 0,
    };
    let verdict = on_trap(&mut frame, one_more);
    assert_eq!(
        verdict,
        Verdict::Resume,
        "the program counter is at trap_address(), so the trap is ours"
    );
    assert_eq!(
        frame.answer, 42,
        "the service routine adds one; with the argument 41 the frame's answer must be 42, and it is {}",
        frame.answer
    );
    let moved = frame.pc.wrapping_sub(trap_address()).cast_signed();
    assert_eq!(
        moved,
        TRAP_LENGTH.cast_signed(),
        "the trap instruction has {TRAP_LENGTH} bytes on this processor, so the program goes on {TRAP_LENGTH} \
         behind it; your `on_trap` moves the program counter by {moved}. (0 is an endless loop: the program goes \
         on by trapping. Any other number is the middle of something.)"
    );
}

#[test]
fn a_trap_elsewhere_is_not_ours_and_changes_nothing() {
    for (name, pc) in [
        ("at address 0", 0),
        ("one byte before ours", trap_address() - 1),
        (
            "directly behind ours, where `ret` is,",
            trap_address() + TRAP_LENGTH,
        ),
        ("in another function", one_more as *const () as usize),
    ] {
        let before = Frame {
            pc,
            argument: 3,
            answer: 5,
        };
        let mut frame = before;
        let verdict = on_trap(&mut frame, nobody_asks);
        assert_eq!(
            verdict,
            Verdict::NotOurs,
            "a trap {name} ({pc:#x}) is somebody else's: a debugger's breakpoint, or another library's. Ours is at \
             {:#x} and nowhere else",
            trap_address()
        );
        assert_eq!(
            frame, before,
            "a trap {name} is not ours, so nothing in its frame changes (left: what your `on_trap` made of it)"
        );
    }
}

#[test]
fn trap_begins_with_the_trap_instruction() {
    let code = platform::first_instruction(trap_address());
    assert!(
        platform::is_trap(code),
        "`trap` must begin with the trap instruction ({}), and it begins with {code:#x}. With an ordinary \
         function the compiler's own instructions come first: is `#[unsafe(naked)]` above it?",
        platform::TRAP
    );
}

#[test]
fn a_trap_returns_what_the_service_routine_answers() {
    let child = in_child("a_trap_returns_what_the_service_routine_answers", || {
        catch_traps(one_more).expect("the system takes a handler for traps");
        println!("{BEFORE}");
        let answers = within(Duration::from_secs(2), ENDLESS, || {
            [41, 0, 999].map(|argument| trap(argument))
        });
        assert_eq!(
            answers,
            [42, 1, 1000],
            "the service routine adds one; trap(41), trap(0) and trap(999) return this (left). Is `ret` the second \
             instruction of `trap`, and nothing between?"
        );
        println!("{AFTER}");
    });
    succeeded(
        &child,
        "caught its traps and called trap(41), trap(0) and trap(999)",
    );
}

#[test]
fn threads_trap_at_the_same_time_and_each_gets_its_own_answer() {
    let child = in_child(
        "threads_trap_at_the_same_time_and_each_gets_its_own_answer",
        || {
            catch_traps(one_more).expect("the system takes a handler for traps");
            let wrong: usize = within(Duration::from_secs(2), ENDLESS, || {
                let barrier = Barrier::new(4);
                let count_wrong = |thread: usize| {
                    barrier.wait();
                    (0..250)
                        .map(|number| thread * 1000 + number)
                        .filter(|argument| trap(*argument) != argument + 1)
                        .count()
                };
                thread::scope(|scope| {
                    let count_wrong = &count_wrong;
                    let threads = [1, 2, 3, 4].map(|id| scope.spawn(move || count_wrong(id)));
                    threads
                        .into_iter()
                        .map(|thread| thread.join().expect("no thread panics"))
                        .sum()
                })
            });
            assert_eq!(
                wrong, 0,
                "four threads trapped 250 times each, and {wrong} answers were not the argument plus one. Each \
                 thread has a frame of its own: nothing of it belongs into a static."
            );
            println!("{AFTER}");
        },
    );
    succeeded(&child, "trapped on four threads");
}

#[test]
fn a_trap_of_somebody_else_still_ends_the_process() {
    let child = in_child("a_trap_of_somebody_else_still_ends_the_process", || {
        no_crash_report();
        catch_traps(one_more).expect("the system takes a handler for traps");
        println!("{BEFORE}");
        platform::trap_elsewhere();
        println!("{AFTER}");
    });
    ended_by_a_trap(
        &child,
        "executed a trap instruction that is not the one in `trap`. Nobody waits for that one",
    );
}

#[test]
fn what_somebody_sends_is_not_swallowed() {
    let child = in_child("what_somebody_sends_is_not_swallowed", || {
        no_crash_report();
        catch_traps(one_more).expect("the system takes a handler for traps");
        println!("{BEFORE}");
        platform::send();
        println!("{AFTER}");
    });
    ended_by_a_trap(
        &child,
        "was sent what a trap gives (the signal SIGTRAP, on Windows the exception EXCEPTION_BREAKPOINT), without \
         any trap instruction. Nobody waits for that",
    );
}

// Not on macOS, which does not tell a signal that was sent from a trap.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_arrives_behind_our_trap_is_none() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    /// A signal that is sent while the handler runs has to wait. It arrives when the handler returns, and then
    /// the program counter is directly behind our trap.
    fn one_more_and_a_signal(argument: usize) -> usize {
        static SENT: AtomicBool = AtomicBool::new(false);
        if !SENT.swap(true, Relaxed) {
            platform::send();
        }
        argument + 1
    }
    let child = in_child("a_signal_that_arrives_behind_our_trap_is_none", || {
        catch_traps(one_more_and_a_signal).expect("the system takes a handler for traps");
        println!("{BEFORE}");
        trap(1);
        println!("{AFTER}");
    });
    ended_by_a_trap(
        &child,
        "was sent the signal SIGTRAP during its handler, and so found directly behind its own trap. Nobody \
         waits for that signal",
    );
}

#[track_caller]
fn ended_by_a_trap(child: &Child, what: &str) {
    let said = format!("{}{}", child.stdout(), child.stderr());
    assert!(
        child.stdout().contains(BEFORE),
        "a child process did not even come to its trap, and ended with {}; it said:\n{said}",
        child.status
    );
    assert!(
        !child.stdout().contains(AFTER) && platform::is_end_by_trap(child.status),
        "a child process {what}, so it has to end by the default action (SIGTRAP, on Windows 0x80000003); it {} \
         and ended with {}. It said:\n{said}",
        match child.stdout().contains(AFTER) {
            true => "went on as if nothing had happened",
            false => "stopped there",
        },
        child.status
    );
}

#[test]
fn who_handled_traps_before_still_gets_the_others() {
    let child = in_child("who_handled_traps_before_still_gets_the_others", || {
        no_crash_report();
        platform::exit_with_7_on_a_trap();
        catch_traps(one_more).expect("the system takes a handler for traps");
        within(Duration::from_secs(2), ENDLESS, || trap(1));
        println!("{BEFORE}");
        platform::trap_elsewhere();
        println!("{AFTER}");
    });
    assert_eq!(
        child.status.code(),
        Some(7),
        "a child process had a handler for traps before it called catch_traps: one that exits with 7. A trap that \
         is not ours belongs to it. The child ended with {}; is the previous action asked for before the new one \
         is set, and kept? It said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn int_0x80_leads_to_the_same_kernel() {
    by_int_0x80("int_0x80_leads_to_the_same_kernel", || {
        // SAFETY: getpid takes no argument and touches no memory.
        let id = unsafe { software_interrupt::int80(int_0x80::GETPID, 0, 0, 0) };
        let expected = std::process::id().cast_signed();
        assert_eq!(
            id, expected,
            "call 20 of <asm/unistd_32.h> is getpid, and this is process {expected}; `int80` returned {id}. The \
             instruction is `int 0x80`: behind `syscall`, 20 is another call. The number belongs into eax, and the \
             result comes back there. (-38 says that there is no such call.)"
        );
    });
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn int_0x80_gives_rbx_back() {
    by_int_0x80("int_0x80_gives_rbx_back", || {
        // Once from here: what is not written yet can say so, which it cannot from inside an `asm!` block.
        int_0x80::getpid();
        let put = 0x5a5a_1234_5678_9abc;
        let found = int_0x80::rbx_around_a_call(put);
        assert_eq!(
            found, put,
            "rbx belongs to the caller: it held {put:#x} before `int80` was called and {found:#x} after it. The \
             second `xchg` brings it back."
        );
    });
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn int_0x80_sees_only_the_lower_half_of_an_address() {
    by_int_0x80("int_0x80_sees_only_the_lower_half_of_an_address", || {
        use int_0x80::{EFAULT, FOUR_GIB, write_to_a_pipe};

        let mut page = software_interrupt::LowPage::new().expect("memory below 4 GiB");
        page.bytes()[..5].copy_from_slice(b"below");
        let low = page.address();
        let (raw, arrived) = write_to_a_pipe(low, 5);
        assert_eq!(
            (raw, arrived.as_str()),
            (5, "below"),
            "call 4 of <asm/unistd_32.h> is write: descriptor in ebx, address in ecx, length in edx. Five bytes at \
             {low:#x} hold \"below\"; your `int80` returned the number on the left, and that text arrived"
        );

        let high = int_0x80::page_above_4_gib();
        let (raw, arrived) = write_to_a_pipe(high, 5);
        assert_eq!(
            (raw, arrived.as_str()),
            (-EFAULT, ""),
            "at {high:#x} there is memory which this program may read, but its address does not fit 32 bits. The \
             kernel sees the lower half, {:#x}, where nothing is: EFAULT, -14. Your `int80` returned the number \
             on the left",
            high % FOUR_GIB
        );

        let (raw, arrived) = write_to_a_pipe(low + 3 * FOUR_GIB, 5);
        assert_eq!(
            (raw, arrived.as_str()),
            (5, "below"),
            "12 GiB above {low:#x} there is nothing at all. But the lower half of that address is {low:#x}, and the \
             kernel sees nothing else: it takes what is there. Your `int80` returned the number on the left"
        );
    });
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn write80_takes_bytes_from_anywhere() {
    by_int_0x80("write80_takes_bytes_from_anywhere", || {
        use software_interrupt::{LowPage, write80};
        use std::io::Read;

        let (mut reader, writer) = std::io::pipe().expect("the system has a pipe");
        let on_the_stack = *b"stack ";
        let on_the_heap = b"heap".to_vec();
        for bytes in [&on_the_stack[..], &on_the_heap] {
            let taken = write80(&writer, bytes).map_err(|error| error.to_string());
            assert_eq!(
                taken,
                Ok(bytes.len()),
                "{} bytes at {:?} went to a pipe that has room; your write80 says this (left). \"Bad address\" is \
                 what the kernel says to an address above 4 GiB: copy the bytes to a LowPage first",
                bytes.len(),
                bytes.as_ptr()
            );
        }
        let large = vec![b'.'; LowPage::SIZE + 1];
        let taken = write80(&writer, &large).map_err(|error| error.to_string());
        assert_eq!(
            taken,
            Ok(LowPage::SIZE),
            "{} bytes are one more than a page holds, so a page of them is taken, and write80 says how many that \
             were (left: yours)",
            large.len()
        );
        drop(writer);
        let mut arrived = String::new();
        reader
            .read_to_string(&mut arrived)
            .expect("the bytes are text");
        assert_eq!(
            arrived.trim_end_matches('.'),
            "stack heap",
            "\"stack \" and \"heap\" were written, and then dots; this arrived"
        );

        let error = write80(
            &std::fs::File::open("/dev/null").expect("it is there"),
            b"x",
        )
        .map_err(|error| error.raw_os_error());
        assert_eq!(
            error,
            Err(Some(9)),
            "a file that is open for reading only takes no bytes: EBADF, 9. Your write80 says this (left); the \
             error is in the result, with its sign turned"
        );
    });
}

/// Runs `body` in a child process, where a crash or an `exit` by mistake do no harm. Before that, the child asks
/// the kernel through the door itself: when that is refused, there is nothing to test.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[track_caller]
fn by_int_0x80(test: &str, body: impl FnOnce()) {
    let child = in_child(test, || {
        if int_0x80::getpid_by_hand() == std::process::id().cast_signed() {
            println!("{BEFORE}");
            body();
            println!("{AFTER}");
        }
    });
    if child.stdout().contains(BEFORE) {
        succeeded(&child, "made system calls by `int 0x80`");
        return;
    }
    // Not with `eprintln!`, which the test harness keeps for tests that fail.
    let note = format!(
        "{test}: this kernel refuses `int 0x80` to 64-bit programs (a process that tried ended with {}), so \
         there is nothing to check here\n",
        child.status
    );
    let _ = std::io::Write::write_all(&mut std::io::stderr(), note.as_bytes());
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod int_0x80 {
    use std::arch::asm;
    use std::ffi::c_int;
    use std::io::{self, Read};
    use std::os::fd::AsRawFd;
    use std::ptr;

    use software_interrupt::int80;
    use system::memory::{MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE, mmap};

    /// `__NR_getpid`, `<asm/unistd_32.h>`
    pub const GETPID: u32 = 20;
    /// `__NR_write`, `<asm/unistd_32.h>`
    const WRITE: u32 = 4;
    /// `<asm-generic/errno-base.h>`
    pub const EFAULT: i32 = 14;
    pub const FOUR_GIB: usize = 1 << 32;

    /// Not the learner's.
    pub fn getpid_by_hand() -> i32 {
        let id;
        // SAFETY: getpid takes no argument. A kernel that refuses ends this process, which is there to try.
        unsafe {
            asm!(
                "int 0x80",
                inlateout("eax") GETPID => id,
                lateout("r8") _,
                lateout("r9") _,
                lateout("r10") _,
                lateout("r11") _,
            );
        }
        id
    }

    pub extern "C" fn getpid() {
        // SAFETY: getpid takes no argument and touches no memory.
        unsafe { int80(GETPID, 0, 0, 0) };
    }

    /// Puts a number into rbx, makes a call, and says what is in rbx then.
    pub fn rbx_around_a_call(put: usize) -> usize {
        let found;
        // SAFETY: by the calling convention `getpid` preserves rbx and r12 to r15, and may change what
        // `clobber_abi` names; rbx is back in its place at the end.
        unsafe {
            asm!(
                "mov r12, rbx",
                "mov rbx, r13",
                "call {getpid}",
                "mov r13, rbx",
                "mov rbx, r12",
                getpid = sym getpid,
                out("r12") _,
                inlateout("r13") put => found,
                clobber_abi("C"),
            );
        }
        found
    }

    /// What the learner's `int80` says to `length` bytes at `address`, and what comes out of the pipe.
    pub fn write_to_a_pipe(address: usize, length: usize) -> (i32, String) {
        let (mut reader, writer) = io::pipe().expect("the system has a pipe");
        let descriptor = usize::try_from(writer.as_raw_fd()).expect("an open descriptor");
        // SAFETY: the kernel checks the address before it reads from it.
        let raw = unsafe { int80(WRITE, descriptor, address, length) };
        drop(writer);
        let mut arrived = Vec::new();
        reader
            .read_to_end(&mut arrived)
            .expect("a pipe can be read");
        (raw, String::from_utf8_lossy(&arrived).into_owned())
    }

    /// A page of memory at a multiple of 4 GiB, so that the lower half of its address is 0. It lives as long
    /// as the process, which is a child that ends soon.
    pub fn page_above_4_gib() -> usize {
        /// `<bits/mman-map-flags-generic.h>`
        const MAP_FIXED_NOREPLACE: c_int = 0x10_0000;
        let access = PROT_READ | PROT_WRITE;
        let there_if_free = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        (16..64)
            .map(|number| number * FOUR_GIB)
            .find(|address| {
                let wanted = ptr::without_provenance_mut(*address);
                // SAFETY: only memory that nobody has yet is taken.
                let got = unsafe { mmap(wanted, 4096, access, there_if_free, -1, 0) };
                got.addr() == *address
            })
            .expect("a page at a multiple of 4 GiB is free")
    }
}

mod platform {
    use super::ExitStatus;
    use std::arch::asm;

    pub const TRAP: &str = match (cfg!(target_arch = "x86_64"), cfg!(windows)) {
        (true, _) => "`int3`, the byte 0xcc",
        (false, false) => "`brk`, 0xd4200000 and its number in bits 5 to 20",
        (false, true) => "`brk #0xf000`, 0xd43e0000",
    };

    #[cfg(target_arch = "x86_64")]
    pub fn first_instruction(address: usize) -> u32 {
        let code: *const u8 = std::ptr::with_exposed_provenance(address);
        // SAFETY: this is the first byte of a function of this program.
        u32::from(unsafe { code.read() })
    }

    #[cfg(target_arch = "aarch64")]
    pub fn first_instruction(address: usize) -> u32 {
        let code: *const u32 = std::ptr::with_exposed_provenance(address);
        // SAFETY: this is the first instruction of a function of this program, aligned as all are.
        unsafe { code.read() }
    }

    pub fn is_trap(code: u32) -> bool {
        match (cfg!(target_arch = "x86_64"), cfg!(windows)) {
            (true, _) => code == 0xcc,
            (false, false) => code & 0xffe0_001f == 0xd420_0000,
            (false, true) => code == 0xd43e_0000,
        }
    }

    /// A trap in the middle of an ordinary function.
    #[inline(never)]
    pub fn trap_elsewhere() {
        // SAFETY: the instruction changes nothing; it ends the process, or whoever catches it lets us go on.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            asm!("int3")
        };
        // SAFETY: as above.
        #[cfg(all(target_arch = "aarch64", unix))]
        unsafe {
            asm!("brk #1")
        };
        // SAFETY: as above.
        #[cfg(all(target_arch = "aarch64", windows))]
        unsafe {
            asm!("brk #0xf000")
        };
    }

    #[cfg(unix)]
    pub use unix::{exit_with_7_on_a_trap, is_end_by_trap, send};
    #[cfg(windows)]
    pub use windows::{exit_with_7_on_a_trap, is_end_by_trap, send};

    #[cfg(unix)]
    mod unix {
        use super::ExitStatus;
        use std::ffi::c_int;
        use std::os::unix::process::ExitStatusExt;
        use system::signals::{Action, SIGTRAP, raise, set_action};

        unsafe extern "C" {
            /// `_exit(2)`
            safe fn _exit(status: c_int) -> !;
        }

        pub fn send() {
            raise(SIGTRAP);
        }

        pub fn exit_with_7_on_a_trap() {
            extern "C" fn handler(_signal: c_int) {
                _exit(7)
            }
            let action = Action {
                handler: handler as *const () as usize,
                ..Action::DEFAULT
            };
            // SAFETY: without flags the handler takes one argument; it ends the process, which is allowed in one.
            unsafe { set_action(SIGTRAP, &action) }.expect("the system takes a handler");
        }

        pub fn is_end_by_trap(status: ExitStatus) -> bool {
            status.signal() == Some(SIGTRAP)
        }
    }

    #[cfg(windows)]
    mod windows {
        use super::ExitStatus;
        use system::exceptions::{
            AddVectoredExceptionHandler, BREAKPOINT, CONTINUE_SEARCH, ExceptionPointers,
            RaiseException,
        };

        #[link(name = "kernel32")]
        unsafe extern "system" {
            /// `<processthreadsapi.h>`
            safe fn ExitProcess(code: u32) -> !;
        }

        pub fn send() {
            // SAFETY: no arguments, so the pointer to them may be null.
            unsafe { RaiseException(BREAKPOINT, 0, 0, std::ptr::null()) };
        }

        pub fn exit_with_7_on_a_trap() {
            unsafe extern "system" fn handler(pointers: *mut ExceptionPointers) -> i32 {
                // SAFETY: the system passes pointers to structs that live until the handler returns.
                let record = unsafe { (*pointers).record };
                // SAFETY: as above.
                if unsafe { (*record).code } == BREAKPOINT {
                    ExitProcess(7);
                }
                CONTINUE_SEARCH
            }
            // SAFETY: the handler looks only at what it is given.
            unsafe { AddVectoredExceptionHandler(1, handler) };
        }

        pub fn is_end_by_trap(status: ExitStatus) -> bool {
            status.code() == Some(BREAKPOINT.cast_signed())
        }
    }
}
