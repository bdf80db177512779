//! The difference of two texts, line by line.

/// A line of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// In both.
    Both(&'a str),
    /// Only in the first.
    First(&'a str),
    /// Only in the second.
    Second(&'a str),
}

/// A shortest difference: the table of longest common subsequences, which is fast enough for files that
/// a person reads.
pub fn lines<'a>(first: &'a str, second: &'a str) -> Vec<Line<'a>> {
    let a: Vec<&str> = first.lines().collect();
    let b: Vec<&str> = second.lines().collect();
    // common[i][j]: how many lines a[i..] and b[j..] have in common, in order.
    let mut common = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = match a[i] == b[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            lines.push(Line::Both(a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || i < a.len() && common[i + 1][j] >= common[i][j + 1] {
            lines.push(Line::First(a[i]));
            i += 1;
        } else {
            lines.push(Line::Second(b[j]));
            j += 1;
        }
    }
    lines
}

/// The indexes of the lines that a person wants to see: what differs, with `around` lines beside it.
pub fn interesting(lines: &[Line<'_>], around: usize) -> Vec<bool> {
    let mut wanted = vec![false; lines.len()];
    for (index, line) in lines.iter().enumerate() {
        if !matches!(line, Line::Both(_)) {
            let end = (index + around + 1).min(lines.len());
            wanted[index.saturating_sub(around)..end].fill(true);
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_line_out_and_a_line_in() {
        assert_eq!(
            lines("a\nb\nc\n", "a\nx\nc\nd\n"),
            [
                Line::Both("a"),
                Line::First("b"),
                Line::Second("x"),
                Line::Both("c"),
                Line::Second("d"),
            ]
        );
        assert_eq!(lines("", ""), []);
    }

    #[test]
    fn only_the_neighbours_of_a_change_are_wanted() {
        let text = "1\n2\n3\n4\n5\n6\n7\n";
        let other = text.replace('4', "four");
        let wanted = interesting(&lines(text, &other), 1);
        assert_eq!(wanted, [false, false, true, true, true, true, false, false]);
    }
}
