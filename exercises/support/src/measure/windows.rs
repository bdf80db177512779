//! Windows: times and handles of this process from kernel32, its threads from a Toolhelp snapshot.

use std::ffi::c_void;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::time::Duration;
use std::{io, mem, process, ptr};

type Handle = *mut c_void;

/// `FILETIME`: a count of 100-nanosecond steps in two halves.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct FileTime {
    low: u32,
    high: u32,
}

impl FileTime {
    fn duration(self) -> Duration {
        let steps = u64::from(self.high) << 32 | u64::from(self.low);
        Duration::from_nanos(steps * 100)
    }
}

/// `THREADENTRY32`, `<tlhelp32.h>`
#[repr(C)]
#[derive(Default)]
struct ThreadEntry {
    size: u32,
    usage: u32,
    thread: u32,
    owner_process: u32,
    base_priority: i32,
    delta_priority: i32,
    flags: u32,
}

/// `TH32CS_SNAPTHREAD`, `<tlhelp32.h>`
const TH32CS_SNAPTHREAD: u32 = 4;

type Times = unsafe extern "system" fn(
    Handle,
    *mut FileTime,
    *mut FileTime,
    *mut FileTime,
    *mut FileTime,
) -> i32;

#[link(name = "kernel32")]
unsafe extern "system" {
    /// A constant that stands for this process; it is not closed.
    safe fn GetCurrentProcess() -> Handle;
    /// A constant that stands for the calling thread; it is not closed.
    safe fn GetCurrentThread() -> Handle;
    fn GetProcessTimes(
        process: Handle,
        creation: *mut FileTime,
        exit: *mut FileTime,
        kernel: *mut FileTime,
        user: *mut FileTime,
    ) -> i32;
    fn GetThreadTimes(
        thread: Handle,
        creation: *mut FileTime,
        exit: *mut FileTime,
        kernel: *mut FileTime,
        user: *mut FileTime,
    ) -> i32;
    fn GetProcessHandleCount(process: Handle, count: *mut u32) -> i32;
    safe fn CreateToolhelp32Snapshot(flags: u32, process: u32) -> Handle;
    fn Thread32First(snapshot: Handle, entry: *mut ThreadEntry) -> i32;
    fn Thread32Next(snapshot: Handle, entry: *mut ThreadEntry) -> i32;
}

pub fn process_cpu_time() -> Duration {
    cpu_time(GetProcessTimes, GetCurrentProcess())
}

pub fn thread_cpu_time() -> Duration {
    cpu_time(GetThreadTimes, GetCurrentThread())
}

fn cpu_time(times: Times, of: Handle) -> Duration {
    let [mut creation, mut exit, mut kernel, mut user] = [FileTime::default(); 4];
    // SAFETY: `of` is a pseudo handle, which is always open, of the kind that `times` takes; the
    // four structs live until the call returns.
    let ok = unsafe { times(of, &mut creation, &mut exit, &mut kernel, &mut user) };
    assert_ne!(ok, 0, "processor times: {}", io::Error::last_os_error());
    kernel.duration() + user.duration()
}

pub fn thread_count() -> usize {
    let snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    // INVALID_HANDLE_VALUE is -1.
    assert_ne!(
        snapshot,
        ptr::without_provenance_mut(usize::MAX),
        "CreateToolhelp32Snapshot: {}",
        io::Error::last_os_error()
    );
    // SAFETY: the snapshot was just made and nobody else has its handle.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(snapshot) };
    let size = u32::try_from(mem::size_of::<ThreadEntry>()).expect("a small struct");
    let mut entry = ThreadEntry {
        size,
        ..ThreadEntry::default()
    };
    let mut count = 0;
    // SAFETY: the snapshot is open, and `entry` says its own size, as the function asks.
    let mut more = unsafe { Thread32First(snapshot.as_raw_handle(), &mut entry) };
    while more != 0 {
        if entry.owner_process == process::id() {
            count += 1;
        }
        // SAFETY: as above; the call before this one left `size` as it was.
        more = unsafe { Thread32Next(snapshot.as_raw_handle(), &mut entry) };
    }
    count
}

pub fn descriptor_count() -> usize {
    let mut count = 0;
    // SAFETY: the pseudo handle is always open; `count` lives until the call returns.
    let ok = unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) };
    assert_ne!(
        ok,
        0,
        "GetProcessHandleCount: {}",
        io::Error::last_os_error()
    );
    usize::try_from(count).expect("a count of handles fits")
}
