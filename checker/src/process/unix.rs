//! A process and its children on Unix: a process group, `setpgid(2)`.

use std::ffi::c_int;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use super::guard;

/// `SIGKILL`, `<signal.h>`: cannot be caught or ignored.
pub const SIGKILL: c_int = 9;
/// `WNOHANG`, `<sys/wait.h>`
const WNOHANG: c_int = 1;

unsafe extern "C" {
    /// `kill(2)`: a negative `pid` means the process group of that number.
    pub safe fn kill(pid: c_int, signal: c_int) -> c_int;
    /// `waitpid(2)`: a negative `pid` means any child in the process group of that number.
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
}

/// A process and all of its descendants that did not leave the group.
#[derive(Debug)]
pub struct Group {
    id: c_int,
}

impl Group {
    /// Makes `command` start as the leader of a new group.
    pub fn prepare(command: &mut Command) {
        become_subreaper();
        command.process_group(0);
    }

    /// The group that `child` leads. From now on the guard kills it when we die.
    pub fn of(child: &Child) -> io::Result<Group> {
        let id = c_int::try_from(child.id()).map_err(io::Error::other)?;
        guard::watch(id);
        Ok(Group { id })
    }

    /// Kills every process of the group.
    pub fn kill(&self) {
        // No such group: nothing to kill.
        let _ = kill(-self.id, SIGKILL);
    }

    /// Whether no process of the group is alive. The leader has to be waited for first.
    pub fn is_empty(&self) -> bool {
        self.reap();
        // Signal 0 only asks whether there is somebody to send to.
        kill(-self.id, 0) != 0
    }

    /// Waits for the members of the group that became our children when their parent died. The leader
    /// is std's to wait for, so this must come after that.
    fn reap(&self) {
        let mut status = 0;
        // SAFETY: `status` lives until the call returns, and the kernel checks the other arguments.
        while unsafe { waitpid(-self.id, &mut status, WNOHANG) } > 0 {}
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.reap();
        guard::forget(self.id);
    }
}

/// Lets orphans of our children become our children, so that they are waited for when they die: in a
/// container the first process often does not do that, and the dead would look alive.
#[cfg(target_os = "linux")]
fn become_subreaper() {
    use std::ffi::c_ulong;
    use std::sync::Once;

    /// `PR_SET_CHILD_SUBREAPER`, `<linux/prctl.h>`
    const PR_SET_CHILD_SUBREAPER: c_int = 36;
    unsafe extern "C" {
        /// `prctl(2)`
        fn prctl(option: c_int, arguments: c_ulong, ...) -> c_int;
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: this option reads one integer and no memory.
        let status = unsafe { prctl(PR_SET_CHILD_SUBREAPER, 1) };
        // Without it the verdicts are the same wherever the first process does its duty.
        let _ = status;
    });
}

/// macOS has no such thing, and its first process does its duty.
#[cfg(target_os = "macos")]
fn become_subreaper() {}
