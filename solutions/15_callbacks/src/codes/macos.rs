//! macOS: the numbers are the kernel's, and Node negates them.

/// `<sys/errno.h>`.
pub const NUMBERS: &[(i32, &str)] = &[
    (1, "EPERM"),
    (2, "ENOENT"),
    (4, "EINTR"),
    (5, "EIO"),
    (9, "EBADF"),
    (12, "ENOMEM"),
    (13, "EACCES"),
    (16, "EBUSY"),
    (17, "EEXIST"),
    (18, "EXDEV"),
    (20, "ENOTDIR"),
    (21, "EISDIR"),
    (22, "EINVAL"),
    (23, "ENFILE"),
    (24, "EMFILE"),
    (27, "EFBIG"),
    (28, "ENOSPC"),
    (29, "ESPIPE"),
    (30, "EROFS"),
    (31, "EMLINK"),
    (32, "EPIPE"),
    (35, "EAGAIN"),
    (48, "EADDRINUSE"),
    (49, "EADDRNOTAVAIL"),
    (51, "ENETUNREACH"),
    (53, "ECONNABORTED"),
    (54, "ECONNRESET"),
    (57, "ENOTCONN"),
    (60, "ETIMEDOUT"),
    (61, "ECONNREFUSED"),
    (62, "ELOOP"),
    (63, "ENAMETOOLONG"),
    (65, "EHOSTUNREACH"),
    (66, "ENOTEMPTY"),
    (89, "ECANCELED"),
];

/// Node's number for the error that the system calls `number`.
pub fn errno(number: i32, _code: &str) -> i32 {
    -number
}
