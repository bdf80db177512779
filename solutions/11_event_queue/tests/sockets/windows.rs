//! Windows: handles.

use std::ffi::{c_int, c_void};
use std::net::TcpStream;
use std::os::windows::io::{
    AsHandle, AsRawHandle, AsRawSocket, IntoRawSocket, OwnedHandle, RawHandle, RawSocket,
};

use event_queue::{EventQueue, Token};

#[link(name = "ws2_32")]
unsafe extern "system" {
    /// `<winsock2.h>`
    fn closesocket(socket: RawSocket) -> c_int;
}

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<handleapi.h>`
    fn CloseHandle(handle: RawHandle) -> c_int;
    /// `<handleapi.h>`
    fn GetHandleInformation(handle: RawHandle, flags: *mut u32) -> c_int;
    /// `<ioapiset.h>`
    fn PostQueuedCompletionStatus(
        port: RawHandle,
        bytes: u32,
        key: usize,
        overlapped: *mut c_void,
    ) -> c_int;
}

/// The number by which the system knows a socket.
pub fn number(source: &TcpStream) -> usize {
    source.as_raw_socket() as usize
}

/// Closes `source` as careless C code would, calls `f` with what is left, and forgets it.
pub fn close_behind<T>(source: TcpStream, f: impl FnOnce(&TcpStream) -> T) -> T {
    // SAFETY: this is a process of its own with one thread, so nobody else gets the number until `source`, which
    // does not know, is forgotten below.
    unsafe { closesocket(source.as_raw_socket()) };
    let value = f(&source);
    let _ = source.into_raw_socket();
    value
}

/// The same with the port of `queue`.
pub fn close_queue_behind<T>(queue: EventQueue, f: impl FnOnce(&EventQueue) -> T) -> T {
    // SAFETY: as in `close_behind`; `queue` does not know, and is forgotten below.
    unsafe { CloseHandle(queue.as_handle().as_raw_handle()) };
    let value = f(&queue);
    std::mem::forget(queue);
    value
}

/// Whether programs that this one starts get the queue's handle.
pub fn is_inherited(queue: &EventQueue) -> bool {
    const HANDLE_FLAG_INHERIT: u32 = 1; // <winbase.h>
    let mut flags = 0;
    // SAFETY: the handle is open, and the pointer is to a local.
    unsafe { GetHandleInformation(queue.as_handle().as_raw_handle(), &mut flags) };
    flags & HANDLE_FLAG_INHERIT != 0
}

/// An event from the program itself.
pub struct Poke(OwnedHandle, Token);

impl Poke {
    /// A copy of the queue's port.
    pub fn new(queue: &EventQueue, token: Token) -> Poke {
        let port = queue.as_handle().try_clone_to_owned();
        Poke(port.expect("a handle can be copied"), token)
    }

    pub fn poke(&self) {
        // SAFETY: the port is open. The packet has no overlapped block.
        let posted = unsafe {
            PostQueuedCompletionStatus(self.0.as_raw_handle(), 0, self.1.0, std::ptr::null_mut())
        };
        assert!(
            posted != 0,
            "not posted: {}",
            std::io::Error::last_os_error()
        );
    }
}
