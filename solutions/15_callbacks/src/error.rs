//! An error as Node shows it: a name to compare, a number, the system call, a text for people. All of it is given.

use std::fmt;
use std::io;
use std::path::Path;

use crate::codes;

/// What a callback gets: a value, or an error.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, and in which system call.
///
/// Compare [`code`](Error::code), never the number: numbers differ between systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: &'static str,
    errno: Option<i32>,
    syscall: Option<&'static str>,
    // Boxes are two words, where a `PathBuf` or a `String` is three or four: every result carries one of these.
    path: Option<Box<Path>>,
    dest: Option<Box<Path>>,
    /// The host or address that a call about a socket was for, and empty if it was for none.
    host: Option<Box<str>>,
    text: Box<str>,
}

impl Error {
    /// The error of a system call that failed: `syscall` is its name, as Node writes it ("open", "connect").
    ///
    /// An `io::Error` that does not come from the system has the code `UNKNOWN` and keeps its text.
    pub fn from_io(error: &io::Error, syscall: &'static str) -> Error {
        let (code, errno, text) = match error.raw_os_error() {
            Some(number) => {
                let (code, errno) = codes::name(number);
                (code, errno, codes::text(code).into())
            }
            None => ("UNKNOWN", codes::UNKNOWN_ERRNO, error.to_string().into()),
        };
        Error {
            code,
            errno: Some(errno),
            syscall: Some(syscall),
            path: None,
            dest: None,
            host: None,
            text,
        }
    }

    /// The error of a system call about a socket that failed. Node writes it in another order, and without the
    /// system's text: `write EPIPE`.
    pub fn from_socket(error: &io::Error, syscall: &'static str) -> Error {
        let mut error = Error::from_io(error, syscall).with_host("");
        // What is not the system's has nothing but its text.
        if error.code != "UNKNOWN" {
            error.text = Box::default();
        }
        error
    }

    /// An error of the runtime's own, such as `ERR_INVALID_ARG_VALUE`: no number and no system call.
    pub fn new(code: &'static str, text: impl Into<Box<str>>) -> Error {
        Error {
            code,
            errno: None,
            syscall: None,
            path: None,
            dest: None,
            host: None,
            text: text.into(),
        }
    }

    /// The same error, with Node's number and the system call, for one that no `io::Error` tells of: libuv numbers the
    /// errors of `getaddrinfo` by itself.
    pub fn with_syscall(mut self, errno: i32, syscall: &'static str) -> Error {
        self.errno = Some(errno);
        self.syscall = Some(syscall);
        self
    }

    /// The same error, with the path that the call was about.
    pub fn with_path(mut self, path: impl AsRef<Path>) -> Error {
        self.path = Some(path.as_ref().into());
        self
    }

    /// The same error, with the second path of a call that takes two, such as `rename`.
    pub fn with_dest(mut self, dest: impl AsRef<Path>) -> Error {
        self.dest = Some(dest.as_ref().into());
        self
    }

    /// The same error, with the host or the address that the call was for: `connect ECONNREFUSED 127.0.0.1:1`.
    pub fn with_host(mut self, host: impl Into<Box<str>>) -> Error {
        self.host = Some(host.into());
        self
    }

    /// The name: `ENOENT`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Node's number, which is negative. `None` for an error that does not come from the system.
    pub fn errno(&self) -> Option<i32> {
        self.errno
    }

    /// The system call: `open`.
    pub fn syscall(&self) -> Option<&'static str> {
        self.syscall
    }

    /// The path that the call was about.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The second path of a call that takes two.
    pub fn dest(&self) -> Option<&Path> {
        self.dest.as_deref()
    }
}

/// Node's message: `ENOENT: no such file or directory, open '/no/such/file'`, or for sockets
/// `listen EADDRINUSE: address already in use 127.0.0.1:80`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(host), Some(syscall)) = (&self.host, self.syscall) {
            write!(f, "{syscall} {}", self.code)?;
            if !self.text.is_empty() {
                write!(f, ": {}", self.text)?;
            }
            let space = if host.is_empty() { "" } else { " " };
            return write!(f, "{space}{host}");
        }
        write!(f, "{}: {}", self.code, self.text)?;
        if let Some(syscall) = self.syscall {
            write!(f, ", {syscall}")?;
        }
        if let Some(path) = &self.path {
            write!(f, " '{}'", path.display())?;
        }
        if let Some(dest) = &self.dest {
            write!(f, " -> '{}'", dest.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
