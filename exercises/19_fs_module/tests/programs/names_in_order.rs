//! The names of a directory come in the order of their bytes, whatever the order on the disk.

use fs_module::read_dir;

use super::{at, put, say};

pub fn main() {
    std::fs::create_dir(at("names")).expect("a folder can be made");
    for name in ["b", "a", "9", "10", "ab", "a.txt", ".hidden", "z z"] {
        put(&format!("names/{name}"), "");
    }
    read_dir(at("names"), |names| {
        let names = names.expect("it is there");
        let shown: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
        say(shown.join(", "));
    });
}
