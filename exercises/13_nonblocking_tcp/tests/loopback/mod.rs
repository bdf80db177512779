//! Real peers, all on this machine: no test ever leaves it.

use std::env;
use std::io::{self, Read};
use std::net::{self, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use event_queue::{EventQueue, Events, Interest, Token};
use nonblocking_tcp::{IN_PROGRESS, TcpStream};
pub use support::{reset, resets_are_told};

/// How long a test may take before it counts as hanging. Far more than any of them needs, also on Windows, which
/// asks a port where nobody listens three times: half a second apart.
const LIMIT: Duration = Duration::from_secs(6);

/// The same under an emulator, which starts a process in seconds.
const EMULATED: Duration = Duration::from_secs(30);

/// Runs `body` while no other test of this program runs, within the limit, and counts the descriptors.
#[track_caller]
pub fn alone(hint: &str, body: impl FnOnce() + Send + 'static) {
    let emulated = env::var_os("WORKSHOP_RUNNER").is_some();
    let leak = "Does each descriptor have an owner (`OwnedFd`, `OwnedSocket`), also when a later step fails?";
    support::alone(if emulated { EMULATED } else { LIMIT }, hint, leak, body);
}

/// A port of the system's choice on this machine.
pub fn any_port() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A blocking listener at a port of `at`'s address, and where that is.
pub fn listener(at: SocketAddr) -> io::Result<(net::TcpListener, SocketAddr)> {
    let listener = net::TcpListener::bind(at)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Both ends of a connection, made by the standard library alone. No read of them waits for more than two seconds.
pub fn std_pair() -> (net::TcpStream, net::TcpStream) {
    let (listener, address) = listener(any_port()).expect("loopback has a free port");
    let one = net::TcpStream::connect(address).expect("somebody listens there");
    let (other, _) = listener.accept().expect("somebody connects");
    for end in [&one, &other] {
        let limit = Some(Duration::from_secs(2));
        end.set_read_timeout(limit).expect("a socket has time-outs");
    }
    (one, other)
}

/// What is wrong with an error whose number is not the system's.
pub const NUMBER: &str = "1 or -1: the call returns -1 for every error, and that is no error number. The reason is in \
                      `io::Error::last_os_error()`, on Windows in `ffi::WSAGetLastError()`.";

/// Why a connect that the kernel has begun comes back as `error`.
pub fn why_not_begun(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(1 | -1) => NUMBER,
        Some(IN_PROGRESS) => {
            "This error (`IN_PROGRESS`) says that the connect has begun, and that is no failure."
        }
        _ => "Is the address, and how long it is, what the kernel expects?",
    }
}

/// Connects with the crate under test, and waits for the result. The peer is a blocking socket of std's.
#[track_caller]
pub fn pair() -> (TcpStream, net::TcpStream) {
    let (listener, address) = listener(any_port()).expect("loopback has a free port");
    let mut ours = match TcpStream::connect(address) {
        Ok(stream) => stream,
        Err(error) => panic!(
            "a listener waits at {address}.\n  expected: a stream that is Connecting\n  yours:    {error}\n{}",
            why_not_begun(&error)
        ),
    };
    connected(&mut ours).expect("somebody listens there");
    let (peer, _) = listener.accept().expect("ours has connected");
    let limit = Some(Duration::from_secs(2));
    peer.set_read_timeout(limit)
        .expect("a socket has time-outs");
    (ours, peer)
}

/// Sleeps in the event queue until the connect has a result.
pub fn connected(stream: &mut TcpStream) -> io::Result<()> {
    let queue = EventQueue::new().expect("the system has queues");
    let mut events = Events::with_capacity(8);
    queue.register(&*stream, Token(0), Interest::BOTH)?;
    loop {
        if let Some(result) = stream.connect_result() {
            queue.deregister(&*stream)?;
            return result;
        }
        queue.wait(&mut events, None)?;
    }
}

/// Sleeps until `stream` is ready for `interest`.
pub fn ready(stream: &TcpStream, interest: Interest) {
    let queue = EventQueue::new().expect("the system has queues");
    let mut events = Events::with_capacity(8);
    queue
        .register(stream, Token(0), interest)
        .expect("a queue takes sockets");
    queue.wait(&mut events, None).expect("a queue waits");
    queue.deregister(stream).expect("it is registered");
}

/// An address at which nobody listens, as long as the value is kept. The port belongs to one end of a connection,
/// so no other program can get it meanwhile.
pub struct Nobody {
    pub address: SocketAddr,
    _ends: (net::TcpStream, net::TcpStream),
}

impl Nobody {
    pub fn new() -> Nobody {
        let ends = std_pair();
        let address = ends.0.local_addr().expect("an end has an address");
        Nobody {
            address,
            _ends: ends,
        }
    }
}

/// A peer that neither accepts nor refuses, so that a connect stays under way. Only Linux can be brought to that
/// by a listener whose queue is full.
#[cfg(target_os = "linux")]
pub fn silent_peer() -> Option<(SocketAddr, impl Sized)> {
    use std::ffi::c_int;
    use std::os::fd::AsRawFd;
    unsafe extern "C" {
        /// `listen(2)`; for a listening socket it changes the length of the queue. Without memory to harm.
        safe fn listen(socket: c_int, backlog: c_int) -> c_int;
    }
    let (listener, address) = listener(any_port()).expect("loopback has a free port");
    assert_eq!(
        listen(listener.as_raw_fd(), 0),
        0,
        "{}",
        io::Error::last_os_error()
    );
    // Linux keeps one more than the length says. Further ones are not answered at all.
    let first = net::TcpStream::connect(address).expect("there is room for one");
    Some((address, (listener, first)))
}

#[cfg(not(target_os = "linux"))]
pub fn silent_peer() -> Option<(SocketAddr, ())> {
    None
}

/// Gives SIGPIPE back its meaning, which is death. A Rust program starts with it ignored, but a program that
/// calls your code need not.
pub fn sigpipe_kills() {
    #[cfg(unix)]
    {
        use std::ffi::c_int;
        unsafe extern "C" {
            /// `signal(2)`
            fn signal(number: c_int, handler: usize) -> usize;
        }
        // SAFETY: SIGPIPE is 13 on Linux and macOS (`<signal.h>`), and 0 is SIG_DFL, no handler of ours.
        unsafe { signal(13, 0) };
    }
}

/// Set in the process that [`bystander`] starts.
const BYSTANDER: &str = "NONBLOCKING_TCP_BYSTANDER";

/// A child process that does nothing until its standard input ends. It is this test program again, which runs
/// the one test `test` there; and that test begins with this call, which does not come back in the child.
pub fn bystander_waits() {
    if env::var_os(BYSTANDER).is_some() {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    }
}

/// Starts the child process that waits in [`bystander_waits`].
pub fn bystander(test: &str) -> Child {
    let program = env::current_exe().expect("the test program knows its own path");
    let mut words: Vec<std::ffi::OsString> = Vec::new();
    if let Ok(runner) = env::var("WORKSHOP_RUNNER") {
        words.extend(runner.split_whitespace().map(Into::into));
    }
    words.push(program.into());
    words.extend([test, "--exact", "--nocapture"].map(Into::into));
    Command::new(&words[0])
        .args(&words[1..])
        .env(BYSTANDER, "1")
        .env_remove("WORKSHOP_REPORT")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test program can be started again")
}
