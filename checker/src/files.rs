//! Reading trees of text files, writing so that nothing is half written, and fingerprints.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Context, Result};

/// The text files of a tree: path relative to its top, with `/` on every system, to content.
pub type Tree = BTreeMap<String, String>;

/// Reads the files below the folders `parts` of `top`. A folder that is not there is empty.
pub fn read_tree(top: &Path, parts: &[&str]) -> Result<Tree> {
    let mut tree = Tree::new();
    for part in parts {
        for path in files_below(&top.join(part))? {
            let text = read_text(&path)?;
            tree.insert(relative(&path, top), text);
        }
    }
    Ok(tree)
}

/// All files below `folder`, in order. A folder that is not there has none; hidden files, and what
/// insta leaves beside a failed snapshot, are not part of the course.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).context(|| format!("cannot read {}", folder.display())),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.context(|| format!("cannot read {}", folder.display()))?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.ends_with(".snap.new") || name.ends_with('~') {
            continue;
        }
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file as text, with `\n` line ends whatever the editor or git made of them. Bytes that are
/// not UTF-8 become U+FFFD: the compiler will say more about them than we can.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.replace("\r\n", "\n"))
}

/// Writes a file, making its folder when it is not there.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, text).context(|| format!("cannot write {}", path.display()))
}

/// Replaces a file so that a reader, or a crash at any moment, sees the old content or the new one
/// whole: a new file beside it, `fsync`, `rename`.
pub fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let new = PathBuf::from(name);
    let written = File::create(&new)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // Nothing more can be done about the half-written file when removing it fails too.
        let _ = fs::remove_file(&new);
    }
    written
}

/// `path` below `top`, with `/` on every system; `path` itself when it is elsewhere.
pub fn relative(path: &Path, top: &Path) -> String {
    let path = path.strip_prefix(top).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}

/// A fingerprint of a tree, the same on every machine and in every version of Rust (which std's own
/// hashers do not promise): FNV-1a with 64 bits, <http://www.isthe.com/chongo/tech/comp/fnv/>.
pub fn fingerprint(tree: &Tree) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        // 0xff is in no UTF-8 text, so it parts names from contents.
        for &byte in bytes.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for (path, text) in tree {
        add(path.as_bytes());
        add(text.as_bytes());
    }
    hash
}
