//! What requests and responses have in common.

mod body;
mod date;
mod deadline;
mod fields;
mod outgoing;
mod status;

pub(crate) use body::{Body, collect_text};
pub(crate) use date::append_now;
pub(crate) use deadline::Deadline;
pub(crate) use fields::Fields;
pub(crate) use outgoing::{Outgoing, append_chunk, append_number};
pub(crate) use status::reason_of;
