//! Small programs, each written twice: for Node in `NAME.js`, and for your runtime in `NAME.rs` beside it.
//!
//! None of them leaves its order to chance: where a timer is to be due, the program works until it is.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

use support::node::Programs;
use support::words::last_word;
pub use support::words::{burn, say, taken};

mod a_handler_goes_on;
mod a_handler_that_throws;
mod a_microtask_chain_starves;
mod a_throw_ends_the_program;
mod a_throw_in_a_tick;
mod a_throw_in_an_immediate;
mod after_exit_nothing_runs;
mod before_exit_again_and_again;
mod cleared_in_the_last_moment;
mod closed_last_to_first;
mod delays_that_are_one;
mod drain_after_each_immediate;
mod drain_after_each_timer;
mod exit_drops_everything;
mod immediates_wait_for_the_next_turn;
mod interval_before_what_its_tick_sets;
mod interval_never_catches_up;
mod late_timers_by_list;
mod overdue_without_a_ref;
mod refresh_counts_afresh;
mod ticks_then_microtasks;
mod timer_of_a_timer;
mod timers_before_the_first_turn;
mod unref_immediate_alone;
mod unref_immediate_left_over;
mod unref_immediate_revived;
mod unref_lets_go;

/// Their names and their main functions.
pub const ALL: [(&str, fn()); 27] = [
    ("ticks_then_microtasks", ticks_then_microtasks::main),
    ("drain_after_each_timer", drain_after_each_timer::main),
    (
        "drain_after_each_immediate",
        drain_after_each_immediate::main,
    ),
    ("delays_that_are_one", delays_that_are_one::main),
    ("late_timers_by_list", late_timers_by_list::main),
    ("timer_of_a_timer", timer_of_a_timer::main),
    ("interval_never_catches_up", interval_never_catches_up::main),
    (
        "interval_before_what_its_tick_sets",
        interval_before_what_its_tick_sets::main,
    ),
    (
        "cleared_in_the_last_moment",
        cleared_in_the_last_moment::main,
    ),
    (
        "immediates_wait_for_the_next_turn",
        immediates_wait_for_the_next_turn::main,
    ),
    ("closed_last_to_first", closed_last_to_first::main),
    (
        "timers_before_the_first_turn",
        timers_before_the_first_turn::main,
    ),
    ("a_microtask_chain_starves", a_microtask_chain_starves::main),
    ("unref_lets_go", unref_lets_go::main),
    ("unref_immediate_alone", unref_immediate_alone::main),
    ("unref_immediate_left_over", unref_immediate_left_over::main),
    ("unref_immediate_revived", unref_immediate_revived::main),
    ("overdue_without_a_ref", overdue_without_a_ref::main),
    ("refresh_counts_afresh", refresh_counts_afresh::main),
    (
        "before_exit_again_and_again",
        before_exit_again_and_again::main,
    ),
    ("after_exit_nothing_runs", after_exit_nothing_runs::main),
    ("exit_drops_everything", exit_drops_everything::main),
    ("a_throw_ends_the_program", a_throw_ends_the_program::main),
    ("a_handler_goes_on", a_handler_goes_on::main),
    ("a_throw_in_a_tick", a_throw_in_a_tick::main),
    ("a_throw_in_an_immediate", a_throw_in_an_immediate::main),
    ("a_handler_that_throws", a_handler_that_throws::main),
];

/// The same programs in Node.
pub fn in_node() -> Programs {
    Programs {
        folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs"),
        // Written by the programs themselves, each in a process of its own. The first line says which Node it was.
        stored: include_str!("node_20.txt"),
        alone: &[
            "unref_immediate_alone",
            "unref_immediate_left_over",
            "unref_immediate_revived",
            "before_exit_again_and_again",
            "after_exit_nothing_runs",
            "exit_drops_everything",
            "a_throw_ends_the_program",
            "a_handler_that_throws",
        ],
    }
}

type Place<T> = Rc<Cell<Option<T>>>;

/// A place for the id of a callback, and a copy for the callback itself.
fn cell<T>() -> (Place<T>, Place<T>) {
    let cell = Rc::new(Cell::new(None));
    (Rc::clone(&cell), cell)
}

/// Runs a program on your runtime. Returns its words, and at the end its exit code.
pub fn trace(main: fn()) -> Vec<String> {
    taken();
    let code = runtime::run(main);
    let mut words = taken();
    words.push(last_word(code));
    words
}
