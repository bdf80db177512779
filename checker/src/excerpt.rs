//! The part of a long message that a person reads: its beginning, its end, and where two long values
//! differ.

/// Lines of a message that are shown at its beginning and at its end, when it has more.
const LINES: (usize, usize) = (40, 20);

/// Characters of a line that are shown at its beginning and at its end, when it has more.
const COLUMNS: (usize, usize) = (300, 100);

/// Characters that are shown before and from the first difference of two long values.
const AROUND: (usize, usize) = (40, 60);

/// `message`, or what matters of it when it is long.
pub fn excerpt(message: &str) -> String {
    let lines: Vec<&str> = message.lines().collect();
    let (first, last) = LINES;
    let mut shown = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        if index == first && lines.len() > first + last {
            let end = lines.len() - last;
            shown.push(format!("[{} lines left out]", end - index));
            index = end;
        }
        let pair = lines
            .get(index + 1)
            .and_then(|next| difference(lines[index], next));
        match pair {
            Some(pair) => {
                shown.extend(pair);
                index += 2;
            }
            None => {
                shown.push(cut(lines[index]));
                index += 1;
            }
        }
    }
    shown.join("\n")
}

/// A line without its middle, when it is long.
fn cut(line: &str) -> String {
    let (first, last) = COLUMNS;
    let count = line.chars().count();
    if count <= first + last {
        return line.to_owned();
    }
    let head: String = line.chars().take(first).collect();
    let tail: String = line.chars().skip(count - last).collect();
    format!(
        "{head} [{} characters left out] {tail}",
        count - first - last
    )
}

/// Two lines such as `  left: [1, 2, …` and ` right: [1, 3, …`, when one is long, around the place where
/// they first differ.
fn difference(one: &str, other: &str) -> Option<Vec<String>> {
    let limit = COLUMNS.0 + COLUMNS.1;
    // Bytes are at least as many as characters.
    if one.len().max(other.len()) <= limit {
        return None;
    }
    let (label, one) = labelled(one)?;
    let (other_label, other) = labelled(other)?;
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    if one == other {
        return None;
    }
    let place = match element(&one[..same]) {
        Some(index) => format!("element {index}, counted from 0"),
        None => format!("character {same}, counted from 0"),
    };
    let indent = " ".repeat(label.chars().count());
    Some(vec![
        format!("{label} {}", around(&one, same)),
        format!("{other_label} {}", around(&other, same)),
        format!("{indent} (they first differ in {place})"),
    ])
}

/// A label, with its colon, and what follows it.
fn labelled(line: &str) -> Option<(&str, &str)> {
    let at = line.find(": ")?;
    let is_label = |c: char| c.is_ascii_alphabetic() || c == ' ';
    (at <= 20 && line[..at].chars().all(is_label)).then(|| (&line[..=at], &line[at + 2..]))
}

fn around(value: &[char], at: usize) -> String {
    let (before, after) = AROUND;
    let (start, end) = (at.saturating_sub(before), value.len().min(at + after));
    let shown: String = value[start..end].iter().collect();
    let left_out = |is: bool| if is { "…" } else { "" };
    format!(
        "{}{shown}{}",
        left_out(start > 0),
        left_out(end < value.len())
    )
}

/// In which element of a list the text `[1, 2, ` ends; `None` when it is no list.
fn element(start: &[char]) -> Option<usize> {
    if start.first() != Some(&'[') {
        return None;
    }
    let (mut depth, mut index) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for c in start {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => index += 1,
            _ => {}
        }
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_shown_whole() {
        let message = "assertion failed: one\n\n  left: [1]\n right: [2]";
        assert_eq!(excerpt(message), message);
    }

    #[test]
    fn a_long_line_loses_its_middle() {
        let shown = excerpt(&format!("a{}z", "\u{e9}".repeat(300_000)));
        assert!(shown.starts_with("a\u{e9}") && shown.ends_with("\u{e9}z"));
        assert!(shown.contains("[299602 characters left out]"), "{shown}");
        assert!(shown.chars().count() < 450);
    }

    #[test]
    fn a_long_message_loses_its_middle() {
        let lines: Vec<String> = (0..1000).map(|number| format!("line {number}")).collect();
        let shown = excerpt(&lines.join("\n"));
        assert_eq!(shown.lines().count(), 61);
        assert!(shown.starts_with("line 0\n") && shown.ends_with("\nline 999"));
        assert!(
            shown.contains("line 39\n[940 lines left out]\nline 980\n"),
            "{shown}"
        );
    }

    #[test]
    fn two_long_lists_are_shown_where_they_first_differ() {
        let mut numbers: Vec<u32> = (0..1000).collect();
        let expected = format!("{numbers:?}");
        numbers[777] = 0;
        let message = format!("they are equal\n  left: {numbers:?}\n right: {expected}");
        insta::assert_snapshot!(excerpt(&message), @r"
        they are equal
          left: …769, 770, 771, 772, 773, 774, 775, 776, 0, 778, 779, 780, 781, 782, 783, 784, 785, 786, 787, 788, 78…
         right: …769, 770, 771, 772, 773, 774, 775, 776, 777, 778, 779, 780, 781, 782, 783, 784, 785, 786, 787, 788, …
                (they first differ in element 777, counted from 0)
        ");
    }

    #[test]
    fn elements_are_counted_in_the_outer_list() {
        let element = |text: &str| element(&text.chars().collect::<Vec<char>>());
        assert_eq!(element("[(1, 2), \"a, \\\", b\", {3, "), Some(2));
        assert_eq!(element("[["), Some(0));
        assert_eq!(element("\"text, text"), None);
    }

    #[test]
    fn two_long_texts_are_shown_where_they_first_differ() {
        let text = "x".repeat(1000);
        let message = format!("expected: \"{text}a\"\n   yours: \"{text}b\"");
        let shown = excerpt(&message);
        assert!(
            shown.contains("xa\"\n") && shown.contains("xb\"\n"),
            "{shown}"
        );
        assert!(
            shown.contains("(they first differ in character 1001, counted from 0)"),
            "{shown}"
        );
    }
}
