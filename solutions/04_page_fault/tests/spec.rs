extern crate page_fault_solution as page_fault;

use std::ptr;
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use page_fault::{LazyRegion, Verdict, find, handle_faults, is_readable, on_fault, page_size};
use support::{descriptor_count, in_child, no_crash_report, within};

static GREETING: [u8; 5] = *b"hello";

/// What to think of when the code after this does not come back.
const ENDLESS: &str = "an instruction faults again and again. The handler says \"retry\", and the page is not \
                       accessible: is it the page of the address, and does `make_accessible` work?";

#[track_caller]
fn region(pages: usize) -> LazyRegion {
    LazyRegion::new(pages).expect("the system has addresses to reserve")
}

/// One character a page: `#` is accessible, `.` is not. Asked of the kernel, so nothing is touched.
fn map(region: &LazyRegion) -> String {
    (0..region.pages())
        .map(|page| match is_readable(region.page(page)) {
            true => '#',
            false => '.',
        })
        .collect()
}

/// What to think of when a fault that is in no region does not end the process.
const NOT_GIVEN_BACK: &str = "a fault that is not yours comes back for ever. Does `handle` give it back (on Windows: \
                              say that the search goes on), and was what was done before kept before your own \
                              action was set?";

/// Runs `body` with the fault handler installed, on a thread that may hang; `hint` says why it would.
#[track_caller]
fn with_handler<T: Send + 'static>(hint: &str, body: impl FnOnce() -> T + Send + 'static) -> T {
    handle_faults().expect("the system takes a fault handler");
    within(Duration::from_secs(2), hint, body)
}

#[test]
fn what_the_program_uses_is_readable() {
    let local = 7_u8;
    let heap = vec![1_u8, 2, 3];
    let function = what_the_program_uses_is_readable as *const () as *const u8;
    for (name, address) in [
        ("a local variable", &raw const local),
        ("the heap", heap.as_ptr()),
        ("a static", GREETING.as_ptr()),
        ("the code of a function", function),
    ] {
        assert!(
            is_readable(address),
            "{name} is at {address:?}, and the program reads it all the time; your is_readable says no. Does \
             it give the kernel the address itself, and the length 1? Is the reading end of the pipe still \
             open? (What a pattern calls `_` is dropped at once.)"
        );
    }
    drop(heap);
}

#[test]
fn null_and_the_kernels_half_are_not_readable() {
    for (name, address) in [
        ("the null pointer", 0),
        ("an address in page 0", 16),
        ("the last page, in the kernel's half,", usize::MAX - 4095),
    ] {
        assert!(
            !is_readable(ptr::without_provenance(address)),
            "{name} ({address:#x}) is nothing that a program may read; your is_readable says yes. Does the \
             kernel really have to look at the byte? (/dev/null takes everything unseen.) Is it given the \
             address itself, not that of your variable, and the length 1?"
        );
    }
}

#[test]
fn asking_leaves_no_descriptor_open() {
    let child = in_child("asking_leaves_no_descriptor_open", || {
        let before = descriptor_count();
        for _ in 0..50 {
            is_readable(GREETING.as_ptr());
            is_readable(ptr::null());
        }
        let after = descriptor_count();
        assert!(
            after <= before,
            "{before} descriptors were open, and after 100 questions there are {after}. Who closes the pipe? \
             Each question needs a new one: one that is kept is full after 64 KiB, and then the question waits \
             for ever."
        );
    });
    assert!(
        child.status.success(),
        "a child process that asked 100 times ended with {}; it said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn reserved_pages_have_addresses_but_no_memory() {
    let region = region(4);
    let pages = map(&region);
    assert_eq!(
        pages, "....",
        "nobody has touched the four pages, so none is accessible (`.`); asked about each, your is_readable \
         gives this (left, `#` is \"readable\"). On Windows: is MEM_RESERVE taken for memory?"
    );
    assert_eq!(
        region.faults(),
        0,
        "is_readable only asks, so there was no fault. Does yours touch the page?"
    );
}

#[test]
fn a_fault_makes_exactly_its_page_accessible() {
    let region = region(5);
    // No fault yet: only the decision, for an address in the middle of page 3.
    let address = region.page(3).wrapping_add(page_size() / 2);
    let verdict = on_fault(address);
    assert_eq!(
        verdict,
        Verdict::Retry,
        "the address {address:?} lies in page 3 of a region, so the fault is ours. (left: yours) Does \
         `make_accessible` say no? It wants the address of the page's first byte, and what the system returns \
         means success when it is 0 (on Windows: when it is not null)."
    );
    let pages = map(&region);
    assert_eq!(
        pages, "...#.",
        "a fault in the middle of page 3 (of 0 to 4) makes that page accessible and no other; yours gives this \
         (left). The page begins at the address rounded down to the page size, and is one page long."
    );
    assert_eq!(
        region.faults(),
        1,
        "there was one fault, so the region counts one"
    );
    let verdict = on_fault(address);
    assert_eq!(
        verdict,
        Verdict::Retry,
        "two threads may fault at one page before it is accessible. When the second fault comes to be decided, \
         the page is accessible already, and that fault is ours too. (left: yours)"
    );
}

#[test]
fn an_address_outside_is_not_ours() {
    let region = region(2);
    let local = 7_u8;
    let guard: *const u8 = region.page(2);
    for (name, address) in [
        ("the null pointer", ptr::null()),
        ("a local variable", &raw const local),
        (
            "the first byte behind the region, in the guard page,",
            guard,
        ),
    ] {
        let verdict = on_fault(address);
        assert_eq!(
            verdict,
            Verdict::NotOurs,
            "{name} is at {address:?}, and that is in no region: not ours"
        );
    }
    assert!(
        !is_readable(guard),
        "the guard page behind the region stays inaccessible for ever; yours can be read"
    );
    assert_eq!(region.faults(), 0, "a fault elsewhere is not counted here");
}

#[test]
fn a_dropped_region_gives_its_addresses_back() {
    let child = in_child("a_dropped_region_gives_its_addresses_back", || {
        // The child has no other regions, and nobody else who could get these addresses.
        let region = region(3);
        let page: *const u8 = region.page(1);
        assert_eq!(on_fault(page), Verdict::Retry, "page 1 is ours");
        assert!(is_readable(page), "page 1 has had its fault");
        drop(region);
        assert!(
            !is_readable(page),
            "the region is gone, and its address {page:?} still counts as readable"
        );
        assert_eq!(
            on_fault(page),
            Verdict::NotOurs,
            "the region is gone, so a fault at its address {page:?} is not ours any more"
        );
    });
    assert!(
        child.status.success(),
        "a child process that reserved a region, touched it and dropped it ended with {}; it said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn a_region_without_pages_harms_no_other() {
    let empty = region(0);
    let other = region(1);
    drop(empty);
    let verdict = on_fault(other.page(0));
    assert_eq!(
        (verdict, map(&other).as_str()),
        (Verdict::Retry, "#"),
        "a region of no pages was made, then one of one page, and then the first was dropped. The page of the \
         second is still in a region, so a fault there is ours. (left: your verdict, and which pages can be read)"
    );
}

// given
#[test]
fn a_region_stays_while_a_handler_looks_at_it() {
    let region = region(1);
    let address = region.page(0).addr();
    let found = find(address).expect("the address of a page is found");
    let (tell, told) = mpsc::channel();
    let owner = thread::spawn(move || {
        drop(region);
        let _ = tell.send(());
    });
    // When it is not found any more, its owner has begun to drop it.
    while find(address).is_some() {
        thread::yield_now();
    }
    assert_eq!(
        told.recv_timeout(Duration::from_millis(30)),
        Err(mpsc::RecvTimeoutError::Timeout),
        "a handler still has what `find` returned, and the region was dropped all the same. The handler would now \
         change a page that may be somebody else's"
    );
    drop(found);
    assert_eq!(
        told.recv_timeout(Duration::from_secs(2)),
        Ok(()),
        "no handler looks at the region any more, so its owner can drop it"
    );
    let _ = owner.join();
}

// Windows gives addresses back all at once, so there a region cannot have a hole.
#[cfg(unix)]
#[test]
fn a_page_that_the_system_refuses_is_not_ours() {
    // In a child, where nobody else can get the page's address.
    let child = in_child("a_page_that_the_system_refuses_is_not_ours", || {
        let region = region(3);
        // SAFETY: the page belongs to the region, and nobody has touched it or will.
        let result = unsafe { system::memory::munmap(region.page(1).cast(), page_size()) };
        assert_eq!(result, 0, "the system takes a page back");
        let verdict = on_fault(region.page(1));
        assert_eq!(
            (verdict, region.faults()),
            (Verdict::NotOurs, 0),
            "page 1 was taken out of the region, so the system refuses to make it accessible, and whoever tries \
             the instruction again faults for ever. (left: your verdict, and how many faults were counted) Does \
             `make_accessible` say what the system said, does `on_fault` listen, and does it count only then?"
        );
        // The page is no longer the region's to release.
        std::mem::forget(region);
    });
    assert!(
        child.status.success(),
        "a child process that took a page out of a region ended with {}; it said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn the_first_touch_of_a_page_is_one_fault_and_the_second_is_none() {
    let test = "the_first_touch_of_a_page_is_one_fault_and_the_second_is_none";
    let child = in_child(test, || {
        no_crash_report();
        let (counts, pages) = with_handler(ENDLESS, || {
            let region = region(8);
            let touch = |page: usize| {
                region.read(page * page_size() + 5);
                region.faults()
            };
            ([1, 6, 1, 6, 7, 1].map(touch), map(&region))
        });
        assert_eq!(
            counts,
            [1, 2, 2, 2, 3, 3],
            "pages 1, 6, 1, 6, 7, 1 are read in this order, and only the first touch of each is a fault. The \
             count after each read is on the left. (Fewer: is more than one page made accessible, or no fault \
             counted?)"
        );
        assert_eq!(
            pages, ".#....##",
            "pages 1, 6 and 7 were touched, so they are accessible (`#`) and the others are not; yours gives \
             this (left)"
        );
    });
    assert!(
        child.status.success(),
        "a child process touched some pages of a region for the first time, and ended with {}. A crash: the \
         fault did not come to you, or was given back. Is the handler set, with SA_SIGINFO among its flags (on \
         Windows: added)? Is the address the one in `info` (`information[1]`)? Is `give_back` called for \
         `NotOurs` only? It said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn a_page_begins_as_zeros_and_keeps_what_is_written() {
    let (zeros, one, two) = with_handler(ENDLESS, || {
        let mut region = region(3);
        let size = page_size();
        let zeros = (0..size).all(|byte| region.read(size + byte) == 0);
        region.write(size - 1, 11);
        region.write(2 * size, 22);
        // Again, now that all three pages are accessible.
        (zeros, region.read(size - 1), region.read(2 * size))
    });
    assert!(
        zeros,
        "all bytes of a page that nobody has written to are 0"
    );
    assert_eq!(
        (one, two),
        (11, 22),
        "11 went to the last byte of page 0 and 22 to the first of page 2, and that was read again (left). A \
         write that faults is made again when the handler returns, so it is not lost."
    );
}

#[test]
fn threads_fault_independently_and_together() {
    // So many that the threads get into each other's way also when they share a processor.
    const MANY: usize = 1024;
    let child = in_child("threads_fault_independently_and_together", || {
        let (own, shared) = with_handler(ENDLESS, || {
            let shared = region(16);
            let barrier = Barrier::new(4);
            let own = thread::scope(|scope| {
                let threads: Vec<_> = (1..=4)
                    .map(|pages| {
                        let (shared, barrier) = (&shared, &barrier);
                        scope.spawn(move || {
                            let pages = pages * MANY;
                            let own = region(pages);
                            barrier.wait();
                            for page in 0..16 {
                                shared.read(page * page_size());
                            }
                            for page in 0..pages {
                                own.read(page * page_size());
                            }
                            own.faults()
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().expect("no thread panics"))
                    .collect::<Vec<_>>()
            });
            (own, shared.faults())
        });
        assert_eq!(
            own,
            [1, 2, 3, 4].map(|pages| pages * MANY),
            "four threads each touch every page of a region of their own, with {MANY} pages, 2, 3 and 4 times as \
             many: each region counts its own faults (left: yours)"
        );
        assert!(
            (16..=64).contains(&shared),
            "four threads touch the same 16 pages. Each page has at least one fault, and at most one a thread, \
             when several come before the page is accessible: 16 to 64. Yours counts {shared}."
        );
    });
    assert!(
        child.status.success(),
        "four threads touch many pages at the same time, and the child process that did this ended with {}. Does \
         your code say that a fault is not ours because another thread is in the handler? The child said:\n{}{}",
        child.status,
        child.stdout(),
        child.stderr()
    );
}

#[test]
fn a_fault_elsewhere_still_ends_the_process() {
    let child = in_child("a_fault_elsewhere_still_ends_the_process", || {
        no_crash_report();
        with_handler(NOT_GIVEN_BACK, || {
            let region = region(2);
            region.read(0);
            println!("page 0 has been read");
            // SAFETY: it is not safe: this is the guard page, and reading it has to end the process. There is
            // no object there, so nothing else can go wrong.
            let byte = unsafe { region.page(2).read_volatile() };
            println!("the guard page holds {byte}");
        });
    });
    let said = format!("{}{}", child.stdout(), child.stderr());
    assert!(
        child.stdout().contains("page 0 has been read"),
        "a child process did not even come to the crash, and ended with {}; it said:\n{said}",
        child.status
    );
    assert!(
        crashed_by_a_fault(&child.status),
        "a child process read its guard page, which is in no region. That has to end it with the system's \
         default action (SIGSEGV, on macOS SIGBUS, on Windows 0xc0000005); it ended with {} and said:\n{said}",
        child.status
    );
}

// Not on macOS, which does not tell a signal that was sent from a fault.
#[cfg(any(target_os = "linux", windows))]
#[test]
fn a_fault_that_somebody_sends_is_not_swallowed() {
    let child = in_child("a_fault_that_somebody_sends_is_not_swallowed", || {
        no_crash_report();
        sent::end_with_the_default_action();
        with_handler(NOT_GIVEN_BACK, || {
            println!("here it comes");
            sent::send();
            println!("and nothing has happened");
        });
    });
    let said = format!("{}{}", child.stdout(), child.stderr());
    assert!(
        child.stdout().contains("here it comes"),
        "a child process did not even come to the crash, and ended with {}; it said:\n{said}",
        child.status
    );
    assert!(
        crashed_by_a_fault(&child.status),
        "a child process was sent what a fault gives (the signal SIGSEGV, on Windows the exception \
         EXCEPTION_ACCESS_VIOLATION), but touched no page. That has to end it by the default action (SIGSEGV, on \
         Windows 0xc0000005); it ended with {} and said:\n{said}",
        child.status
    );
}

#[cfg(target_os = "linux")]
mod sent {
    use system::signals::{Action, SIGSEGV, raise, set_action};

    /// Without the handler of std, which lets the first signal that was sent pass.
    pub fn end_with_the_default_action() {
        // SAFETY: there is no handler.
        unsafe { set_action(SIGSEGV, &Action::DEFAULT) }.expect("the system takes an action");
    }

    pub fn send() {
        raise(SIGSEGV);
    }
}

#[cfg(windows)]
mod sent {
    use system::exceptions::{ACCESS_VIOLATION, RaiseException};

    /// Nothing to do: std does not take this exception.
    pub fn end_with_the_default_action() {}

    pub fn send() {
        // SAFETY: there is no argument, so the pointer to them may be null.
        unsafe { RaiseException(ACCESS_VIOLATION, 0, 0, std::ptr::null()) };
    }
}

// Only here: on Windows the system keeps the other handlers, so there is nothing to lose.
#[cfg(unix)]
#[test]
fn a_stack_overflow_still_gets_its_message() {
    let child = in_child("a_stack_overflow_still_gets_its_message", || {
        with_handler(NOT_GIVEN_BACK, || deeper(0));
    });
    assert!(
        child.stderr().contains("has overflowed its stack"),
        "std has a fault handler too, which writes \"has overflowed its stack\" before the process ends. It was \
         there before yours, so it gets the faults that are not yours. A child process overflowed its stack, and \
         ended with {} without that message: is the previous action kept (and not lost by installing twice), \
         and does your handler run on the alternate stack (SA_ONSTACK)? It said:\n{}",
        child.status,
        child.stderr()
    );
}

/// Calls itself until there is no stack left.
#[cfg(unix)]
#[expect(unconditional_recursion, reason = "the overflow is the point")]
fn deeper(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 128]);
    deeper(depth + 1) + frame[0]
}

#[cfg(unix)]
fn crashed_by_a_fault(status: &std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    use system::signals::{SIGBUS, SIGSEGV};
    status
        .signal()
        .is_some_and(|signal| signal == SIGSEGV || signal == SIGBUS)
}

#[cfg(windows)]
fn crashed_by_a_fault(status: &std::process::ExitStatus) -> bool {
    status.code() == Some(0xc000_0005_u32.cast_signed())
}
