//! What can be seen without running anything: the pages, and whether what is committed is carved.

use std::collections::BTreeSet;

use super::Row;
use crate::carve::{CARVED, Form, carve_folder};
use crate::course::Exercise;
use crate::error::Result;
use crate::files;
use crate::scaffold::UNWRITTEN;

/// The longest title of a chapter, in characters: more does not fit on a line of `list`.
const TITLE: usize = 45;

/// How many words a chapter may have.
const WORDS: usize = 1700;

/// Looks at the pages and the carved files of `exercise`. `guide` is WORKSHOP.md; a course that is not
/// taught has none.
pub fn look(exercise: &Exercise, guide: Option<&str>, row: &mut Row) -> Result<()> {
    let before = row.problems.len();
    row.facts(exercise, guide);
    row.hints(exercise);
    row.length(exercise);
    row.unwritten(exercise);
    row.pages = verdict(row.problems.len() == before);
    row.carved(exercise)
}

impl Row {
    /// README with its facts, and the same minutes in the teacher's guide.
    fn facts(&mut self, exercise: &Exercise, guide: Option<&str>) {
        let (reading, coding) = exercise.minutes;
        if exercise.title.is_empty() || reading == 0 || coding == 0 {
            self.problems
                .push(String::from("README.md lacks its title or its minutes"));
        }
        let length = exercise.title.chars().count();
        if length > TITLE {
            self.problems.push(format!(
                "the title has {length} characters, and `list` shows {TITLE}: {}",
                exercise.title
            ));
        }
        let row = format!(
            "| {} | `{}` | {reading} | {coding} |",
            exercise.number, exercise.name
        );
        if guide.is_some_and(|guide| !guide.contains(&row)) {
            self.problems
                .push(format!("WORKSHOP.md has no row that begins with `{row}`"));
        }
    }

    fn hints(&mut self, exercise: &Exercise) {
        let hints = files::read_text(&exercise.folder.join("HINTS.md")).unwrap_or_default();
        for step in ["\n## 1.", "\n## 2.", "\n## 3."] {
            if !hints.contains(step) {
                self.problems
                    .push(format!("HINTS.md has no `{}`", step.trim()));
            }
        }
    }

    fn length(&mut self, exercise: &Exercise) {
        let readme = files::read_text(&exercise.folder.join("README.md")).unwrap_or_default();
        let words = words(&readme);
        self.words = words.to_string();
        if words > WORDS {
            self.warnings.push(format!(
                "README.md has {words} words, and a chapter {WORDS} at most"
            ));
        }
    }

    /// What a new chapter's pages ask their author to write.
    fn unwritten(&mut self, exercise: &Exercise) {
        for page in ["README.md", "HINTS.md"] {
            let text = files::read_text(&exercise.folder.join(page)).unwrap_or_default();
            let sections = unwritten_sections(&text);
            if !sections.is_empty() {
                let sections = sections.join(", ");
                self.problems
                    .push(format!("{page} has still to be written: {sections}"));
            }
        }
    }

    /// What is committed is what carving gives, and the stub says where the work is.
    fn carved(&mut self, exercise: &Exercise) -> Result<()> {
        let before = self.problems.len();
        let wanted = carve_folder(&exercise.solution, Form::Stub, &CARVED)?;
        let present = files::read_tree(&exercise.folder, &CARVED)?;
        let paths: BTreeSet<&String> = wanted.keys().chain(present.keys()).collect();
        for path in paths
            .into_iter()
            .filter(|path| wanted.get(*path) != present.get(*path))
        {
            self.problems
                .push(format!("{path} is not what `carve` gives"));
        }
        let sources = wanted.iter().filter(|(path, _)| path.starts_with("src/"));
        let stub: String = sources.map(|(_, text)| text.as_str()).collect();
        if !stub.contains("// TODO") || !stub.contains("todo!(") {
            self.problems
                .push(String::from("the stub has no `// TODO` or no `todo!()`"));
        }
        self.carved = verdict(self.problems.len() == before);
        Ok(())
    }
}

/// The words of a page. Pictures and code are looked at, not read: what is fenced does not count, and
/// neither do signs alone.
fn words(page: &str) -> usize {
    let mut fenced = false;
    let prose = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    });
    prose
        .flat_map(str::split_whitespace)
        .filter(|word| word.contains(char::is_alphanumeric))
        .count()
}

/// The sections in which the scaffold's mark still stands.
fn unwritten_sections(page: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut section = "the top";
    for line in page.lines() {
        section = line.strip_prefix("## ").unwrap_or(section);
        // A heading may be unwritten itself: `Step 1: (To write) the first piece`.
        let name = section.split(UNWRITTEN).next().unwrap_or(section);
        let name = name.trim_end_matches([' ', ':']);
        if line.contains(UNWRITTEN) && sections.last() != Some(&name) {
            sections.push(name);
        }
    }
    sections
}

fn verdict(well: bool) -> String {
    String::from(if well { "ok" } else { "WRONG" })
}

#[cfg(test)]
mod tests {
    use super::{unwritten_sections, words};

    #[test]
    fn pictures_and_signs_are_no_words() {
        let page = "# The idea\n\nOne - two.\n\n```text\na picture\n```\n\n| three | `four` |\n|---|---|\n";
        assert_eq!(words(page), 6);
    }

    #[test]
    fn sections_that_are_not_written_are_named() {
        let page =
            "# (To write) A title\n\n## The idea\n\nDone.\n\n## Predict\n\n(To write) Soon.\n";
        assert_eq!(unwritten_sections(page), ["the top", "Predict"]);
    }
}
