//! Whether what cargo calls fresh was built from what is on disk now.
//!
//! Cargo compares file times. A file that was moved back or unpacked keeps its old time, and a clock may
//! be wrong: then cargo runs a program that was built from other text. So a file beside the artifacts
//! notes what we saw built: from which text, and which file came of it. An artifact has to be the one in
//! our notes, and its sources have to read as they did; if not, its files are removed, and cargo builds
//! it again. The learner's files are only read.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;
use std::time::SystemTime;

use crate::error::{Context, Result};
use crate::files;

/// The name of the notes, beside the artifacts.
const NOTES: &str = ".workshop-built";

/// Something that cargo built, or found built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its files, in cargo's order.
    pub files: Vec<PathBuf>,
    /// Whether cargo found it built and left it alone.
    pub fresh: bool,
}

/// What we saw built, by the path of the artifact's first file.
#[derive(Debug, Default)]
pub struct Notes {
    path: PathBuf,
    built: BTreeMap<PathBuf, Note>,
}

/// What we know of one artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Note {
    /// The number of the build that it came from: a clock that nobody sets back.
    build: u64,
    /// The artifact's files: their names, lengths and times.
    identity: u64,
    /// The sources: their names and contents.
    sources: u64,
}

impl Notes {
    /// The notes beside the last of `artifacts`. Notes that cannot be read say nothing: then all is built again.
    pub fn beside(artifacts: &[Artifact]) -> Notes {
        let folder = artifacts
            .last()
            .and_then(|artifact| artifact.files.first()?.parent());
        let path = folder.unwrap_or(Path::new("")).join(NOTES);
        let text = fs::read_to_string(&path).unwrap_or_default();
        Notes {
            path,
            built: text.lines().filter_map(parse).collect(),
        }
    }

    /// Those of `artifacts` of which we do not know that they are what is on disk. `root` is where cargo
    /// runs.
    pub fn doubtful<'a>(&self, artifacts: &'a [Artifact], root: &Path) -> Vec<&'a Artifact> {
        let doubtful = |artifact: &&Artifact| {
            let known = self.note(artifact).is_some_and(|note| {
                identity(artifact) == Some(note.identity)
                    && sources(artifact, root) == Some(note.sources)
            });
            !(known && self.is_in_order(artifact, artifacts))
        };
        artifacts.iter().filter(doubtful).collect()
    }

    /// Whether what was built later than `artifact` also has a later time. Cargo goes by the times to see
    /// whether an artifact is older than one that it depends on, so the clock must not have been set back.
    fn is_in_order(&self, artifact: &Artifact, artifacts: &[Artifact]) -> bool {
        let Some(build) = self.note(artifact).map(|note| note.build) else {
            return false;
        };
        let time = modified(artifact);
        artifacts
            .iter()
            .filter(|other| self.note(other).is_some_and(|note| note.build > build))
            .all(|other| modified(other) >= time)
    }

    /// Notes what was built just now, by the cargo that was started at `start`, and writes the notes down.
    pub fn add(&mut self, artifacts: &[Artifact], root: &Path, start: SystemTime) -> Result<()> {
        if artifacts.iter().all(|artifact| artifact.fresh) {
            return Ok(());
        }
        let last = self.built.values().map(|note| note.build).max();
        let build = last.unwrap_or(0) + 1;
        for artifact in artifacts.iter().filter(|artifact| !artifact.fresh) {
            let Some(path) = artifact.files.first() else {
                continue;
            };
            match (identity(artifact), sources(artifact, root)) {
                // What was saved meanwhile may be newer than what the compiler read.
                (Some(identity), Some(sources)) if is_older(artifact, root, start) => {
                    let note = Note {
                        build,
                        identity,
                        sources,
                    };
                    self.built.insert(path.clone(), note);
                }
                // Without a note it is built again the next time.
                _ => drop(self.built.remove(path)),
            }
        }
        self.built.retain(|path, _| path.exists());
        let lines = self.built.iter().map(|(path, note)| {
            format!(
                "{} {:016x} {:016x} {}\n",
                note.build,
                note.identity,
                note.sources,
                path.display()
            )
        });
        files::write_atomically(&self.path, &lines.collect::<String>())
            .context(|| format!("cannot write {}", self.path.display()))
    }

    fn note(&self, artifact: &Artifact) -> Option<&Note> {
        self.built.get(artifact.files.first()?)
    }
}

fn parse(line: &str) -> Option<(PathBuf, Note)> {
    let mut parts = line.splitn(4, ' ');
    let build = parts.next()?.parse().ok()?;
    let identity = u64::from_str_radix(parts.next()?, 16).ok()?;
    let sources = u64::from_str_radix(parts.next()?, 16).ok()?;
    let note = Note {
        build,
        identity,
        sources,
    };
    Some((PathBuf::from(parts.next()?), note))
}

/// Removes the files of an artifact, so that cargo has to build it again.
pub fn remove(artifact: &Artifact) -> Result<()> {
    for path in artifact.files.iter().filter(|path| path.exists()) {
        fs::remove_file(path).context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// Which files an artifact consists of; `None` when one is gone.
fn identity(artifact: &Artifact) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for path in &artifact.files {
        let about = fs::metadata(path).ok()?;
        (path, about.len(), about.modified().ok()?).hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// The latest time of an artifact's files.
fn modified(artifact: &Artifact) -> Option<SystemTime> {
    let about = |path| fs::metadata(path).ok();
    let time = |about: Metadata| about.modified().ok();
    artifact
        .files
        .iter()
        .filter_map(about)
        .filter_map(time)
        .max()
}

/// What the sources of an artifact say; `None` when they are not known or cannot be read.
fn sources(artifact: &Artifact, root: &Path) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for path in artifact.files.iter().find_map(|file| dep_info(file))? {
        // Line ends count: what the compiler reads is the bytes.
        let text = fs::read(root.join(&path)).ok()?;
        (path, text).hash(&mut hasher);
    }
    Some(hasher.finish())
}

/// Whether no source of `artifact` has changed since `start`.
fn is_older(artifact: &Artifact, root: &Path, start: SystemTime) -> bool {
    let sources = artifact.files.iter().find_map(|file| dep_info(file));
    sources.into_iter().flatten().all(|path| {
        let about = fs::metadata(root.join(path)).ok();
        about.and_then(|about| changed(&about)) <= Some(start)
    })
}

/// When a file was last written or moved: `st_ctim` of `stat(3type)`, which nobody can set.
#[cfg(unix)]
fn changed(about: &Metadata) -> Option<SystemTime> {
    use std::os::unix::fs::MetadataExt;
    let seconds = Duration::from_secs(about.ctime().try_into().ok()?);
    let nanos = Duration::from_nanos(about.ctime_nsec().try_into().ok()?);
    Some(SystemTime::UNIX_EPOCH + seconds + nanos)
}

/// When a file was last written. Windows has a time of the last change too, but std does not show it.
#[cfg(not(unix))]
fn changed(about: &Metadata) -> Option<SystemTime> {
    about.modified().ok()
}

/// The files that the compiler read for `file`, from what it left beside it: `libsumming-0123.rlib` has
/// `summing-0123.d`, with a makefile's rule in its first line:
/// <https://doc.rust-lang.org/rustc/command-line-arguments.html#--emit>.
fn dep_info(file: &Path) -> Option<Vec<PathBuf>> {
    let name = file.file_stem()?.to_str()?;
    let is_library = file
        .extension()
        .is_some_and(|e| e == "rlib" || e == "rmeta");
    let name = match is_library {
        true => name.strip_prefix("lib")?,
        false => name,
    };
    let rules = fs::read_to_string(file.with_file_name(format!("{name}.d"))).ok()?;
    let (_, paths) = rules.lines().next()?.split_once(": ")?;
    // A space in a path has a backslash in front.
    let paths = paths.replace("\\ ", "\0");
    let paths = paths.split(' ').map(|path| path.replace('\0', " "));
    Some(paths.map(PathBuf::from).collect())
}

/// Whether this very program was built from other text than its sources have now: then it is the checker of
/// an older course. A program whose sources are not known, a copy of it for example, is not.
pub fn is_outdated() -> bool {
    let Ok(program) = env::current_exe() else {
        return false;
    };
    let itself = [Artifact {
        files: vec![program],
        fresh: false,
    }];
    // Its sources are noted with whole paths.
    let root = Path::new("");
    let mut notes = Notes::beside(&itself);
    let (identity, sources) = (identity(&itself[0]), sources(&itself[0], root));
    match notes.note(&itself[0]) {
        Some(note) if Some(note.identity) == identity => {
            sources.is_some_and(|sources| sources != note.sources)
        }
        // It runs for the first time, right after it was built.
        _ => {
            // Without notes the question stays open.
            let _ = notes.add(&itself, root, SystemTime::now());
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;

    /// A folder with two libraries as cargo leaves them, each built from one source.
    struct Built {
        root: PathBuf,
        artifacts: Vec<Artifact>,
        /// When the builds begin.
        start: SystemTime,
    }

    impl Built {
        fn new(name: &str) -> Built {
            let root =
                env::temp_dir().join(format!("workshop fresh {} {name}", std::process::id()));
            fs::create_dir_all(&root).expect("a folder can be made");
            let artifacts = ["one", "two"].map(|name| {
                let source = format!("a {name}.rs");
                fs::write(root.join(&source), "text").expect("writable");
                let library = root.join(format!("lib{name}-0.rlib"));
                fs::write(&library, "built").expect("writable");
                let rule = source.replace(' ', "\\ ");
                let rules = format!("lib{name}-0.rlib: {rule}\n\n{rule}:\n\n# env-dep:X=a:\n");
                fs::write(root.join(format!("{name}-0.d")), rules).expect("writable");
                Artifact {
                    files: vec![library],
                    fresh: false,
                }
            });
            Built {
                root,
                artifacts: artifacts.into(),
                start: SystemTime::now() + Duration::from_secs(60),
            }
        }

        /// Notes that these of the two were built.
        fn built(&mut self, which: &[usize]) {
            for (index, artifact) in self.artifacts.iter_mut().enumerate() {
                artifact.fresh = !which.contains(&index);
            }
            let mut notes = Notes::beside(&self.artifacts);
            let added = notes.add(&self.artifacts, &self.root, self.start);
            added.expect("writable");
        }

        /// Which of the two are doubted.
        fn doubted(&self) -> Vec<usize> {
            let notes = Notes::beside(&self.artifacts);
            let doubtful = notes.doubtful(&self.artifacts, &self.root);
            (0..2)
                .filter(|&index| doubtful.contains(&&self.artifacts[index]))
                .collect()
        }

        fn set_time(&self, file: &str, seconds: u64) {
            let file = File::options().write(true).open(self.root.join(file));
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            file.and_then(|file| file.set_modified(time)).expect("ours");
        }
    }

    impl Drop for Built {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.root);
        }
    }

    #[test]
    fn what_nobody_saw_built_is_doubted() {
        let mut lab = Built::new("unseen");
        assert_eq!(lab.doubted(), [0, 1]);
        lab.built(&[0]);
        assert_eq!(lab.doubted(), [1]);
        lab.built(&[1]);
        assert_eq!(lab.doubted(), [0; 0]);
    }

    #[test]
    fn other_text_is_doubted_whatever_its_time() {
        let mut lab = Built::new("text");
        lab.built(&[0, 1]);
        fs::write(lab.root.join("a two.rs"), "TEXT").expect("writable");
        lab.set_time("a two.rs", 1_000_000_000);
        assert_eq!(lab.doubted(), [1]);
        fs::remove_file(lab.root.join("a one.rs")).expect("ours");
        assert_eq!(lab.doubted(), [0, 1]);
    }

    #[test]
    fn a_file_that_somebody_else_built_is_doubted() {
        let mut lab = Built::new("identity");
        lab.built(&[0, 1]);
        lab.set_time("libone-0.rlib", 1_000_000_000);
        assert_eq!(lab.doubted(), [0]);
    }

    #[test]
    fn times_against_the_order_of_building_are_doubted() {
        let mut lab = Built::new("order");
        lab.set_time("libone-0.rlib", 2_000_000_000);
        lab.set_time("libtwo-0.rlib", 2_000_000_000);
        lab.built(&[0, 1]);
        assert_eq!(lab.doubted(), [0; 0], "they came from one build");
        // The clock is set back an hour, and the second one is built again.
        lab.set_time("libtwo-0.rlib", 2_000_000_000 - 3600);
        lab.built(&[1]);
        assert_eq!(lab.doubted(), [0], "it may depend on the second one");
        lab.set_time("libone-0.rlib", 2_000_000_000 - 3599);
        lab.built(&[0]);
        assert_eq!(lab.doubted(), [0; 0]);
    }

    #[test]
    fn what_was_saved_during_the_build_is_doubted() {
        let mut lab = Built::new("saved");
        lab.built(&[0]);
        lab.start = SystemTime::now() - Duration::from_secs(60);
        lab.built(&[1]);
        assert_eq!(lab.doubted(), [1]);
    }

    #[test]
    fn damaged_notes_say_nothing() {
        let mut lab = Built::new("damaged");
        lab.built(&[0, 1]);
        fs::write(lab.root.join(NOTES), "1 2\n\u{fffd}\n9 zz 0 path\n").expect("writable");
        assert_eq!(lab.doubted(), [0, 1]);
    }
}
