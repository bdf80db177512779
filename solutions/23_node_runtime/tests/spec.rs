extern crate node_runtime_solution as node_runtime;

mod json;
mod play;
mod traces;

use std::any::Any;
use std::cell::Cell;
use std::panic::{catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Duration;

use json::Json;
use node_runtime::trace::{Call, Recorder, Span, Trace, chrome_trace, squeeze, timeline};
use node_runtime::{Event, JobTimes, Kind, Observer, Phase, set_immediate};
use support::{TempDir, alone, in_child, thread_count, threads_beyond, within};
use traces::{call, example, job, ms, span, word};

/// Far more than a program of these tests needs.
const LIMIT: Duration = Duration::from_secs(10);

const NO_END: &str = "the program does not end. What keeps it alive: a timer, a read, the connection to the site? An \
                      answer whose text nobody asks for keeps its connection, whatever its status.";

/// What keeps a descriptor open.
const LEAK: &str =
    "Does a callback that is never called hold a file or the connection to the site?";

/// What Python's hashlib gives for the text, `salt` and 500 iterations.
const KEY: &str = "a41e4aaaed6942aa";

/// The lines of the program when all goes well.
fn all_lines() -> Vec<String> {
    let text = std::fs::read_to_string(play::text()).expect("it is beside the examples");
    let count = text.chars().count();
    let reads = ["first", "second", "third"].map(|it| format!("{it} read: {count} characters"));
    let mut lines = play::always();
    lines.extend(reads);
    lines.push(format!("key: {KEY}"));
    lines.push("the site: 200, sorry, slow.".into());
    lines
}

#[test]
fn the_program_says_what_it_says_in_node() {
    alone(LIMIT, NO_END, LEAK, || {
        let site = play::site();
        let played = play::play(&play::world(&site.url()), |_| {});
        play::expect_lines(&played.said, &all_lines());
        play::expect_timers(&played);
        for (line, after, time) in [
            ("1000 ms", "main begins", 20),
            ("3000 ms", "main begins", 60),
            ("500 ms more", "3000 ms", 10),
        ] {
            let passed = played.at(line).saturating_sub(played.at(after));
            // Node's clock, and ours, has whole milliseconds.
            assert!(
                passed >= ms(time - 1),
                "`{line}` comes {time} ms after `{after}` here, where times are divided by {}; yours {passed:?} after it",
                play::HURRY
            );
        }
        // All timers of main are due at once, and whatever they set is due later.
        let mut world = play::world(&site.url());
        world.hurry = 500;
        let (turn, phases) = (Rc::new(Cell::new(0)), Rc::new(Cell::new((0, 0))));
        let seen = Rc::clone(&phases);
        let _ = play::play(&world, move |line| match line {
            "main is over" => play::burn(ms(20)),
            "3000 ms" => {
                seen.set((turn.get(), 0));
                let next = Rc::clone(&turn);
                set_immediate(move || next.set(1));
            }
            "500 ms more" => seen.set((seen.get().0, turn.get())),
            _ => {}
        });
        assert_eq!(
            phases.get(),
            (0, 1),
            "main was late, so that the timers of 1,000 and 3,000 ms were due in the same phase; the phases in which \
             `3000 ms` and `500 ms more` were said (left: yours)\nThe same one: is the timer of 500 ms set by main, for \
             3,500 ms? It is set in the callback of the other one, and counts from then."
        );
        match play::play_in_node(&play::world(&site.url())) {
            Ok(in_node) => play::expect_lines(&in_node, &all_lines()),
            Err(reason) => println!("skipped in Node: {reason}"),
        }
    });
}

#[test]
fn the_program_says_what_fails_and_goes_on() {
    alone(LIMIT, NO_END, LEAK, || {
        let closed = play::site();
        let mut world = play::world(&closed.url());
        drop(closed);
        world.file = play::text().with_file_name("missing.txt");
        let missing = format!(
            "ENOENT: no such file or directory, open '{}'",
            world.file.display()
        );
        let mut lines = play::always();
        lines.push(format!("first read: {missing}"));
        lines.push(format!("second read: {missing}"));
        let address = world.site.split('/').nth(2).expect("a URL names its host");
        lines.push(format!("the site: connect ECONNREFUSED {address}"));
        play::expect_lines(&play::play(&world, |_| {}).said, &lines);

        // A site that breaks off in the middle.
        let (site, visited) = play::broken_site();
        let world = play::world(&site);
        let mut lines = all_lines();
        lines.retain(|line| !line.starts_with("the site"));
        lines.push("the site: ECONNRESET: aborted".into());
        play::expect_lines(&play::play(&world, |_| {}).said, &lines);
        let visited = visited.join().expect("it does not panic");
        visited.expect("the visitor reads what comes");

        // A key without rounds, a site without the page, and a file that is gone, or another one, when it is read a third
        // time.
        for later in [None, Some("caf\u{e9} au lait")] {
            let folder = TempDir::new();
            let (site, file) = (play::no_such_page(), folder.join("text"));
            std::fs::write(&file, "caf\u{e9}").expect("the folder for temporary files has room");
            let mut world = play::world(&site.url());
            (world.iterations, world.file) = (0, file.clone());
            let third = match later {
                None => format!(
                    "ENOENT: no such file or directory, open '{}'",
                    file.display()
                ),
                Some(_) => "12 characters".into(),
            };
            // The first read needs the file, too. With one worker it is over before the second one.
            let held = Cell::new(None);
            let played = play::play(&world, move |line| {
                if line == "main begins" {
                    held.set(Some(play::one_worker()));
                } else if line.starts_with("second read") && held.take().is_some() {
                    match later {
                        None => std::fs::remove_file(&file).expect("it was there"),
                        Some(text) => std::fs::write(&file, text).expect("it can be written"),
                    }
                }
            });
            let mut lines = play::always();
            lines.push("first read: 4 characters".into());
            lines.push("second read: 4 characters".into());
            lines.push(format!("third read: {third}"));
            lines.push(
                "key: ERR_OUT_OF_RANGE: The value of \"iterations\" is out of range. It must be >= 1 && <= 2147483647. \
                 Received 0"
                    .into(),
            );
            lines.push("the site: 404, no such page".into());
            play::expect_lines(&played.said, &lines);
        }
    });
}

/// What a recorder writes down when it is told this, times in milliseconds.
fn recorded(events: &[(u64, Event)]) -> Trace {
    let recorder = Recorder::new();
    events
        .iter()
        .for_each(|(at, event)| recorder.observe(ms(*at), *event));
    recorder.take()
}

#[test]
fn a_recorder_matches_beginnings_and_ends() {
    let yours = recorded(&[
        (0, Event::Call(Kind::Main)),
        (5, Event::Return(Kind::Main)),
        (6, Event::Call(Kind::Tick)),
        (7, Event::Return(Kind::Tick)),
        (8, Event::Begin(Phase::Timers)),
        (8, Event::End(Phase::Timers)),
        (9, Event::Begin(Phase::Poll)),
        (9, Event::Wait(None)),
        (30, Event::Awake(2)),
        (31, Event::Call(Kind::Ready)),
        (33, Event::Return(Kind::Ready)),
        (33, Event::Call(Kind::Ready)),
        (36, Event::Return(Kind::Ready)),
        (37, Event::End(Phase::Poll)),
        (37, Event::Begin(Phase::Check)),
        (38, Event::End(Phase::Check)),
        (39, Event::Begin(Phase::Poll)),
        (40, Event::Wait(Some(Duration::ZERO))),
        (40, Event::Awake(0)),
        (41, Event::End(Phase::Poll)),
        (42, Event::Begin(Phase::Timers)),
        (43, Event::Call(Kind::Timer)),
        (50, Event::Return(Kind::Timer)),
        (51, Event::End(Phase::Timers)),
    ]);
    let calls = [
        call(Kind::Main, 0, 5),
        call(Kind::Tick, 6, 7),
        call(Kind::Ready, 31, 33),
        call(Kind::Ready, 33, 36),
        call(Kind::Timer, 43, 50),
    ];
    assert_eq!(
        yours.calls, calls,
        "five callbacks, each from its `Call` to its `Return` (left: yours)"
    );
    assert_eq!(
        yours.sleeps,
        [span(9, 30)],
        "one sleep, from `Wait` at 9 ms to `Awake` at 30 (left: yours). The look at 40 ms took no time, and is none."
    );
    assert_eq!(
        yours.phases,
        [(Phase::Poll, span(30, 37)), (Phase::Timers, span(42, 51))],
        "two phases called something (left: yours)\nThe poll phase begins when the loop is awake, at 30 ms. Others, in \
         which nothing was called, are left out. Is that forgotten when the next phase begins?"
    );
}

#[test]
fn a_recorder_loses_nothing_that_is_short() {
    let recorder = Recorder::new();
    let us = Duration::from_micros;
    let between = |began: u64, ended: u64| Span {
        began: us(began),
        ended: us(ended),
    };
    for (at, event) in [
        (10, Event::Begin(Phase::Poll)),
        (20, Event::Wait(Some(ms(1)))),
        (420, Event::Awake(0)),
        (421, Event::End(Phase::Poll)),
        (430, Event::Begin(Phase::Timers)),
        (440, Event::Call(Kind::Timer)),
        (450, Event::Return(Kind::Timer)),
        (451, Event::Call(Kind::Tick)),
        (452, Event::Return(Kind::Tick)),
        (460, Event::End(Phase::Timers)),
        (470, Event::Begin(Phase::Poll)),
        (480, Event::Wait(Some(Duration::ZERO))),
        (480, Event::Awake(1)),
        (481, Event::Call(Kind::Ready)),
        (482, Event::Return(Kind::Ready)),
        (490, Event::End(Phase::Poll)),
    ] {
        recorder.observe(us(at), event);
    }
    let yours = recorder.take();
    assert_eq!(
        yours.sleeps,
        [between(20, 420)],
        "a sleep from 20 to 420 us, which a timer ended (left: yours). It counts from `Wait`, however short it was and \
         whatever became ready."
    );
    assert_eq!(
        yours.phases,
        [
            (Phase::Timers, between(430, 460)),
            (Phase::Poll, between(480, 490))
        ],
        "a timers phase with a timer and its tick, and a poll phase that was awake at 480 us (left: yours). A tick is a \
         call, and makes nobody forget the timer."
    );
}

#[test]
fn a_job_knows_the_callback_that_it_was_for() {
    let recorder = Recorder::new();
    let times = JobTimes {
        worker: String::from("pool3"),
        queued: ms(1),
        began: ms(2),
        ended: ms(8),
    };
    recorder.observe(ms(0), Event::Call(Kind::Main));
    recorder.observe(ms(3), Event::Return(Kind::Main));
    recorder.observe(ms(9), Event::Call(Kind::Ready));
    recorder.job(&times);
    recorder.observe(ms(12), Event::Return(Kind::Ready));
    assert_eq!(
        recorder.take().jobs,
        [job("pool3", [1, 2, 8, 9])],
        "a job ran from 2 to 8 ms, and the loop told of it in the callback that began at 9 ms (left: yours)\nWhen a \
         callback begins, is the time put where `job` looks for it, in `open.call`?"
    );
}

/// What usually makes a picture panic like this.
fn cause_of(panic: &str) -> &'static str {
    if panic.contains("out of range") || panic.contains("out of bounds") {
        "The end of the picture belongs to the last column, which is `columns - 1`, and not to one behind it. Does a span \
         that begins and ends in one column fill that one?"
    } else if panic.contains("zero") {
        "A trace in which no time has passed has no scale, and everything in it is at the beginning. And fewer nanoseconds \
         than columns are no width: multiply first."
    } else if panic.contains("subtract") {
        "A place may be 0, and there is none before it. A span ends in the column that its end falls into."
    } else if panic.contains("overflow") {
        "Nanoseconds times columns need more than 64 bits. `as_nanos` has 128."
    } else {
        "No trace is a reason to panic."
    }
}

#[track_caller]
fn expect_lines(trace: &Trace, columns: usize, expected: &[&str], what: &str, causes: &str) {
    let expected: String = expected.iter().map(|line| format!("{line}\n")).collect();
    let yours = match catch_unwind(|| timeline(trace, columns)) {
        Ok(yours) => yours,
        // A stub says by itself what is missing.
        Err(panic) if words_of(panic.as_ref()).starts_with("not yet implemented") => {
            resume_unwind(panic)
        }
        Err(panic) => {
            let words = words_of(panic.as_ref());
            panic!(
                "{what}\nexpected\n{expected}yours\na panic in {columns} columns: {words}\n{}",
                cause_of(words)
            )
        }
    };
    assert!(
        yours == expected,
        "{what}\nexpected\n{expected}yours\n{yours}{causes}"
    );
}

/// What a panic said.
fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("-")
}

#[test]
fn a_timeline_shows_who_works_when() {
    let what =
        "100 ms in 20 columns: jobs a, b and c, and a timer that blocks the loop from 50 to 80 ms";
    let causes = "A column is 5 ms here, and a span fills each column that it touches, also the one in which it ends. What \
                  ends with the trace, at 100 ms, is in the last column. A place is off by one? Multiply first and divide \
                  then, in whole numbers: a float is a little too small for 15 / 100 * 20.";
    expect_lines(
        &example(),
        20,
        &[
            "loop   MMII....b.TTTTTTac.P",
            "pool0  aaaaaaaaaaaaa.......",
            "pool1  .bbbbbbbccccccc.....",
        ],
        what,
        causes,
    );
    expect_lines(
        &example(),
        5,
        &["loop   I.TTP", "pool0  aaaa.", "pool1  bbcc."],
        "the same in 5 columns",
        "Many calls share a column: the last one shows.",
    );
    expect_lines(
        &example(),
        1,
        &["loop   P", "pool0  a", "pool1  c"],
        "the same in one column",
        "All of it is in the first column.",
    );
}

fn us(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}

/// A callback between two moments.
fn between(kind: Kind, began: Duration, ended: Duration) -> Call {
    Call {
        kind,
        span: Span { began, ended },
    }
}

#[test]
fn a_timeline_of_nothing_is_no_error() {
    let causes = "A trace without time has no scale: everything is at its beginning. Do you divide by its end?";
    expect_lines(
        &Trace::default(),
        3,
        &["loop   ..."],
        "an empty trace",
        causes,
    );
    let instant = Trace {
        calls: vec![call(Kind::Main, 0, 0)],
        ..Trace::default()
    };
    expect_lines(&instant, 3, &["loop   M.."], "main took no time", causes);
    for (end, columns, line) in [
        (us(500), 10, "loop   MMMMMM...T"),
        (Duration::from_nanos(19), 10, "loop   MMMMM....T"),
        (
            Duration::from_nanos(19),
            30,
            "loop   MMMMMMMMMMMMMMM..............T",
        ),
    ] {
        let half = Trace {
            calls: vec![
                between(Kind::Main, Duration::ZERO, end / 2),
                between(Kind::Timer, end, end),
            ],
            ..Trace::default()
        };
        let causes = "Columns are counted in whole numbers, from nanoseconds: multiply first, and divide then.\n\
                      An M too few: what ends in a column fills that column, too.";
        expect_lines(
            &half,
            columns,
            &[line],
            &format!(
                "main takes the first half of {end:?}, drawn in {columns} columns, and a timer is at the end"
            ),
            causes,
        );
    }
    let years = Trace {
        calls: vec![
            call(Kind::Timer, 0, 1),
            call(Kind::Timer, 3_000_000_000_000, 3_000_000_000_001),
        ],
        ..Trace::default()
    };
    expect_lines(
        &years,
        10,
        &["loop   T........T"],
        "two timers, and 95 years between them",
        "Nanoseconds times columns need more than 64 bits.",
    );
}

// given
#[test]
fn a_long_pause_is_cut() {
    let trace = Trace {
        calls: vec![
            call(Kind::Main, 0, 10),
            call(Kind::Timer, 1_000, 1_010),
            call(Kind::Timer, 1_030, 1_040),
            call(Kind::Timer, 4_000, 4_010),
        ],
        sleeps: vec![span(10, 1_000), span(1_010, 1_030), span(1_040, 4_000)],
        jobs: vec![job("pool0", [1, 2, 500, 1_000])],
        words: vec![word(4_005, "late")],
        ..Trace::default()
    };
    let squeezed = squeeze(&trace, ms(20));
    let began: Vec<Duration> = squeezed.calls.iter().map(|call| call.span.began).collect();
    assert_eq!(
        began,
        [0, 520, 550, 580].map(ms),
        "pauses of 500, 20 and 2,960 ms become 20 ms each"
    );
    assert_eq!(
        (squeezed.cuts, squeezed.words[0].at, squeezed.jobs[0].called),
        (vec![ms(510), ms(570)], ms(585), ms(520)),
        "cuts, words and callbacks move as well"
    );
}

/// The events of the file.
fn events(trace: &Trace) -> Vec<Json> {
    let text = chrome_trace(trace);
    match json::parse(&text) {
        Ok(file) => file.get("traceEvents").list().to_vec(),
        Err(error) => {
            panic!("the file is not JSON: {error}\nNames need `quoted`, and a number no quotes.")
        }
    }
}

/// The events of one kind.
fn of_kind(events: &[Json], kind: &str) -> Vec<Json> {
    let is_kind = |event: &&Json| event.get("ph").text() == kind;
    events.iter().filter(is_kind).cloned().collect()
}

/// Microseconds of the file as a time.
fn time(number: &Json) -> Duration {
    let micros = number.number();
    Duration::from_nanos((micros.unwrap_or(-1.0) * 1000.0).round() as u64)
}

/// The lane of an event, by its name.
fn lane(events: &[Json], event: &Json) -> String {
    let names = of_kind(events, "M");
    let own = names.iter().find(|name| {
        name.get("tid") == event.get("tid") && name.get("name").text() == "thread_name"
    });
    own.map_or(String::from("(a lane without a name)"), |name| {
        name.get("args").get("name").text().to_owned()
    })
}

/// The slices: lane, name, from when to when.
fn slices(events: &[Json]) -> Vec<(String, String, Span)> {
    let slice = |event: &Json| {
        let began = time(event.get("ts"));
        let span = Span {
            began,
            ended: began + time(event.get("dur")),
        };
        (
            lane(events, event),
            event.get("name").text().to_owned(),
            span,
        )
    };
    of_kind(events, "X").iter().map(slice).collect()
}

#[test]
fn a_trace_file_has_a_slice_for_everything() {
    let trace = Trace {
        phases: vec![(Phase::Poll, span(40, 42)), (Phase::Timers, span(50, 80))],
        ..example()
    };
    let events = events(&trace);
    let yours = slices(&events);
    let expect = |lane: &str, name: &str, span: Span| {
        let wanted = (lane.to_owned(), name.to_owned(), span);
        assert!(
            yours.contains(&wanted),
            "the file wants a slice {name:?} in the lane {lane:?} for {span:?}\nIts slices are\n{}\nA slice is \
             `\"ph\": \"X\"`, with `name`, `pid`, `tid`, and `ts` and `dur` in microseconds. Is `dur` the length, and not \
             the end?",
            yours
                .iter()
                .map(|(lane, name, span)| format!("{lane:?} {name:?} {span:?}\n"))
                .collect::<String>()
        );
    };
    expect("phases", "Timers", span(50, 80));
    expect("loop", "Main", span(0, 10));
    expect("loop", "sleep", span(88, 100));
    expect("pool1", "job", span(41, 70));
    assert_eq!(
        yours.len(),
        8 + 3 + 3 + 2,
        "8 callbacks, 3 sleeps, 3 jobs and 2 phases (left: your slices)"
    );
    let exact = Trace {
        calls: vec![Call {
            kind: Kind::Timer,
            span: Span {
                began: Duration::from_nanos(1_234_567),
                ended: Duration::from_nanos(1_234_570),
            },
        }],
        ..Trace::default()
    };
    let exact = slices(&self::events(&exact));
    assert_eq!(
        exact.first().map(|(_, _, span)| *span),
        Some(Span {
            began: Duration::from_nanos(1_234_567),
            ended: Duration::from_nanos(1_234_570),
        }),
        "a timer of 3 ns, 1,234.567 us after the start (left: yours). Whole microseconds would lose it."
    );
    let is_whole = |event: &Json| {
        event.get("pid").number() == Some(1.0)
            && event.get("tid").number().is_some()
            && !event.get("name").text().is_empty()
            && (event.get("ph").text() != "X" || !event.get("cat").text().is_empty())
    };
    let broken = events.iter().find(|event| !is_whole(event));
    assert!(
        broken.is_none(),
        "each event has a name, 1 as `pid` and a number as `tid`, and a slice has a `cat`; this one has not: {broken:?}"
    );
}

#[test]
fn an_arrow_leads_from_the_request_to_the_worker_and_back() {
    expect_arrows(&example());
    // The same a thousand times faster, and one nanosecond later.
    let faster = |at: Duration| at / 1_000_000 + Duration::from_nanos(1);
    let span = |span: Span| Span {
        began: faster(span.began),
        ended: faster(span.ended),
    };
    let mut trace = example();
    trace
        .calls
        .iter_mut()
        .for_each(|it| it.span = span(it.span));
    trace.sleeps.iter_mut().for_each(|it| *it = span(*it));
    for job in &mut trace.jobs {
        job.queued = faster(job.queued);
        job.ran = span(job.ran);
        job.called = faster(job.called);
    }
    expect_arrows(&trace);
}

/// Each job of the trace has an arrow, and each point of it lies in a slice.
#[track_caller]
fn expect_arrows(trace: &Trace) {
    let events = events(trace);
    let slices = slices(&events);
    let parts = [
        ("s", "starts, where the job was asked for,"),
        ("t", "passes the worker, where the job begins,"),
        ("f", "ends, where the callback begins,"),
    ];
    let of_parts = parts.map(|(kind, _)| of_kind(&events, kind));
    for (kind, found) in parts.iter().zip(&of_parts) {
        assert_eq!(
            found.len(),
            trace.jobs.len(),
            "each job is an arrow, and each of them {} as an event `\"ph\": {:?}` (left: yours)",
            kind.1,
            kind.0
        );
    }
    let [starts, steps, ends] = &of_parts;
    for job in &trace.jobs {
        let at = |events: &[Json], time_of: Duration| {
            let mut found = events
                .iter()
                .filter(|event| time(event.get("ts")) == time_of);
            found.next().cloned().unwrap_or_else(|| {
                panic!("no part of an arrow is at {time_of:?}, of the job {job:?}. Times are in microseconds, with a fraction.")
            })
        };
        let whole = [
            (at(starts, job.queued), "loop"),
            (at(steps, job.ran.began), job.worker.as_str()),
            (at(ends, job.called), "loop"),
        ];
        let ids = whole.each_ref().map(|(event, _)| event.get("id").clone());
        assert!(
            ids[0] != Json::Null && ids.iter().all(|id| *id == ids[0]),
            "the three parts of an arrow have one `id`; those of {job:?} have {ids:?}"
        );
        let names = whole
            .each_ref()
            .map(|(event, _)| (event.get("name").clone(), event.get("cat").clone()));
        assert!(
            names.iter().all(|it| *it == names[0] && it.1 != Json::Null),
            "the parts of an arrow find each other by `id`, `name` and `cat`; those of {job:?} have {names:?}"
        );
        for (event, expected) in &whole {
            let (lane, at) = (lane(&events, event), time(event.get("ts")));
            assert_eq!(
                &lane, expected,
                "a part of an arrow at {at:?} is in the wrong lane (left: yours)"
            );
            let inside = |(name, _, span): &&(String, String, Span)| {
                *name == lane && span.began <= at && at <= span.ended
            };
            assert!(
                slices.iter().any(|slice| inside(&slice)),
                "a part of an arrow is bound to the slice around it; in lane {lane:?} there is none at {at:?}"
            );
        }
        assert_eq!(
            whole[2].0.get("bp").text(),
            "e",
            "without `\"bp\": \"e\"` the end of an arrow is bound to the next slice, and not to the callback around it"
        );
    }
    let mut ids: Vec<String> = starts
        .iter()
        .map(|it| format!("{:?}", it.get("id")))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(
        ids.len(),
        trace.jobs.len(),
        "each arrow has an `id` of its own (left: yours)"
    );
}

// given
#[test]
fn a_word_cannot_break_the_file() {
    let text = "a \"quoted\" \\ word,\nand \u{1b}[31m é";
    let trace = Trace {
        words: vec![word(7, text)],
        ..Trace::default()
    };
    let words = of_kind(&events(&trace), "i");
    assert_eq!(words.len(), 1);
    assert_eq!(words[0].get("name").text(), text);
    assert_eq!(time(words[0].get("ts")), ms(7));
}

#[test]
fn a_real_program_is_traced_whole_and_leaves_nothing() {
    alone(LIMIT, NO_END, LEAK, || {
        // In a process of its own, where no other test begins or ends a thread meanwhile.
        let child = in_child("a_real_program_is_traced_whole_and_leaves_nothing", || {
            // Less than a child may take.
            within(LIMIT / 2, NO_END, || {
                let site = play::site();
                // The first run of all opens what the process keeps.
                let _ = play::play(&play::world(&site.url()), |_| {});
                let threads = thread_count();
                let _ = play::play(&play::world(&site.url()), |_| {});
                println!("threads {}", threads_beyond(threads));
            });
        });
        let said = child.stdout();
        let threads = said.lines().find(|line| line.starts_with("threads "));
        assert!(
            threads.is_some(),
            "the program ran twice in a process of its own, and that has failed. It says why:\n{}{said}",
            child.stderr()
        );
        assert_eq!(
            threads,
            Some("threads 0"),
            "a second run of the program leaves no thread behind (left: yours)"
        );
        let site = play::site();
        let mut world = play::world(&site.url());
        world.block = true;
        let trace = play::play(&world, |_| {}).trace;
        assert!(
            trace.jobs.len() >= 7
                && trace
                    .calls
                    .iter()
                    .any(|call| call.span.ended - call.span.began >= ms(6)),
            "three reads and a key are seven jobs of the pool at least, and one timer computes for 6 ms (300 in a hurry); \
             your trace has {} jobs and {} callbacks\nSix jobs: is the key made on the loop, by `pbkdf2_sync`?",
            trace.jobs.len(),
            trace.calls.len()
        );
        let lost = trace.jobs.iter().find(|job| {
            !trace
                .calls
                .iter()
                .any(|call| call.kind == Kind::Ready && call.span.began == job.called)
        });
        assert!(
            lost.is_none(),
            "each job is called back in a callback of the poll phase; not so {lost:?}"
        );
        expect_arrows(&trace);
        let mut slices = slices(&events(&trace));
        slices.sort_by_key(|(lane, _, span)| (lane.clone(), span.began, span.ended));
        for pair in slices.windows(2) {
            assert!(
                pair[0].0 != pair[1].0 || pair[0].2.ended <= pair[1].2.began,
                "two slices of one lane lie across each other: {:?} and {:?}",
                pair[0],
                pair[1]
            );
        }
    });
}
