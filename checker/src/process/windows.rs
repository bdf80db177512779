//! A process and its children on Windows: a job object. When its last handle is closed, which the
//! system does for a checker that was killed, every process of the job is ended.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::{Child, Command};
use std::{mem, ptr};

type Handle = *mut c_void;

/// `JOBOBJECT_BASIC_LIMIT_INFORMATION`, `<winnt.h>`
#[repr(C)]
#[derive(Default)]
struct BasicLimits {
    process_user_time: i64,
    job_user_time: i64,
    flags: u32,
    minimum_working_set: usize,
    maximum_working_set: usize,
    active_processes: u32,
    affinity: usize,
    priority_class: u32,
    scheduling_class: u32,
}

/// `JOBOBJECT_EXTENDED_LIMIT_INFORMATION`, `<winnt.h>`
#[repr(C)]
#[derive(Default)]
struct ExtendedLimits {
    basic: BasicLimits,
    io_counters: [u64; 6],
    memory: [usize; 4],
}

/// `JOBOBJECT_BASIC_ACCOUNTING_INFORMATION`, `<winnt.h>`
#[repr(C)]
#[derive(Default)]
struct Accounting {
    times: [i64; 4],
    page_faults: u32,
    total_processes: u32,
    active_processes: u32,
    terminated_processes: u32,
}

/// `JobObjectBasicAccountingInformation`, `<winnt.h>`
const BASIC_ACCOUNTING: i32 = 1;
/// `JobObjectExtendedLimitInformation`, `<winnt.h>`
const EXTENDED_LIMITS: i32 = 9;
/// `WAIT_OBJECT_0`, `<winbase.h>`: the process has ended.
const WAIT_OBJECT_0: u32 = 0;
/// How long a process that has begun to end may take for it, in milliseconds.
const ENDING_MS: u32 = 500;
/// `JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE`, `<winnt.h>`
const KILL_ON_JOB_CLOSE: u32 = 0x2000;

#[link(name = "kernel32")]
unsafe extern "system" {
    fn CreateJobObjectW(attributes: *const c_void, name: *const u16) -> Handle;
    fn AssignProcessToJobObject(job: Handle, process: Handle) -> i32;
    fn SetInformationJobObject(
        job: Handle,
        class: i32,
        information: *const c_void,
        size: u32,
    ) -> i32;
    fn QueryInformationJobObject(
        job: Handle,
        class: i32,
        information: *mut c_void,
        size: u32,
        written: *mut u32,
    ) -> i32;
    fn TerminateJobObject(job: Handle, exit_code: u32) -> i32;
    fn WaitForSingleObject(handle: Handle, milliseconds: u32) -> u32;
}

/// A process and all of its descendants.
#[derive(Debug)]
pub struct Group {
    job: OwnedHandle,
}

impl Group {
    /// Nothing to prepare: the process joins its job when it has started.
    pub fn prepare(_command: &mut Command) {}

    /// A new job that `child` is in, with all that it starts from now on. What it may have started in
    /// the microseconds since its own start is not: Windows has no way to say "start in this job"
    /// that std offers.
    pub fn of(child: &Child) -> io::Result<Group> {
        // SAFETY: no attributes and no name are allowed, and said by null.
        let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the job was just made, and nobody else has its handle.
        let job = unsafe { OwnedHandle::from_raw_handle(job) };
        let limits = ExtendedLimits {
            basic: BasicLimits {
                flags: KILL_ON_JOB_CLOSE,
                ..BasicLimits::default()
            },
            ..ExtendedLimits::default()
        };
        let size = size_of::<ExtendedLimits>();
        // SAFETY: `limits` is the struct that this class asks for, of that size, and outlives the call.
        cvt(unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                EXTENDED_LIMITS,
                (&raw const limits).cast(),
                size,
            )
        })?;
        // SAFETY: both handles are open; a process that has ended already cannot join, which is an
        // error like any other.
        let joined =
            cvt(unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) });
        match joined {
            // A refusal has many reasons. Of a process that has ended it says nothing.
            Err(error) if !has_ended(child) => Err(error),
            _ => Ok(Group { job }),
        }
    }

    /// Ends every process of the job.
    pub fn kill(&self) {
        // SAFETY: the handle is open. A job without processes has nothing to end.
        let _ = unsafe { TerminateJobObject(self.job.as_raw_handle(), 1) };
    }

    /// Whether no process of the job is alive.
    pub fn is_empty(&self) -> bool {
        let mut accounting = Accounting::default();
        let size = size_of::<Accounting>();
        // SAFETY: `accounting` is the struct that this class fills, of that size, and outlives the
        // call; where to say how much was written may be null.
        let asked = cvt(unsafe {
            QueryInformationJobObject(
                self.job.as_raw_handle(),
                BASIC_ACCOUNTING,
                (&raw mut accounting).cast(),
                size,
                ptr::null_mut(),
            )
        });
        asked.is_err() || accounting.active_processes == 0
    }
}

/// Whether a process has ended, or does so within a moment: it is refused a job from when it begins to end.
fn has_ended(child: &Child) -> bool {
    // SAFETY: the handle is open, and std asked for all access to the process, waiting included.
    unsafe { WaitForSingleObject(child.as_raw_handle(), ENDING_MS) == WAIT_OBJECT_0 }
}

fn size_of<T>() -> u32 {
    u32::try_from(mem::size_of::<T>()).expect("a small struct")
}

/// A `BOOL` of the Windows API as a result.
fn cvt(result: i32) -> io::Result<()> {
    match result {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
