//! Windows: `GetLastError`.

#[link(name = "kernel32")]
unsafe extern "system" {
    /// `<errhandlingapi.h>`
    safe fn GetLastError() -> u32;
    /// `<errhandlingapi.h>`
    safe fn SetLastError(error: u32);
}

pub fn get() -> i32 {
    GetLastError().cast_signed()
}

pub fn set(error: i32) {
    SetLastError(error.cast_unsigned());
}
