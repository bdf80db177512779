//! Which interrupts come while this machine does something? Linux counts them, for each line and processor;
//! we look before and after. Other programs run too: compare with the sleep.

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(any(target_os = "macos", windows))]
fn main() {
    println!("Only Linux shows its interrupt counts to every program, in /proc/interrupts.");
    if cfg!(windows) {
        println!("On Windows, Performance Monitor has the counter \"Processor > Interrupts/sec\".");
    } else {
        println!("On macOS, `top -l 2` and Instruments' \"System Trace\" come nearest.");
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::io::{self, Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};
    use std::{env, process, thread};

    /// How long each thing is done.
    const TIME: Duration = Duration::from_millis(500);
    /// How many lines of a table are shown, the busiest first.
    const SHOWN: usize = 5;

    pub fn main() -> io::Result<()> {
        watch("this program sleeps", || {
            thread::sleep(TIME);
            Ok(format!("for {TIME:?}"))
        })?;
        watch("traffic on loopback", talk_to_ourselves)?;

        // The usual folder for temporary files is often memory and no disk. This one is a disk nearly always.
        let folder = Some(PathBuf::from("/var/tmp")).filter(|folder| folder.is_dir());
        let path = folder
            .unwrap_or_else(env::temp_dir)
            .join(format!("workshop-interrupts-{}", process::id()));
        let result = with_a_file(&path);
        fs::remove_file(&path)?;
        result
    }

    fn with_a_file(path: &Path) -> io::Result<()> {
        watch("a file is written, and waited for (fsync)", || {
            write_file(path)
        })?;
        watch("the same file is read", || read_file(path))?;
        forget(path)?;
        watch("and again, after the kernel was told to forget it", || {
            read_file(path)
        })
    }

    /// A byte there and a byte back, again and again, between two threads.
    fn talk_to_ourselves() -> io::Result<String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        client.set_nodelay(true)?;
        let (mut server, _) = listener.accept()?;
        server.set_nodelay(true)?;
        let echo = thread::spawn(move || -> io::Result<()> {
            let mut byte = [0];
            while server.read(&mut byte)? == 1 {
                server.write_all(&byte)?;
            }
            Ok(())
        });
        let start = Instant::now();
        let mut rounds = 0_u64;
        while start.elapsed() < TIME {
            let mut byte = [b'x'];
            client.write_all(&byte)?;
            client.read_exact(&mut byte)?;
            rounds += 1;
        }
        drop(client);
        echo.join().expect("the echo does not panic")?;
        Ok(format!("{rounds} times a byte there and back"))
    }

    fn write_file(path: &Path) -> io::Result<String> {
        let mut file = File::create(path)?;
        let block = vec![b'x'; 1 << 16];
        let start = Instant::now();
        let mut blocks = 0_u64;
        while start.elapsed() < TIME && blocks < 400 {
            file.write_all(&block)?;
            file.sync_all()?;
            blocks += 1;
        }
        Ok(format!("{blocks} blocks of 64 KiB"))
    }

    fn read_file(path: &Path) -> io::Result<String> {
        let bytes = fs::read(path)?.len();
        Ok(format!("{} blocks of 64 KiB", bytes >> 16))
    }

    /// Asks the kernel to drop its copy of the file from memory.
    fn forget(path: &Path) -> io::Result<()> {
        unsafe extern "C" {
            /// `posix_fadvise(2)`: a length of 0 means all of it. Returns the error.
            safe fn posix_fadvise(descriptor: i32, from: i64, length: i64, advice: i32) -> i32;
        }
        /// `POSIX_FADV_DONTNEED`, `<bits/fcntl-linux.h>`
        const DONT_NEED: i32 = 4;
        match posix_fadvise(File::open(path)?.as_raw_fd(), 0, 0, DONT_NEED) {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    /// What is counted under a name, over all processors.
    type Counts = BTreeMap<String, u64>;

    fn watch(what: &str, body: impl FnOnce() -> io::Result<String>) -> io::Result<()> {
        let (hardware, software) = (counts("interrupts")?, counts("softirqs")?);
        let note = body()?;
        let (hardware, software) = (
            moved(&hardware, counts("interrupts")?),
            moved(&software, counts("softirqs")?),
        );
        println!("{what}: {note}");
        picture("interrupts", &hardware);
        picture("what they left to do later (softirqs)", &software);
        println!();
        Ok(())
    }

    /// The tables are made alike: a line of processors, and then in each line a name, a count for each
    /// processor, and perhaps a description. See proc(5).
    fn counts(table: &str) -> io::Result<Counts> {
        let text = fs::read_to_string(format!("/proc/{table}"))?;
        let mut lines = text.lines();
        let processors = lines.next().unwrap_or_default().split_whitespace().count();
        let count = |line: &str| {
            let (name, rest) = line.split_once(':')?;
            let numbers: Vec<u64> = rest
                .split_whitespace()
                .take(processors)
                .map_while(|word| word.parse().ok())
                .collect();
            let description: Vec<&str> = rest.split_whitespace().skip(numbers.len()).collect();
            let name = format!("{} {}", name.trim(), description.join(" "));
            Some((name, numbers.iter().sum()))
        };
        Ok(lines.filter_map(count).collect())
    }

    fn moved(before: &Counts, after: Counts) -> Vec<(String, u64)> {
        let mut moved: Vec<_> = after
            .into_iter()
            .map(|(name, count)| {
                let earlier = before.get(&name).copied().unwrap_or_default();
                (name, count.saturating_sub(earlier))
            })
            .filter(|(_, count)| *count > 0)
            .collect();
        moved.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        moved.truncate(SHOWN);
        moved
    }

    fn picture(title: &str, rows: &[(String, u64)]) {
        println!("  {title}");
        for (name, count) in rows {
            // A character for each doubling: the counts differ too much for a ruler.
            let bar = "#".repeat(usize::try_from(count.ilog2()).unwrap_or_default() + 1);
            let name: String = name.chars().take(48).collect();
            println!("    {name:48} {count:8}  {bar}");
        }
        if rows.is_empty() {
            println!("    (none)");
        }
    }
}
