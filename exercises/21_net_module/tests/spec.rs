mod programs;
mod world;

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use net_module::{Error, Server, Socket, connect, create_server, lookup};
use programs::{burn, cell, code, say, taken};
use runtime::{load, next_tick, process, run, set_immediate, set_timeout, throw};
use world::{
    ANY_PORT, NOT_OURS, Nobody, alone, count_waits, counter, expect, has_ipv6, limit, listener,
    patient, pattern, program, read_all, reset, resets_are_told, send, serve, signal,
};

/// More than all buffers of two kernels take.
const MUCH: usize = 8 * 1024 * 1024;

/// So many waits are few: some for what happens, none for what does not.
const FEW: u64 = 20;

#[test]
fn a_connect_comes_later_and_every_address_is_tried() {
    let hint = "a connect has no outcome. Each address is tried until one takes us or none is left";
    let broadcast = ([255, 255, 255, 255], 9).into();
    let said = program(hint, move || {
        let (listener, address) = listener();
        let nobody = [Nobody::new(), Nobody::new()];
        let addresses = [broadcast, nobody[0].address, nobody[1].address, address];
        let socket = connect(&addresses[..]);
        let own = socket.clone();
        socket.on_connect(move || {
            let (peer, _) = listener.accept().expect("it has connected");
            let same =
                own.remote_addr() == Some(address) && own.local_addr() == peer.peer_addr().ok();
            say(format!("connect {same}"));
            drop(nobody);
            process::exit(0);
        });
        socket.on_error(|error| say(error.code()));
        next_tick(|| say("tick"));
        say(format!("main {:?}", socket.remote_addr()));
    });
    expect(
        &said,
        "main None, tick, connect true",
        "TCP cannot reach the first address, nobody listens at the second and the third, and the fourth is right",
        "connect false: a socket that is writable need not be connected. Ask for the result.\n\
         ECONNREFUSED: an address that refuses is no error while there is another one.\n\
         Another error: some addresses are refused by `try_one` itself, and they are no reason to stop, either.",
    );

    // All fail, and the first one in another way than the others.
    let first = alone(hint, move || {
        let error = TcpStream::connect(broadcast).expect_err("TCP knows no broadcast");
        Error::from_io(&error, "connect")
    });
    let said = program(hint, move || {
        let nobody = Nobody::new();
        let socket = connect(vec![broadcast, nobody.address, nobody.address]);
        socket.on_connect(|| say("connect"));
        socket.on_error(move |error| {
            say(error);
            drop(nobody);
        });
        socket.on_close(|had_error| say(format!("close {had_error}")));
    });
    expect(
        &said,
        &format!("connect {} {broadcast}, close true", first.code()),
        "three addresses, of which none takes us; the first is a broadcast address",
        "Another code: the error is the one of the first address.\n\
         Two errors: there is one for the whole connect, when no address is left.\n\
         Nothing: some errors come at once from `TcpStream::connect`, and are no reason to stop.",
    );

    let said = program(hint, || {
        let (listener, address) = listener();
        let socket = connect(("localhost", address.port()));
        say(format!("{} in the pool", load().pending));
        socket.on_connect(move || {
            say(format!("connect {}", listener.accept().is_ok()));
            process::exit(0);
        });
        socket.on_error(|error| say(error));
    });
    expect(
        &said,
        "1 in the pool, connect true",
        "connected to localhost by name",
        "0 in the pool: the resolver blocks, so a worker asks it.",
    );

    // IPv6, where this machine has it.
    if has_ipv6() {
        let said = program(hint, move || {
            let listener = TcpListener::bind(("::1", 0)).expect("there is IPv6");
            let port = listener.local_addr().expect("it listens").port();
            let socket = connect(("::1", port));
            socket.on_connect(move || {
                say(format!("connect {}", listener.accept().is_ok()));
                process::exit(0);
            });
            socket.on_error(|error| say(error));
        });
        expect(&said, "connect true", "connected to ::1", "");
    }

    let said = program(hint, || {
        lookup("127.0.0.1", |addresses| say(format!("{addresses:?}")));
        lookup("localhost", |addresses| {
            let all = addresses.map(|all| all.iter().all(|ip| ip.is_loopback()));
            say(format!("{all:?}"));
        });
        say("main");
    });
    expect(&said, "main, Ok([127.0.0.1]), Ok(true)", "two look-ups", "");
}

#[test]
fn data_comes_in_order_and_one_read_a_turn() {
    let hint = "a peer sends 160 KiB, and they are not told";
    let (tell, sent) = signal();
    let said = serve(
        hint,
        move |socket| {
            // Nothing is read until all is in the kernel's buffers.
            sent.wait();
            let came = Rc::new(RefCell::new(Vec::new()));
            let own = socket.clone();
            socket.on_data(move |data| {
                let mut all = came.borrow_mut();
                all.extend_from_slice(data);
                if data.len() > 64 * 1024 {
                    say(format!("a piece of {} bytes", data.len()));
                }
                say("data");
                set_immediate(|| say("immediate"));
                if all.len() == 160 * 1024 {
                    let is_equal = *all == pattern(160 * 1024);
                    say(if is_equal { "equal" } else { "not equal" });
                    say(format!("{} KiB read", own.bytes_read() / 1024));
                    process::exit(0);
                }
            });
        },
        move |peer| {
            send(&peer, &pattern(160 * 1024));
            let _ = tell.send(());
            let _ = (&peer).read(&mut [0]);
        },
    );
    let pieces = said.iter().filter(|word| *word == "data").count();
    let expected = vec!["data"; pieces.max(3)].join(", immediate, ") + ", equal, 160 KiB read";
    expect(
        &said,
        &expected,
        "160 KiB wait in the kernel; each piece of data sets an immediate",
        "data, data: a turn reads once, 64 KiB at most. If it reads until nothing is left, a peer that sends as fast \
         as we read has the loop for itself.\n\
         not equal: tell what was read, and not the whole chunk.",
    );

    #[cfg(unix)]
    {
        let said = program(hint, somebody_else_reads_it);
        expect(
            &said,
            "a, 1 byte stolen, b, b",
            "two sockets have a byte each, and are reported together. A listener of the one that comes first reads the byte \
             of the other. Then each gets one byte more",
            "EAGAIN or end: a socket that was reported readable may have nothing to read by the time you read. \
             `WouldBlock` is the kernel's word for `later`: no error and no end.",
        );
    }

    // Silent connections cost nothing.
    let said = serve(
        hint,
        |socket| {
            socket.on_data(|data| {
                say(String::from_utf8_lossy(data));
                count_waits(50, |waits| {
                    say(if waits < FEW { "sleeps" } else { "spins" });
                    process::exit(0);
                });
            });
        },
        |peer| {
            send(&peer, b"hello");
            let _ = (&peer).read(&mut [0]);
        },
    );
    expect(
        &said,
        "hello, sleeps",
        "a peer sends a word, and then nothing for 50 ms. How often was the kernel asked?",
        "A socket that can be written is ready all the time: ask for that only while something waits.",
    );
}

/// Two sockets are readable in one turn, and what the second was to read is gone when it comes to that.
#[cfg(unix)]
fn somebody_else_reads_it() {
    let (listener, address) = listener();
    let listener = Rc::new(listener);
    let sockets = [connect(address), connect(address)];
    let peers = Rc::new(RefCell::new(Vec::new()));
    let (first, others) = (Rc::new(Cell::new(true)), counter().0);
    for number in 0..2 {
        let socket = &sockets[number];
        let (listener, all) = (Rc::clone(&listener), sockets.clone());
        let connected = Rc::clone(&peers);
        socket.on_connect(move || {
            let mut peers = connected.borrow_mut();
            peers.push(listener.accept().expect("it has connected").0);
            if peers.len() == 2 {
                peers.iter().for_each(|peer| send(peer, b"a"));
                all.iter().for_each(world::until_readable);
            }
        });
        let (first, others) = (Rc::clone(&first), Rc::clone(&others));
        let (other, peers) = (sockets[1 - number].clone(), Rc::clone(&peers));
        socket.on_data(move |data| {
            say(String::from_utf8_lossy(data));
            if first.replace(false) {
                let stolen = world::second_descriptor(&other).read(&mut [0; 2]);
                say(format!("{} byte stolen", stolen.unwrap_or(0)));
                let peers = Rc::clone(&peers);
                set_immediate(move || peers.borrow().iter().for_each(|peer| send(peer, b"b")));
            } else if others.replace(others.get() + 1) == 1 {
                process::exit(0);
            }
        });
        socket.on_end(|| {
            say("end");
            process::exit(0);
        });
        socket.on_error(|error| {
            say(error.code());
            process::exit(0);
        });
    }
}

#[test]
fn a_paused_socket_lets_its_peer_wait() {
    let hint = "a paused socket was resumed, and does not get all data";
    let is_sent = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&is_sent);
    let said = serve(
        hint,
        move |socket| {
            let all = pattern(MUCH);
            let place = Cell::new(0);
            let own = socket.clone();
            socket.on_data(move |data| {
                if own.is_paused() {
                    say("data while paused");
                }
                let from = place.replace(place.get() + data.len());
                if all[from..place.get()] != *data {
                    say(format!("other bytes at {from}"));
                }
                if place.get() == MUCH {
                    say("all");
                    process::exit(0);
                }
                // Once more, from inside.
                own.pause();
                let own = own.clone();
                set_immediate(move || own.resume());
            });
            socket.pause();
            let own = socket.clone();
            count_waits(100, move |waits| {
                let read = own.bytes_read();
                say(if read <= 16 * 1024 {
                    "at most 16 KiB read"
                } else {
                    "more than 16 KiB read"
                });
                say(if is_sent.load(Ordering::SeqCst) {
                    "the peer has sent all"
                } else {
                    "the peer waits"
                });
                say(if waits < FEW { "sleeps" } else { "spins" });
                own.resume();
            });
        },
        move |peer| {
            send(&peer, &pattern(MUCH));
            set.store(true, Ordering::SeqCst);
            let _ = (&peer).read(&mut [0]);
        },
    );
    expect(
        &said,
        "at most 16 KiB read, the peer waits, sleeps, all",
        "a peer sends 8 MiB to a socket that is paused for 100 ms, and then after each piece of data",
        "More read: while the socket is paused, one piece of 16 KiB is read ahead, and then no more.\n\
         spins: data that nobody will read is reported again and again, if the interest asks for it.\n\
         other bytes: what was read ahead comes first.",
    );

    // Both sides have ended, and what was read ahead is still not wanted.
    let (tell, told) = signal();
    let said = serve(
        hint,
        move |socket| {
            socket.pause();
            socket.end();
            told.wait();
            let own = socket.clone();
            count_waits(50, move |waits| {
                say(if waits < FEW { "sleeps" } else { "spins" });
                own.destroy();
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
        },
        move |peer| {
            send(&peer, &pattern(100_000));
            peer.shutdown(Shutdown::Write).expect("it is open");
            let _ = tell.send(());
            let _ = (&peer).read_to_end(&mut Vec::new());
        },
    );
    expect(
        &said,
        "sleeps, close false",
        "both sides have ended, and 100,000 bytes wait for a socket that is paused",
        "spins: a hang-up is reported to everyone, again and again, if it is level-triggered.",
    );
}

#[test]
fn writes_keep_their_order_behind_a_slow_reader() {
    // Before there is a connection, everything waits.
    let hint = "what is written before the connect never reaches the peer";
    let said = program(hint, || {
        let (listener, address) = listener();
        let socket = connect(address);
        for (name, size) in [("a", 16 * 1024 - 1), ("b", 1), ("c", 1)] {
            let is_open = socket.write_then(&pattern(size), move |result| {
                say(format!("{name} {}", code(result)))
            });
            say(format!("{name} {is_open}"));
        }
        say(format!(
            "{} of {} pending",
            socket.pending_bytes(),
            socket.bytes_written()
        ));
        socket.on_connect(|| say("connect"));
        socket.on_drain(move || {
            say("drain");
            let peer = patient(listener.accept().map(|(peer, _)| peer));
            let mut all = vec![0; 16 * 1024 + 1];
            (&peer)
                .read_exact(&mut all)
                .expect("the bytes are on their way");
            set_timeout(|| process::exit(0), 1);
        });
    });
    expect(
        &said,
        "a true, b false, c false, 16385 of 16385 pending, connect, drain, a undefined, b undefined, c undefined",
        "16,383 bytes were written before there was a connection, then 1, and then 1 more",
        "a false, or b true: the mark is at 16 KiB. From there on `write` asks for a pause.\n\
         drain twice: it is told once, however often `write` has returned false.\n\
         drain after a: it comes before the callback of the write that emptied the queue.",
    );

    // Each time that `write` says false, there is one more `drain`, also when a listener of `drain` has written.
    let hint = "a listener of `drain` has written until `write` said false, and `drain` does not come any more";
    let (tell, told) = mpsc::channel();
    let (go, may_go_on) = signal();
    let said = serve(
        hint,
        move |socket| {
            let until_false = |socket: &Socket| while socket.write(&[0; 256 * 1024]) {};
            let (own, is_second) = (socket.clone(), Cell::new(false));
            socket.on_drain(move || {
                say("drain");
                if is_second.replace(true) {
                    return own.end();
                }
                // The peer has read no more than what was written before, and waits.
                until_false(&own);
                let _ = go.send(());
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
            socket.resume();
            until_false(&socket);
            let _ = tell.send(socket.bytes_written());
        },
        move |mut peer| {
            let written = told.recv().expect("`write` says false at some time");
            let read = io::copy(&mut (&mut peer).take(written), &mut io::sink());
            assert_eq!(
                read.expect("the bytes come"),
                written,
                "bytes of the first time"
            );
            may_go_on.wait();
            drop(read_all(&peer));
        },
    );
    expect(
        &said,
        "drain, drain, close false",
        "a program writes until `write` says false, and once more in `drain`",
        "",
    );

    // What one of the callbacks throws is no matter of the next.
    for is_destroyed in [false, true] {
        let said = program(hint, move || {
            process::on_uncaught_exception(|uncaught| say(uncaught.message()));
            let (listener, address) = listener();
            let listener = Rc::new(listener);
            let socket = connect(address);
            // The empty one ends at the place at which "b" ends.
            for (name, bytes) in [("a", "a"), ("b", "b"), ("empty", ""), ("c", "c")] {
                let listener = Rc::clone(&listener);
                socket.write_then(bytes.as_bytes(), move |result| {
                    say(format!("{name} {}", code(result)));
                    if name == "b" {
                        // The ticks behind one that throws run after the next callback.
                        set_immediate(|| {
                            set_immediate(move || {
                                drop(listener);
                                process::exit(0);
                            });
                        });
                        throw("thrown");
                    }
                });
            }
            socket.on_close(|had_error| say(format!("close {had_error}")));
            if is_destroyed {
                socket.destroy();
            }
        });
        let (setup, expected) = match is_destroyed {
            false => (
                "are sent together",
                "a undefined, b undefined, thrown, empty undefined, c undefined",
            ),
            true => (
                "are never sent, because the socket is destroyed",
                "a ERR_STREAM_DESTROYED, b ERR_STREAM_DESTROYED, thrown, empty ERR_STREAM_DESTROYED, c ERR_STREAM_DESTROYED, \
                 close false",
            ),
        };
        expect(
            &said,
            expected,
            &format!(
                "four writes wait for the connection and {setup}. The second callback throws, and the third write was empty"
            ),
            "No empty, or no c: take out one callback, call it, and only then take out the next. What you have taken out and \
             not called is lost when one throws.",
        );
    }

    // What a listener of `drain` throws is no matter of the callback, either.
    let said = program(hint, || {
        process::on_uncaught_exception(|uncaught| say(uncaught.message()));
        let (listener, address) = listener();
        let socket = connect(address);
        socket.write_then(&[0; 16 * 1024], move |result| {
            say(format!("written {}", code(result)));
            drop(listener);
            process::exit(0);
        });
        socket.on_drain(|| {
            say("drain");
            throw("thrown");
        });
    });
    expect(
        &said,
        "drain, thrown, written undefined",
        "16 KiB wait for the connection. The listener of `drain` throws",
        "No written: leave the callback in its queue while the listeners of `drain` run.",
    );

    let hint = "8 MiB are written, and the peer does not get them all";
    let (tell, may_read) = signal();
    let said = serve(
        hint,
        move |socket| {
            let all = pattern(MUCH);
            let (full, fulls) = counter();
            let (told, tells) = counter();
            let count = MUCH / (256 * 1024);
            for (number, piece) in all.chunks(256 * 1024).enumerate() {
                let (told, own) = (Rc::clone(&told), socket.clone());
                let is_open = socket.write_then(piece, move |result| {
                    if number != told.replace(told.get() + 1) || result.is_err() {
                        say(format!("{number} {}", code(result)));
                    }
                    if number + 1 == count {
                        say(format!("last, {} pending", own.pending_bytes()));
                    }
                });
                full.set(full.get() + usize::from(!is_open));
            }
            say(format!("write {}", socket.write(b"")));
            let is_many = fulls.get() >= count / 4;
            say(if is_many { "many false" } else { "few false" });
            let pending = socket.pending_bytes() > MUCH / 4;
            say(format!(
                "pending {pending}, written {}",
                socket.bytes_written()
            ));
            socket.on_drain(move || {
                say(format!(
                    "drain after {} callbacks",
                    if tells.get() < count { "some" } else { "all" }
                ));
                count_waits(50, move |waits| {
                    say(if waits < FEW { "sleeps" } else { "spins" });
                    process::exit(0);
                });
            });
            count_waits(50, move |waits| {
                say(if waits < FEW { "sleeps" } else { "spins" });
                let _ = tell.send(());
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
            socket.resume();
        },
        move |peer| {
            may_read.wait();
            let all = read_all(&peer);
            assert!(
                all == pattern(MUCH),
                "the peer got {} bytes, and they are not what was written: 8 MiB\nWhat the kernel did not take waits, and goes out in order.",
                all.len()
            );
        },
    );
    expect(
        &said,
        &format!(
            "write false, many false, pending true, written {MUCH}, sleeps, drain after some callbacks, last, 0 pending, sleeps"
        ),
        "8 MiB are written in 32 pieces, and the peer reads nothing for 50 ms",
        "few false: `write` returns false when 16 KiB or more wait behind what the kernel has taken.\n\
         More than one drain: it is told once, when nothing waits any more.\n\
         drain after all callbacks: it comes before the callback of the write that emptied the queue.\n\
         spins: a silent connection is asked about writing, and it can be written all the time.",
    );
}

#[test]
fn each_direction_ends_in_its_own_time() {
    let hint = "both sides have ended, and the program goes on: when is a connection over? Or bytes still wait: when the \
                kernel does not take all, `write` calls `update`";
    // We end first, behind 8 MiB, and the peer has still something to say.
    let (tell, may_read) = signal();
    let said = serve(
        hint,
        move |socket| {
            socket.write(&pattern(MUCH));
            socket.end();
            socket.end();
            let _ = tell.send(());
            socket.on_drain(|| say("drain"));
            socket.on_data(|data| say(String::from_utf8_lossy(data)));
            socket.on_end(|| say("end"));
            socket.on_close(|had_error| say(format!("close {had_error}")));
        },
        move |peer| {
            may_read.wait();
            let all = read_all(&peer);
            assert!(
                all.len() == MUCH,
                "8 MiB were written, and then `end` was called\nexpected  {MUCH} bytes and then the end\nyours     \
                 {}\nThe end waits for what is queued.",
                all.len()
            );
            send(&peer, b"answer");
        },
    );
    expect(
        &said,
        "answer, end, close false",
        "`end` was called, and the peer answered after it had seen the end",
        "No answer: end our own direction alone. The peer may go on.\n\
         drain: nobody may write any more, so nobody is asked to.",
    );

    // FIN waits for a connection and for bytes, and for nothing else.
    type Ending = fn(Socket);
    let endings: [(&str, Ending, &str); 3] = [
        (
            "`end` is called before there is a connection",
            |socket| socket.end(),
            "the peer sees the end after 0 bytes, close false",
        ),
        (
            "`end_with` three bytes is called before there is a connection",
            |socket| socket.end_with(b"bye"),
            "the peer sees the end after 3 bytes, close false",
        ),
        (
            "`write_then` and `end` are called in an immediate",
            |socket| {
                let own = socket.clone();
                socket.on_connect(move || {
                    set_immediate(move || {
                        own.write_then(b"bye", |result| say(format!("written {}", code(result))));
                        own.end();
                    });
                });
            },
            "written undefined, the peer sees the end after 3 bytes, close false",
        ),
    ];
    for (setup, ending, expected) in endings {
        let said = program(hint, move || {
            let (listener, address) = listener();
            let socket = connect(address);
            socket.resume();
            ending(socket.clone());
            socket.on_connect(move || {
                let (peer, _) = listener.accept().expect("it has connected");
                // When the immediate of `ending` has run, and its ticks.
                set_immediate(move || {
                    set_immediate(move || say(world::how_it_ends(&peer)));
                });
            });
            socket.on_error(|error| say(error.code()));
            socket.on_close(|had_error| say(format!("close {had_error}")));
        });
        expect(
            &said,
            expected,
            setup,
            "no end, before there is a connection: nothing can be shut down yet, so do not note in `is_shut` that it was. \
             `finish` is called again when there is a connection.\n\
             no end, behind `write_then`: FIN waits for bytes, and not for the callbacks. Nobody calls `finish` after \
             those.",
        );
    }

    // The peer ends first, and our queue is still full.
    let (tell, may_read) = signal();
    let said = serve(
        hint,
        move |socket| {
            socket.write(&pattern(MUCH));
            socket.on_end(move || {
                say("end");
                // When the ticks have run.
                set_immediate(move || {
                    let _ = tell.send(());
                });
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
            socket.resume();
        },
        move |peer| {
            peer.shutdown(Shutdown::Write)
                .expect("the connection is open");
            may_read.wait();
            let all = read_all(&peer);
            assert!(
                all.len() == MUCH,
                "the peer ended its direction while 8 MiB were queued\nexpected  {MUCH} bytes and then the end\nyours \
                     {}\nTo answer the peer's end means `end`, not `destroy`.",
                all.len()
            );
        },
    );
    expect(
        &said,
        "end, close false",
        "the peer ended its direction while 8 MiB were queued",
        "No close: both directions have ended, one as the answer to the other. Then it is over.",
    );

    // Half-open, and nothing happens for a while.
    let (tell, told) = signal();
    let said = serve(
        hint,
        move |socket| {
            socket.set_allow_half_open(true);
            socket.resume();
            let own = socket.clone();
            socket.on_end(move || {
                say("end");
                count_waits(50, move |waits| {
                    say(if waits < FEW { "sleeps" } else { "spins" });
                    say(format!("write {}", own.write(b"late")));
                    own.end();
                    let _ = tell.send(());
                });
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
        },
        move |peer| {
            peer.shutdown(Shutdown::Write)
                .expect("the connection is open");
            assert_eq!(
                read_all(&peer),
                b"late",
                "half-open connections are allowed: the peer's end is not answered"
            );
            told.wait();
        },
    );
    expect(
        &said,
        "end, sleeps, write true, close false",
        "half-open connections are allowed, and 50 ms after the peer's end we write",
        "spins: the end of the stream is readable for ever. When it was read, do not ask for it any more.\n\
         end, end: it is told once.",
    );
}

#[test]
fn a_broken_connection_is_one_error_and_then_close() {
    let hint = "the peer has reset the connection, and the program goes on";
    let listen = |socket: &Socket| {
        socket.on_end(|| say("end"));
        socket.on_error(|error| {
            say(format!(
                "{} {}",
                error.code(),
                error.syscall().unwrap_or("?")
            ));
        });
        socket.on_close(|had_error| say(format!("close {had_error}")));
    };
    if resets_are_told() {
        let said = serve(
            hint,
            move |socket| {
                listen(&socket);
                socket.on_data(|data| say(String::from_utf8_lossy(data)));
                socket.write(b"go on");
            },
            |mut peer| {
                let _ = peer.read(&mut [0; 5]);
                reset(peer);
            },
        );
        expect(
            &said,
            "ECONNRESET read, close true",
            "the peer has reset the connection",
            "close false: the argument says whether there was an error.\n\
             end: a reset is not the end of the stream.",
        );
        // `end` finds out, before anyone has read. (Windows does not tell that to those who ask for the socket's error.)
        if cfg!(unix) {
            let (tell, told) = signal();
            let said = serve(
                hint,
                move |socket| {
                    listen(&socket);
                    socket.resume();
                    told.wait();
                    socket.end();
                },
                move |peer| {
                    reset(peer);
                    let _ = tell.send(());
                },
            );
            expect(
                &said,
                "ECONNRESET read, close true",
                "the peer has reset the connection, and before that is read, we call `end`",
                "ENOTCONN shutdown: what was reset cannot be shut down, and that is no news. Ask `broken` before the shutdown.",
            );
        }
        // Nobody reads: the socket is paused, and one piece was read ahead. (kqueue tells of no error to those who ask
        // for nothing.)
        if !cfg!(target_os = "macos") {
            let (tell, told) = signal();
            let said = serve(
                hint,
                move |socket| {
                    listen(&socket);
                    socket.pause();
                    set_timeout(move || tell.send(()).expect("the peer waits"), 20);
                },
                move |peer| {
                    send(&peer, &[0; 100_000]);
                    told.wait();
                    reset(peer);
                },
            );
            expect(
                &said,
                "ECONNRESET read, close true",
                "the peer has sent 100,000 bytes to a paused socket, and has then reset the connection",
                "Nothing: an error is reported to everyone. It is no reason to read, and it destroys the socket.",
            );
        }
        // A write finds out.
        let (tell, told) = signal();
        let said = serve(
            hint,
            move |socket| {
                listen(&socket);
                told.wait();
                // The reset may need a moment.
                for _ in 0..limit().as_millis() {
                    if socket.is_destroyed() {
                        break;
                    }
                    if socket.write(b"x") && socket.is_destroyed() {
                        say("write true, although it has failed");
                    }
                    thread::sleep(Duration::from_millis(1));
                }
                let has_room = socket.write_then(b"x", |result| say(code(result)));
                say(format!("write {has_room}"));
                socket.on_close(|_| say("closed"));
            },
            move |peer| {
                reset(peer);
                let _ = tell.send(());
            },
        );
        let said: Vec<String> = said
            .into_iter()
            .map(|word| match word.as_str() {
                "EPIPE write" | "ECONNRESET write" | "ECONNABORTED write" => "broken".into(),
                _ => word,
            })
            .collect();
        expect(
            &said,
            "write false, broken, ERR_STREAM_DESTROYED, close true, closed",
            "the peer has reset the connection, and then we write until that is an error, and once more",
            "broken, close true, write false: `destroy` tells nothing before it has returned.\n\
             ECONNRESET read: the write itself has found the error.\n\
             write true: whatever has room, nobody writes to a socket that is destroyed.",
        );
    }

    let said = program(hint, || {
        process::on_uncaught_exception(|uncaught| say(uncaught.message()));
        let socket = connect(("no such host", 1));
        socket.on_close(|had_error| say(format!("close {had_error}")));
        let socket = connect(vec![]);
        socket.on_error(|error| say(error.code()));
    });
    assert!(
        said.len() == 3
            && said[0] == "ERR_INVALID_ARG_VALUE"
            && said[1] == "getaddrinfo ENOTFOUND no such host",
        "connected to no address at all, and to a host that does not exist, without a listener for the error\nexpected  \
         ERR_INVALID_ARG_VALUE, getaddrinfo ENOTFOUND no such host (an uncaught exception), close true\nyours     {}",
        said.join(", ")
    );
}

#[test]
fn listeners_may_destroy_and_come_and_go_while_they_are_called() {
    // Each scene destroys the socket in one kind of callback, while others are due.
    type Scene = fn(&Socket, Rc<dyn Fn()>);
    let scenes: [(&str, Scene); 6] = [
        ("the connection's callback", |_, destroy| destroy()),
        ("data", |socket, destroy| {
            socket.on_data(move |_| destroy());
        }),
        ("a tick of data", |socket, destroy| {
            socket.on_data(move |_| {
                let destroy = Rc::clone(&destroy);
                next_tick(move || destroy());
            });
        }),
        ("the callback of a write", |socket, destroy| {
            socket.write_then(b"x", move |_| destroy());
        }),
        ("drain", |socket, destroy| {
            socket.on_drain(move || destroy());
        }),
        ("end", |socket, destroy| {
            socket.on_end(move || destroy());
        }),
    ];
    for (name, scene) in scenes {
        let hint = format!("the socket is destroyed in {name}, and the program goes on");
        let (tell, told) = signal();
        let (let_read, may_read) = signal();
        let said = serve(
            &hint,
            move |socket| {
                // What the peer has sent and ended is here already.
                told.wait();
                let own = socket.clone();
                let destroy = move || {
                    if own.is_destroyed() {
                        return;
                    }
                    own.destroy();
                    own.destroy();
                    taken();
                    say(format!("{:?}", own.remote_addr()));
                    next_tick(|| say("tick"));
                    set_immediate(|| say("immediate"));
                };
                scene(&socket, Rc::new(destroy));
                for listener in ["first", "second"] {
                    let own = socket.clone();
                    socket.on_data(move |_| say(format!("data {listener} {}", own.is_destroyed())));
                }
                socket.on_end(|| say("end"));
                socket.on_drain(|| say("drain"));
                socket.on_error(|error| say(error));
                socket.on_close(|had_error| say(format!("close {had_error}")));
                socket.set_timeout(Duration::from_millis(1), || say("idle"));
                if name == "drain" {
                    socket.set_allow_half_open(true);
                    socket.write(&vec![0; MUCH]);
                }
                let _ = let_read.send(());
            },
            move |peer| {
                send(&peer, b"hello");
                peer.shutdown(Shutdown::Write).expect("it is open");
                let _ = tell.send(());
                may_read.wait();
                // Until it is closed, one way or the other.
                let _ = (&peer).read_to_end(&mut Vec::new());
            },
        );
        let said = said.join(", ");
        let after = match name {
            // Those of the same event are still called, as in Node.
            "data" => "None, data first true, data second true, tick, immediate, close false",
            "drain" => "None, drain, tick, immediate, close false",
            "end" => "None, end, tick, immediate, close false",
            _ => "None, tick, immediate, close false",
        };
        assert!(
            said == after,
            "the socket was destroyed in {name}\nexpected  {after}\nyours     {said}\nWhat was due in another callback \
             is not told any more.\nNo close: it comes in the close phase, after the immediates of this turn."
        );
    }

    // A listener takes itself off, and adds another.
    let said = serve(
        "a peer sends two words, and they are not told",
        |socket| {
            let (first, first_cell) = cell();
            let own = socket.clone();
            let id = socket.on_data(move |data| {
                say(format!("first {}", data.len()));
                if let Some(id) = first.take() {
                    say(format!("off {} {}", own.off(id), own.off(id)));
                    own.on_data(|data| say(format!("third {}", data.len())));
                    own.write(b"more");
                }
            });
            first_cell.set(Some(id));
            socket.on_data(|data| say(format!("second {}", data.len())));
            socket.on_end(|| say("end"));
        },
        |peer| {
            send(&peer, b"hello");
            let _ = (&peer).read_exact(&mut [0; 4]);
            send(&peer, b"you");
        },
    );
    expect(
        &said,
        "first 5, off true false, second 5, second 3, third 3, end",
        "a listener of data takes itself off, and adds another",
        "",
    );
}

#[test]
fn a_server_takes_connections_and_lets_them_go() {
    let hint = "a server was closed, and the program goes on after its last connection";
    // At most one at a time; and `close` waits for that one.
    let said = program(hint, || {
        let (own, server_cell) = cell();
        let server = create_server(move |socket: Socket| {
            let server: Server = own.take().expect("at most one connection is taken");
            say("connection");
            let address = server.local_addr().expect("it listens");
            let own = socket.clone();
            socket.on_data(move |data| {
                say(String::from_utf8_lossy(data));
                server.close(|result| {
                    say(format!("closed {}", code(result)));
                    next_tick(|| say("tick"));
                });
                say(format!("{:?}", server.local_addr()));
                say(format!("{}", server.connections()));
                let own = own.clone();
                connect(address).on_error(move |error| {
                    say(error.code());
                    own.write(b"bye");
                });
            });
            socket.on_close(|had_error| say(format!("close {had_error}")));
        });
        server_cell.set(Some(server.clone()));
        server.set_max_connections(1);
        let own = server.clone();
        server.listen(ANY_PORT, move || {
            let address = own.local_addr().expect("it listens");
            let first = connect(address);
            let own = first.clone();
            first.on_connect(move || {
                let second = connect(address);
                second.on_error(|_| {});
                let first = own.clone();
                second.on_close(move |_| {
                    say("the second was closed");
                    first.write(b"hello");
                    let own = first.clone();
                    first.on_data(move |_| own.end());
                });
                second.resume();
            });
        });
    });
    expect(
        &said,
        "connection, the second was closed, hello, None, 1, ECONNREFUSED, closed undefined, tick, close false",
        "a server with at most one connection was closed while that was there; then somebody connects, and is refused; then the \
         connection ends",
        "No closed: a connection that is destroyed leaves its server, and the last one ends the wait.\n\
         closed after close: the server is told by `destroy` itself, and its callback is a tick.",
    );

    let said = program(hint, || {
        let server = create_server(|_| {});
        server.on_error(|error| {
            say(format!(
                "{} {}",
                error.code(),
                error.syscall().unwrap_or("-")
            ))
        });
        let (own, port) = (server.clone(), ANY_PORT.1);
        server.listen(NOT_OURS, || say("listening"));
        server.listen(ANY_PORT, || say("listening"));
        set_timeout(
            move || {
                own.listen(("no such host", port), || say("listening"));
                let own = own.clone();
                set_timeout(move || own.listen(ANY_PORT, move || process::exit(0)), 50);
            },
            10,
        );
    });
    assert!(
        said.iter().any(|word| word == "ENOTFOUND getaddrinfo")
            && said[..2] == ["ERR_SERVER_ALREADY_LISTEN -", "EADDRNOTAVAIL listen"],
        "a server is to listen at an address that this machine does not have, twice; and at a name that does not \
         exist\nexpected  ERR_SERVER_ALREADY_LISTEN -, EADDRNOTAVAIL listen, ENOTFOUND getaddrinfo\nyours     {}",
        said.join(", ")
    );

    // So many that they wait in the kernel, while a callback works.
    if world::longest_queue() >= 511 {
        let said = program(hint, || {
            let (count, counted) = counter();
            let server = create_server(move |_| {
                count.set(count.get() + 1);
                if count.get() == 300 {
                    process::exit(0);
                }
            });
            let own = server.clone();
            server.listen(ANY_PORT, move || {
                let address = own.local_addr().expect("it listens");
                let patience = Duration::from_secs(2);
                let peers: Vec<_> = (0..300)
                    .map_while(|_| TcpStream::connect_timeout(&address, patience).ok())
                    .collect();
                say(format!("{} peers", peers.len()));
                process::on_exit(move |_| {
                    let _open = &peers;
                    say(format!("{} taken", counted.get()));
                });
                if own.connections() > 0 {
                    say("taken too early");
                }
                set_timeout(|| process::exit(0), limit() / 2);
            });
        });
        expect(
            &said,
            "300 peers, 300 taken",
            "300 peers connect while a callback works; the system lets 511 of them wait",
            "128 or so: the queue of a listener of std's is short. `backlog::raise` makes it longer.",
        );
    }

    if has_ipv6() {
        let said = program(hint, || {
            let server = create_server(|socket| {
                say(format!(
                    "{:?}",
                    socket.remote_addr().map(|it| it.ip().to_string())
                ));
                socket.end_with(b"hello");
                process::exit(0);
            });
            let own = server.clone();
            server.listen(("::1", 0), move || {
                connect(own.local_addr().expect("it listens"));
            });
        });
        expect(&said, "Some(\"::1\")", "a server listens at ::1", "");
    }
}

#[cfg(unix)]
#[test]
fn a_server_without_descriptors_serves_those_it_has() {
    alone("a process whose descriptors are used up hangs", || {
        let child = support::in_child("a_server_without_descriptors_serves_those_it_has", || {
            support::within(limit(), "six peers want to be served", || {
                let (thread, joined) = cell();
                run(|| without_descriptors(thread));
                let thread: thread::JoinHandle<()> = joined.take().expect("the server listens");
                let is_served = thread.join().is_ok();
                say(if is_served {
                    "all served"
                } else {
                    "not all served"
                });
                println!("{}", taken().join(", "));
            });
        });
        let said = child.stdout();
        let expected = "3 connections, sleeps, all served";
        assert!(
            child.status.success() && said.contains(expected),
            "six peers have connected, and the process may open three descriptors. 150 ms after the third was accepted \
             three are served; one after the other they go, and the others come\nexpected  {expected}\nyours     {said}{}\nspins: the \
             listener stays readable while somebody waits, so stop asking for a while.\nnot all served: what is \
             destroyed closes its descriptor at once.",
            child.stderr()
        );
    });
}

/// Six peers, and descriptors for three connections. Gives `thread` the thread of the peers.
#[cfg(unix)]
fn without_descriptors(thread: programs::Place<thread::JoinHandle<()>>) {
    let (count, counted) = counter();
    let (tell, told) = signal();
    let server = create_server(move |socket| {
        count.set(count.get() + 1);
        let own = socket.clone();
        socket.on_data(move |data| {
            own.write(data);
        });
        if count.get() == 3 {
            let (counted, tell) = (Rc::clone(&counted), tell.clone());
            count_waits(150, move |waits| {
                say(format!("{} connections", counted.get()));
                say(if waits < FEW { "sleeps" } else { "spins" });
                let _ = tell.send(());
            });
        }
        if count.get() == 6 {
            socket.on_close(|_| process::exit(0));
        }
    });
    let own = server.clone();
    server.listen(ANY_PORT, move || {
        let address = own.local_addr().expect("it listens");
        let peers: Vec<_> = (0..6)
            .map(|_| patient(TcpStream::connect(address)))
            .collect();
        support::leave_descriptors(3);
        let serve_all = move || {
            told.wait();
            for mut peer in peers {
                send(&peer, b"hello");
                peer.read_exact(&mut [0; 5]).expect("it is served");
            }
        };
        thread.set(Some(thread::spawn(serve_all)));
    });
}

#[test]
fn what_is_idle_is_told_and_what_has_no_ref_lets_the_program_end() {
    let hint = "a program does not end";
    for moves in [
        "a byte goes out",
        "8 MiB are to go out, and the kernel takes a part of them",
        "a byte comes",
    ] {
        let (go, may_send) = signal();
        let (tell, sent) = signal();
        let (over, may_read) = signal();
        let said = serve(
            hint,
            move |socket| {
                let own = socket.clone();
                let on_idle = move || {
                    say("idle");
                    let _ = over.send(());
                    own.end();
                };
                let own = socket.clone();
                socket.on_data(|_| say("moved"));
                // The idle timer is set in the timers phase, and comes no sooner than in the next one. It is due then,
                // unless what is written here, or comes in the poll phase in between, has moved it behind the other.
                let in_the_timers_phase = move || {
                    own.set_timeout(Duration::from_millis(1), || say("replaced"));
                    own.set_timeout(Duration::from_secs(100), || say("replaced"));
                    own.set_timeout(Duration::from_millis(60), on_idle);
                    if moves == "a byte comes" {
                        let _ = go.send(());
                        sent.wait();
                    }
                    burn(70);
                    set_timeout(|| say("60 ms later"), 60);
                    if moves != "a byte comes" {
                        let is_byte = moves == "a byte goes out";
                        own.write(&vec![0; if is_byte { 1 } else { MUCH }]);
                        say("moved");
                    }
                };
                set_timeout(in_the_timers_phase, 1);
            },
            move |peer| {
                if moves == "a byte comes" {
                    may_send.wait();
                    send(&peer, b"x");
                    let _ = tell.send(());
                }
                may_read.wait();
                drop(read_all(&peer));
            },
        );
        expect(
            &said,
            "moved, 60 ms later, idle",
            &format!(
                "a socket is idle when nothing has moved for 60 ms. The program works for 70 ms and sets a timer of 60 ms. \
                 Then {moves}, and after that nothing moves"
            ),
            "idle too early: bytes that move count. `flush` calls `touch` when the kernel has taken some of them, if not \
             all, and `came` calls it for those that came.\n\
             replaced: a second time-out takes the place of the first.",
        );
    }

    let said = serve(
        hint,
        |socket| {
            socket.unref();
            socket.set_timeout(Duration::from_secs(100), || say("idle"));
            socket.on_close(|_| say("close"));
            socket.resume();
            set_timeout(|| say("timer"), 10);
        },
        |peer| drop(read_all(&peer)),
    );
    expect(
        &said,
        "timer",
        "an open socket without a ref, and a timer",
        "close: the program ends although the socket is open.\n\
         No end at all: the idle timer, of 100 s, does not keep the program alive, either.",
    );

    let said = program(hint, || {
        let server = create_server(|_| {});
        server.unref();
        server.listen(ANY_PORT, || say("listening"));
        process::on_exit(|_| say("exit"));
    });
    expect(&said, "listening, exit", "a server without a ref", "");

    // The end comes in the middle of everything.
    let witness = Arc::new(());
    let theirs = Arc::clone(&witness);
    alone(hint, move || {
        run(move || {
            let held = Arc::clone(&theirs);
            let server = create_server(move |socket| {
                let _held = &held;
                let (held, own) = (Arc::clone(&held), socket.clone());
                // Each listener holds its own socket.
                socket.on_data(move |_| {
                    let _held = (&held, &own);
                    process::exit(0);
                });
                let held = Arc::clone(&theirs);
                socket.write_then(&vec![0; MUCH], move |_| drop(held));
            });
            let own = server.clone();
            server.listen(ANY_PORT, move || {
                let address = own.local_addr().expect("it listens");
                connect(("localhost", address.port())).on_error(|_| {});
                let peer = connect(address);
                let own = peer.clone();
                peer.pause();
                peer.on_close(move |_| drop(own));
                peer.write(b"hello");
            });
        });
    });
    let held = Arc::strong_count(&witness) - 1;
    assert!(
        held == 0,
        "the program has ended while sockets were open\nexpected  nothing is left of what its listeners captured\n\
         yours     {held} of them"
    );
}

#[test]
fn small_programs_do_what_they_do_in_node() {
    for (name, main) in programs::ALL {
        let hint = format!("tests/programs/{name}.rs does not end{}", usual_cause(name));
        let yours = alone(&hint, move || programs::trace(main));
        programs::in_node().expect(name, &yours, usual_cause(name));
    }
}

/// What usually makes a program say something else.
fn usual_cause(name: &str) -> &'static str {
    match name {
        "echo_and_end" => {
            "\nmicrotask of end before tick of end: the end is told in a tick. In a microtask, the other microtasks come first."
        }
        "a_callback_throws" => {
            "\nIt does not end: note in `end_told` that the end is told before you call the listeners. One that throws does \
             not come back to you."
        }
        "destroyed_before_it_connects" => {
            "\na and b too early: the callbacks of what was never sent are told in the close phase, by `tell_closed`."
        }
        "end_in_end" => {
            "\ndestroyed true: `after_drain` asks whether it is over. A tick of your own comes before those of the program."
        }
        "half_open" => {
            "\nwritable false: ask whether half-open is allowed after the listeners of `end`. One of them may have set it."
        }
        "resume_tells_later" => {
            "\nIt does not end, or has no data: what comes before anybody listens is kept, and it counts: call `came` for it."
        }
        "write_after_end" => {
            "\nERR_STREAM_WRITE_AFTER_END twice: note in `end_told` that the end is told before you call the listeners. One \
             of them may write."
        }
        "written_in_ticks" => {
            "\nwritten d too early: the tick of a `write` tells what was taken when that `write` returned, and nothing that \
             was taken since."
        }
        _ => "",
    }
}

// given
#[test]
fn the_node_of_this_machine_agrees_with_what_is_stored() {
    // Alone: the pipes to Node are descriptors, which other tests would count.
    let hint = "Node does not end. Nothing of yours runs in this test";
    alone(hint, || {
        programs::in_node().expect_of_node(&programs::ALL.map(|(name, _)| name));
    });
}
