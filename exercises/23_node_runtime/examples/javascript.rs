//! The program of the first page, with a slow web site beside it.
//!
//! `cargo run -p node_runtime --example javascript` prints what it says, and the timeline.
//! `-- --block` lets one callback compute for 300 ms. `-- --trace FILE` writes the trace for <https://ui.perfetto.dev>.

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use node_runtime::trace::{Recorder, Trace, chrome_trace, squeeze, timeline};
use node_runtime::{Say, SlowSite, World, javascript, process, run};

/// The width of the timeline.
const COLUMNS: usize = 80;

struct Options {
    block: bool,
    trace: Option<String>,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        block: false,
        trace: None,
    };
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--block" => options.block = true,
            "--trace" => {
                let file = arguments.next().ok_or("--trace wants the name of a file")?;
                options.trace = Some(file);
            }
            _ => {
                return Err(format!(
                    "what is `{argument}`? Try --block, or --trace FILE"
                ));
            }
        }
    }
    Ok(options)
}

fn print(trace: &Trace) {
    let short = squeeze(trace, Duration::from_millis(30));
    println!("\n{}", timeline(&short, COLUMNS));
    println!(
        "M main, T timers, I immediates, E events of sockets, C close, P process; a, b, c: jobs and their callbacks.\n\
         A pause of more than 30 ms is cut (~). {:.1?} in all, of which the loop slept {:.1?}.",
        trace.end(),
        trace
            .sleeps
            .iter()
            .map(|sleep| sleep.ended - sleep.began)
            .sum::<Duration>()
    );
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let site = match SlowSite::start(Duration::from_millis(2_000)) {
        Ok(site) => site,
        Err(error) => {
            eprintln!("no web site can be started here: {error}");
            return ExitCode::FAILURE;
        }
    };
    let world = World {
        file: Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/text.txt"),
        site: site.url(),
        iterations: 3_000,
        hurry: 1,
        block: options.block,
    };
    let code = run(move || {
        let (recorder, start) = (Recorder::start(), Instant::now());
        let own = Rc::clone(&recorder);
        let say: Say = Rc::new(move |text: String| {
            println!("{:7.1} ms  {text}", start.elapsed().as_secs_f64() * 1000.0);
            own.say(text);
        });
        javascript(&world, &say);
        process::on_exit(move |_| {
            let trace = recorder.take();
            print(&trace);
            if let Some(file) = &options.trace {
                match fs::write(file, chrome_trace(&trace)) {
                    Ok(()) => println!("{file} is for https://ui.perfetto.dev"),
                    Err(error) => eprintln!("{file}: {error}"),
                }
            }
        });
    });
    drop(site);
    code
}
