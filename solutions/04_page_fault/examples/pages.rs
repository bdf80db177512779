//! Which pages of a region have memory, before and after some ways to touch it. Predict the count of faults
//! of each line first. With the argument `outside` it runs off the end of the region.

extern crate page_fault_solution as page_fault;

use std::io::{Read, Write};
use std::time::Instant;
use std::{env, io, slice};

use page_fault::{LazyRegion, handle_faults, is_readable, page_size};

const PAGES: usize = 64;

fn main() -> io::Result<()> {
    handle_faults()?;
    if env::args().nth(1).as_deref() == Some("outside") {
        return run_off_the_end();
    }

    let size = page_size();
    let mut region = LazyRegion::new(PAGES)?;
    println!("a page has {size} bytes; one character is one page, `#` has memory, `.` has none\n");
    draw("nothing is touched", &region);

    for byte in 0..size {
        region.write(byte, 1);
    }
    draw("every byte of page 0, one by one", &region);

    for page in (0..PAGES).step_by(8) {
        region.write(page * size, 2);
    }
    draw("one byte in each eighth page", &region);

    for page in (0..PAGES).step_by(8) {
        region.write(page * size + 100, 3);
    }
    draw("another byte in each of them", &region);

    let border = region.page(21).wrapping_sub(4).cast::<u64>();
    // SAFETY: the eight bytes lie in pages 20 and 21 of the region, nobody borrows it, and every bit pattern
    // is a byte. The number is not aligned, which is what `write_unaligned` is for.
    unsafe { border.write_unaligned(u64::MAX) };
    draw(
        "one number of 8 bytes, half in page 20, half in 21",
        &region,
    );

    println!("\n{}", kernel_touches(&mut region, 43));
    draw("after that", &region);

    how_long(1024)
}

/// Lets `read(2)` (on Windows `ReadFile`) put bytes from a pipe into a page that nobody has touched.
fn kernel_touches(region: &mut LazyRegion, page: usize) -> String {
    // SAFETY: these bytes lie in the region, which is borrowed mutably for as long as the slice lives, and
    // they are zeros as soon as somebody looks.
    let bytes = unsafe { slice::from_raw_parts_mut(region.page(page), 5) };
    let result = io::pipe().and_then(|(mut reader, mut writer)| {
        writer.write_all(b"hello")?;
        reader.read(bytes)
    });
    match result {
        Ok(count) => format!("the kernel has put {count} bytes into page {page}"),
        Err(error) => format!("the kernel was asked to put bytes into page {page}: {error}"),
    }
}

fn draw(what: &str, region: &LazyRegion) {
    // Asking the kernel touches nothing, so drawing the picture does not change it.
    let pages: String = (0..region.pages())
        .map(|page| match is_readable(region.page(page)) {
            true => '#',
            false => '.',
        })
        .collect();
    println!("{pages}  {:2} faults: {what}", region.faults());
}

/// What a first touch costs, against a touch of memory that is there.
fn how_long(pages: usize) -> io::Result<()> {
    let region = LazyRegion::new(pages)?;
    let touch_all = || {
        let start = Instant::now();
        for page in 0..pages {
            region.read(page * page_size());
        }
        start.elapsed() / u32::try_from(pages).expect("a small number")
    };
    let (first, second) = (touch_all(), touch_all());
    println!("\n{pages} pages: the first touch takes {first:?} a page, the second {second:?}");
    Ok(())
}

fn run_off_the_end() -> io::Result<()> {
    let region = LazyRegion::new(1)?;
    println!("page 0 holds {}", region.read(0));
    println!("now the guard page behind it: the handler says \"not ours\", and then ...");
    // SAFETY: it is not: this read has to end the program, and it does so before anything else can go wrong.
    let byte = unsafe { region.page(1).read_volatile() };
    println!("never printed: {byte}");
    Ok(())
}
