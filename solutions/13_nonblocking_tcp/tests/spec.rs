extern crate nonblocking_tcp_solution as nonblocking_tcp;

mod loopback;
mod scripted;

use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, Ipv6Addr, Shutdown, SocketAddr, SocketAddrV6};
use std::sync::mpsc;
use std::thread;

use event_queue::Interest;
use nonblocking_tcp::{
    Event, Flushed, IN_PROGRESS, SockAddr, State, Stopped, TcpListener, TcpStream, WriteBuffer,
    accept_from, connect, out_of_descriptors, read_available,
};

use loopback::{
    NUMBER, Nobody, alone, any_port, bystander, bystander_waits, connected, listener, pair, ready,
    reset, resets_are_told, sigpipe_kills, silent_peer, std_pair, why_not_begun,
};
use scripted::{Answer, Connecting, Fault, Listener, Stream, lists_of};

/// Compares, and says in two lines what is different. `causes` has a likely mistake a line.
#[track_caller]
fn check<T: PartialEq + Debug>(setup: &str, yours: T, expected: T, causes: &str) {
    check_said(|| setup, yours, expected, causes);
}

/// The same for what is checked thousands of times: `setup` is written down only when it is needed.
#[track_caller]
fn check_said<T: PartialEq + Debug, S: Display>(
    setup: impl FnOnce() -> S,
    yours: T,
    expected: T,
    causes: &str,
) {
    assert!(
        yours == expected,
        "{}\n  expected: {expected:?}\n  yours:    {yours:?}\n{causes}",
        setup()
    );
}

#[test]
fn each_event_leads_where_the_picture_says() {
    use Event::{Connected, End, Error, Shutdown};
    use State::{Closed, Connecting, Failed, Open, PeerEnded, WeEnded};
    for (state, connected, end, shutdown, error) in [
        (Connecting, Open, Connecting, Connecting, Failed),
        (Open, Open, PeerEnded, WeEnded, Failed),
        (PeerEnded, PeerEnded, PeerEnded, Closed, Failed),
        (WeEnded, WeEnded, Closed, WeEnded, Failed),
        (Closed, Closed, Closed, Closed, Closed),
        (Failed, Failed, Failed, Failed, Failed),
    ] {
        for (event, expected) in [
            (Connected, connected),
            (End, end),
            (Shutdown, shutdown),
            (Error, error),
        ] {
            check(
                &format!("a connection is {state:?}, and the event is {event:?}."),
                state.after(event),
                expected,
                "Does your match have one arm for each arrow of the picture, and is everything else the same \
                 state as before? One direction ends without the other; the connection is closed when both \
                 have ended.",
            );
        }
    }
}

#[test]
fn an_address_is_laid_out_as_c_has_it() {
    // The first two bytes, which are the only ones on which the systems differ.
    let (v4_head, v6_head) = if cfg!(target_os = "macos") {
        ([16, 2], [28, 30])
    } else if cfg!(windows) {
        (2_u16.to_ne_bytes(), 23_u16.to_ne_bytes())
    } else {
        (2_u16.to_ne_bytes(), 10_u16.to_ne_bytes())
    };
    let v4: SocketAddr = ([192, 0, 2, 33], 0x1f90).into();
    let mut expected = v4_head.to_vec();
    expected.extend([0x1f, 0x90, 192, 0, 2, 33, 0, 0, 0, 0, 0, 0, 0, 0]);
    check(
        &format!("{v4} as a `sockaddr_in`, byte by byte. The port is 0x1f90."),
        SockAddr::new(v4).bytes().to_vec(),
        expected,
        "Bytes 2 and 3 swapped: the port is in network byte order (`u16::to_be`). Bytes 4 to 7 the wrong way \
         round: `octets` has them in order.",
    );

    let ip = Ipv6Addr::new(0xfe80, 0, 0, 0, 0x0102, 0x0304, 0x0506, 0x0708);
    let v6 = SocketAddrV6::new(ip, 0x1f90, 0x0a0b_0c0d, 0x0102_0304);
    let yours = SockAddr::new(v6.into()).bytes().to_vec();
    check(
        &format!("{v6} as a `sockaddr_in6`, bytes 2 and 3. The port is 0x1f90."),
        yours.get(2..4),
        Some(&[0x1f, 0x90][..]),
        "The port is in network byte order (`u16::to_be`), for IPv6 as for IPv4.",
    );
    let mut expected = v6_head.to_vec();
    expected.extend([0x1f, 0x90]);
    expected.extend(0x0a0b_0c0d_u32.to_ne_bytes());
    expected.extend(ip.octets());
    expected.extend(0x0102_0304_u32.to_ne_bytes());
    check(
        &format!("{v6}, flow 0x0a0b0c0d, scope 0x01020304, as a `sockaddr_in6`, byte by byte."),
        yours,
        expected,
        "The last four bytes are the scope: without it a link-local address names no network. Bytes 4 to 7 are \
         the flow. Both are numbers of this machine and stay as they are, without `to_be`.",
    );
}

fn address(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

#[test]
fn what_the_system_refuses_is_an_error_with_its_number() {
    let hint = "A socket is connected a second time, and your `connect` waits. It is one system call, which returns \
                at once here.";
    alone(hint, || {
        // Windows has no limit that a test could lower.
        #[cfg(unix)]
        {
            let child = support::in_child(
                "what_the_system_refuses_is_an_error_with_its_number",
                || {
                    support::leave_descriptors(0);
                    let error =
                        TcpStream::connect(address(7000)).expect_err("no descriptor is left");
                    // EMFILE is 24 on Linux and on macOS.
                    check(
                        "the process may open no further descriptor (`RLIMIT_NOFILE`), and `open` asks for one.",
                        error.raw_os_error(),
                        Some(24),
                        NUMBER,
                    );
                },
            );
            let said = child.stderr();
            let cause = if said.contains("fd != -1") {
                "`open` gave the descriptor an owner, and it was none: compare what `socket` returns with -1 first.\n"
            } else {
                ""
            };
            assert!(
                child.status.success(),
                "a process has no descriptor left, and your `open` is called in it.\n  expected: an error with the \
                 system's number, and the process goes on\n  yours:    {}\n{cause}{said}",
                child.status,
            );
        }

        let (one, other) = std_pair();
        let there = other.local_addr().expect("an end has an address");
        // EISCONN
        let connected = match () {
            () if cfg!(target_os = "linux") => 106,
            () if cfg!(windows) => 10056,
            () => 56,
        };
        let answer = connect::Connect::connect(&one, there).map_err(|error| error.raw_os_error());
        let causes = match answer {
            Ok(()) => {
                "The system's refusal was dropped. No event tells it again, and the caller waits for a connection that \
                 was never begun."
            }
            Err(_) => NUMBER,
        };
        check(
            "a socket is connected already, and your `connect` is called for it (`EISCONN`).",
            answer,
            Err(Some(connected)),
            causes,
        );
    });
}

/// A scripted socket on its way to port 7000, from port 50000.
fn connecting() -> Connecting {
    Connecting {
        connect: Err(Fault::Os(IN_PROGRESS)),
        error: Cell::new(None),
        peer: Err(Fault::Kind(ErrorKind::NotConnected)),
        local: address(50_000),
        calls: RefCell::new(Vec::new()),
    }
}

#[test]
fn a_connect_that_has_begun_is_no_failure() {
    let interrupted = Fault::Kind(ErrorKind::Interrupted);
    let no_way = Fault::Kind(ErrorKind::NetworkUnreachable);
    for (answer, expected, causes) in [
        (
            Err(Fault::Os(IN_PROGRESS)),
            Ok(()),
            "This error says that the connect has begun. It is the usual answer, and no failure.",
        ),
        (
            Err(interrupted),
            Ok(()),
            "A signal came, and the kernel goes on with the connect. Asked again it says EALREADY, and you would \
             take a connect that goes well for one that has failed.",
        ),
        (Ok(()), Ok(()), "A peer on this machine may answer at once."),
        (
            Err(no_way),
            Err(ErrorKind::NetworkUnreachable),
            "Some errors are known at once. No event will tell them later, so the caller has to get them now.",
        ),
        (
            Err(Fault::Kind(ErrorKind::ConnectionRefused)),
            Err(ErrorKind::ConnectionRefused),
            "A refusal may also come at once. It is not `IN_PROGRESS`.",
        ),
        (
            Err(Fault::Kind(ErrorKind::AddrNotAvailable)),
            Err(ErrorKind::AddrNotAvailable),
            "No port is free for this end. A list of the errors that you know of is never complete: only `IN_PROGRESS` \
             and `Interrupted` say that the connect has begun, and every other error is the caller's.",
        ),
    ] {
        let socket = Connecting {
            connect: answer,
            ..connecting()
        };
        let yours = connect::start(&socket, address(7000)).map_err(|error| error.kind());
        let setup = format!("the kernel answers `connect` with {answer:?}.");
        check(&setup, yours, expected, causes);
        check(
            &format!("{setup} Your calls:"),
            socket.calls(),
            "connect".to_owned(),
            "One call of `connect`, whatever it says: the second one would be about a connect under way. The \
             result is for later.",
        );
    }
}

#[test]
fn a_connect_has_one_result_and_the_sockets_error_comes_first() {
    let kind = |result: Option<io::Result<()>>| result.map(|done| done.map_err(|e| e.kind()));

    for error in [
        ErrorKind::ConnectionRefused,
        ErrorKind::HostUnreachable,
        ErrorKind::TimedOut,
    ] {
        let socket = Connecting {
            error: Cell::new(Some(Fault::Kind(error))),
            ..connecting()
        };
        check(
            &format!(
                "the connect has failed: the socket's error is {error:?}, and it has no peer."
            ),
            kind(connect::result(&socket)),
            Some(Err(error)),
            "`take_error` gives an error once. Did you take it, drop it, and ask again?\n\
             Did you look at the peer's address first, and take `NotConnected` for \"under way\"?\n\
             Did you say that it is connected because the socket is writable? So is one that has failed.",
        );
        check(
            "the connect has failed. How often did you take the error? Your calls:",
            socket.calls().matches("take_error").count(),
            1,
            "The second time there is none.",
        );
    }

    let socket = Connecting {
        error: Cell::new(Some(Fault::Kind(ErrorKind::ConnectionReset))),
        peer: Ok(address(7000)),
        ..connecting()
    };
    check(
        "the peer accepted and reset the connection before you looked: there is an error and an address.",
        kind(connect::result(&socket)),
        Some(Err(ErrorKind::ConnectionReset)),
        "The socket's error counts first. An address does not make it go away.",
    );

    check(
        "a look too early: the socket has no error, and no peer.",
        kind(connect::result(&connecting())),
        None,
        "No error is not yet success. Does the socket have a peer (`peer_addr`)? `NotConnected` says that the \
         answer is still to come.",
    );

    let socket = Connecting {
        peer: Ok(address(7000)),
        ..connecting()
    };
    check(
        "the connect has succeeded: no error, and a peer.",
        kind(connect::result(&socket)),
        Some(Ok(())),
        "A socket without an error that has a peer is connected.",
    );

    let socket = Connecting {
        peer: Err(Fault::Kind(ErrorKind::InvalidInput)),
        ..connecting()
    };
    check(
        "`peer_addr` fails, and not with `NotConnected` (macOS does so when the peer has gone meanwhile).",
        kind(connect::result(&socket)),
        Some(Err(ErrorKind::InvalidInput)),
        "Only `NotConnected` means that the answer is to come. With any other error you would wait for ever.",
    );

    let socket = Connecting {
        peer: Ok(address(50_000)),
        ..connecting()
    };
    check(
        "nobody listens on port 50000, and the kernel gave this very port to our socket, which met itself.",
        kind(connect::result(&socket)),
        Some(Err(ErrorKind::ConnectionRefused)),
        "Peer and own address are equal: this program would talk to itself. Compare `peer_addr` and `local_addr`.",
    );

    let socket = Connecting {
        peer: Ok(([10, 0, 0, 7], 50_000).into()),
        ..connecting()
    };
    check(
        "the connect has succeeded: the peer is 10.0.0.7:50000, and our own address is 127.0.0.1:50000.",
        kind(connect::result(&socket)),
        Some(Ok(())),
        "Another machine may use the same port number. A socket has met itself when the whole addresses are equal, \
         IP and port.",
    );
}

#[test]
fn a_connect_returns_at_once_and_its_result_comes_by_event() {
    let hint = "Does `open` make the socket non-blocking, before the connect? A connect or a read of a blocking \
                socket waits for the peer. Or is there never a result, because `connect_result` loses the error?";
    alone(hint, || {
        if let Some((silent, _keep)) = silent_peer() {
            let mut stream = match TcpStream::connect(silent) {
                Ok(stream) => stream,
                Err(error) => panic!(
                    "the peer at {silent} does not answer.\n  expected: a stream that is Connecting\n  yours:    \
                     {error}\n{}",
                    why_not_begun(&error)
                ),
            };
            let early = stream.connect_result().map(|r| r.map_err(|e| e.kind()));
            check(
                "the peer has not answered yet.",
                early,
                None,
                "The socket's error is empty because nothing has happened. Is there a peer?",
            );
            check(
                "the peer has not answered yet.",
                stream.state(),
                State::Connecting,
                "Does the state change only when there is a result? The given `connect_result` does it so.",
            );
        }

        let localhosts = [any_port(), (Ipv6Addr::LOCALHOST, 0).into()];
        for at in localhosts {
            // Not every machine has IPv6.
            let Ok((listener, address)) = listener(at) else {
                continue;
            };
            let mut stream = match TcpStream::connect(address) {
                Ok(stream) => stream,
                Err(error) => panic!(
                    "a listener waits at {address}.\n  expected: a stream that is Connecting\n  yours:    {error}\n\
                     {}",
                    why_not_begun(&error)
                ),
            };
            if let Err(error) = connected(&mut stream) {
                panic!(
                    "a listener waits at {address}.\n  expected: the connect's result is Ok\n  yours:    {error}\n\
                     Refused: is the port in network byte order? Otherwise: which of the three questions has \
                     `connect::result` answered with this error?"
                );
            }
            let (peer, from) = listener.accept().expect("ours has connected");
            check(
                "the connection is made.",
                stream.state(),
                State::Open,
                "Does `Connected` lead from `Connecting` to `Open`?",
            );
            check(
                "the addresses of both ends.",
                (stream.local_addr().ok(), stream.peer_addr().ok()),
                (Some(from), Some(address)),
                "Did the address reach the kernel as it was? It is the second argument of `connect`.",
            );
            check(
                "the connection is made, and the result was taken.",
                stream.connect_result().is_none(),
                true,
                "A connect has one result, and never a second one.",
            );
            stream
                .set_nodelay(true)
                .expect("a connection takes options");
            let read = stream.read(&mut [0; 8]).map_err(|error| error.kind());
            check(
                "nothing has arrived.",
                read,
                Err(ErrorKind::WouldBlock),
                "Is the socket non-blocking?",
            );
            drop(peer);
        }

        let nobody = Nobody::new();
        // Some systems know that at once, and some tell it later.
        let (result, rest) = match TcpStream::connect(nobody.address) {
            Err(error) => (Err(error), None),
            Ok(mut stream) => (connected(&mut stream), Some(stream)),
        };
        check(
            "nobody listens there.",
            result.map_err(|error| error.kind()),
            Err(ErrorKind::ConnectionRefused),
            "The socket is reported writable, and that does not mean connected. The socket's error comes first.",
        );
        if let Some(mut stream) = rest {
            let again = stream.connect_result().is_none();
            let error = stream.take_error().ok().flatten().is_none();
            let read = stream.read(&mut [0; 8]).map_err(|error| error.kind());
            check(
                "the connect was refused, and you were told. Has it no second result, is there no second error, \
                 what is the state, and what does a read say?",
                (again, error, stream.state(), read),
                (true, true, State::Failed, Err(ErrorKind::NotConnected)),
                "Does `Error` lead to `Failed`?",
            );
        }
    });
}

#[test]
fn no_socket_is_passed_on_to_a_child_process() {
    bystander_waits();
    let hint = "a child process has to be started, and two connections have to end";
    alone(hint, || {
        let (ours, mut peer) = pair();
        let listener = TcpListener::bind(any_port()).expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let mut client = net::TcpStream::connect(address).expect("ours listens there");
        let limit = Some(std::time::Duration::from_secs(2));
        client
            .set_read_timeout(limit)
            .expect("a socket has time-outs");
        let (accepted, _) = listener.accept().expect("a client has connected");

        let mut child = bystander("no_socket_is_passed_on_to_a_child_process");
        drop((ours, accepted, listener));
        let ends = [
            peer.read(&mut [0; 8]).map_err(|error| error.kind()),
            client.read(&mut [0; 8]).map_err(|error| error.kind()),
        ];
        drop(child.stdin.take());
        child.wait().expect("a child can be waited for");
        check(
            "a child process was started while two of your streams were open, one connected and one accepted. \
             Then both were dropped. What do their peers read, while the child lives?",
            ends,
            [Ok(0), Ok(0)],
            "The child has a copy of the socket, so the connection stays open until it ends too. Is the socket \
             made with close-on-exec (`SOCK_CLOEXEC`, `FD_CLOEXEC`, `WSA_FLAG_NO_HANDLE_INHERIT`)?",
        );
    });
}

#[test]
fn an_accept_skips_a_peer_that_has_gone_and_never_waits() {
    let hint = "Is the accepted socket non-blocking? On Linux it is not, although its listener is: a read of it \
                waits for the peer.";
    alone(hint, || {
        let aborted = || Err(Fault::Kind(ErrorKind::ConnectionAborted));
        let reset = Err(Fault::Kind(ErrorKind::ConnectionReset));
        let signal = Err(Fault::Kind(ErrorKind::Interrupted));

        let (client, accepted) = std_pair();
        let no_limit = accepted.set_read_timeout(None);
        no_limit.expect("a socket has time-outs");
        let scripted = Listener::new([aborted(), reset, signal, Ok(accepted)]);
        let (mut stream, from) = match accept_from(&scripted) {
            Ok(accepted) => accepted,
            Err(error) => panic!(
                "two peers have gone before they were accepted, a signal came, and a third peer waits.\n  \
                 expected: the third peer's connection\n  yours:    {error}\nAn aborted connection \
                 (`ConnectionAborted`, on Windows `ConnectionReset`) and `Interrupted` are no reason to stop."
            ),
        };
        check(
            "the third peer's address.",
            Some(from),
            client.local_addr().ok(),
            "Is the address that `accept` gave handed on?",
        );
        let read = stream.read(&mut [0; 8]).map_err(|error| error.kind());
        check(
            "the new connection has nothing to read yet.",
            (read, stream.state()),
            (Err(ErrorKind::WouldBlock), State::Open),
            "Is the accepted socket made non-blocking?",
        );

        let errors = |answers| {
            let scripted = Listener::new(answers);
            let error = accept_from(&scripted).map(|_| ()).map_err(|e| e.kind());
            (error, scripted.calls.get())
        };
        check(
            "a peer has gone before it was accepted, and there is no other. The error, and your calls of `accept`:",
            errors(vec![aborted()]),
            (Err(ErrorKind::WouldBlock), 2),
            "The queue is empty now, and that is `WouldBlock`. The caller goes back to its event queue.",
        );

        let used_up = if cfg!(windows) { 10024 } else { 24 };
        let scripted = Listener::new([Err(Fault::Os(used_up)), aborted()]);
        let error = accept_from(&scripted).expect_err("no descriptor is left");
        check(
            "no descriptor is left. Can the caller tell (`out_of_descriptors`), and how often was `accept` called?",
            (out_of_descriptors(&error), scripted.calls.get()),
            (true, 1),
            "The connection stays in the queue, so asking again gets the same error: a loop that spins. Hand the \
             error on as it is, and the server can pause.",
        );
        check(
            "`accept` says `InvalidInput`: this socket does not listen. The error, and your calls of `accept`:",
            errors(vec![Err(Fault::Kind(ErrorKind::InvalidInput))]),
            (Err(ErrorKind::InvalidInput), 1),
            "This error is about the listener, not about one connection. The next call would say the same, so a loop \
             that goes on spins. Only an aborted connection and `Interrupted` are asked again.",
        );
        check(
            "an error that is not about descriptors, asked with `out_of_descriptors`.",
            out_of_descriptors(&ErrorKind::WouldBlock.into()),
            false,
            "`WouldBlock` is about an empty queue. This function is given; did you change it?",
        );

        let listener = TcpListener::bind(any_port()).expect("loopback has a free port");
        let none = listener.accept().map(|_| ()).map_err(|error| error.kind());
        check(
            "nobody has connected to a real listener.",
            none,
            Err(ErrorKind::WouldBlock),
            "Does your loop go on after `WouldBlock`?",
        );
    });
}

/// What `read_available` made of a script: the bytes, why it stopped, and how many reads it took.
fn read_script(answers: &[Answer], budget: usize) -> (Vec<u8>, String, usize) {
    let mut stream = Stream::new(answers);
    let mut into = b"before ".to_vec();
    let stopped = match read_available(&mut stream, &mut into, budget) {
        Stopped::Failed(error) => format!("Failed({:?})", error.kind()),
        stopped => format!("{stopped:?}"),
    };
    check(
        &format!(
            "the socket's answers are {answers:?}, and the budget is {budget}. Is there a read that no socket should get?"
        ),
        stream.blunder,
        None,
        "A read into no room says 0, and that looks like the end: how long is the slice when the budget is used up? \
         After `WouldBlock`, the end or an error the reading is over.",
    );
    (into, stopped, stream.calls)
}

#[test]
fn reading_stops_for_four_reasons_and_tells_them_apart() {
    use Answer::{Bytes, Interrupted, Reset, WouldBlock, Zero};
    let all = 1_000_000;
    for (answers, budget, count, stopped, calls, causes) in [
        (
            &[Bytes(5), Bytes(3), WouldBlock][..],
            all,
            8,
            "WouldBlock",
            3,
            "Bytes that came in two pieces take two reads, and only `WouldBlock` says that there is no more.",
        ),
        (
            &[WouldBlock],
            all,
            0,
            "WouldBlock",
            1,
            "`WouldBlock` says \"nothing yet\". It is neither the end nor a failure.",
        ),
        (
            &[Bytes(5), Zero],
            all,
            5,
            "End",
            2,
            "0 bytes are the end of the stream. Taken for \"nothing yet\", the connection is never closed.",
        ),
        (
            &[Zero],
            all,
            0,
            "End",
            1,
            "0 bytes are the end of the stream, and no later read says more.",
        ),
        (
            &[Interrupted, Bytes(4), Interrupted, WouldBlock],
            all,
            4,
            "WouldBlock",
            4,
            "A signal came, and nothing was read. Read again.",
        ),
        (
            &[Bytes(5), Reset],
            all,
            5,
            "Failed(ConnectionReset)",
            2,
            "The connection broke: that is not the end that the peer meant, and not \"nothing yet\". The bytes \
             that came before count all the same.",
        ),
        (
            &[Bytes(6), Bytes(6), Bytes(6), WouldBlock],
            10,
            10,
            "BudgetSpent",
            2,
            "The budget is a limit for all reads together, so the second read may ask for 4 bytes only.",
        ),
        (
            &[Bytes(10), Zero],
            10,
            10,
            "BudgetSpent",
            1,
            "The budget is used up exactly. What comes next is for the next time.",
        ),
        (
            &[Bytes(1)],
            0,
            0,
            "BudgetSpent",
            0,
            "With no budget there is no read.",
        ),
        (
            &[Bytes(100_000), WouldBlock],
            100_000,
            100_000,
            "BudgetSpent",
            7,
            "A fast peer has filled the kernel's buffer: 100,000 bytes, of which a read takes 16,384 at most.",
        ),
    ] {
        let mut expected = b"before ".to_vec();
        expected.extend((0..count).map(|n| (n % 256) as u8));
        let yours = read_script(answers, budget);
        let setup = format!(
            "the socket's answers are {answers:?}, and the budget is {budget}. How many bytes came, why did you \
             stop, and how many reads did it take?"
        );
        check(
            &setup,
            (yours.0.len().saturating_sub(7), yours.1.as_str(), yours.2),
            (count, stopped, calls),
            causes,
        );
        assert!(
            yours.0 == expected,
            "the socket's answers are {answers:?}. The right number of bytes came, and they are not those that \
             were sent, behind those that `into` had before. Is it the part of the chunk that was read?"
        );
    }
}

/// `count` bytes that no piece of the wrong length or in the wrong place looks like.
fn pattern(count: usize) -> Vec<u8> {
    let mut bytes = (0..251).collect::<Vec<u8>>().repeat(count / 251 + 1);
    bytes.truncate(count);
    bytes
}

/// Flushes once and checks all that a flush promises, whatever the socket answered.
#[track_caller]
fn check_flush(buffer: &mut WriteBuffer, sink: &mut Stream, pushed: &[u8], setup: &str) {
    let (queued, calls) = (buffer.len(), sink.calls);
    sink.last = None;
    let yours = buffer.flush(sink).map_err(|error| error.kind());
    let taken = sink.taken.len();
    assert!(
        sink.taken[..] == pushed[..taken.min(pushed.len())],
        "{setup}\n  expected: {:?}\n  yours:    {:?}\nThe socket got other bytes than were queued, or in another \
         order. What it took must leave the buffer at the front, and the next write begin there: is it sent \
         twice, or does the rest get lost? The oldest bytes go first, also when the ring lies in two pieces.",
        String::from_utf8_lossy(pushed),
        String::from_utf8_lossy(&sink.taken),
    );
    check_said(
        || format!("{setup} How many bytes wait after this flush?"),
        buffer.len(),
        pushed.len() - taken,
        "What the socket took is not waiting any more, and everything else still is.",
    );
    check_said(
        || format!("{setup} Is there a write that no socket should get?"),
        sink.blunder,
        None,
        "With nothing to write there is no write. After `WouldBlock`, 0 bytes or an error the flush is over: to ask \
         again at once is a spin.",
    );
    if queued == 0 {
        check_said(
            || format!("{setup} A flush of an empty buffer: the result, and the calls."),
            (yours, sink.calls - calls),
            (Ok(Flushed::All), 0),
            "There is nothing to write.",
        );
        return;
    }
    let expected = match sink.last {
        Some(Answer::WouldBlock) => Ok(Flushed::WouldBlock),
        Some(Answer::Reset) => Err(ErrorKind::ConnectionReset),
        Some(Answer::Zero) => Err(ErrorKind::WriteZero),
        _ => Ok(Flushed::All),
    };
    check_said(
        || format!("{setup} The socket's last answer was {:?}.", sink.last),
        (yours, buffer.is_empty()),
        (expected, expected == Ok(Flushed::All)),
        "(The second value: is the buffer empty?) Write on until nothing is left or the socket takes no more: \
         after one write that took a part, an edge-triggered queue never says \"writable\" again. `Interrupted` \
         is asked again, `WouldBlock` is no error, and every other error is the caller's.",
    );
}

#[test]
fn what_the_socket_does_not_take_goes_out_later_once_and_in_order() {
    use Answer::{Bytes, Interrupted, Reset, WouldBlock, Zero};
    let hint = "Does your flush write again and again although the socket takes nothing?";
    alone(hint, || {
        let answers = [Bytes(1), Bytes(3), Bytes(5), WouldBlock, Interrupted];
        for list in lists_of(&answers, 4) {
            let setup = format!(
                "8 bytes are queued and flushed, then 6 more, then 2; the socket answers {list:?}, and from then \
                 on it takes everything."
            );
            let (mut buffer, mut sink) = (WriteBuffer::new(1000), Stream::new(&list));
            let letters = b"abcdefghijklmnop";
            for (from, to) in [(0, 8), (8, 14), (14, 16), (16, 16)] {
                buffer.push(&letters[from..to]);
                check_flush(&mut buffer, &mut sink, &letters[..to], &setup);
            }
            // A socket that would block twice in a row needs further flushes, and then there is nothing left.
            for _ in 0..5 {
                check_flush(&mut buffer, &mut sink, letters, &setup);
            }
        }
        for last in [Reset, Zero] {
            let setup = format!("8 bytes are queued; the socket takes 3 and then says {last:?}.");
            let (mut buffer, mut sink) = (WriteBuffer::new(1000), Stream::new(&[Bytes(3), last]));
            buffer.push(b"abcdefgh");
            check_flush(&mut buffer, &mut sink, b"abcdefgh", &setup);
        }
        let (mut buffer, mut sink) = (WriteBuffer::new(1000), Stream::new(&[]));
        check_flush(&mut buffer, &mut sink, b"", "nothing was queued.");
    });
}

#[test]
fn a_buffer_says_when_it_is_full_and_gives_memory_back() {
    let mut buffer = WriteBuffer::new(10);
    let room = [
        buffer.push(b"123456789"),
        buffer.push(b"0"),
        buffer.push(b"abc"),
    ];
    check(
        "a buffer with a high-water mark of 10 bytes gets 9, then 1, then 3. Is there room for more, each time, \
         and how many bytes wait in the end?",
        (room, buffer.is_full(), buffer.len()),
        ([true, false, false], true, 13),
        "`push` says whether there is room *after* it, and 10 of 10 is full. The mark refuses nothing: bytes that \
         are not queued would be lost.",
    );
    let mut sink = Stream::new(&[Answer::Bytes(4), Answer::WouldBlock]);
    let _ = buffer.flush(&mut sink);
    check(
        "the socket takes 4 of the 13. How many wait, and is the buffer full?",
        (buffer.len(), buffer.is_full()),
        (9, false),
        "What the socket took makes room.",
    );

    let hint = "a burst of 256 KiB goes out, and then 1000 bytes, 2000 times";
    alone(hint, || {
        let within_limit = |buffer: &WriteBuffer, when: &str, cause: &str| {
            let limit = WriteBuffer::KEEP.max(4 * buffer.len());
            assert!(
                buffer.capacity() <= limit,
                "{when}: {} bytes wait.\n  expected: at most {limit} bytes of memory\n  yours:    {}\n{cause}\nThe \
                 memory of a burst stays with its connection until you give it back (`shrink_to`), and there may be \
                 ten thousand connections.",
                buffer.len(),
                buffer.capacity()
            );
        };
        let bytes = pattern(BURST);
        for (left, last, when, cause) in [
            (
                0,
                Answer::WouldBlock,
                "a burst of 256 KiB has gone out",
                "Does `flush` give memory back?",
            ),
            (
                100,
                Answer::WouldBlock,
                "100 bytes of a burst of 256 KiB are left",
                "Do you give memory back only when nothing is left? Some connections never get rid of everything.",
            ),
            (
                20 * 1024,
                Answer::WouldBlock,
                "20 KiB of a burst of 256 KiB are left",
                "Do you give memory back only when at most `KEEP` bytes wait? With more, four times what waits is the \
                 limit.",
            ),
            (
                100,
                Answer::Reset,
                "the socket has taken all but 100 bytes of a burst of 256 KiB, and then its connection broke",
                "Does the error leave `flush` (`return`, `?`) before the memory is given back?",
            ),
        ] {
            let mut buffer = WriteBuffer::new(BURST);
            buffer.push(&bytes);
            let mut sink = Stream::new(&[Answer::Bytes(BURST - left), last]);
            let _ = buffer.flush(&mut sink);
            within_limit(&buffer, when, cause);
        }

        // A connection that never quite gets rid of what waits.
        let mut buffer = WriteBuffer::new(BURST);
        buffer.push(&bytes[..100]);
        for round in 0..2000 {
            buffer.push(&bytes[..1000]);
            let mut sink = Stream::new(&[Answer::Bytes(1000), Answer::WouldBlock]);
            let _ = buffer.flush(&mut sink);
            within_limit(
                &buffer,
                &format!("100 bytes wait all the time, and {round} times 1000 went through"),
                "Does the room at the front, which the socket has emptied, get used again?",
            );
        }
        check(
            "100 bytes wait, and 1000 went in and out 2000 times.",
            buffer.len(),
            100,
            "What the socket took must leave the buffer.",
        );
    });
}

/// What is queued in one go, in bytes.
const BURST: usize = 256 * 1024;
/// How many of them a slow socket takes at once.
const PIECE: usize = 128;
/// A burst goes out in thousands of pieces. What is done fewer times than this is not done for each piece.
const FEW: usize = 100;

/// Flushes once, and counts in `resized` if the buffer's memory has another size afterwards. Fails as soon as that
/// has happened too often, or what waits was moved too often.
#[track_caller]
fn flush_cheaply(
    buffer: &mut WriteBuffer,
    sink: &mut Stream,
    resized: &mut usize,
    setup: &str,
) -> Option<Flushed> {
    let memory = buffer.capacity();
    sink.last = None;
    let flushed = buffer.flush(sink).ok();
    *resized += usize::from(buffer.capacity() != memory);
    assert!(
        *resized < FEW,
        "{setup}\n  expected: the memory changes its size a few times\n  yours:    {resized} times so far, and {} bytes \
         still wait\nIs memory given back in each flush, or all that waits copied to other memory? Then each small write costs \
         as much as there are bytes left. Shrink only above the limit of `KEEP.max(4 * len)`, and then well below it: \
         many flushes pass until the next time.",
        buffer.len()
    );
    assert!(
        sink.moves < FEW,
        "{setup}\n  expected: the bytes behind a piece stay where they are, but for a few times\n  yours:    they were \
         moved or copied {} times so far, and {} bytes still wait\nEach move costs as much as there are bytes left. \
         `Vec::drain` at the front moves, `make_contiguous` may, and `to_vec` and `collect` copy. In the ring nothing \
         moves.",
        sink.moves,
        buffer.len()
    );
    flushed
}

#[test]
fn a_flush_costs_what_it_writes_and_not_what_waits() {
    let hint = "256 KiB goes out in pieces of 128 bytes. Is all that waits moved or copied for each piece, or in each flush?";
    alone(hint, || {
        use Answer::{Bytes, WouldBlock};
        let bytes = pattern(BURST);
        let full = || {
            let mut buffer = WriteBuffer::new(BURST);
            buffer.push(&bytes);
            buffer
        };

        let setup =
            "256 KiB is queued, and the socket takes it in pieces of 128 bytes. It never blocks.";
        let mut buffer = full();
        let mut sink = Stream::new(&[Bytes(PIECE)].repeat(BURST / PIECE));
        let flushed = flush_cheaply(&mut buffer, &mut sink, &mut 0, setup);
        check(
            setup,
            (flushed, sink.taken == bytes),
            (Some(Flushed::All), true),
            "(The second value: did it arrive as it was sent?)",
        );

        let setup = "256 KiB is queued, and in each flush the socket takes 128 bytes and blocks.";
        let mut buffer = full();
        let mut sink = Stream::new(&[Bytes(PIECE), WouldBlock].repeat(BURST / PIECE));
        let mut resized = 0;
        for _ in 0..BURST / PIECE {
            flush_cheaply(&mut buffer, &mut sink, &mut resized, setup);
        }
        check(
            &format!("{setup} After 2048 flushes:"),
            (buffer.len(), sink.taken == bytes),
            (0, true),
            "(The second value: did it arrive as it was sent?)",
        );

        let setup = "256 KiB waits all the time: the socket takes 128 bytes and blocks, and then 128 more are queued.";
        let mut buffer = full();
        let mut sink = Stream::new(&[Bytes(PIECE), WouldBlock].repeat(1000));
        let mut resized = 0;
        for _ in 0..1000 {
            flush_cheaply(&mut buffer, &mut sink, &mut resized, setup);
            buffer.push(&bytes[..PIECE]);
        }
        check(
            &format!("{setup} After 1000 times:"),
            (buffer.len(), sink.taken == bytes[..1000 * PIECE]),
            (BURST, true),
            "(The second value: did it arrive as it was sent?)",
        );
    });
}

/// Reads until there will never be more, and says what came and why it ended.
fn read_to_the_end(stream: &mut TcpStream) -> (String, String) {
    let mut heard = Vec::new();
    let stopped = loop {
        match read_available(stream, &mut heard, 1000) {
            Stopped::WouldBlock => ready(stream, Interest::READABLE),
            stopped => break format!("{stopped:?}"),
        }
    };
    (String::from_utf8_lossy(&heard).into_owned(), stopped)
}

#[test]
fn each_direction_ends_by_itself() {
    let hint = "One end waits for the other. Does your read take 0 bytes, the end, for \"nothing yet\"? Does the \
                write buffer lose the rest of a partial write?";
    alone(hint, || {
        let (mut ours, mut peer) = pair();
        ours.shutdown().expect("the connection is open");
        let read = peer.read(&mut [0; 8]).map_err(|error| error.kind());
        check(
            "this end calls `shutdown`. What does the peer read?",
            read,
            Ok(0),
            "Nothing for two seconds, and then an error: the direction that ends is the one in which this end writes. \
             `Shutdown::Read` ends the other one, and the peer is told nothing.",
        );
        peer.write_all(b"one more word")
            .expect("the peer has not ended its direction");
        drop(peer);
        let (word, stopped) = read_to_the_end(&mut ours);
        check(
            "this end has ended its direction, and the peer says \"one more word\" and closes. What came, and how did \
             it end?",
            (word.as_str(), stopped.as_str()),
            ("one more word", "End"),
            "`shutdown` ends one direction only. `Shutdown::Both` throws the peer's answer away, or breaks the \
             connection.",
        );

        // A client sends more than the kernel's buffers hold, ends its direction, and waits for the answer.
        let (mut ours, mut peer) = pair();
        let request = pattern(8 * 1024 * 1024);
        // The peer does not read before the first flush is over, so that the kernel's buffers fill up.
        let (go, first_flush) = mpsc::channel::<()>();
        let peer = thread::spawn(move || {
            let _ = first_flush.recv();
            peer.set_read_timeout(None).expect("a socket has time-outs");
            let mut heard = Vec::new();
            peer.read_to_end(&mut heard)?;
            peer.write_all(b"heard you")?;
            io::Result::Ok(heard)
        });
        let mut buffer = WriteBuffer::new(64 * 1024);
        buffer.push(&request);
        let mut waits = 0;
        let mut go = Some(go);
        loop {
            let flushed = buffer.flush(&mut ours).map_err(|error| error.kind());
            drop(go.take());
            match flushed {
                Ok(Flushed::All) => break,
                Ok(Flushed::WouldBlock) => waits += 1,
                Err(_) => check(
                    "8 MiB are queued, and the peer reads all of it, but not at once.",
                    flushed,
                    Ok(Flushed::WouldBlock),
                    "`WouldBlock` says that the kernel's buffers are full now. It is no error.",
                ),
            }
            ready(&ours, Interest::WRITABLE);
        }
        ours.shutdown().expect("the connection is open");
        check(
            "this end has shut its direction down.",
            ours.state(),
            State::WeEnded,
            "Does `Shutdown` lead from `Open` to `WeEnded`?",
        );
        check(
            "a write after the own shutdown, and a second shutdown.",
            (
                ours.write(b"more").map_err(|error| error.kind()),
                ours.shutdown().is_ok(),
            ),
            (Err(ErrorKind::BrokenPipe), true),
            "After `Shutdown` the state is `WeEnded`, and in that state the given `write` refuses.",
        );
        let (answer, stopped) = read_to_the_end(&mut ours);
        check(
            "this end has ended its direction, and the peer answers and closes. What came, and how did it end?",
            (answer.as_str(), stopped.as_str()),
            ("heard you", "End"),
            "`shutdown` ends one direction only. `Shutdown::Both` throws the peer's answer away, or breaks the \
             connection.",
        );
        check(
            "both directions have ended.",
            ours.state(),
            State::Closed,
            "Does `End` lead from `WeEnded` to `Closed`?",
        );
        let heard = peer.join().expect("the peer does not panic");
        let heard = heard.expect("the peer reads to the end and answers");
        let same = if heard == request {
            request.len()
        } else {
            let pairs = heard.iter().zip(&request);
            pairs.take_while(|(a, b)| a == b).count()
        };
        check(
            &format!(
                "8 MiB were queued, and the socket took them in parts, with {waits} waits between. How many bytes \
                 has the peer got, and how many of them are right, from the first one on?"
            ),
            (heard.len(), same),
            (request.len(), request.len()),
            "Fewer bytes: the rest of a partial write was forgotten. More: a part was sent twice. Others: it was \
             taken from the wrong end.",
        );

        // The peer ends its direction first, and still listens.
        let (mut ours, mut peer) = pair();
        peer.write_all(b"that was all")
            .and_then(|()| peer.shutdown(Shutdown::Write))
            .expect("the connection is open");
        let (heard, stopped) = read_to_the_end(&mut ours);
        check(
            "the peer says \"that was all\" and ends its direction.",
            (heard.as_str(), stopped.as_str(), ours.state()),
            ("that was all", "End", State::PeerEnded),
            "First the bytes, then the end, and this end may still write.",
        );
        ours.write_all(b"goodbye").expect("the peer still reads");
        ours.shutdown().expect("this direction is open");
        let mut goodbye = String::new();
        let read = peer.read_to_string(&mut goodbye).map_err(|e| e.kind());
        check(
            "the peer ended its direction first, and then this end wrote \"goodbye\" and ended its own.",
            (read, goodbye.as_str(), ours.state()),
            (Ok(7), "goodbye", State::Closed),
            "The end of the peer's direction is not the end of the connection.",
        );
    });
}

#[test]
fn a_broken_connection_is_told_once_and_is_no_signal() {
    let hint = "the peer has reset the connection, and your side has to notice";
    alone(hint, || {
        let child = support::in_child("a_broken_connection_is_told_once_and_is_no_signal", || {
            sigpipe_kills();
            if resets_are_told() {
                let (mut ours, peer) = pair();
                reset(peer);
                ready(&ours, Interest::READABLE);
                let mut into = Vec::new();
                let first = match read_available(&mut ours, &mut into, 1000) {
                    Stopped::Failed(error) => format!("{:?}", error.kind()),
                    stopped => format!("{stopped:?}"),
                };
                let error = ours.take_error().ok().flatten().map(|e| e.kind());
                check(
                    "the peer has reset the connection. The first read, and the socket's error after it:",
                    (first.as_str(), error, ours.state()),
                    ("ConnectionReset", None, State::Failed),
                    "A reset is an error of the read. It is not the end of the stream: bytes may be missing.",
                );
                let second = ours.read(&mut [0; 8]).map_err(|error| error.kind());
                let write = ours.write(b"x").map_err(|error| error.kind());
                check(
                    "the reset was told. A second read, and a write:",
                    (second, write),
                    (Err(ErrorKind::NotConnected), Err(ErrorKind::NotConnected)),
                    "A kernel that has told the reset says 0 bytes afterwards, which looks like the end. Does `Error` \
                     lead to `Failed`, and nothing out of it?",
                );
            }

            // The peer closes without having read: it answers every further byte with a reset.
            let (mut ours, peer) = pair();
            drop(peer);
            let error = loop {
                match ours.write(b"are you there?") {
                    Ok(_) => thread::yield_now(),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
                    Err(error) => break error.kind(),
                }
            };
            let lost = [
                ErrorKind::BrokenPipe,
                ErrorKind::ConnectionReset,
                ErrorKind::ConnectionAborted,
            ];
            assert!(
                lost.contains(&error),
                "the peer has closed, and this end writes.\n  expected: one of {lost:?}\n  yours:    {error:?}"
            );
            let again = ours.write(b"x").map_err(|error| error.kind());
            check(
                "a write has told that the peer is gone. A second write:",
                again,
                Err(ErrorKind::NotConnected),
                "The error is told once.",
            );
        });
        // A signal leaves no exit code.
        let why = match child.status.code() {
            None => String::from(
                "a write to a closed peer has raised SIGPIPE (13) and killed the program: is `MSG_NOSIGNAL` or \
                 `SO_NOSIGPIPE` missing?",
            ),
            Some(_) => child.stderr(),
        };
        assert!(
            child.status.success(),
            "connections break in a process of its own, in which SIGPIPE kills.\n  expected: it ends by itself, \
             with exit status 0\n  yours:    {}\n{why}",
            child.status,
        );
    });
}
