//! Laying out text for a terminal.

use std::borrow::Cow;

/// The widest that lines of prose get: longer ones are hard to read, however wide the terminal is.
const WIDEST: usize = 100;

/// Moves every line two columns in, and breaks lines of prose that are wider than `width`. Lines that
/// are laid out themselves, with an indent or a run of spaces, are left as they are.
pub fn block(text: &str, width: usize) -> String {
    let width = width.min(WIDEST).saturating_sub(2).max(16);
    let mut block = String::new();
    for line in text.lines() {
        let is_laid_out = line.starts_with(' ') || line.trim_end().contains("  ");
        let lines = if is_laid_out {
            vec![line.to_owned()]
        } else {
            wrap(line, width)
        };
        for line in lines {
            if !block.is_empty() {
                block.push('\n');
            }
            if !line.is_empty() {
                block.push_str("  ");
                block.push_str(&line);
            }
        }
    }
    block
}

/// Breaks a line at spaces. A word that is wider than `width` has a line of its own.
pub fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.len() - 1;
        let wide = lines[last].chars().count() + 1 + word.chars().count();
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if wide <= width {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Lays the paragraphs of a Markdown text out anew for `width`. Code, lists and tables stay as they are.
pub fn reflow(text: &str, width: usize) -> String {
    let width = width.min(WIDEST);
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        let is_prose = !in_code
            && !is_fence
            && !line.is_empty()
            && !line.starts_with([' ', '-', '|', '>', '#'])
            && !line.starts_with(|c: char| c.is_ascii_digit());
        if is_prose {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim_end());
            continue;
        }
        if !paragraph.is_empty() {
            lines.extend(wrap(&std::mem::take(&mut paragraph), width));
        }
        lines.push(line.to_owned());
    }
    if !paragraph.is_empty() {
        lines.extend(wrap(&paragraph, width));
    }
    lines.join("\n")
}

/// The text without its colours: ECMA-48, "select graphic rendition".
pub fn without_color(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain
}

/// The text with its control characters shown instead of sent: a program's output must not move the
/// cursor, clear the screen or write right to left on somebody's terminal. Line ends and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    let acts = |c: char| {
        // U+202A and on, U+2066 and on: the Unicode Bidirectional Algorithm, UAX #9.
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        c.is_control() && c != '\n' && c != '\t' || turns
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        match acts(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// `209 MB`
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// `1 h 5 min`
pub fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_and_pictures_are_not() {
        let text =
            "one two three four five six seven\n  | a picture | is left as wide as it is |\n\nend";
        insta::assert_snapshot!(block(text, 20), @r"
          one two three four
          five six seven
            | a picture | is left as wide as it is |

          end
        ");
    }

    #[test]
    fn paragraphs_are_laid_out_anew_and_code_is_not() {
        let text = "one two\nthree four five\n\n- a list\n  of two lines\n\n```rust\nlet a = 1;\nlet b = 2;\n```\nend";
        insta::assert_snapshot!(reflow(text, 14), @r"
        one two three
        four five

        - a list
          of two lines

        ```rust
        let a = 1;
        let b = 2;
        ```
        end
        ");
    }

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(
            without_color("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: m"),
            "error: m"
        );
    }

    #[test]
    fn control_characters_are_shown_and_not_sent() {
        assert_eq!(
            printable("\u{1b}[2J a\rb\u{7}\u{9b}1m \u{202e}c\u{0}"),
            r"\u{1b}[2J a\rb\u{7}\u{9b}1m \u{202e}c\u{0}"
        );
        assert!(matches!(
            printable("one\n\ttwo, caf\u{e9} \u{2502}"),
            Cow::Borrowed(_)
        ));
    }

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(1), "1 kB");
        assert_eq!(size(209_000_000), "209 MB");
        assert_eq!(size(3_500_000_000), "3 GB");
        assert_eq!(
            [hours(0), hours(59), hours(60), hours(125)],
            ["0 min", "59 min", "1 h", "2 h 5 min"]
        );
    }
}
