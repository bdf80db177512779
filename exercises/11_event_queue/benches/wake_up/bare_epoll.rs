//! `epoll_ctl(2)` and `epoll_wait(2)` with nothing around them but the look at what they return.

use std::cell::RefCell;
use std::ffi::c_int;
use std::io::{self, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

#[derive(Clone, Copy)]
#[cfg_attr(target_arch = "x86_64", repr(C, packed))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C))]
struct Entry(u32, u64);

unsafe extern "C" {
    safe fn epoll_create1(flags: c_int) -> c_int;
    fn epoll_ctl(epoll: c_int, operation: c_int, fd: c_int, entry: *mut Entry) -> c_int;
    fn epoll_wait(epoll: c_int, entries: *mut Entry, room: c_int, timeout_ms: c_int) -> c_int;
}

// <sys/epoll.h>
const ADD: c_int = 1;
const DEL: c_int = 2;
const IN: u32 = 1;

/// How many entries fit into one wait, as in the queue's.
const ROOM: c_int = 1024;

pub struct Bare {
    epoll: OwnedFd,
    entries: RefCell<Vec<Entry>>,
}

impl Bare {
    pub fn new(idle: &[UdpSocket]) -> io::Result<Option<Bare>> {
        let epoll = cvt(epoll_create1(0))?;
        // SAFETY: the kernel has just opened this descriptor for us.
        let epoll = unsafe { OwnedFd::from_raw_fd(epoll) };
        let bare = Bare {
            epoll,
            entries: RefCell::new(vec![Entry(0, 0); ROOM as usize]),
        };
        for socket in idle {
            bare.control(ADD, socket.as_raw_fd())?;
        }
        Ok(Some(bare))
    }

    pub fn wake_up(&self, ours: &mut TcpStream, peer: &mut TcpStream) -> io::Result<()> {
        self.control(ADD, ours.as_raw_fd())?;
        peer.write_all(&[1])?;
        let mut entries = self.entries.borrow_mut();
        // SAFETY: there is room for as many entries as the call is told.
        let count =
            cvt(unsafe { epoll_wait(self.epoll.as_raw_fd(), entries.as_mut_ptr(), ROOM, -1) })?;
        assert_eq!(count, 1, "one socket is ready");
        ours.read_exact(&mut [0])?;
        self.control(DEL, ours.as_raw_fd())
    }

    fn control(&self, operation: c_int, fd: c_int) -> io::Result<()> {
        let mut entry = Entry(IN, 0);
        // SAFETY: the entry is this function's own.
        cvt(unsafe { epoll_ctl(self.epoll.as_raw_fd(), operation, fd, &mut entry) })?;
        Ok(())
    }
}

fn cvt(returned: c_int) -> io::Result<c_int> {
    match returned {
        -1 => Err(io::Error::last_os_error()),
        returned => Ok(returned),
    }
}
