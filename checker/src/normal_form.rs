//! Rust's tokens in a form that no formatter changes, so that only what a person edits makes a difference.
//!
//! White space and comments are no tokens. Beyond those rustfmt, with one setting or another, changes
//! commas at the end of a list, braces around the body of a match arm or a closure, the bar in front of an
//! arm, the order and the grouping of `use` items, `x: x` for `x`, `"C"` behind `extern`, the case of hexadecimal digits, and line
//! breaks inside of string literals: <https://rust-lang.github.io/rustfmt/>.

/// The tokens of one item in their normal form.
pub fn normal_form(tokens: &[&str]) -> Vec<String> {
    let closers = closers(tokens);
    let mut dropped = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        let after = |n: usize| tokens.get(at + n).copied().unwrap_or_default();
        match tokens[at] {
            // `(a, b,)`, and `where T: Copy, {`
            "," if [")", "]", "}", ">", "{", "|"].contains(&after(1)) => dropped[at] = true,
            // `| A => b, | C => d`. Of a closure behind a comma it is the same bar in every layout.
            "|" if at > 0 && ["{", ",", "}"].contains(&tokens[at - 1]) => dropped[at] = true,
            "=" if after(1) == ">" => arm(tokens, &closers, at + 2, &mut dropped),
            "|" if after(1) == "{" => body(tokens, &closers, at + 1, &mut dropped),
            "extern" if after(1) == "\"C\"" => dropped[at + 1] = true,
            // `{ x: x }`
            "{" | ","
                if after(2) == ":" && after(1) == after(3) && [",", "}"].contains(&after(4)) =>
            {
                dropped[at + 2..=at + 3].fill(true);
            }
            _ => {}
        }
    }
    let kept = tokens.iter().zip(dropped).filter(|(_, dropped)| !dropped);
    kept.map(|(token, _)| literal(token)).collect()
}

/// For each opening bracket the place of its closing one; of other tokens their own place.
fn closers(tokens: &[&str]) -> Vec<usize> {
    let mut closers: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" | "[" | "{" => open.push(at),
            ")" | "]" | "}" => {
                if let Some(opener) = open.pop() {
                    closers[opener] = at;
                }
            }
            _ => {}
        }
    }
    closers
}

/// The body of a match arm, which begins at `start`, loses its braces, and the comma behind it.
fn arm(tokens: &[&str], closers: &[usize], start: usize, dropped: &mut [bool]) {
    let mut at = start;
    if tokens.get(start) == Some(&"{") {
        body(tokens, closers, start, dropped);
        at = closers[start] + 1;
        if tokens.get(at) == Some(&",") {
            dropped[at] = true;
        }
        return;
    }
    while let Some(&token) = tokens.get(at) {
        match token {
            ")" | "]" | "}" => return,
            "," => {
                dropped[at] = true;
                return;
            }
            // `::<A, B>`
            "<" if at >= 2 && tokens[at - 2..at] == [":", ":"] => at = end_of_generics(tokens, at),
            _ => at = closers[at] + 1,
        }
    }
}

/// The place behind the `>` that belongs to the `<` at `start`.
fn end_of_generics(tokens: &[&str], start: usize) -> usize {
    let mut depth = 0;
    for (at, &token) in tokens.iter().enumerate().skip(start) {
        match token {
            "<" => depth += 1,
            // The arrow of a function's type closes nothing.
            ">" if tokens[at - 1] != "-" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The braces at `start` are dropped when there is an expression between them and no statement.
fn body(tokens: &[&str], closers: &[usize], start: usize, dropped: &mut [bool]) {
    let end = closers[start];
    let mut at = start + 1;
    while at < end {
        if tokens[at] == ";" {
            return;
        }
        at = closers[at] + 1;
    }
    if end > start + 1 {
        dropped[start] = true;
        dropped[end] = true;
    }
}

/// A string without its line breaks, `\` at the end of a line; a hexadecimal number in lower case.
fn literal(token: &str) -> String {
    let is_string = ["\"", "b\"", "c\""]
        .iter()
        .any(|start| token.starts_with(start));
    if token.starts_with("0x") {
        return token.to_ascii_lowercase();
    }
    if !is_string || !token.contains("\\\n") {
        return token.to_owned();
    }
    let mut text = String::with_capacity(token.len());
    let mut rest = token;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        text.push_str(before);
        if let Some(next_line) = after.strip_prefix("\\\n") {
            rest = next_line.trim_start();
        } else {
            // The backslash, and what it escapes.
            let length = 1 + after[1..].chars().next().map_or(0, char::len_utf8);
            text.push_str(&after[..length]);
            rest = &after[length..];
        }
    }
    text.push_str(rest);
    text
}

/// What an item declares when its place among its like says nothing: each path that a `use` brings in, a
/// `mod name;`, an `extern crate`. `None` for every other item.
pub fn declarations(tokens: &[&str]) -> Option<Vec<String>> {
    if tokens.last() != Some(&";") {
        return None;
    }
    // Attributes and visibility stand in front.
    let closers = closers(tokens);
    let mut at = 0;
    while let Some(&token) = tokens.get(at) {
        match token {
            "#" => at += 1,
            "[" | "(" => at = closers[at] + 1,
            "pub" => at += 1,
            _ => break,
        }
    }
    let front = tokens[..at].concat();
    match tokens.get(at) {
        Some(&"use") => {
            let mut paths = Vec::new();
            use_tree(&tokens[at + 1..], front, &mut paths);
            Some(paths)
        }
        Some(&"mod") => Some(vec![tokens.concat()]),
        Some(&"extern") if tokens.get(at + 1) == Some(&"crate") => Some(vec![tokens.join(" ")]),
        _ => None,
    }
}

/// Reads `a::{b, c as d}` from `tokens` on and adds `a::b` and `a::c as d`, with `path` in front, to `paths`;
/// gives what follows.
fn use_tree<'a, 't>(
    mut tokens: &'a [&'t str],
    mut path: String,
    paths: &mut Vec<String>,
) -> &'a [&'t str] {
    while let [token, rest @ ..] = tokens {
        match *token {
            "," | "}" | ";" => break,
            "{" => {
                tokens = rest;
                loop {
                    match tokens {
                        [] | [";", ..] => return tokens,
                        ["}", rest @ ..] => return rest,
                        [",", rest @ ..] => tokens = rest,
                        _ => tokens = use_tree(tokens, path.clone(), paths),
                    }
                }
            }
            "as" => path.push_str(" as "),
            token => path.push_str(token),
        }
        tokens = rest;
    }
    let path = path
        .strip_suffix("::self")
        .map_or(path.clone(), str::to_owned);
    paths.push(path.replace("::self as ", " as "));
    tokens
}

#[cfg(test)]
mod tests {
    use crate::rust_source::parse;

    /// Whether two bodies of a test function are the same to the comparison.
    fn same(one: &str, other: &str) -> bool {
        let source = |body: &str| parse(&format!("#[test] fn a() {{ {body} }}"));
        let (one, other) = (source(one), source(other));
        assert_eq!((one.tests.len(), other.tests.len()), (1, 1));
        one == other
    }

    fn same_file(one: &str, other: &str) -> bool {
        parse(one) == parse(other)
    }

    #[test]
    fn commas_at_the_end_of_a_list_make_no_difference() {
        assert!(same(
            "f(a, b); [1, 2]; S { a, b }",
            "f(a, b,); [1, 2,]; S { a, b, }"
        ));
        assert!(same(
            "assert_eq!(a, b, \"c\")",
            "assert_eq!(\n a,\n b,\n \"c\",\n)"
        ));
        assert!(!same("f(a, b)", "f(a)"));
    }

    #[test]
    fn braces_around_the_body_of_an_arm_make_no_difference() {
        let one =
            "match x { A => f(a, b), B(c, d) => { let e = 1; e } C => g::<A, B>(), _ => m! { z } }";
        let two = "match x { A => { f(a, b) } B(c, d) => { let e = 1; e }, C => { g::<A, B>() } _ => { m! { z } } }";
        assert!(same(one, two));
        assert!(!same(one, &one.replace("let e = 1;", "")));
        assert!(!same("match x { A => {} }", "match x { A => a }"));
        assert!(same(
            "match x { A | B => a, C => f(|| b) }",
            "match x { | A | B => a, | C => f(|| b) }"
        ));
    }

    #[test]
    fn braces_around_the_body_of_a_closure_make_no_difference() {
        assert!(same(
            "f(|x| x + 1, move || g(a))",
            "f(|x| { x + 1 }, move || { g(a) })"
        ));
        assert!(same(
            "f(|x| match x { A => 1 })",
            "f(|x| { match x { A => 1, } })"
        ));
        assert!(!same("f(|| { a; })", "f(|| a)"), "one of them gives ()");
    }

    #[test]
    fn braces_elsewhere_count() {
        assert!(!same("if a { b } c", "if a { b c }"));
        assert!(!same("{ a } b", "a b"));
    }

    #[test]
    fn the_order_of_declarations_makes_no_difference() {
        let one = "use a::{b, c};\nuse a::d as e;\nuse f;\nmod g;\nmod h;\nfn i() {}";
        let two = "mod h; mod g;\nuse f::{self};\nuse a::{c, d as e, b};\nfn i() {}";
        assert!(same_file(one, two));
        assert!(!same_file(one, &one.replace("d as e", "d as x")));
        assert!(!same_file("use a::b;", "#[cfg(unix)] use a::b;"));
        assert!(!same_file("use a::b;", "use a::*;"));
        assert!(same_file(
            "use a::{b::{c, d}, self};",
            "use a;\nuse a::b::c;\nuse a::b::d;"
        ));
    }

    #[test]
    fn other_ways_to_write_the_same_make_no_difference() {
        assert!(same("S { x, y: z }", "S { x: x, y: z }"));
        assert!(!same("S { x, y: z }", "S { x: z, y: z }"));
        assert!(same("f(0xFF)", "f(0xff)"));
        assert!(same_file("extern \"C\" fn f() {}", "extern fn f() {}"));
        assert!(!same_file(
            "extern \"system\" fn f() {}",
            "extern fn f() {}"
        ));
        assert!(same_file(
            "fn f<T>() where T: Copy, {}",
            "fn f<T>() where T: Copy {}"
        ));
    }

    #[test]
    fn a_string_may_be_broken_over_lines() {
        assert!(same("f(\"a b\")", "f(\"a \\\n      b\")"));
        assert!(!same("f(\"a b\")", "f(\"a\\\n      b\")"));
        assert!(
            !same("f(\"a\\\\\nb\")", "f(\"a\\\\b\")"),
            "a backslash, and a line end that counts"
        );
    }

    #[test]
    fn unfinished_text_does_not_hang_or_panic() {
        for text in [
            "use a::{b",
            "use a::{b c};",
            "use ::;",
            "match x { A => ",
            "|{",
            "=>",
            "use {};",
            "#[a] use",
        ] {
            parse(text);
            parse(&format!("#[test] fn a() {{ {text}"));
        }
    }
}
