//! The turns of a loop as lanes: who was called in which phase, and when the loop slept. Time is virtual.
//!
//! `cargo run -p event_loop --example turns`

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use event_loop::{Event, EventLoop, Kind, Observer, Phase, Poller, VirtualPoller};

const LANES: [&str; 6] = ["main", "poll", "check", "close", "timers", "time"];

/// One line a lane, as wide as what has happened so far.
struct Chart {
    lanes: RefCell<[String; 6]>,
    lane: Cell<usize>,
}

impl Chart {
    /// Writes `text` into a lane, and as much room into the others.
    fn write(&self, lane: usize, text: &str) {
        for (index, line) in self.lanes.borrow_mut().iter_mut().enumerate() {
            let shown = if index == lane { text } else { "" };
            *line += &format!("{shown:<width$}", width = text.len());
        }
    }

    /// A bar through all lanes.
    fn bar(&self) {
        self.lanes
            .borrow_mut()
            .iter_mut()
            .for_each(|line| *line += "| ");
    }

    fn draw(&self) {
        for (title, line) in LANES.iter().zip(self.lanes.borrow().iter()) {
            println!("{}", format!("{title:<8}{line}").trim_end());
        }
    }
}

impl Observer for Chart {
    fn observe(&self, at: Duration, event: Event) {
        match event {
            Event::Begin(phase) => self.lane.set(match phase {
                Phase::Poll => 1,
                Phase::Check => 2,
                Phase::Close => 3,
                Phase::Timers => 4,
            }),
            // A turn ends with its timers.
            Event::End(Phase::Timers) => self.bar(),
            Event::Awake(_) => self.write(5, &format!("{} ms ", at.as_millis())),
            Event::Call(Kind::Tick) => self.write(self.lane.get(), "tick "),
            _ => {}
        }
    }
}

fn main() {
    let poller = Rc::new(VirtualPoller::new());
    let event_loop = EventLoop::new(Rc::clone(&poller) as Rc<dyn Poller>);
    let chart = Rc::new(Chart {
        lanes: RefCell::default(),
        lane: Cell::new(0),
    });
    event_loop.set_observer(Rc::clone(&chart) as Rc<dyn Observer>);

    let named = |name: &'static str| {
        let chart = Rc::clone(&chart);
        move || chart.write(chart.lane.get(), &format!("{name} "))
    };
    let (again, world) = (event_loop.clone(), Rc::clone(&poller));
    let (timer, tick_of, close, immediate, io) = (
        named("timer"),
        event_loop.clone(),
        named("close"),
        named("immediate"),
        named("io"),
    );
    poller.ready_at(Duration::from_millis(5), move || {
        io();
        again.set_timeout(timer, 0);
        again.on_close(close);
        again.set_immediate(immediate);
        tick_of.next_tick(|| {});
        world.work(Duration::from_millis(3));
    });
    let main = named("main");
    let program = || {
        main();
        event_loop.set_timeout(named("late"), 20);
        event_loop.set_immediate(named("first"));
    };
    // This poller has no errors.
    let _ = event_loop.run(program);
    chart.draw();
}
