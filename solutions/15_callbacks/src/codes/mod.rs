//! The names, numbers and texts of errors. Each system has its numbers in its own file; the texts are Node's.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as system;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

/// `UV_UNKNOWN` in `<uv/errno.h>`: an error that Node has no name for.
pub const UNKNOWN_ERRNO: i32 = -4094;

/// Node's name and number for the error that the system calls `number`.
pub fn name(number: i32) -> (&'static str, i32) {
    match system::NUMBERS.iter().find(|(known, _)| *known == number) {
        Some((_, code)) => (code, system::errno(number, code)),
        None => ("UNKNOWN", UNKNOWN_ERRNO),
    }
}

/// Node's text for an error of this name: `util.getSystemErrorMap()` in Node 20.
pub fn text(code: &str) -> &'static str {
    match code {
        "EPERM" => "operation not permitted",
        "ENOENT" => "no such file or directory",
        "EINTR" => "interrupted system call",
        "EIO" => "i/o error",
        "EBADF" => "bad file descriptor",
        "EAGAIN" => "resource temporarily unavailable",
        "ENOMEM" => "not enough memory",
        "EACCES" => "permission denied",
        "EBUSY" => "resource busy or locked",
        "EEXIST" => "file already exists",
        "EXDEV" => "cross-device link not permitted",
        "ENOTDIR" => "not a directory",
        "EISDIR" => "illegal operation on a directory",
        "EINVAL" => "invalid argument",
        "ENFILE" => "file table overflow",
        "EMFILE" => "too many open files",
        "EFBIG" => "file too large",
        "ENOSPC" => "no space left on device",
        "ESPIPE" => "invalid seek",
        "EROFS" => "read-only file system",
        "EMLINK" => "too many links",
        "EPIPE" => "broken pipe",
        "ENAMETOOLONG" => "name too long",
        "ENOTEMPTY" => "directory not empty",
        "ELOOP" => "too many symbolic links encountered",
        "EADDRINUSE" => "address already in use",
        "EADDRNOTAVAIL" => "address not available",
        "ENETUNREACH" => "network is unreachable",
        "ECONNABORTED" => "software caused connection abort",
        "ECONNRESET" => "connection reset by peer",
        "ENOTCONN" => "socket is not connected",
        "ETIMEDOUT" => "connection timed out",
        "ECONNREFUSED" => "connection refused",
        "EHOSTUNREACH" => "host is unreachable",
        "ECANCELED" => "operation canceled",
        _ => "unknown error",
    }
}
