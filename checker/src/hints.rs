//! The steps of a HINTS.md, and the parts of them that are for one system only.
//!
//! Each section (`## 1. The concept`) is a step. In a step, a paragraph or an item of a list is for certain
//! systems only when it begins with their names in bold and a colon:
//!
//! ```text
//! **Linux, macOS**: `write` is in the C library:
//!
//! - **Windows x86_64**: the shadow space comes first.
//! ```
//!
//! The names are Linux, macOS and Windows, x86_64 and aarch64; a comma says "or", a space says "and". When
//! such a paragraph ends with a colon, the code or the list right behind it belongs to it.

use std::env::consts::{ARCH, OS};

/// A machine, by the names that the hints use.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// `Linux`, `macOS`, `Windows`.
    pub system: &'a str,
    /// `x86_64`, `aarch64`.
    pub processor: &'a str,
}

/// All names of systems and processors.
const NAMES: [&str; 5] = ["Linux", "macOS", "Windows", "x86_64", "aarch64"];

impl Machine<'static> {
    /// The one that we run on.
    pub fn here() -> Machine<'static> {
        let system = match OS {
            "linux" => "Linux",
            "macos" => "macOS",
            "windows" => "Windows",
            other => other,
        };
        Machine {
            system,
            processor: ARCH,
        }
    }
}

/// The sections of HINTS.md: title and text.
pub fn steps(text: &str) -> Vec<(&str, &str)> {
    let sections = text.split("\n## ").skip(1);
    let parts = sections.map(|section| section.split_once('\n').unwrap_or((section, "")));
    parts
        .map(|(title, body)| (title.trim(), body.trim()))
        .collect()
}

/// The parts of `body` that are for `machine`, and whether others were left out.
pub fn for_machine(body: &str, machine: Machine<'_>) -> (String, bool) {
    let mut kept = String::new();
    let mut left_out = false;
    // What the label of the part before says about code or a list right behind it.
    let mut before: Option<bool> = None;
    for part in parts(body) {
        let text = part.trim_end();
        let is_attached = text.starts_with("```") || text.starts_with("- ");
        let wanted = match (label(text), before) {
            (Some(label), _) => Some(label.is_for(machine)),
            (None, Some(wanted)) if is_attached => Some(wanted),
            (None, _) => None,
        };
        match wanted {
            Some(false) => {
                left_out = true;
                // The blank line at the end of a list stays, even if its last item is left out.
                if part.ends_with("\n\n") && !kept.ends_with("\n\n") {
                    kept.push('\n');
                }
            }
            Some(true) if label(text).is_some() => kept.push_str(&part.replacen("**", "", 2)),
            _ => kept.push_str(&part),
        }
        let goes_on = text.ends_with(':') || before.is_some() && text.starts_with("- ");
        before = wanted.filter(|_| goes_on);
    }
    (kept.trim().to_owned(), left_out)
}

/// Cuts a text into paragraphs, items of lists and fenced code, each with the blank lines behind it.
fn parts(body: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let (mut fenced, mut after_blank) = (false, true);
    for line in body.lines() {
        let is_fence = line.starts_with("```");
        let begins =
            !fenced && !line.is_empty() && (after_blank || is_fence || line.starts_with("- "));
        match parts.last_mut() {
            Some(part) if !begins => part.push_str(line),
            _ => parts.push(line.to_owned()),
        }
        if let Some(part) = parts.last_mut() {
            part.push('\n');
        }
        fenced ^= is_fence;
        after_blank = !fenced && (line.is_empty() || is_fence);
    }
    parts
}

/// The names in front of a part: each alternative is a system, a processor, or both.
struct Label<'a>(Vec<Vec<&'a str>>);

/// The label of a part; any other bold words are none.
fn label(part: &str) -> Option<Label<'_>> {
    let text = part.strip_prefix("- ").unwrap_or(part);
    let (names, _) = text.strip_prefix("**")?.split_once("**:")?;
    let alternatives: Vec<Vec<&str>> = names
        .split(", ")
        .map(|alternative| alternative.split(' ').collect())
        .collect();
    let known = alternatives
        .iter()
        .flatten()
        .all(|name| NAMES.contains(name));
    known.then_some(Label(alternatives))
}

impl Label<'_> {
    fn is_for(&self, machine: Machine<'_>) -> bool {
        let is_here = |name: &&str| [machine.system, machine.processor].contains(name);
        self.0.iter().any(|names| names.iter().all(is_here))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "For all.\n\n**Linux, macOS**: the call is `write`:\n\n```rust\nwrite()\n\n**Windows**: code\n```\n\
        \n**Windows**: the call is `WriteFile`:\n\n```rust\nwrite_file()\n```\n\nRegisters:\n\n\
        - **Linux x86_64**: rax\n- **Linux aarch64**: x8,\n  and more\n- **anything**: is for all\n\n**Bold** is no label.\n";

    fn on(system: &str, processor: &str) -> (String, bool) {
        for_machine(BODY, Machine { system, processor })
    }

    #[test]
    fn a_machine_sees_its_own_parts() {
        insta::assert_snapshot!(on("Linux", "aarch64").0, @r"
        For all.

        Linux, macOS: the call is `write`:

        ```rust
        write()

        **Windows**: code
        ```

        Registers:

        - Linux aarch64: x8,
          and more
        - **anything**: is for all

        **Bold** is no label.
        ");
        insta::assert_snapshot!(on("Windows", "x86_64").0, @r"
        For all.

        Windows: the call is `WriteFile`:

        ```rust
        write_file()
        ```

        Registers:

        - **anything**: is for all

        **Bold** is no label.
        ");
        assert!(on("Windows", "x86_64").1, "something was left out");
    }

    #[test]
    fn a_text_without_labels_is_shown_whole() {
        let (text, left_out) = for_machine("One.\n\nTwo:\n\n- three\n", Machine::here());
        assert_eq!(text, "One.\n\nTwo:\n\n- three");
        assert!(!left_out);
    }

    #[test]
    fn a_list_behind_a_label_belongs_to_it_to_its_end() {
        let text = "**Windows**: two:\n\n- one\n- two\n\nFor all.";
        let linux = Machine {
            system: "Linux",
            processor: "x86_64",
        };
        assert_eq!(for_machine(text, linux).0, "For all.");
    }

    #[test]
    fn each_section_is_a_step() {
        let text = "# Hints\n\n## 1. The concept\n\nThink.\n\nMore.\n\n## 2. The place\n\nHere.\n";
        assert_eq!(
            steps(text),
            [
                ("1. The concept", "Think.\n\nMore."),
                ("2. The place", "Here.")
            ]
        );
    }
}
