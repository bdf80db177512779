//! The console on Windows: its modes, from kernel32.

use std::ffi::c_void;
use std::sync::OnceLock;

type Handle = *mut c_void;

/// `STD_INPUT_HANDLE`, `STD_OUTPUT_HANDLE`, `<processenv.h>`
const STD_INPUT_HANDLE: u32 = -10_i32 as u32;
const STD_OUTPUT_HANDLE: u32 = -11_i32 as u32;
/// `ENABLE_LINE_INPUT`, `ENABLE_ECHO_INPUT`, `ENABLE_VIRTUAL_TERMINAL_PROCESSING`, `<consoleapi.h>`
const ENABLE_LINE_INPUT: u32 = 2;
const ENABLE_ECHO_INPUT: u32 = 4;
const ENABLE_VIRTUAL_TERMINAL_PROCESSING: u32 = 4;

/// `CONSOLE_SCREEN_BUFFER_INFO`, `<wincon.h>`
#[repr(C)]
#[derive(Default)]
struct ScreenBuffer {
    size: [i16; 2],
    cursor: [i16; 2],
    attributes: u16,
    window: Rectangle,
    maximum: [i16; 2],
}

/// `SMALL_RECT`, `<wincontypes.h>`
#[repr(C)]
#[derive(Default)]
struct Rectangle {
    left: i16,
    top: i16,
    right: i16,
    bottom: i16,
}

#[link(name = "kernel32")]
unsafe extern "system" {
    safe fn GetStdHandle(which: u32) -> Handle;
    fn GetConsoleMode(console: Handle, mode: *mut u32) -> i32;
    fn SetConsoleMode(console: Handle, mode: u32) -> i32;
    fn GetConsoleScreenBufferInfo(console: Handle, buffer: *mut ScreenBuffer) -> i32;
    fn SetConsoleCtrlHandler(handler: extern "system" fn(u32) -> i32, add: i32) -> i32;
}

fn mode(console: Handle) -> Option<u32> {
    let mut mode = 0;
    // SAFETY: a handle that is no console is refused; `mode` outlives the call.
    let ok = unsafe { GetConsoleMode(console, &mut mode) };
    (ok != 0).then_some(mode)
}

fn set(console: Handle, mode: u32) -> bool {
    // SAFETY: a handle that is no console is refused.
    unsafe { SetConsoleMode(console, mode) != 0 }
}

/// Consoles understand colour since Windows 10, when they are asked to.
pub fn enable_color() -> bool {
    let console = GetStdHandle(STD_OUTPUT_HANDLE);
    mode(console).is_some_and(|mode| set(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING))
}

/// The columns of the console's window.
pub fn width() -> Option<usize> {
    let mut buffer = ScreenBuffer::default();
    // SAFETY: a handle that is no console is refused; `buffer` is the struct that is asked for.
    let ok = unsafe { GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &mut buffer) };
    let columns = buffer.window.right - buffer.window.left + 1;
    usize::try_from(columns)
        .ok()
        .filter(|&columns| ok != 0 && columns > 1)
}

/// The mode of the console's input before [`KeyMode::enter`].
static BEFORE: OnceLock<u32> = OnceLock::new();

/// Keys arrive one by one, and are not shown, for as long as this lives.
#[derive(Debug)]
pub struct KeyMode(());

impl KeyMode {
    /// Switches the console on standard input; `None` when that is none.
    pub fn enter() -> Option<KeyMode> {
        let console = GetStdHandle(STD_INPUT_HANDLE);
        let before = *BEFORE.get_or_init(|| mode(console).unwrap_or(0));
        let keys = mode(console)? & !(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT);
        // SAFETY: the handler is a function of the program, and stays.
        let _ = unsafe { SetConsoleCtrlHandler(put_back_and_end, 1) };
        (before != 0 && set(console, keys)).then_some(KeyMode(()))
    }
}

impl Drop for KeyMode {
    fn drop(&mut self) {
        put_back();
    }
}

fn put_back() {
    if let Some(&before) = BEFORE.get() {
        let _ = set(GetStdHandle(STD_INPUT_HANDLE), before);
    }
}

/// Puts the console back and leaves the rest, ending the process, to the next handler.
extern "system" fn put_back_and_end(_: u32) -> i32 {
    put_back();
    0
}
