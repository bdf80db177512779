//! Finds the processes that a test started and that left its process group (`setsid(2)`, a daemon).
//!
//! A child inherits the environment, and `/proc/PID/environ` shows it: `proc_pid_environ(5)`.

use std::ffi::c_int;
use std::fs;

use super::system::{SIGKILL, kill as send};
use super::{RUN, TEST};

/// Kills every process whose mark begins with `run`; returns the values of [`TEST`] that they had.
pub fn kill(run: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let mark = format!("{RUN}={run}");
    let mut tests = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<c_int>().ok()) else {
            continue;
        };
        // Other people's processes cannot be read, and one that has ended meanwhile is gone.
        let Ok(environment) = fs::read(entry.path().join("environ")) else {
            continue;
        };
        let variables = || environment.split(|&byte| byte == 0);
        if name.to_string_lossy() == own
            || !variables().any(|entry| entry.starts_with(mark.as_bytes()))
        {
            continue;
        }
        let _ = send(pid, SIGKILL);
        let test = variables().find_map(|entry| entry.strip_prefix(format!("{TEST}=").as_bytes()));
        if let Some(test) = test {
            tests.push(String::from_utf8_lossy(test).into_owned());
        }
    }
    tests
}
