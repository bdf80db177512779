//! The date and time for file names and the progress file, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time now as `2026-11-23 10:04:59`.
pub fn now() -> String {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock set before 1970 is no reason to stop: the date is for people only.
    format(elapsed.map_or(0, |elapsed| elapsed.as_secs()))
}

/// The time `seconds` after the start of 1970.
fn format(seconds: u64) -> String {
    let (mut day, second) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{year:04}-{month:02}-{:02} {hour:02}:{minute:02}:{second:02}",
        day + 1
    )
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn dates_agree_with_the_calendar() {
        // Checked with `date -u -d @SECONDS`.
        assert_eq!(format(0), "1970-01-01 00:00:00");
        assert_eq!(format(951_782_399), "2000-02-28 23:59:59");
        assert_eq!(format(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(format(1_704_067_199), "2023-12-31 23:59:59");
        assert_eq!(format(1_735_689_599), "2024-12-31 23:59:59");
        assert_eq!(format(1_795_392_000), "2026-11-23 00:00:00");
        assert_eq!(format(4_107_542_399), "2100-02-28 23:59:59");
        assert_eq!(format(4_107_542_400), "2100-03-01 00:00:00");
    }
}
