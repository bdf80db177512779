//! Is a file ready? Asks the kernel, by the same `watch` that serves sockets.
//!
//! `cargo run -p fs_module --example ready`

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::run(look)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn look() {
    use std::cell::Cell;
    use std::fs::File;
    use std::net::TcpListener;
    use std::rc::Rc;

    use callbacks::Error;
    use runtime::{Interest, watch};

    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    match watch(Rc::new(socket), Interest::READABLE, |_| {}) {
        Ok(watch) => {
            println!("a socket  the kernel watches it, and nobody has come yet");
            watch.close();
        }
        Err(error) => println!("a socket  {}", Error::from_io(&error, "watch")),
    }
    let own_path = std::env::current_exe().expect("this program knows its own path");
    let file = File::open(own_path).expect("this program is a file");
    let calls = Cell::new(0);
    let own = Rc::new(Cell::new(None::<runtime::Watch>));
    let id = Rc::clone(&own);
    let watched = watch(Rc::new(file), Interest::READABLE, move |ready| {
        calls.set(calls.get() + 1);
        println!("a file    ready: {ready:?}");
        if calls.get() == 3 {
            println!("a file    and it will be so for ever: nobody asked the disk");
            id.get().expect("it was set").close();
        }
    });
    match watched {
        Ok(watch) => own.set(Some(watch)),
        Err(error) => println!("a file    {}", Error::from_io(&error, "epoll_ctl")),
    }
}

#[cfg(windows)]
fn look() {
    println!("On Windows the compiler answers: `watch` takes an `AsSocket`, and a `File` is none.");
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");
