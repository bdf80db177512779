//! The same sentence on each level that you know by now.

use std::io;

use write_syscall::{stdout, write, write_all};

/// What shows the calls that were made, on this system.
const LOOK: &str = if cfg!(target_os = "linux") {
    "strace -k -e trace=write target/debug/examples/levels"
} else if cfg!(target_os = "macos") {
    "sudo dtruss target/debug/examples/levels"
} else {
    "Process Monitor, operation WriteFile, while you run levels > levels.txt"
};

fn main() -> io::Result<()> {
    println!("Level 3, the standard library: these bytes go to the operating system.");
    let text = "Level 2, the system's library: these bytes go to the operating system.\n";
    write_all(|bytes| write(stdout(), bytes), text.as_bytes())?;
    eprintln!("Who made which call? {LOOK}");
    Ok(())
}
