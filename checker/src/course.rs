//! The course is what the folders say: `exercises/NN_name`, with its facts at the top of its README
//! and in its Cargo.toml.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::files::read_text;

/// The whole course, in order.
#[derive(Clone, Debug)]
pub struct Course {
    /// The top of the repository.
    pub root: PathBuf,
    /// By number.
    pub exercises: Vec<Exercise>,
}

/// One chapter.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its number as the folder has it: `07`.
    pub number: String,
    /// The package's name: `channel`. Progress is kept under it.
    pub name: String,
    /// `exercises/07_channel`, absolute.
    pub folder: PathBuf,
    /// `solutions/07_channel`, absolute.
    pub solution: PathBuf,
    /// The first heading of its README.
    pub title: String,
    /// The part of the course that begins with this exercise, when one does.
    pub part: Option<String>,
    /// Minutes of reading and of coding.
    pub minutes: (u32, u32),
    /// Which files the learner edits, as the README says it.
    pub edits: String,
    /// The packages of earlier exercises that this one builds on, directly.
    pub needs: Vec<String>,
    /// How long the tests may take that hang, all together.
    pub limit: Duration,
    /// Whether its tests must run one after the other.
    pub serial: bool,
}

/// The time that hanging tests may take unless its exercise says otherwise (`limit-seconds`).
const LIMIT: Duration = Duration::from_secs(10);

impl Course {
    /// Finds the repository around the current directory and reads the course.
    pub fn find() -> Result<Course> {
        let here = env::current_dir()
            .map_err(|error| Error::new(format!("cannot tell the current directory: {error}")))?;
        let is_root = |folder: &&Path| {
            ["exercises", "solutions", "Cargo.toml"]
                .iter()
                .all(|name| folder.join(name).exists())
        };
        match here.ancestors().find(is_root) {
            Some(root) => Course::read(root),
            None => Err(Error::new(format!(
                "{} is not inside the workshop: no folder above it has `exercises` and `solutions`",
                here.display()
            ))),
        }
    }

    /// Reads the course whose top is `root`.
    pub fn read(root: &Path) -> Result<Course> {
        let folder = root.join("exercises");
        let entries = std::fs::read_dir(&folder)
            .map_err(|error| Error::new(format!("cannot read {}: {error}", folder.display())))?;
        let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        let mut exercises = Vec::new();
        for folder in folders {
            if let Some(exercise) = Exercise::read(root, &folder)? {
                exercises.push(exercise);
            }
        }
        let exercises = without_copies(exercises);
        if exercises.is_empty() {
            return Err(Error::new(format!(
                "{} holds no exercises",
                folder.display()
            )));
        }
        Ok(Course {
            root: root.to_owned(),
            exercises,
        })
    }

    /// The exercise that a person calls `word`: its number (`7`, `07`), its name, or its folder.
    pub fn named(&self, word: &str) -> Result<&Exercise> {
        let word = word.trim_end_matches(['/', '\\']);
        let word = word.rsplit(['/', '\\']).next().unwrap_or(word);
        let number = word.parse::<u32>().ok();
        let found = self.exercises.iter().find(|exercise| {
            exercise.name == word
                || exercise.folder_name() == word
                || number.is_some() && exercise.number.parse().ok() == number
        });
        found.ok_or_else(|| {
            let near = self
                .exercises
                .iter()
                .find(|exercise| exercise.name.contains(word));
            let ask = match near {
                Some(near) if !word.is_empty() => format!("Did you mean `{}`?", near.name),
                _ => String::from("`cargo run -p checker -- list` shows them all."),
            };
            Error::new(format!("there is no exercise `{word}`. {ask}"))
        })
    }

    /// The place of `exercise` in the course.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.exercises
            .iter()
            .position(|exercise| exercise.name == name)
    }

    /// All exercises that `exercise` builds on, directly or not, in the order of the course.
    pub fn prerequisites(&self, exercise: &Exercise) -> Vec<&Exercise> {
        let mut wanted = exercise.needs.clone();
        let mut index = 0;
        while let Some(name) = wanted.get(index) {
            let more = self
                .exercises
                .iter()
                .filter(|e| e.name == *name)
                .flat_map(|e| &e.needs);
            let more: Vec<String> = more
                .filter(|name| !wanted.contains(name))
                .cloned()
                .collect();
            wanted.extend(more);
            index += 1;
        }
        self.exercises
            .iter()
            .filter(|e| wanted.contains(&e.name))
            .collect()
    }
}

/// Leaves out the folders that somebody copied: of several with one package name, the exercise is the one
/// that a solution stands beside. Cargo builds that one, too, by the list in the top Cargo.toml.
fn without_copies(exercises: Vec<Exercise>) -> Vec<Exercise> {
    let has_solution = |exercise: &Exercise| exercise.solution.is_dir();
    let mut kept: Vec<Exercise> = Vec::new();
    for exercise in exercises {
        match kept.iter_mut().find(|other| other.name == exercise.name) {
            None => kept.push(exercise),
            Some(other) if !has_solution(other) && has_solution(&exercise) => *other = exercise,
            Some(_) => {}
        }
    }
    kept.sort_by(|one, other| one.folder.cmp(&other.folder));
    kept
}

impl Exercise {
    /// Reads the exercise in `folder`; `None` when its name has no number (`support`) or it is not a
    /// crate.
    fn read(root: &Path, folder: &Path) -> Result<Option<Exercise>> {
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Some((number, _)) = name.split_once('_') else {
            return Ok(None);
        };
        let manifest = folder.join("Cargo.toml");
        if !number.chars().all(|c| c.is_ascii_digit()) || number.is_empty() || !manifest.exists() {
            return Ok(None);
        }
        let manifest = Manifest::parse(&read_text(&manifest)?);
        // A README that cannot be read loses its facts, not the exercise.
        let head = read_text(&folder.join("README.md")).unwrap_or_default();
        let head = Head::parse(&head);
        // The limits are the reference's: what the learner does to the copy does not change them.
        let solution = root.join("solutions").join(&name);
        let limits = Manifest::parse(&read_text(&solution.join("Cargo.toml")).unwrap_or_default());
        Ok(Some(Exercise {
            number: number.to_owned(),
            name: manifest.package,
            folder: folder.to_owned(),
            solution,
            title: head.title,
            part: head.part,
            minutes: head.minutes,
            edits: head.edits,
            needs: manifest.needs,
            limit: limits.limit.unwrap_or(LIMIT),
            serial: limits.serial,
        }))
    }

    /// `07_channel`
    pub fn folder_name(&self) -> String {
        self.folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// `07 channel`
    pub fn label(&self) -> String {
        format!("{} {}", self.number, self.name)
    }
}

/// What the checker wants to know of a Cargo.toml. Ours are written by one hand, one key a line, so
/// this needs no reader for the whole of TOML.
#[derive(Debug, Default, PartialEq)]
struct Manifest {
    package: String,
    needs: Vec<String>,
    limit: Option<Duration>,
    serial: bool,
}

impl Manifest {
    fn parse(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let (key, value) = (key.trim(), value.trim());
            match (section, key) {
                ("[package]", "name") => manifest.package = value.trim_matches('"').to_owned(),
                ("[package.metadata.workshop]", "serial") => manifest.serial = value == "true",
                ("[package.metadata.workshop]", "limit-seconds") => {
                    manifest.limit = value.parse().ok().map(Duration::from_secs);
                }
                ("[dependencies]", name) if value.contains("\"../") => {
                    manifest.needs.push(name.to_owned());
                }
                _ => {}
            }
        }
        manifest
    }
}

/// The facts at the top of a README.
#[derive(Debug, Default, PartialEq)]
struct Head {
    title: String,
    part: Option<String>,
    minutes: (u32, u32),
    edits: String,
}

impl Head {
    fn parse(text: &str) -> Head {
        let mut head = Head::default();
        for line in text.lines().take_while(|line| !line.starts_with("## ")) {
            if let Some(title) = line.strip_prefix("# ") {
                head.title = title.trim().to_owned();
            }
            let Some((key, value)) = line
                .strip_prefix("- **")
                .and_then(|fact| fact.split_once("**:"))
            else {
                continue;
            };
            let value = value.trim();
            match key {
                "Part" => head.part = Some(value.to_owned()),
                "You edit" => head.edits = value.to_owned(),
                "Minutes" => {
                    let mut numbers = value
                        .split(|c: char| !c.is_ascii_digit())
                        .filter_map(|digits| digits.parse().ok());
                    head.minutes = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
                }
                _ => {}
            }
        }
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_gives_name_needs_and_limits() {
        let manifest = Manifest::parse(
            "[package]\nname = \"event_loop\"\n\n[package.metadata.workshop]\nserial = true\n\
             limit-seconds = 20\n\n[dependencies]\ntimers = { path = \"../10_timers\" }\n\n\
             [dev-dependencies]\nsupport = { path = \"../support\" }\n",
        );
        assert_eq!(
            manifest,
            Manifest {
                package: String::from("event_loop"),
                needs: vec![String::from("timers")],
                limit: Some(Duration::from_secs(20)),
                serial: true,
            }
        );
    }

    #[test]
    fn a_readme_gives_title_part_minutes_and_files() {
        let head = Head::parse(
            "# Blocking without spinning\n\n- **Part**: 2. Threads\n- **Minutes**: 10 reading, 25 coding\n\
             - **You edit**: `src/lib.rs`\n\n## The idea\n\n- **Minutes**: 99\n",
        );
        assert_eq!(
            head,
            Head {
                title: String::from("Blocking without spinning"),
                part: Some(String::from("2. Threads")),
                minutes: (10, 25),
                edits: String::from("`src/lib.rs`"),
            }
        );
    }
}
