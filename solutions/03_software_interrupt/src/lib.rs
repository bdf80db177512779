#![doc = include_str!("../../../exercises/03_software_interrupt/README.md")]

// Four things depend on where this runs; `trap.rs` does not. Each kind of file has the same items:
//
//   machine   the processor:            trap, TRAP_LENGTH
//   context   system and processor:     Context::{find, frame, resume}
//   handler   the system:               install() -> io::Result<()>, and the handler
//   int80     Linux on x86_64 alone:    int80, write80, LowPage

mod trap;

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod machine;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod machine;

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
#[path = "context/linux_aarch64.rs"]
mod context;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "context/linux_x86_64.rs"]
mod context;
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
#[path = "context/macos_aarch64.rs"]
mod context;
#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
#[path = "context/macos_x86_64.rs"]
mod context;
#[cfg(all(windows, target_arch = "aarch64"))]
#[path = "context/windows_aarch64.rs"]
mod context;
#[cfg(all(windows, target_arch = "x86_64"))]
#[path = "context/windows_x86_64.rs"]
mod context;

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[path = "unix.rs"]
mod handler;
#[cfg(windows)]
#[path = "windows.rs"]
mod handler;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod int80;

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub use int80::{LowPage, int80, write80};
pub use machine::{TRAP_LENGTH, trap};
pub use trap::{Frame, Service, Verdict, catch_traps, on_trap, trap_address};
