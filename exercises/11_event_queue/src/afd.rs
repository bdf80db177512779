//! Windows's socket driver, AFD, and the one question that we ask it: is this socket ready?
//!
//! A poll of AFD is an operation like every other in Windows: it is started, it ends at some time, and then a
//! packet comes to a completion port. Until that packet has been taken out, the kernel may write to the memory
//! that it was lent. So [`Poll`] owns that memory, and never frees it while it is lent.
//!
//! Microsoft documents the calls and not this use of them. Node (through libuv), Rust's mio and many others rely on
//! it. Numbers and layouts: wepoll's `afd.h` and Wine's `include/wine/afd.h`.

use std::ffi::c_void;
use std::io;
use std::mem::offset_of;
use std::os::windows::io::{
    AsHandle, AsRawHandle, AsRawSocket, BorrowedHandle, BorrowedSocket, FromRawHandle, OwnedHandle,
    RawHandle, RawSocket,
};
use std::ptr::{self, NonNull};
use std::sync::Arc;

mod ffi {
    use super::{IoStatus, ObjectAttributes};
    use std::ffi::{c_int, c_void};
    use std::os::windows::io::{RawHandle, RawSocket};

    #[link(name = "ntdll")]
    unsafe extern "system" {
        /// `<winternl.h>`
        pub fn NtCreateFile(
            handle: *mut RawHandle,
            access: u32,
            attributes: *const ObjectAttributes,
            status: *mut IoStatus,
            allocation_size: *const i64,
            file_attributes: u32,
            share: u32,
            disposition: u32,
            options: u32,
            extended: *const c_void,
            extended_length: u32,
        ) -> i32;
        /// `<winternl.h>`
        pub fn NtDeviceIoControlFile(
            file: RawHandle,
            event: RawHandle,
            apc: *const c_void,
            apc_context: *mut c_void,
            status: *mut IoStatus,
            code: u32,
            input: *const c_void,
            input_length: u32,
            output: *mut c_void,
            output_length: u32,
        ) -> i32;
        /// ntdll, in no header: cancels the operation that was given `request`.
        pub fn NtCancelIoFileEx(
            file: RawHandle,
            request: *mut IoStatus,
            status: *mut IoStatus,
        ) -> i32;
        /// `<winternl.h>`
        pub safe fn RtlNtStatusToDosError(status: i32) -> u32;
    }

    #[link(name = "kernel32")]
    unsafe extern "system" {
        /// `<ioapiset.h>`
        pub fn CreateIoCompletionPort(
            file: RawHandle,
            port: RawHandle,
            key: usize,
            threads: u32,
        ) -> RawHandle;
    }

    #[link(name = "ws2_32")]
    unsafe extern "system" {
        /// `<winsock2.h>`
        pub fn WSAIoctl(
            socket: RawSocket,
            code: u32,
            input: *const c_void,
            input_length: u32,
            output: *mut c_void,
            output_length: u32,
            written: *mut u32,
            overlapped: *mut c_void,
            routine: *const c_void,
        ) -> c_int;
        /// `<winsock2.h>`
        pub safe fn WSAGetLastError() -> c_int;
    }
}

/// There are bytes to read.
pub const RECEIVE: u32 = 0x001;
/// There is room to write, or a connection has been made.
pub const SEND: u32 = 0x004;
/// The peer will send no more.
pub const DISCONNECT: u32 = 0x008;
/// The connection has been reset. Asked for in every poll.
pub const ABORT: u32 = 0x010;
/// The socket has been closed, in this process. Asked for in every poll.
pub const LOCAL_CLOSE: u32 = 0x020;
/// There is a connection to accept.
pub const ACCEPT: u32 = 0x080;
/// A connection could not be made. Asked for in every poll.
pub const CONNECT_FAIL: u32 = 0x100;

/// FILE_DEVICE_NETWORK (0x12) << 12 | operation 9 << 2 | METHOD_BUFFERED (0)
const IOCTL_AFD_POLL: u32 = 0x1_2024;
/// `_WSAIOR(IOC_WS2, 34)`, `<mswsock.h>`
const SIO_BASE_HANDLE: u32 = 0x4800_0022;

// <ntstatus.h>
const STATUS_SUCCESS: i32 = 0;
const STATUS_PENDING: i32 = 0x103;

/// `IO_STATUS_BLOCK`, `<winternl.h>`: how an operation ended.
#[repr(C)]
#[derive(Default)]
struct IoStatus {
    status: i32,
    information: usize,
}

/// `UNICODE_STRING`, `<winternl.h>`
#[repr(C)]
struct UnicodeString {
    length: u16,
    maximum_length: u16,
    buffer: *const u16,
}

/// `OBJECT_ATTRIBUTES`, `<winternl.h>`
#[repr(C)]
struct ObjectAttributes {
    length: u32,
    root: RawHandle,
    name: *const UnicodeString,
    attributes: u32,
    security_descriptor: *const c_void,
    quality_of_service: *const c_void,
}

/// `AFD_POLL_INFO` for one socket: the question, and later the answer.
#[repr(C)]
struct PollInfo {
    /// In units of 100 nanoseconds.
    timeout: i64,
    number_of_handles: u32,
    exclusive: u32,
    handle: RawSocket,
    events: u32,
    status: i32,
}

const _: () = assert!(size_of::<IoStatus>() == 16 && offset_of!(IoStatus, information) == 8);
const _: () = assert!(size_of::<UnicodeString>() == 16);
const _: () = assert!(size_of::<ObjectAttributes>() == 48);
const _: () = assert!(offset_of!(Block, status) == 0);
const _: () = assert!(size_of::<PollInfo>() == 32 && offset_of!(PollInfo, handle) == 16);

/// An open handle of the driver, whose polls end as packets in one completion port.
#[derive(Debug)]
pub struct Afd {
    handle: OwnedHandle,
}

impl Afd {
    /// How many polls one handle should have in flight: finding one to cancel takes as long as there are others.
    /// The number is wepoll's and mio's.
    pub const POLLS: usize = 32;

    /// Opens the driver for `port`.
    pub fn open(port: BorrowedHandle<'_>) -> io::Result<Afd> {
        // The part after \Device\Afd\ is the caller's to choose.
        let name: Vec<u16> = r"\Device\Afd\Workshop".encode_utf16().collect();
        let length = (name.len() * 2) as u16;
        let name = UnicodeString {
            length,
            maximum_length: length,
            buffer: name.as_ptr(),
        };
        let attributes = ObjectAttributes {
            length: size_of::<ObjectAttributes>() as u32,
            root: ptr::null_mut(),
            name: &name,
            attributes: 0,
            security_descriptor: ptr::null(),
            quality_of_service: ptr::null(),
        };
        const SYNCHRONIZE: u32 = 0x0010_0000; // <winnt.h>
        const FILE_SHARE_READ_WRITE: u32 = 3; // <winnt.h>
        const FILE_OPEN: u32 = 1; // <winternl.h>
        let (mut handle, mut status) = (ptr::null_mut(), IoStatus::default());
        // SAFETY: every pointer is to a local of this function that outlives the call, or null where that is allowed.
        let result = unsafe {
            ffi::NtCreateFile(
                &mut handle,
                SYNCHRONIZE,
                &attributes,
                &mut status,
                ptr::null(),
                0,
                FILE_SHARE_READ_WRITE,
                FILE_OPEN,
                0,
                ptr::null(),
                0,
            )
        };
        if result != STATUS_SUCCESS {
            return Err(error_of(result));
        }
        // SAFETY: the kernel has just opened this handle for us, and nothing else knows it.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        // SAFETY: both handles are open; the call keeps neither of them.
        let joined = unsafe {
            ffi::CreateIoCompletionPort(handle.as_raw_handle(), port.as_raw_handle(), 0, 0)
        };
        if joined.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Afd { handle })
    }
}

impl AsHandle for Afd {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.handle.as_handle()
    }
}

/// What is lent to the kernel for as long as a poll is pending.
#[repr(C)]
struct Block {
    status: IoStatus,
    info: PollInfo,
}

/// A poll of one socket, to be started again and again, and the memory that it needs.
#[derive(Debug)]
pub struct Poll {
    afd: Arc<Afd>,
    socket: RawSocket,
    /// From `Box`. The kernel's while `pending`.
    block: NonNull<Block>,
    pending: bool,
}

// SAFETY: the block belongs to this value and to the kernel, and to no thread.
unsafe impl Send for Poll {}

impl Poll {
    /// Memory for polls of `socket`. Nothing is asked yet.
    pub fn new(afd: Arc<Afd>, socket: BorrowedSocket<'_>) -> io::Result<Poll> {
        let socket = base_socket(socket)?;
        let block = Box::new(Block {
            status: IoStatus::default(),
            info: question(socket, 0),
        });
        Ok(Poll {
            afd,
            socket,
            block: NonNull::from(Box::leak(block)),
            pending: false,
        })
    }

    fn status(&self) -> *mut IoStatus {
        self.block.as_ptr().cast()
    }

    fn info(&self) -> *mut PollInfo {
        let block = self.block.as_ptr();
        block.wrapping_byte_add(offset_of!(Block, info)).cast()
    }

    /// Whether the memory is the kernel's now.
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// Asks AFD to send a packet with `key` (not 0) when one of `events` is true of the socket. If one is true
    /// already, the packet comes at once.
    pub fn submit(&mut self, events: u32, key: usize) -> io::Result<()> {
        assert!(!self.pending, "the memory is lent already");
        // SAFETY: nothing is pending, so the block is ours alone.
        unsafe { self.info().write(question(self.socket, events)) };
        // SAFETY: the block lives for as long as it is lent: `take_back` and `drop` see to that. The key is a
        // number for the packet, and the kernel does not follow it.
        let result = unsafe {
            ffi::NtDeviceIoControlFile(
                self.afd.handle.as_raw_handle(),
                ptr::null_mut(),
                ptr::null(),
                ptr::without_provenance_mut(key),
                self.status(),
                IOCTL_AFD_POLL,
                self.info().cast(),
                size_of::<PollInfo>() as u32,
                self.info().cast(),
                size_of::<PollInfo>() as u32,
            )
        };
        match result {
            // Ready already, or not yet: a packet comes in both cases.
            STATUS_SUCCESS | STATUS_PENDING => {
                self.pending = true;
                Ok(())
            }
            error => Err(error_of(error)),
        }
    }

    /// Asks AFD to end the pending poll. Its packet comes in any case, and the memory stays lent until then.
    pub fn cancel(&mut self) {
        if self.pending {
            let mut status = IoStatus::default();
            // SAFETY: the address names the operation, and nothing is read from it. What the call returns does not
            // matter: a poll that could not be cancelled has ended by itself.
            unsafe {
                ffi::NtCancelIoFileEx(self.afd.handle.as_raw_handle(), self.status(), &mut status)
            };
        }
    }

    /// Takes the memory back, and returns which events are true; none for a poll that was cancelled.
    ///
    /// # Safety
    ///
    /// The packet of the last `submit` has been taken out of the completion port.
    pub unsafe fn take_back(&mut self) -> u32 {
        self.pending = false;
        // SAFETY: the packet is out, so the kernel is done with the block.
        let block = unsafe { self.block.as_ref() };
        match block.status.status == STATUS_SUCCESS && block.info.number_of_handles > 0 {
            true => block.info.events,
            false => 0,
        }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        if !self.pending {
            // SAFETY: from `Box` in `new`, ours again, and not used after this.
            drop(unsafe { Box::from_raw(self.block.as_ptr()) });
        }
        // Still lent: better 48 bytes lost than written to by the kernel after somebody else got them.
    }
}

/// The question whether `events` are true of `socket`, without a time limit.
fn question(socket: RawSocket, events: u32) -> PollInfo {
    PollInfo {
        timeout: i64::MAX,
        number_of_handles: 1,
        exclusive: 0,
        handle: socket,
        events,
        status: 0,
    }
}

/// The driver's own socket below what other software may have put around it.
fn base_socket(socket: BorrowedSocket<'_>) -> io::Result<RawSocket> {
    let (mut base, mut written): (RawSocket, u32) = (0, 0);
    // SAFETY: the pointers are to locals that outlive the call, of the size that is given.
    let failed = unsafe {
        ffi::WSAIoctl(
            socket.as_raw_socket(),
            SIO_BASE_HANDLE,
            ptr::null(),
            0,
            (&raw mut base).cast(),
            size_of::<RawSocket>() as u32,
            &mut written,
            ptr::null_mut(),
            ptr::null(),
        )
    };
    match failed {
        0 => Ok(base),
        _ => Err(io::Error::from_raw_os_error(ffi::WSAGetLastError())),
    }
}

fn error_of(status: i32) -> io::Error {
    io::Error::from_raw_os_error(ffi::RtlNtStatusToDosError(status) as i32)
}
