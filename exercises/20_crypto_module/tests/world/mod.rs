//! Times, bytes as text, and what kind of callback runs.

use std::cell::Cell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

use runtime::{Event, Kind, Observer, set_observer};

/// Far more than a program of these tests needs, on an emulated and busy machine as well.
pub const LIMIT: Duration = Duration::from_secs(20);

pub fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string has room");
        text
    })
}

/// Works for so long.
pub fn burn(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {}
}

/// Whether the times are these, and the part is this one but for the grain of floats.
pub fn within_range(
    yours: &(Duration, Duration, f64),
    elapsed: Duration,
    idle: Duration,
    utilization: f64,
) -> bool {
    yours.0 == elapsed && yours.1 == idle && (yours.2 - utilization).abs() < 1e-9
}

/// The kind of the callback that runs on this thread's loop. Clones share it.
#[derive(Clone, Default)]
pub struct Running(Rc<Cell<Option<Kind>>>);

impl Running {
    /// From now on, watches the loop that runs.
    pub fn watch(&self) {
        set_observer(Rc::new(self.clone()));
    }

    pub fn kind(&self) -> Option<Kind> {
        self.0.get()
    }
}

impl Observer for Running {
    fn observe(&self, _: Duration, event: Event) {
        match event {
            Event::Call(kind) => self.0.set(Some(kind)),
            Event::Return(_) => self.0.set(None),
            _ => {}
        }
    }
}
