#![doc = include_str!("../README.md")]

mod address;
pub mod connect;
mod listener;
mod read;
mod state;
mod stream;
mod write_buffer;

// The systems. Each file has the same items in the same order:
//
//   Head                    the two bytes that begin an address: `V4`, `V6`
//   IN_PROGRESS             the error with which a non-blocking connect says that it has begun
//   OUT_OF_DESCRIPTORS      the errors that say that no further socket can be made now
//   open(address)           a socket for a connection to such an address; closed in child processes
//   connect(socket, to)     one system call
//   keep_from_children(s)   an accepted socket is closed in child processes too
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("this chapter knows Linux, macOS and Windows");

pub use address::SockAddr;
pub use listener::{Accept, TcpListener, accept_from, out_of_descriptors};
pub use read::{Stopped, read_available};
pub use state::{Event, State};
pub use stream::TcpStream;
/// The OS error of a connect that has begun and is not done: `EINPROGRESS`, on Windows `WSAEWOULDBLOCK`.
pub use system::IN_PROGRESS;
pub use write_buffer::{Flushed, WriteBuffer};
