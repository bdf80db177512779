//! How many calls of `write` do a thousand `x` take? `how_many print`, `how_many println`,
//! `how_many write`; count them as the chapter says.

extern crate write_syscall_solution as write_syscall;

use std::{env, io};

use write_syscall::{stdout, write, write_all};

fn main() -> io::Result<()> {
    let how = env::args().nth(1).unwrap_or_default();
    for _ in 0..1000 {
        match how.as_str() {
            "print" => print!("x"),
            "println" => println!("x"),
            "write" => write_all(|bytes| write(stdout(), bytes), b"x")?,
            _ => {
                eprintln!("how? One of: print, println, write");
                break;
            }
        }
    }
    Ok(())
}
