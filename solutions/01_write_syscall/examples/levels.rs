//! The same sentence on the two levels that you know by now. Run it under `strace -e trace=write`.

extern crate write_syscall_solution as write_syscall;

use std::io;

use write_syscall::{stdout, write, write_all};

fn main() -> io::Result<()> {
    println!(
        "Level 3, the standard library: println! formats, buffers, locks, and calls write for us."
    );
    let text = "Level 2, the system's library: we call write ourselves, byte for byte.\n";
    write_all(|bytes| write(stdout(), bytes), text.as_bytes())
}
