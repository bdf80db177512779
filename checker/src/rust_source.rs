//! Just enough of Rust's grammar to tell the tests of a file apart: its tokens without comments and
//! white space, and where each top-level item ends.

use std::collections::BTreeSet;

use crate::normal_form::{declarations, normal_form};

/// A file cut into its tests and all the rest.
#[derive(Debug, Default, PartialEq)]
pub struct Source {
    /// The top-level functions marked `#[test]`, in the order of the file.
    pub tests: Vec<TestFn>,
    /// What the file imports and which modules it has; their order says nothing.
    pub declarations: BTreeSet<String>,
    /// The tokens of everything else: helpers.
    pub rest: Vec<String>,
}

/// A test function.
#[derive(Debug, PartialEq)]
pub struct TestFn {
    /// Its name.
    pub name: String,
    /// The line of its first token, counted from 1.
    pub line: usize,
    /// Its tokens in their normal form, attributes included.
    pub tokens: Vec<String>,
    /// Whether it carries `#[ignore]`.
    pub ignored: bool,
    /// Whether a comment `// given` stands above it: it passes on the stub, on purpose.
    pub given: bool,
    /// Whether a `#[cfg(…)]` may leave it out.
    pub conditional: bool,
}

/// Reads a file. Text that is not Rust gives some tokens too: only equality matters then.
pub fn parse(text: &str) -> Source {
    let mut source = Source::default();
    let mut item: Vec<Token> = Vec::new();
    let mut depth = 0_usize;
    // `use a::{b, c};` goes on behind its brace.
    let mut in_use = false;
    for token in Lexer::new(text) {
        let mut ends = false;
        match token.text {
            // `-> impl Trait + use<'a>` declares nothing.
            "use" => in_use |= depth == 0 && item.last().is_none_or(|last| last.text != "+"),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => {
                depth = depth.saturating_sub(1);
                // `#![cfg(…)]` belongs to the file, and not to the item behind it.
                let starts = item.iter().take(2).map(|token| token.text);
                ends = depth == 0 && starts.eq(["#", "!"]);
            }
            "}" => {
                depth = depth.saturating_sub(1);
                ends = depth == 0 && !in_use;
            }
            ";" => ends = depth == 0,
            _ => {}
        }
        item.push(token);
        if ends {
            in_use = false;
            source.add(std::mem::take(&mut item));
        }
    }
    source.add(item);
    source
}

impl Source {
    fn add(&mut self, item: Vec<Token>) {
        let words: Vec<&str> = item.iter().map(|token| token.text).collect();
        let has = |attribute: &[&str]| words.windows(attribute.len()).any(|part| part == attribute);
        // Only what stands in front of the body's `{` belongs to the item itself.
        let name = words
            .iter()
            .position(|&word| word == "fn")
            .and_then(|at| words.get(at + 1));
        match name {
            Some(name) if words.starts_with(&["#"]) && has(&["#", "[", "test", "]"]) => {
                self.tests.push(TestFn {
                    name: (*name).to_owned(),
                    line: item.first().map_or(1, |token| token.line),
                    ignored: has(&["#", "[", "ignore"]),
                    given: item.first().is_some_and(|token| token.given),
                    conditional: has(&["#", "[", "cfg"]),
                    tokens: normal_form(&words),
                });
            }
            _ => match declarations(&words) {
                Some(declarations) => self.declarations.extend(declarations),
                None => self.rest.extend(normal_form(&words)),
            },
        }
    }
}

/// A piece of text that is not white space and not a comment.
#[derive(Debug)]
struct Token<'a> {
    text: &'a str,
    line: usize,
    /// The comment in front of it says `given`.
    given: bool,
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    given: bool,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Lexer<'a> {
        Lexer {
            rest: text,
            line: 1,
            given: false,
        }
    }

    /// Takes the next `length` bytes.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = self.rest.chars().next()?;
            if first.is_whitespace() {
                self.take(first.len_utf8());
            } else if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                let comment = self.take(end);
                let words = comment.trim_start_matches('/').trim_start();
                let first = words.split(|c: char| !c.is_alphanumeric()).next();
                self.given |= first == Some("given");
            } else if self.rest.starts_with("/*") {
                let length = block_comment(self.rest);
                self.take(length);
            } else {
                break;
            }
        }
        let line = self.line;
        let given = std::mem::take(&mut self.given);
        let length = token_length(self.rest);
        Some(Token {
            text: self.take(length),
            line,
            given,
        })
    }
}

/// The length of the block comment that `text` begins with; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of the token that `text` begins with; `text` is not empty.
fn token_length(text: &str) -> usize {
    if let Some(length) = raw_string(text) {
        return length;
    }
    // `b"…"`, `c"…"` and `b'…'` are one token each.
    let prefix = usize::from(text.starts_with(['b', 'c']) && text[1..].starts_with(['"', '\'']));
    let quoted = &text[prefix..];
    if quoted.starts_with('"') {
        return prefix + quoted_length(quoted, '"');
    }
    if quoted.starts_with('\'') && is_char(quoted) {
        return prefix + quoted_length(quoted, '\'');
    }
    let first = text.chars().next().expect("the text is not empty");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if is_word(first) {
        text.find(|c: char| !is_word(c)).unwrap_or(text.len())
    } else {
        first.len_utf8()
    }
}

/// Whether the quote at the start begins a character and not a lifetime: `'a'`, `'\n'`, but not `'a`.
fn is_char(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

/// The length of a literal that starts and ends with `quote`, with backslash escapes.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of `r"…"`, `r#"…"#`, `br"…"` or `cr"…"`.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = text[prefix.len()..]
        .chars()
        .take_while(|&c| c == '#')
        .count();
    let start = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = text[start..].find(&end).map(|at| start + at + end.len());
    Some(length.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        parse(text)
            .tests
            .into_iter()
            .map(|test| test.name)
            .collect()
    }

    #[test]
    fn tests_are_found_in_the_order_of_the_file() {
        let text = "use a::{b, c};\n#[test]\nfn one() { let s = [1; 3]; }\nfn helper() {}\n\
                    #[test]\n#[should_panic(expected = \"x\")]\nfn two() {}\n";
        assert_eq!(names(text), ["one", "two"]);
        assert_eq!(parse(text).tests[1].line, 5);
    }

    #[test]
    fn braces_in_literals_and_comments_do_not_count() {
        let text = r####"
            #[test] fn a() { let x = "}"; let y = '}'; let z = r#"}"}"#; let w = b'{'; }
            #[test] fn b<'a>() { /* } /* } */ } */ let s: &'a str = "\"}"; // }
            }
            #[test] fn c() {}
        "####;
        assert_eq!(names(text), ["a", "b", "c"]);
    }

    #[test]
    fn comments_and_layout_make_no_difference() {
        let one = parse("#[test]\nfn a() { assert!(true); }");
        let two = parse("#[test] fn a()\n{\n    // why\n    assert!( true );\n}");
        assert_eq!(one.tests[0].tokens, two.tests[0].tokens);
    }

    #[test]
    fn strings_are_compared_to_the_letter() {
        let one = parse("#[test] fn a() { f(\"a b\"); }");
        let two = parse("#[test] fn a() { f(\"a  b\"); }");
        assert_ne!(one.tests[0].tokens, two.tests[0].tokens);
    }

    #[test]
    fn ignored_and_given_tests_are_marked() {
        let source = parse(
            "// given: nothing to write here\n#[test]\nfn a() {}\n#[test]\n#[ignore = \"slow\"]\nfn b() {}\n\
             // a helper\nfn c() {}",
        );
        assert!(source.tests[0].given && !source.tests[0].ignored);
        assert!(source.tests[1].ignored && !source.tests[1].given);
        assert_eq!(source.rest.join(" "), "fn c ( ) { }");
    }

    #[test]
    fn an_attribute_of_the_file_belongs_to_no_item() {
        let one = parse("use a;\n#[test] fn b() {}");
        let two = parse("#![cfg(any())]\nuse a;\n#[test] fn b() {}");
        assert_eq!(one.declarations, two.declarations);
        assert_eq!(two.rest.concat(), "#![cfg(any())]");
        let three = parse("#![cfg(any())]\n#[test] fn b() {}");
        assert_eq!(one.tests[0].tokens, three.tests[0].tokens);
    }

    #[test]
    fn text_that_is_not_rust_does_not_hang_or_panic() {
        for text in [
            "",
            "}",
            "\"",
            "'",
            "r#\"",
            "/* /*",
            "b'",
            "\u{1f980} {",
            "c",
            "b",
            "r###",
        ] {
            parse(text);
        }
    }
}
