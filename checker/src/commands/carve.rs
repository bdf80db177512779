//! `carve`: makes the exercises from the solutions, for maintainers.

use super::{App, say};
use crate::carve::{CARVED, Form, carve_folder};
use crate::cli::CALL;
use crate::error::{Error, Result};
use crate::files;
use crate::scaffold;

impl App {
    /// Carves one exercise or all.
    pub fn carve(&self, exercise: Option<&str>) -> Result<bool> {
        let one = exercise.map(|word| self.course.named(word)).transpose()?;
        let mut changed = 0;
        for exercise in &self.course.exercises {
            if one.is_none_or(|one| one.name == exercise.name)
                && self.fill(exercise, Form::Stub, &CARVED)?
            {
                say(&format!("carved {}\n", exercise.label()));
                changed += 1;
            }
        }
        if changed == 0 {
            say("Everything is as carving gives it.\n");
        }
        Ok(true)
    }

    /// Begins the chapter in `folder`, `11_event_queue`. It writes into new folders only.
    pub fn carve_new(&self, folder: &str) -> Result<bool> {
        let (number, name) = number_and_name(folder)?;
        if let Some(there) = self
            .course
            .exercises
            .iter()
            .find(|exercise| exercise.number == number || exercise.name == name)
        {
            return Err(Error::new(format!(
                "there is a chapter {} already",
                there.folder_name()
            )));
        }
        let root = &self.course.root;
        let exercise = root.join("exercises").join(folder);
        let solution = root.join("solutions").join(folder);
        for path in [&exercise, &solution] {
            if path.exists() {
                return Err(Error::new(format!("{} is there already", path.display())));
            }
        }
        let (page, answer) = scaffold::chapter(folder, name);
        for (path, text) in &answer {
            files::write_text(&solution.join(path), text)?;
        }
        let carved = carve_folder(&solution, Form::Stub, &CARVED)?;
        for (path, text) in page.iter().chain(&carved) {
            files::write_text(&exercise.join(path), text)?;
        }
        let manifest = root.join("Cargo.toml");
        let text = files::read_text(&manifest)?;
        files::write_text(&manifest, &with_member(&text, folder))?;
        say(&format!(
            "made   {}\n       {}\n\
             The answer in {folder}/src, its tests and its wrong answer are an example: replace them.\n\
             `{CALL} -- verify {number}` says what is missing.\n",
            self.screen.path(&exercise),
            self.screen.path(&solution)
        ));
        Ok(true)
    }
}

/// The workspace's manifest with a new exercise behind the last of its list: a glob would take in every
/// folder that a learner makes there.
fn with_member(manifest: &str, folder: &str) -> String {
    let line = format!("    \"exercises/{folder}\",");
    let is_exercise = |line: &&str| {
        let name = line.trim_start().strip_prefix("\"exercises/");
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut lines: Vec<&str> = manifest.lines().collect();
    let last = manifest.lines().rfind(is_exercise);
    if let Some(at) = lines.iter().position(|line| Some(*line) == last) {
        lines.insert(at + 1, &line);
    }
    lines.join("\n") + "\n"
}

/// `11` and `event_queue` of `11_event_queue`.
fn number_and_name(folder: &str) -> Result<(&str, &str)> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let parts = folder.split_once('_');
    parts
        .filter(|(number, name)| {
            number.len() == 2 && number.chars().all(|c| c.is_ascii_digit()) && is_name(name)
        })
        .ok_or_else(|| {
            Error::new(format!(
                "a chapter's folder is two digits and a crate's name, `11_event_queue`; `{folder}` is not"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::{number_and_name, with_member};

    #[test]
    fn a_new_exercise_is_a_member_of_the_workspace() {
        let before = "members = [\n    \"exercises/support\",\n    \"exercises/01_a\",\n]\n";
        let after = before.replace("01_a\",\n", "01_a\",\n    \"exercises/02_b\",\n");
        assert_eq!(with_member(before, "02_b"), after);
    }

    #[test]
    fn a_folder_is_two_digits_and_a_crates_name() {
        let parts = number_and_name("11_event_queue").ok();
        assert_eq!(parts, Some(("11", "event_queue")));
        for folder in [
            "event_queue",
            "1_queue",
            "11-queue",
            "11_",
            "11_Queue",
            "11_a/b",
        ] {
            assert!(number_and_name(folder).is_err(), "{folder}");
        }
    }
}
