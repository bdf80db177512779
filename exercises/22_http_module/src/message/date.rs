//! The `Date` of every response. All of it is given.
//!
//! The rule: the text is made once a second, and not once a response.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

thread_local! {
    /// The second since 1970, and its text.
    static TEXT: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
}

/// Appends the present time: `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110, 5.6.7.
pub(crate) fn append_now(to: &mut Vec<u8>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let second = now.map_or(0, |since| since.as_secs());
    TEXT.with_borrow_mut(|(of, text)| {
        if *of != second {
            *of = second;
            *text = http_date(second);
        }
        to.extend_from_slice(text.as_bytes());
    });
}

/// The text of a second since 1970.
fn http_date(second: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let days = second / 86_400;
    let (year, month, day) = date_of(days);
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        DAYS[(days % 7) as usize],
        MONTHS[month],
        second / 3_600 % 24,
        second / 60 % 60,
        second % 60
    )
}

/// Year, month from 0, and day from 1, of a day since 1970.
fn date_of(mut days: u64) -> (u64, usize, u64) {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    loop {
        let length = 365 + u64::from(is_leap(year));
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 0;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}
