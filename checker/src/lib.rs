//! The workshop's guide: finds the course, runs it, judges it, remembers, and says what to do next.
//!
//! `main.rs` parses the command line ([`cli`]) and hands over to [`commands`]. The rest is in layers:
//!
//! - what the course is: [`course`], [`carve`] (a stub from a solution), [`rust_source`], [`normal_form`] and [`spec`]
//!   (the learner's specification beside the master), [`wrong`], [`hints`], [`scaffold`] (a new chapter);
//! - how a test is run: [`cargo`] builds, [`fresh`] doubts what it calls fresh, [`process`] runs one process with its
//!   limits, [`schedule`] says which test runs when and for how long, [`scratch`] is where they write, [`run`] runs
//!   the tests of an exercise, [`panics`] reads what they wrote, [`excerpt`] shortens it, [`verdict`] names what
//!   happened, [`check`] puts it together;
//! - what is kept: [`progress`], [`backup`];
//! - what is seen: [`terminal`], [`screen`], [`text`], [`json`], [`diff`].

#[cfg(not(all(
    any(target_os = "linux", target_os = "macos", windows),
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
compile_error!("this workshop runs on Linux, macOS and Windows, on x86_64 and aarch64");

pub mod backup;
pub mod cargo;
pub mod carve;
pub mod check;
pub mod cli;
pub mod commands;
pub mod course;
pub mod date;
pub mod diff;
pub mod error;
pub mod excerpt;
pub mod files;
pub mod fresh;
pub mod hints;
pub mod json;
pub mod normal_form;
pub mod panics;
pub mod process;
pub mod progress;
pub mod run;
pub mod rust_source;
pub mod scaffold;
pub mod schedule;
pub mod scratch;
pub mod screen;
pub mod spec;
pub mod terminal;
pub mod text;
pub mod verdict;
pub mod wrong;
