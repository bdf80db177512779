//! The terminal on Unix: `termios(3)`, `TIOCGWINSZ` of `ioctl_tty(2)`.

use std::ffi::{c_int, c_ulong};
use std::io::{self, IsTerminal};
use std::sync::OnceLock;

/// `struct termios`, `<bits/termios-struct.h>`
#[cfg(target_os = "linux")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Termios {
    input: u32,
    output: u32,
    control: u32,
    local: u32,
    line: u8,
    characters: [u8; 32],
    input_speed: u32,
    output_speed: u32,
}

/// `struct termios`, `<sys/termios.h>`
#[cfg(target_os = "macos")]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
struct Termios {
    input: c_ulong,
    output: c_ulong,
    control: c_ulong,
    local: c_ulong,
    characters: [u8; 20],
    input_speed: c_ulong,
    output_speed: c_ulong,
}

/// `<bits/termios-c_lflag.h>`, `<bits/termios-c_cc.h>`, `<asm-generic/ioctls.h>`, `<bits/signum-arch.h>`
#[cfg(target_os = "linux")]
mod number {
    pub const ICANON: u32 = 0o2;
    pub const ECHO: u32 = 0o10;
    pub const VTIME: usize = 5;
    pub const VMIN: usize = 6;
    pub const TIOCGWINSZ: std::ffi::c_ulong = 0x5413;
    pub const SIGCONT: i32 = 18;
}

/// `<sys/termios.h>`, `<sys/ttycom.h>`, `<sys/signal.h>`
#[cfg(target_os = "macos")]
mod number {
    pub const ICANON: std::ffi::c_ulong = 0x100;
    pub const ECHO: std::ffi::c_ulong = 0x8;
    pub const VMIN: usize = 16;
    pub const VTIME: usize = 17;
    pub const TIOCGWINSZ: std::ffi::c_ulong = 0x4008_7468;
    pub const SIGCONT: i32 = 19;
}

/// `TCSANOW`, `<termios.h>`
const TCSANOW: c_int = 0;
/// `SIGHUP`, `SIGINT`, `SIGQUIT`, `SIGTERM`, `<signal.h>`: they end a process.
const ENDING: [c_int; 4] = [1, 2, 3, 15];
/// `SIG_DFL`, `<signal.h>`
const SIG_DFL: usize = 0;

/// `struct winsize`, `<bits/ioctl-types.h>`, `<sys/ttycom.h>`
#[repr(C)]
#[derive(Default)]
struct WindowSize {
    rows: u16,
    columns: u16,
    width_pixels: u16,
    height_pixels: u16,
}

unsafe extern "C" {
    /// `tcgetattr(3)`
    fn tcgetattr(descriptor: c_int, termios: *mut Termios) -> c_int;
    /// `tcsetattr(3)`
    fn tcsetattr(descriptor: c_int, action: c_int, termios: *const Termios) -> c_int;
    /// `ioctl(2)`
    fn ioctl(descriptor: c_int, request: c_ulong, ...) -> c_int;
    /// `signal(2)`: the handler is an address, 0 for the default.
    fn signal(signal: c_int, handler: usize) -> usize;
    /// `raise(3)`
    safe fn raise(signal: c_int) -> c_int;
    /// Where this thread's `errno` is: `<errno.h>`.
    #[cfg_attr(target_os = "linux", link_name = "__errno_location")]
    #[cfg_attr(target_os = "macos", link_name = "__error")]
    safe fn errno_location() -> *mut c_int;
}

const STDIN: c_int = 0;
const STDOUT: c_int = 1;

/// Every terminal on Unix that is not `TERM=dumb` takes colour.
pub fn enable_color() -> bool {
    true
}

/// The columns of the terminal on standard output.
pub fn width() -> Option<usize> {
    let mut size = WindowSize::default();
    // SAFETY: this request writes one `struct winsize`, which `size` is, and it outlives the call.
    let status = unsafe { ioctl(STDOUT, number::TIOCGWINSZ, &raw mut size) };
    (status == 0 && size.columns > 0).then_some(usize::from(size.columns))
}

/// The terminal as it was, and as it is for single keys: what the signal handlers put back.
static MODES: OnceLock<(Termios, Termios)> = OnceLock::new();

/// Keys arrive one by one, and are not shown, for as long as this lives.
#[derive(Debug)]
pub struct KeyMode(());

impl KeyMode {
    /// Switches the terminal on standard input; `None` when that is none.
    pub fn enter() -> Option<KeyMode> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let mut before = std::mem::MaybeUninit::uninit();
        // SAFETY: `tcgetattr` writes a whole `struct termios` when it returns 0.
        if unsafe { tcgetattr(STDIN, before.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: it has returned 0.
        let before: Termios = unsafe { before.assume_init() };
        let mut keys = before;
        // Ctrl-C and Ctrl-Z stay signals (ISIG), output stays as it is.
        keys.local &= !(number::ICANON | number::ECHO);
        keys.characters[number::VMIN] = 1;
        keys.characters[number::VTIME] = 0;
        let (_, keys) = MODES.get_or_init(|| (before, keys));
        set(keys);
        for ending in ENDING {
            handle(ending, put_back_and_end as *const () as usize);
        }
        handle(number::SIGCONT, keys_again as *const () as usize);
        Some(KeyMode(()))
    }
}

impl Drop for KeyMode {
    fn drop(&mut self) {
        put_back();
    }
}

/// Puts the terminal back as it was.
fn put_back() {
    if let Some((before, _)) = MODES.get() {
        set(before);
    }
}

fn set(termios: &Termios) {
    // SAFETY: `termios` came from `tcgetattr` but for two flags and two numbers; it is only read. The
    // call is safe in a signal handler: signal-safety(7).
    let _ = unsafe { tcsetattr(STDIN, TCSANOW, termios) };
}

fn handle(number: c_int, handler: usize) {
    // SAFETY: `handler` is `SIG_DFL` or one of the two functions below, which do nothing that is not
    // allowed in a signal handler.
    let _ = unsafe { signal(number, handler) };
}

/// The thread's `errno`, given back when this is dropped. A signal handler runs between any two
/// instructions of its thread, also between a call that fails and the look at its `errno`:
/// `signal-safety(7)`.
struct SavedErrno(c_int);

impl SavedErrno {
    fn new() -> SavedErrno {
        // SAFETY: the C library gives the address of this thread's `errno`, which lives as long as it.
        SavedErrno(unsafe { *errno_location() })
    }
}

impl Drop for SavedErrno {
    fn drop(&mut self) {
        // SAFETY: as in `new`; nobody else holds a reference to it.
        unsafe { *errno_location() = self.0 };
    }
}

/// The terminal is put back, and then the signal does what it would have done.
extern "C" fn put_back_and_end(number: c_int) {
    let _errno = SavedErrno::new();
    put_back();
    handle(number, SIG_DFL);
    let _ = raise(number);
}

/// After Ctrl-Z and `fg` the shell has left the terminal in its own mode.
extern "C" fn keys_again(_: c_int) {
    let _errno = SavedErrno::new();
    if let Some((_, keys)) = MODES.get() {
        set(keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_leaves_errno_as_it_was() {
        /// `ENOENT`, `<errno.h>`
        const ENOENT: c_int = 2;
        // SAFETY: the address of this thread's `errno`.
        unsafe { *errno_location() = ENOENT };
        {
            let _errno = SavedErrno::new();
            // What a handler does may fail, and here it must: there is no such descriptor.
            let mut size = WindowSize::default();
            // SAFETY: this request writes one `struct winsize`, which outlives the call.
            assert_eq!(unsafe { ioctl(-1, number::TIOCGWINSZ, &raw mut size) }, -1);
            assert_ne!(io::Error::last_os_error().raw_os_error(), Some(ENOENT));
        }
        assert_eq!(io::Error::last_os_error().raw_os_error(), Some(ENOENT));
        keys_again(number::SIGCONT);
        assert_eq!(io::Error::last_os_error().raw_os_error(), Some(ENOENT));
    }
}
