extern crate node_runtime_solution as node_runtime;

mod json;
mod play;
mod traces;

use std::time::Duration;

use json::Json;
use node_runtime::trace::{Recorder, Span, Trace, chrome_trace, squeeze, timeline};
use node_runtime::{Event, JobTimes, Kind, Observer, Phase};
use support::{alone, thread_count, threads_beyond};
use traces::{call, example, job, ms, span, word};

/// Far more than a program of these tests needs.
const LIMIT: Duration = Duration::from_secs(10);

const NO_END: &str =
    "the program does not end. What keeps it alive: a timer, a read, the connection to the site?";

/// What keeps a descriptor open.
const LEAK: &str =
    "Does a callback that is never called hold a file or the connection to the site?";

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

#[track_caller]
fn expect_lines(trace: &Trace, columns: usize, expected: &[&str], what: &str, causes: &str) {
    let yours = timeline(trace, columns);
    let expected: String = expected.iter().map(|line| format!("{line}\n")).collect();
    assert!(
        yours == expected,
        "{what}\nexpected\n{expected}yours\n{yours}{causes}"
    );
}

#[test]
fn a_timeline_shows_who_works_when() {
    let what =
        "100 ms in 20 columns: jobs a, b and c, and a timer that blocks the loop from 50 to 80 ms";
    let causes = "A column is 5 ms here, and a span fills each column that it touches, also the one in which it ends. What \
                  ends with the trace, at 100 ms, is in the last column.";
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
        calls: vec![node_runtime::trace::Call {
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
        event.get("pid").number().is_some()
            && event.get("tid").number().is_some()
            && !event.get("name").text().is_empty()
    };
    let broken = events.iter().find(|event| !is_whole(event));
    assert!(
        broken.is_none(),
        "each event has a name, and numbers as `pid` and `tid`; this one has not: {broken:?}"
    );
}

#[test]
fn an_arrow_leads_from_the_request_to_the_worker_and_back() {
    let trace = example();
    let events = events(&trace);
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
            3,
            "three jobs are three arrows, and each of them {} as an event `\"ph\": {:?}` (left: yours)",
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
                panic!("no part of an arrow is at {time_of:?}, of the job {job:?}. Times are in microseconds.")
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
    assert_eq!(ids.len(), 3, "each arrow has an `id` of its own");
}

// given
#[test]
fn what_the_program_says_cannot_break_the_file() {
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

/// The lines of the program when all goes well. The key is from Python's hashlib.
fn all_lines(text: &str, key: &str) -> Vec<String> {
    let count = text.chars().count();
    let lines = [
        "main begins",
        "main is over",
        "immediate 1",
        "immediate 2",
        "1000 ms",
        "3000 ms",
        "500 ms more",
        "the site: 200, sorry, slow.",
    ];
    let mut lines: Vec<String> = lines.map(String::from).to_vec();
    for read in ["first", "second", "third"] {
        lines.push(format!("{read} read: {count} characters"));
    }
    lines.push(format!("key: {key}"));
    lines
}

/// What Python's hashlib gives for the text, `salt` and 500 iterations.
const KEY: &str = "88bc95b633b7f339";

#[test]
fn the_program_says_what_it_says_in_node() {
    alone(LIMIT, NO_END, LEAK, || {
        let site = play::site();
        let (said, _) = play::play(&play::world(&site.url()));
        let text = std::fs::read_to_string(play::text()).expect("it is beside the examples");
        let expected = all_lines(&text, KEY);
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        play::expect_order(&said, &expected);
        match play::play_in_node(&play::world(&site.url())) {
            Ok(in_node) => play::expect_order(&in_node, &expected),
            Err(reason) => println!("skipped in Node: {reason}"),
        }
    });
}

#[test]
fn what_fails_is_said_and_the_rest_goes_on() {
    alone(LIMIT, NO_END, LEAK, || {
        let closed = play::site();
        let mut world = play::world(&closed.url());
        drop(closed);
        world.file = play::text().with_file_name("missing.txt");
        let (said, _) = play::play(&world);
        let missing = format!(
            "ENOENT: no such file or directory, open '{}'",
            world.file.display()
        );
        let (first, second, site) = (
            format!("first read: {missing}"),
            format!("second read: {missing}"),
            "the site: ECONNREFUSED: connection refused, connect",
        );
        play::expect_order(
            &said,
            &[
                "main begins",
                "main is over",
                "immediate 1",
                "immediate 2",
                &first,
                &second,
                "1000 ms",
                "3000 ms",
                "500 ms more",
                site,
            ],
        );
    });
}

#[test]
fn a_real_program_is_traced_whole_and_leaves_nothing() {
    alone(LIMIT, NO_END, LEAK, || {
        let site = play::site();
        // The first run of all opens what the process keeps.
        let _ = play::play(&play::world(&site.url()));
        let threads = thread_count();
        let mut world = play::world(&site.url());
        world.block = true;
        let (_, trace) = play::play(&world);
        assert!(
            trace.jobs.len() >= 7
                && trace
                    .calls
                    .iter()
                    .any(|call| call.span.ended - call.span.began >= ms(6)),
            "three reads and a key are seven jobs of the pool at least, and one timer computes for 6 ms (300 in a hurry); \
             your trace has {} jobs and {} callbacks",
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
        let threads = threads_beyond(threads);
        assert_eq!(
            threads, 0,
            "a second run of the program leaves no thread behind (left: yours)"
        );
    });
}
