//! The checker as a person meets it: a program in a terminal, let loose on a small course
//! (`tests/fixture`) in a temporary folder whose name has spaces and letters beyond ASCII.

mod commands;
mod guide;
#[cfg(unix)]
mod interrupt;
mod lab;
mod neighbours;
mod progress;
#[cfg(unix)]
mod sabotage;
mod trust;
mod verify;
#[cfg(unix)]
mod watch;
