//! What is not UTF-8 becomes U+FFFD, once for each part that could have been the beginning of a character.

use std::slice::Iter;

use fs_module::read_to_string;

use super::{at, put, say};

const TEXTS: [&[u8]; 8] = [
    &[0x61, 0xff, 0x62],
    &[0xe2, 0x82],
    &[0xe2, 0x82, 0x61],
    &[0xf0, 0x9f, 0x98, 0x80],
    &[0xf0, 0x9f, 0x61],
    &[0xed, 0xa0, 0x80],
    &[0xc0, 0xaf],
    &[0xef, 0xbb, 0xbf, 0x61],
];

pub fn main() {
    next(TEXTS.iter());
}

fn next(mut texts: Iter<'static, &'static [u8]>) {
    let Some(bytes) = texts.next() else { return };
    put("file", bytes);
    read_to_string(at("file"), |text| {
        let text = text.expect("it is there");
        let numbers: Vec<String> = text
            .chars()
            .map(|it| format!("{:x}", u32::from(it)))
            .collect();
        say(numbers.join(" "));
        next(texts);
    });
}
