//! What no Rust code can do: hold values in all callee-saved registers while it switches, and look at the
//! stack pointer at the first instruction of a function. One file for each ABI, as in the chapter:
//!
//!   NAMES            the registers, in the order of `Values`; a vector register takes one or two places
//!   switch_holding   loads `values` into the registers, switches, and stores there what came back
//!   AT_ENTRY         what the stack pointer is modulo 16 at the first instruction of a function
//!   tell_entry       an `Entry` that calls `note` with the stack pointer that it began with

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod abi;
#[cfg(all(unix, target_arch = "x86_64"))]
#[path = "unix_x86_64.rs"]
mod abi;
#[cfg(all(windows, target_arch = "x86_64"))]
#[path = "windows_x86_64.rs"]
mod abi;

pub use abi::{AT_ENTRY, NAMES, switch_holding, tell_entry};

/// A value for each register.
pub type Values = [u64; NAMES.len()];

/// Values that differ from register to register, and from side to side.
pub fn values(side: u64) -> Values {
    std::array::from_fn(|index| (side << 32) | ((index as u64 + 1) * 0x1111))
}

/// The registers that do not hold what they held, as text; empty when all do.
pub fn difference(before: &Values, after: &Values) -> String {
    let mut text = String::new();
    for (index, name) in NAMES.iter().enumerate() {
        let (before, after) = (before[index], after[index]);
        if before != after {
            text += &format!(
                "\n  {name} held {before:#x} before the switch, and {after:#x} afterwards"
            );
        }
    }
    text
}
