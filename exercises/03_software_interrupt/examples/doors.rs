//! The same bytes through `int 0x80`, from several places in memory (Linux on x86_64).

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn main() -> std::io::Result<()> {
    linux_x86_64::main()
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn main() {
    println!(
        "`int 0x80` is a door of Linux on x86_64. This system has none like it; read on in the chapter."
    );
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod linux_x86_64 {
    use std::hint::black_box;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::process::{self, Command, Stdio};
    use std::time::{Duration, Instant};

    use software_interrupt::{LowPage, int80};

    /// `__NR_getpid`, `<asm/unistd_32.h>`
    const GETPID: u32 = 20;
    /// `__NR_write`, `<asm/unistd_32.h>`
    const WRITE: u32 = 4;

    static IN_THE_PROGRAM: &[u8] = b"hello";

    pub fn main() -> io::Result<()> {
        // A kernel that keeps this door shut ends the program that tries; so another one tries first.
        if std::env::args().nth(1).as_deref() == Some("try") {
            getpid();
            return Ok(());
        }
        let status = Command::new(std::env::current_exe()?)
            .arg("try")
            .stderr(Stdio::null())
            .status()?;
        if !status.success() {
            println!("this kernel refuses `int 0x80` to 64-bit programs: {status}");
            return Ok(());
        }

        println!(
            "number 20 by `int 0x80`: {}; std says {}\n",
            getpid(),
            process::id()
        );

        let on_the_stack = *b"hello";
        let on_the_heap = b"hello".to_vec();
        let mut low = LowPage::new()?;
        low.bytes()[..5].copy_from_slice(b"hello");
        println!("5 bytes              at the address   the kernel sees   and says");
        for (place, address) in [
            ("on the stack", on_the_stack.as_ptr().expose_provenance()),
            ("on the heap", on_the_heap.as_ptr().expose_provenance()),
            (
                "in the program",
                IN_THE_PROGRAM.as_ptr().expose_provenance(),
            ),
            ("in a low page", low.address()),
            ("4 GiB above that", low.address() + (1 << 32)),
        ] {
            let seen = address & 0xffff_ffff;
            let said = write_to_a_pipe(address)?;
            println!("{place:16}   {address:#16x}   {seen:#15x}   {said}");
        }

        println!(
            "\ngetpid by `syscall`, as std makes it   {:?}",
            time_of_one(process::id)
        );
        println!(
            "getpid by `int 0x80`                   {:?}",
            time_of_one(getpid)
        );
        Ok(())
    }

    fn getpid() -> i32 {
        // SAFETY: getpid takes no argument and touches no memory.
        unsafe { int80(GETPID, 0, 0, 0) }
    }

    fn write_to_a_pipe(address: usize) -> io::Result<String> {
        let (_reader, writer) = io::pipe()?;
        let descriptor = usize::try_from(writer.as_raw_fd()).expect("an open descriptor");
        // SAFETY: the kernel checks the address before it reads from it, and the pipe has room for five bytes.
        let raw = unsafe { int80(WRITE, descriptor, address, 5) };
        Ok(match raw {
            0.. => format!("{raw} bytes taken"),
            _ => io::Error::from_raw_os_error(-raw).to_string(),
        })
    }

    /// The least of several rounds: the others had to wait for something else on this machine.
    fn time_of_one<T>(mut call: impl FnMut() -> T) -> Duration {
        const CALLS: u32 = 1000;
        let mut round = || {
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(call());
            }
            start.elapsed()
        };
        let least = (0..20).map(|_| round()).min().unwrap_or_default();
        least / CALLS
    }
}
