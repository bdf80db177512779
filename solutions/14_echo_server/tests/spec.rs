extern crate echo_server_solution as echo_server;

mod house;
mod scripted;

use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::Duration;

use echo_server::{Config, Connection, Server, Slab, Stats, Turn};
use event_queue::{Interest, Token};

#[cfg(unix)]
use support::in_child;

use house::{
    Client, House, alone, beside, descriptor_of, forbidden, is_emulated, panics, pattern,
    resets_are_told, used_up,
};
use scripted::{Peer, Scripted, byte};

/// Compares, and says in two lines what is different. `causes` has a likely mistake a line.
#[track_caller]
fn check<T: PartialEq + Debug>(setup: &str, yours: T, expected: T, causes: &str) {
    assert!(
        yours == expected,
        "{setup}\n  expected: {expected:?}\n  yours:    {yours:?}\n{causes}"
    );
}

#[test]
fn an_old_token_does_not_find_the_next_connection_of_its_slot() {
    let mut slab = Slab::new();
    let tokens: Vec<Token> = ["anna", "ben", "carla"]
        .map(|name| slab.insert_with(|_| name))
        .to_vec();
    let old = tokens[1];
    check(
        "anna, ben and carla are in. What does ben's token find?",
        slab.get_mut(old).copied(),
        Some("ben"),
        "A token finds its value as long as that is there.",
    );
    check("ben leaves.", slab.remove(old), Some("ben"), "");
    check(
        "ben has left, and nobody is in his slot. What does his token find?",
        slab.get_mut(old).copied(),
        None,
        "There is nothing in that slot.",
    );
    let new = slab.insert_with(|_| "dora");
    check(
        "dora comes when ben has left. How many slots are there?",
        slab.slots(),
        3,
        "A free slot is used again. A table that only grows has a slot for each client that there ever was.",
    );
    check(
        "dora is in ben's slot. An event that was meant for ben comes late. What does ben's token find?",
        slab.get_mut(old).copied(),
        None,
        "The slot is the same, so the slot alone is not enough for a token.\n\
         Does `remove` begin a new generation, is it in the token, and does `slot` compare it?",
    );
    check(
        "dora is in ben's slot. Somebody removes ben once more. What does that give?",
        slab.remove(old),
        None,
        "An old token must not throw out the new connection.",
    );
    check(
        "dora is in ben's slot. What does her own token find?",
        slab.get_mut(new).copied(),
        Some("dora"),
        "Is the generation in the token the one that the slot has now?",
    );
    for (token, name) in [(tokens[0], "anna"), (tokens[2], "carla")] {
        check(
            &format!("ben's slot has changed hands. What does {name}'s token find?"),
            slab.get_mut(token).copied(),
            Some(name),
            "Each slot counts its own generations.",
        );
    }

    let mut slab = Slab::new();
    let first = slab.insert_with(|_| 0);
    slab.remove(first);
    let second = slab.insert_with(|_| 1);
    let third = Token(second.0.wrapping_add(second.0.wrapping_sub(first.0)));
    check(
        "a slot has its second value. What does the token of its third find, which is not made yet?",
        slab.get_mut(third).copied(),
        None,
        "A token that this table never gave finds nothing. Is its generation compared with `==`?",
    );
    slab.remove(second);
    check(
        "the slot is free again. What does it give to remove its third value, which is not there?",
        slab.remove(third),
        None,
        "",
    );
    let (anna, ben) = (slab.insert_with(|_| 2), slab.insert_with(|_| 3));
    check(
        "that has removed nothing. Then two values come. Do they have slots of their own?",
        anna != ben && slab.slots() == 2,
        true,
        "A slot becomes free when a value was taken out of it, and only then: it was pushed to `free` twice.",
    );

    let mut slab = Slab::new();
    let mut seen = Vec::new();
    for _ in 0..300 {
        let token = slab.insert_with(|token| token);
        check(
            "one client comes. What does its token find?",
            slab.get_mut(token).copied(),
            Some(token),
            "",
        );
        seen.push(token);
        slab.remove(token);
    }
    let slots = slab.slots();
    seen.sort();
    seen.dedup();
    check(
        "300 clients come and go, one after the other. How many slots, and how many different tokens?",
        (slots, seen.len()),
        (1, 300),
        "Fewer tokens: a generation that is cut to a few bits comes round again soon.\n\
         More slots: is the slot free after `remove`?",
    );
    let mut slab = Slab::new();
    let first = slab.insert_with(|_| 0_u32);
    slab.remove(first);
    let bits = if is_emulated() { 16 } else { 20 };
    for later in 1..=1_u32 << bits {
        let token = slab.insert_with(|_| later);
        // Once for each number of bits to which a generation may be cut.
        if later.is_power_of_two() {
            check(
                &format!(
                    "a slot had {later} values before this one. What does the first one's token find?"
                ),
                slab.get_mut(first).copied(),
                None,
                "The generation comes round again. It has 32 bits: is it cut on its way into the token or out of it?",
            );
        }
        slab.remove(token);
    }
    let mut slab = Slab::new();
    let all = 0..=1_u32 << 16;
    let tokens: Vec<Token> = all
        .clone()
        .map(|value| slab.insert_with(|_| value))
        .collect();
    let wrong = all
        .zip(tokens)
        .find(|&(value, token)| slab.get_mut(token).copied() != Some(value));
    check(
        "65537 clients are in. Which is the first whose token finds nobody, or somebody else?",
        wrong,
        None,
        "The number of the slot does not fit. It has `SLOT_BITS` bits, and 32 of them.",
    );
    for token in [Token(usize::MAX), Token(usize::MAX - 1)] {
        check(
            &format!("{token:?} is the server's own. What does it find in the slab?"),
            slab.get_mut(token).copied(),
            None,
            "A token that this table never gave finds nothing, and is no reason to panic.",
        );
    }
}

/// Limits that are small enough to be reached.
fn small() -> Config {
    Config {
        budget: 1000,
        high_water: 2500,
        ..Config::default()
    }
}

/// A connection to a peer that is made up, and the memory for its turns.
fn scripted(config: &Config) -> (Connection<Scripted>, Scripted, Vec<u8>) {
    let peer = Scripted::default();
    (Connection::new(peer.clone(), config), peer, Vec::new())
}

/// One turn, with an error as its kind.
fn turn(connection: &mut Connection<Scripted>, scratch: &mut Vec<u8>) -> Result<Turn, ErrorKind> {
    connection.turn(scratch).map_err(|error| error.kind())
}

#[test]
fn a_turn_echoes_in_order_and_within_its_limits() {
    let (mut connection, peer, mut scratch) = scripted(&small());
    // Another connection had its turn before.
    scratch.extend(b"somebody else's");

    check(
        "nothing has come.",
        turn(&mut connection, &mut scratch),
        Ok(Turn::Still),
        "`Moved`: is `scratch` cleared before it is read into? Another connection has left its bytes there.\n\
         An error: a turn for nothing is no failure. `read_available` says `WouldBlock`.",
    );
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(300);
        peer.room = usize::MAX;
    }
    check(
        "the peer has sent 300 bytes, and the kernel takes everything.",
        (
            turn(&mut connection, &mut scratch),
            peer.0.borrow().got.len(),
        ),
        (Ok(Turn::Moved), 300),
        "0 bytes went out: what was read is written in the same turn. No event would come for it.\n\
         More than 300: is `scratch` cleared before it is read into?",
    );

    peer.0.borrow_mut().send(5000);
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "the peer has sent 5000 bytes; the budget is 1000 bytes a turn. How many were read?",
        5000 - peer.0.borrow().sent.len(),
        1000,
        "More: one fast peer has the thread for as long as it likes, and all others wait.\n\
         Fewer: a turn with a budget uses it, up to the last byte. Did the turn stop reading too early?",
    );
    for _ in 0..4 {
        turn(&mut connection, &mut scratch).expect("the peer is well");
    }
    check(
        "five turns with 1000 bytes each. How many bytes have come back?",
        peer.0.borrow().got.len(),
        5300,
        "",
    );

    for _ in 0..100 {
        peer.0.borrow_mut().send(1000);
        turn(&mut connection, &mut scratch).expect("the peer is well");
    }
    check(
        "a hundred more turns with 1000 bytes each. Is the shared memory still below 64 KiB?",
        scratch.capacity() < 64 * 1024,
        true,
        "It grows with each turn, and never shrinks. Is `scratch` cleared before it is read into?",
    );

    peer.0.borrow_mut().room = 0;
    peer.0.borrow_mut().send(10_000);
    check(
        "bytes come, and the kernel takes none.",
        turn(&mut connection, &mut scratch),
        Ok(Turn::Moved),
        "Bytes that come in are a move, as those that go out.",
    );
    for _ in 0..5 {
        turn(&mut connection, &mut scratch).expect("the peer is well");
    }
    let unread = peer.0.borrow().sent.len();
    check(
        "the peer sends 10000 bytes and reads none; the mark is at 2500. What is queued after six turns, and what \
         was read?",
        (connection.queued(), 10_000 - unread),
        (2500, 2500),
        "3000: the last turn had no room for its whole budget. Read the smaller of the two.\n\
         6000: a peer that does not read decides how much memory you have. Stop reading at the mark.\n\
         Fewer: up to the mark there is room.",
    );
    check(
        "2500 bytes are queued, and the kernel takes none.",
        turn(&mut connection, &mut scratch),
        Ok(Turn::Still),
        "Nothing moved. To a full connection even the end of the stream cannot come: it is behind the bytes.",
    );

    peer.0.borrow_mut().room = 700;
    let outcome = turn(&mut connection, &mut scratch);
    let unread = peer.0.borrow().sent.len();
    check(
        "the kernel takes 700 of the 2500 queued bytes. The turn, what is queued, and what was read since:",
        (outcome, connection.queued(), 7500 - unread),
        (Ok(Turn::Moved), 2500, 700),
        "1800 queued: when writing has made room, the same turn may read.\n\
         `Still`: bytes that go out are a move too. The idle time depends on it.",
    );
    {
        let mut peer = peer.0.borrow_mut();
        peer.room = 300;
        peer.room_after_a_read = 2600;
    }
    turn(&mut connection, &mut scratch).expect("the peer is well");
    {
        let mut peer = peer.0.borrow_mut();
        peer.room = usize::MAX;
        peer.room_after_a_read = 0;
    }
    for _ in 0..9 {
        turn(&mut connection, &mut scratch).expect("the peer is well");
    }
    let got = peer.0.borrow().got.clone();
    check(
        "the peer reads again. How many bytes have come back?",
        got.len(),
        115_300,
        "",
    );
    check(
        "at which place of what came back is the first wrong byte?",
        got.iter()
            .enumerate()
            .position(|(place, &got)| got != byte(place)),
        None,
        "What is queued goes out before what was read later, also when the kernel gets room in the middle of a turn.",
    );
    check(
        "nothing is queued any more. How many bytes of memory are kept for it?",
        connection.memory(),
        0,
        "Ten thousand connections keep it ten thousand times.",
    );

    let (mut connection, peer, mut scratch) = scripted(&Config {
        budget: usize::MAX,
        high_water: usize::MAX,
        ..Config::default()
    });
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(10);
        peer.room = usize::MAX;
    }
    check(
        "budget and mark are `usize::MAX`, and 10 bytes come. Does the turn panic?",
        panics(|| {
            let _ = turn(&mut connection, &mut scratch);
        }),
        false,
        "A limit is no size: memory is for what has come, not for what may come.",
    );
}

#[test]
fn a_turn_keeps_no_error_to_itself() {
    type Setup = fn(&mut Peer);
    let broken: [(&str, Setup, ErrorKind, &str); 6] = [
        (
            "the peer has reset the connection, behind 5 bytes",
            |peer| {
                peer.send(5);
                peer.read_error = Some(ErrorKind::ConnectionReset);
            },
            ErrorKind::ConnectionReset,
            "It is not the end of the stream, and the bytes before it do not make it good.",
        ),
        (
            "the peer has reset the connection, behind nothing",
            |peer| peer.read_error = Some(ErrorKind::ConnectionReset),
            ErrorKind::ConnectionReset,
            "It is not the end of the stream.",
        ),
        (
            "5 bytes come, and to write them fails",
            |peer| {
                peer.send(5);
                peer.write_error = Some(ErrorKind::BrokenPipe);
            },
            ErrorKind::BrokenPipe,
            "A turn writes twice. Does the error of the second time come out?",
        ),
        (
            "5 bytes come and the end of the stream, and to write them fails",
            |peer| {
                peer.send(5);
                peer.ended = true;
                peer.write_error = Some(ErrorKind::BrokenPipe);
            },
            ErrorKind::BrokenPipe,
            "`Finished` says that all bytes are echoed, and they are lost.",
        ),
        (
            "5 bytes come, and a write of them takes 0 bytes",
            |peer| {
                peer.send(5);
                peer.write_error = Some(ErrorKind::WriteZero);
            },
            ErrorKind::WriteZero,
            "A socket that takes nothing and has no error will never take anything. Is the error of `flush` let out?",
        ),
        (
            "the peer ends its direction, and the shutdown of this one fails",
            |peer| {
                peer.ended = true;
                peer.shutdown_error = Some(ErrorKind::NotConnected);
            },
            ErrorKind::NotConnected,
            "The peer never hears of the end. Is the result of `shutdown` looked at?",
        ),
    ];
    for (setup, set_up, error, causes) in broken {
        let (mut connection, peer, mut scratch) = scripted(&small());
        peer.0.borrow_mut().room = usize::MAX;
        set_up(&mut peer.0.borrow_mut());
        check(
            &format!("{setup}."),
            turn(&mut connection, &mut scratch),
            Err(error),
            &format!(
                "{causes}\nThe server has to hear of it, or it counts wrong and keeps a dead connection."
            ),
        );
    }

    let (mut connection, peer, mut scratch) = scripted(&small());
    peer.0.borrow_mut().send(5);
    turn(&mut connection, &mut scratch).expect("the peer is well");
    peer.0.borrow_mut().write_error = Some(ErrorKind::BrokenPipe);
    check(
        "5 bytes are queued, and to write them fails.",
        turn(&mut connection, &mut scratch),
        Err(ErrorKind::BrokenPipe),
        "A turn writes twice. Does the error of the first time come out?",
    );

    let (mut connection, peer, mut scratch) = scripted(&small());
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(5);
        peer.room = usize::MAX;
        peer.signals = true;
    }
    check(
        "5 bytes come, and a signal interrupts each call before it succeeds.",
        (
            turn(&mut connection, &mut scratch),
            peer.0.borrow().got.len(),
        ),
        (Ok(Turn::Moved), 5),
        "`Interrupted` says nothing about the connection: make the call again, reads and writes.",
    );
}

#[test]
fn a_connection_asks_only_for_what_it_would_use() {
    let (mut connection, peer, mut scratch) = scripted(&small());
    check(
        "a new connection. What does it wait for?",
        connection.interest(),
        Interest::READABLE,
        "Writable: almost every socket is, almost always. Who asks for that with nothing to write is woken again \
         and again, and burns a whole processor.\n\
         Edge: what a turn leaves unread, because its budget is spent, would never be reported again.",
    );
    peer.0.borrow_mut().send(10_000);
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "1000 bytes are queued, and the mark is at 2500. What does it wait for?",
        connection.interest(),
        Interest::BOTH,
        "It can write what is queued, and has room to read more. Level-triggered, both: a turn need not take \
         everything.",
    );
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "2000 bytes are queued, and the mark is at 2500. What does it wait for?",
        connection.interest(),
        Interest::BOTH,
        "There is room below the mark, if not for a whole budget, and a turn would read into it.",
    );
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "2500 bytes are queued, so it is full, and the peer has sent more. What does it wait for?",
        connection.interest(),
        Interest::WRITABLE,
        "A turn would not read now. Level-triggered, the kernel would report the unread bytes in each wait.",
    );
    {
        let mut peer = peer.0.borrow_mut();
        peer.room = 2600;
        peer.sent.clear();
        peer.sent.extend([7; 100]);
    }
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "everything is written. What does it wait for?",
        connection.interest(),
        Interest::READABLE,
        "The interest in writing goes when the queue is empty, and the interest in reading comes back.",
    );
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(10);
        peer.room = 0;
        peer.ended = true;
    }
    turn(&mut connection, &mut scratch).expect("the peer is well");
    check(
        "the peer has ended its direction, and 10 bytes are queued. What does it wait for?",
        connection.interest(),
        Interest::WRITABLE,
        "The end of the stream stays readable for ever. Who has read it does not ask again.\n\
         Or did the turn stop reading too early? It reads until `WouldBlock` or the end, its budget or the mark.",
    );

    let (connection, _, _) = scripted(&Config {
        budget: 1000,
        high_water: 10,
        ..Config::default()
    });
    check(
        "a new connection, whose budget is above its mark. What does it wait for?",
        connection.interest(),
        Interest::READABLE,
        "It reads at most up to the mark. If it waited for room for a whole budget it would never read.",
    );
}

#[test]
fn the_end_of_the_stream_waits_for_the_last_byte() {
    let (mut connection, peer, mut scratch) = scripted(&small());
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(800);
        peer.ended = true;
        peer.room = 500;
    }
    check(
        "the peer sent 800 bytes and ended its direction; the kernel takes 500.",
        (turn(&mut connection, &mut scratch), connection.queued()),
        (Ok(Turn::Moved), 300),
        "`Finished`: the end of the peer's stream is not the end of yours. 300 bytes would be lost.\n\
         An error: 0 bytes from a read are no failure.",
    );
    check(
        "300 bytes are still queued. How often was this end shut down?",
        peer.0.borrow().shutdowns,
        0,
        "After a shutdown nothing can be written. It comes last.",
    );
    check(
        "300 bytes are queued behind the end of the stream, and an event comes too early: the kernel takes none.",
        (turn(&mut connection, &mut scratch), connection.queued()),
        (Ok(Turn::Still), 300),
        "`Finished`: a turn that moves nothing is not the last one. Is anything queued?",
    );
    peer.0.borrow_mut().room = 100;
    check(
        "there is nothing more to read, and the kernel takes 100 of 300 queued bytes.",
        (turn(&mut connection, &mut scratch), connection.queued()),
        (Ok(Turn::Moved), 200),
        "`Still`: bytes that go out are a move, as those that come in. A slow reader is not silent.",
    );
    peer.0.borrow_mut().room = 1000;
    check(
        "the kernel takes the rest.",
        (turn(&mut connection, &mut scratch), connection.queued()),
        (Ok(Turn::Finished), 0),
        "The peer has ended, and nothing is queued: this is the moment.",
    );
    let peer = peer.0.borrow();
    check(
        "how often was this end shut down, and after how many bytes?",
        (peer.shutdowns, peer.got_at_shutdown),
        (1, Some(800)),
        "Without a shutdown the peer may wait for more. Once is enough, when the last byte is with the kernel.",
    );
    check(
        "how often was the end of the stream read, in four turns?",
        peer.ends_read,
        1,
        "It is remembered, not asked for again.",
    );

    let (mut connection, peer, mut scratch) = scripted(&small());
    {
        let mut peer = peer.0.borrow_mut();
        peer.ended = true;
        peer.room = 1000;
    }
    check(
        "the peer has sent nothing and ended its direction.",
        turn(&mut connection, &mut scratch),
        Ok(Turn::Finished),
        "The end of an empty stream is an end too.",
    );

    let (mut connection, peer, mut scratch) = scripted(&small());
    {
        let mut peer = peer.0.borrow_mut();
        peer.send(1000);
        peer.ended = true;
        peer.room = 1000;
    }
    let first = turn(&mut connection, &mut scratch);
    check(
        "the peer has sent exactly a budget of bytes and ended its direction. Two turns:",
        (first, turn(&mut connection, &mut scratch)),
        (Ok(Turn::Moved), Ok(Turn::Finished)),
        "The first turn spent its budget and cannot know of the end. Nothing queued is not yet the end.",
    );
}

#[test]
fn many_clients_each_get_their_own_bytes_and_then_the_end() {
    let hint = "some clients have not got their bytes back";
    alone(hint, || {
        let mut house = House::new(Config {
            budget: 4096,
            high_water: 10_000,
            ..Config::default()
        });
        let mut clients = house.clients(24);
        // The first one sends a byte at a time, the others more and more.
        let lengths: Vec<usize> = (0..24).map(|index| 40 + index * 1000).collect();
        let patterns: Vec<Vec<u8>> = lengths
            .iter()
            .enumerate()
            .map(|(index, &length)| pattern(index, length))
            .collect();
        let mut sent = [0; 24];
        house.until(
            "24 clients send up to 23 KiB each, end their direction, and read until the end",
"A connection that is never `Finished` keeps its client waiting: is the end noted, and is a `Finished` one closed?\n\
                 Is the queue told when the interest has changed?",
            |_| {
                for (index, client) in clients.iter_mut().enumerate() {
                    let bytes = &patterns[index];
                    let from = sent[index];
                    let to = bytes.len().min(from + 1 + index * 100);
                    if from < to {
                        sent[index] += client.send(&bytes[from..to]);
                        if sent[index] == bytes.len() {
                            client.shutdown();
                        }
                    }
                    while client.receive() {}
                }
                clients.iter().all(|client| client.end.is_some())
            },
        );
        for (index, client) in clients.iter().enumerate() {
            let setup = format!("client {index} sent {} bytes.", lengths[index]);
            check(
                &format!("{setup} How did its stream end?"),
                client.end,
                Some(Ok(())),
                "A reset: the server closed a socket with bytes in it that it had not read.",
            );
            check(
                &format!("{setup} How many came back?"),
                client.received.len(),
                lengths[index],
                "Fewer: the client had ended its direction, and the server closed with bytes still queued.\n\
                 More: `scratch` still holds what another connection has read.",
            );
            let wrong =
                (client.received.iter().zip(&patterns[index])).position(|(got, sent)| got != sent);
            check(
                &format!("{setup} At which place is the first wrong byte?"),
                wrong,
                None,
                "Another client's bytes, or the same in another order.",
            );
        }
        house.until(
            "all clients have their end",
            "A connection is closed when its turn is `Finished`.",
            |house| house.server.connections() == 0,
        );
        check(
            "all clients have ended. What became of them?",
            house.server.stats(),
            Stats {
                accepted: 24,
                finished: 24,
                ..Stats::default()
            },
            "A connection is closed as soon as its turn is `Finished`.",
        );
        check(
            "no connection is left. How many timers?",
            house.server.timers(),
            0,
            "The idle timer goes with its connection.",
        );
    });
}

#[test]
fn an_event_is_one_turn_and_each_result_has_its_consequence() {
    let hint = "a turn has a result, and the server does not go on";
    alone(hint, || {
        let mut house = House::new(Config {
            budget: 1000,
            ..Config::default()
        });
        let mut clients = house.clients(2);
        let mut other = clients.pop().expect("there are two");
        let mut client = clients.pop().expect("there are two");

        house.door.early.set(1);
        client.send_all(b"hello");
        house.until(
            "a client sends a word, and the event comes too early: the first read says `WouldBlock`",
            "Does each event of a connection lead to a turn?",
            |house| house.door.early.get() == 0,
        );
        check(
            "the event came too early, and nothing moved. How many of two connections are there?",
            house.server.connections(),
            2,
            "`Still` is no failure. Readiness is a hint, and the next event comes.",
        );
        house.until(
            "the next event does not come too early",
            "Does each event of a connection lead to a turn?",
            |_| {
                client.receive();
                client.received == b"hello"
            },
        );

        const SUPPLY: usize = 10_000;
        house.door.supply.set(Some(SUPPLY));
        client.send_all(b"!");
        house.until(
            "a client sends 10000 bytes as fast as it is read",
            "Does each event of a connection lead to a turn?",
            |house| house.door.supply.get() != Some(SUPPLY),
        );
        check(
            "the budget is 1000 bytes a turn. The server had one event for this client; how many bytes did it read?",
            house.door.supply.get().map(|left| SUPPLY - left),
            Some(1000),
            "More: one event is one call of `turn`. In a loop until nothing moves, a client that is fast enough keeps \
             the thread for ever, and the budget is for nothing.",
        );
        house.door.supply.set(None);
        house.until(
            "the client has sent one more byte",
            "A turn need not take everything. Level-triggered, the rest is reported again.",
            |_| {
                client.receive();
                client.received.ends_with(b"!")
            },
        );

        let before = client.received.len();
        house.door.room.set(Some(0));
        client.send_all(b"hello");
        house.until(
            "a client sends a word, and the kernel takes nothing of the echo",
            "What a turn has read it writes in the same turn.",
            |house| house.door.refused.get() > 0,
        );
        house.door.room.set(None);
        house.until(
            "the kernel takes the echo a moment later, and the client sends no more",
            "Is the queue told that bytes wait to be written? It has to hear it after this turn: without it the \
             connection has no other.\nIs `interest` asked after `turn`, not before, and also after `Turn::Moved`?",
            |_| {
                client.receive();
                client.received.len() == before + 5
            },
        );

        house.door.write_error.set(Some(ErrorKind::BrokenPipe));
        client.send_all(b"!");
        house.until(
            "a client sends a byte, and to write it back fails",
            "A turn gave an error. Is the connection closed then, or did `turn` keep it to itself?",
            |house| house.server.connections() == 1,
        );
        check(
            "a client's byte could not be written back: `BrokenPipe`. What became of the connection?",
            house.server.stats(),
            Stats {
                accepted: 2,
                failed: 1,
                ..Stats::default()
            },
            "`finished` counts those that got all their bytes back. Every error of `turn` is a failure.",
        );

        house.door.write_error.set(None);
        house.door.room.set(Some(0));
        let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        house.door.stranger.set(stranger).expect("it was not there");
        let refused = house.door.refused.get();
        other.send_all(b"!");
        let panicked = panics(|| {
            while house.door.refused.get() == refused {
                house.turn();
            }
        });
        check(
            "the echo has to wait, and `reregister` fails: `NotFound`. Did the server panic, how many connections are \
             there, and how many have failed?",
            (
                panicked,
                house.server.connections(),
                house.server.stats().failed,
            ),
            (false, 0, 2),
            "A panic: one connection's errors end that connection only.\n\
             A connection is left: no event will ever come for it. Close it, as `Why::Failed`.",
        );
    });
}

#[test]
fn a_client_that_never_reads_is_read_no_further_and_wakes_nobody() {
    let hint = "a client that never reads holds the server up";
    alone(hint, || {
        let config = Config {
            budget: 16 * 1024,
            high_water: 64 * 1024,
            ..Config::default()
        };
        let mut house = House::new(config);
        let mut clients = house.clients(2);
        let mut other = clients.pop().expect("there are two");
        let mut greedy = clients.pop().expect("there are two");
        house.until_quiet(
            "two clients are connected, and send nothing.",
            "Writable, with nothing to write? Look at `interest`, and at when the queue is told.",
        );

        // More than the kernel keeps for a connection in both directions.
        const ALL: usize = 8 << 20;
        let bytes = pattern(0, 64 * 1024);
        let sent = house.flood(&mut greedy, &bytes, ALL);
        assert!(
            sent < ALL,
            "a client sends as much as it can, and reads nothing. The server keeps at most {} bytes for it, and \
             the kernel some MiB.\n  expected: the client is stopped\n  yours:    it sent {sent} bytes\nIs the \
             connection read from while it is full? Then a client decides how much memory you have.",
            config.high_water
        );
        house.until_quiet(
            "a client has sent until nobody took more, and reads nothing.",
            "Is the full connection still asked whether it is readable? It always is.\n\
             Is the queue told when the interest has changed?",
        );
        house.is_served(
            &mut other,
            "one client never reads, and another one sends a word",
        );

        house.until("the client reads at last, all that it has sent",
"Is the interest in writing there while something is queued, and the interest in reading back when there is room?", |_| {
            while greedy.receive() {}
            greedy.received.len() == sent
        });
        let wrong = (greedy.received.iter().enumerate())
            .position(|(place, &got)| got != bytes[place % bytes.len()]);
        check("at which place is the first wrong byte?", wrong, None, "");
        house.is_served(
            &mut greedy,
            "the client has read everything, and sends again",
        );
        house.until_quiet(
            "both clients have everything back.",
            "The interest in writing stayed when the last byte was written.",
        );

        let mut house = House::new(Config {
            high_water: 8 * ALL,
            ..config
        });
        let mut ending = house.clients(1).pop().expect("there is one");
        // The kernel does not keep that much, so the rest is queued.
        let most = 2 * sent;
        let sent = house.flood(&mut ending, &bytes, most);
        assert!(
            sent >= most,
            "the mark is at {} MiB, and a client sends and reads nothing.\n  expected: it can send {most} bytes\n  \
             yours:    {sent} bytes\nBelow the mark a connection is read from, however much is queued.",
            (8 * ALL) >> 20
        );
        ending.shutdown();
        house.until_quiet(
            "a client reads nothing, has bytes queued below the mark, and has ended its direction.",
            "The end stays readable for ever. Is the queue told of the new interest after a turn that moved no byte, \
             too? To note the end is a change.",
        );
        house.until(
            "the client reads at last, all that it has sent, and the end",
            "Is the interest in writing there while something is queued?",
            |_| {
                while ending.receive() {}
                ending.end.is_some()
            },
        );
        check(
            "a client ended its direction with bytes queued for it. How many bytes came back?",
            ending.received.len(),
            sent,
            "What is queued is written before anything is closed. Is a turn that moves nothing taken for the last one?",
        );
    });
}

#[test]
fn a_client_that_resets_costs_only_its_own_connection() {
    let hint = "the server waits for a client that has reset its connection";
    alone(hint, || {
        let mut house = House::new(Config::default());
        let mut clients = house.clients(3);
        let mut silent = clients.pop().expect("there are three");
        let mut full = clients.pop().expect("there are three");
        let mut other = clients.pop().expect("there are three");
        // This one has bytes under way in both directions.
        house.flood(&mut full, &[9; 64 * 1024], 8 << 20);
        silent.send(b"!");
        full.reset();
        silent.reset();
        house.until(
            "two of three clients reset their connections",
            "A turn gave an error. Is the connection closed then, or did `turn` keep it to itself?",
            |house| house.server.connections() == 1,
        );
        house.is_served(
            &mut other,
            "two clients have reset, and the third sends a word",
        );
        let stats = house.server.stats();
        check(
            "two clients have reset their connections.",
            stats.finished + stats.failed,
            2,
            "Each of them is closed once.",
        );
        if resets_are_told() {
            check(
                "how many connections have failed?",
                stats.failed,
                2,
                "A reset is not the end of the stream. `turn` gives the error, and the server closes and counts.",
            );
        }
        house.until_quiet(
            "two clients have gone.",
            "A broken connection is reported until it is closed.",
        );
    });
}

#[test]
fn all_that_wait_are_accepted_up_to_the_limits() {
    let hint = "clients wait, and are not accepted";
    alone(hint, || {
        let mut house = House::new(Config {
            max_connections: 30,
            accepts_per_turn: 20,
            ..Config::default()
        });
        let mut clients: Vec<Client> = (0..34).map(|_| house.client()).collect();
        // The first events may come before the last client is in the kernel's queue.
        let mut most = 0;
        house.until(
            "34 clients have connected, and 30 may be here at once",
"Fewer: accept until it says `WouldBlock`, and in the next turn again.\n\
                 More than 30: look at `may_accept` before each `accept`, and have it look at `max_connections`.",
            |house| {
                let before = house.server.connections();
                house.turn();
                most = most.max(house.server.connections() - before);
                house.server.connections() == 30
            },
        );
        check(
            "34 clients wait. How many did the server accept in its best turn, with 20 as the limit?",
            most,
            20,
            "1: the kernel says once that there are some, however many. Accept until it says `WouldBlock`.\n\
             30: a flood of clients keeps the thread from those that are here.",
        );
        house.until_quiet(
            "30 clients are here, which is the limit, and 4 wait in the kernel's queue.",
            "A listener that nobody accepts from stays readable. `may_accept` decides whether it is asked.",
        );
        check(
            "the limit is 30. How many connections are there?",
            house.server.connections(),
            30,
            "The limit is looked at before each `accept`.",
        );
        drop(clients.drain(..6));
        house.until(
            "6 of 30 clients go, and those that waited are accepted",
            "The interest in the listener comes back when there is room: `may_accept`.",
            |house| house.server.stats().accepted == 34,
        );
        let last = clients.last_mut().expect("28 are left");
        house.is_served(
            last,
            "the client that has waited longest for its place sends a word",
        );
        house.until_quiet("28 clients are here.", "");
        check(
            "34 clients came, and never more than 30 at once. How many failures of `accept` are counted?",
            house.server.stats().accept_failures,
            0,
            "`WouldBlock` says that no client waits. It is no failure.",
        );
    });
}

#[test]
fn out_of_descriptors_pauses_accepting_and_nothing_else() {
    let hint = "the server has no descriptor for a new client, and now it hangs\nDoes it sleep anywhere but in \
                `wait`, or does the loop of `accept` go on after a failure?";
    alone(hint, || {
        let pause = Duration::from_millis(100);
        let mut house = House::new(Config {
            accept_pause: pause,
            ..Config::default()
        });
        let mut here = house.clients(3);
        house.door.refusal.set(Some(used_up));
        let mut outside = house.client();
        house.until(
            "a client comes, and `accept` fails: no descriptor is left",
            "Each failure counts in `accept_failures`.",
            |house| house.server.stats().accept_failures > 0,
        );
        let accepts = house.door.accepts.get();
        house.until_quiet(
            "`accept` has failed, and the client still waits in the kernel's queue.",
            "The listener stays readable. As long as it is asked, each wait ends at once.",
        );
        check(
            "no time has passed, and nobody has gone. How often was `accept` tried again?",
            house.door.accepts.get() - accepts,
            0,
            "Nothing has changed, so it would fail again.",
        );
        house.is_served(
            &mut here[0],
            "no descriptor is left, and a client that is here sends a word",
        );

        house.advance(pause);
        house.until("the pause is over, and `accept` is tried again",
"A failure begins a pause of `accept_pause`, by a timer `Due::Pause`. Nothing else ends it here.", |house| {
            house.server.stats().accept_failures == 2
        });
        house.until_quiet("`accept` has failed again.", "Each failure begins a pause.");
        house.door.refusal.set(None);
        house.advance(pause);
        house.until("the pause is over, and there are descriptors",
"A failure begins a pause of `accept_pause`, by a timer `Due::Pause`. Nothing else ends it here.", |house| {
            house.server.connections() == 4
        });
        house.is_served(&mut outside, "the client that had to wait sends a word");

        house.door.refusal.set(Some(used_up));
        let mut outside = house.client();
        house.until(
            "no descriptor is left once more",
            "Each failure counts in `accept_failures`.",
            |house| house.server.stats().accept_failures == 3,
        );
        house.until_quiet(
            "`accept` has failed once more.",
            "Each failure begins a pause.",
        );
        house.door.refusal.set(None);
        drop(here.pop());
        house.until(
            "a client goes, and the one outside gets its descriptor before the pause is over",
            "What was closed has freed a descriptor.",
            |house| house.server.stats().accepted == 5,
        );
        house.is_served(&mut outside, "the client that had to wait sends a word");
    });
}

#[test]
fn whatever_accept_fails_with_there_is_a_pause() {
    let hint = "`accept` fails while nobody is here, and the server hangs";
    alone(hint, || {
        let pause = Duration::from_secs(7);
        for (name, refusal) in [
            ("EMFILE", used_up as fn() -> io::Error),
            ("`PermissionDenied`, by a firewall", forbidden),
        ] {
            let mut house = House::new(Config {
                accept_pause: pause,
                ..Config::default()
            });
            house.door.refusal.set(Some(refusal));
            let mut client = house.client();
            house.until(
                &format!("the first client comes, and `accept` fails: {name}"),
                "Each failure counts in `accept_failures`, whatever it is.",
                |house| house.server.stats().accept_failures > 0,
            );
            house.until_quiet(
                &format!("`accept` has failed: {name}. No connection is here."),
                "Each failure begins a pause: whatever it is, and whether a connection is here or not.",
            );
            house.advance(pause - Duration::from_millis(1));
            house.until_quiet(
                "`accept_pause` is 7 s, and 6.999 s have passed.",
                "Is the listener reported, and nobody accepts?",
            );
            check(
                "`accept_pause` is 7 s, and 6.999 s have passed. How often was `accept` called?",
                house.door.accepts.get(),
                1,
                "The length of the pause is `config.accept_pause`.",
            );
            house.door.refusal.set(None);
            house.advance(Duration::from_millis(1));
            house.until(
                "the pause is over, and `accept` would succeed",
                "The length of the pause is `config.accept_pause`. A timer `Due::Pause` ends it.",
                |house| house.server.connections() == 1,
            );
            house.is_served(&mut client, "the client that had to wait sends a word");
        }
    });
}

#[cfg(unix)]
#[test]
fn a_process_without_descriptors_serves_those_it_has() {
    let hint = "a process whose descriptors are used up hangs\nDoes the server sleep anywhere but in `wait`, or does the \
                loop of `accept` go on after a failure?";
    alone(hint, || {
        let child = in_child("a_process_without_descriptors_serves_those_it_has", || {
            // No pause ends by itself: only what is closed counts.
            let mut house = House::new(Config {
                accept_pause: Duration::from_secs(3600),
                ..Config::default()
            });
            let mut clients: Vec<Client> = (0..6).map(|_| house.client()).collect();
            support::leave_descriptors(3);
            house.until(
                "6 clients wait, and the process may open 3 descriptors",
                "Each failure counts in `accept_failures`.",
                |house| house.server.stats().accept_failures > 0,
            );
            check(
                "the kernel has refused the fourth. How many connections are there?",
                house.server.connections(),
                3,
                "",
            );
            house.until_quiet(
                "every descriptor is in use.",
                "The listener stays readable: stop asking.",
            );
            house.is_served(
                &mut clients[0],
                "every descriptor is in use, and a client sends a word",
            );
            clients.drain(..2);
            house.until(
                "2 clients go, and 3 that waited are accepted",
                "What was closed has freed a descriptor.",
                |house| house.server.stats().accepted == 6,
            );
            let last = clients.last_mut().expect("4 are left");
            house.is_served(last, "the last client sends a word");
        });
        assert!(
            child.status.success(),
            "a process whose limit is used up (`RLIMIT_NOFILE`) fails:\n{}",
            child.stderr()
        );
    });
}

#[test]
fn a_silent_connection_is_closed_and_a_busy_one_is_not() {
    let hint = "a silent client is not closed";
    alone(hint, || {
        let idle = Duration::from_secs(60);
        let mut house = House::new(Config {
            idle,
            ..Config::default()
        });
        let mut clients = house.clients(2);
        let mut busy = clients.pop().expect("there are two");
        let mut silent = clients.pop().expect("there are two");
        for (halves, timed_out) in [(1, 0), (2, 1), (3, 1)] {
            house.advance(idle / 2);
            house.turn();
            check(
                &format!(
                    "the idle time is one minute, and {halves} half minutes have passed. One client was silent, one \
                     sent a word in each half minute. How many timed out?"
                ),
                house.server.stats().timed_out,
                timed_out,
                "More: bytes that go either way start the idle time again. Is the timer refreshed after \
                 `Turn::Moved`?\nFewer: a timer that nothing has refreshed is due.",
            );
            house.is_served(&mut busy, "a client sends a word in each half minute");
        }
        silent.receive();
        check(
            "three half minutes have passed; the idle time is one minute. One client never said a word. How did \
             its stream end?",
            silent.end,
            Some(Ok(())),
            "A client that timed out is closed.",
        );
        house.advance(idle / 2);
        busy.send_all(b"just in time");
        house.advance(idle / 2);
        house.until(
            "a word has come a moment before the time was over",
            "Events first, then timers: a byte that has arrived counts.",
            |_| busy.receive(),
        );
        check(
            "a byte had arrived when the time was over. How many timed out?",
            house.server.stats().timed_out,
            1,
            "Events first, then timers: the byte counts.",
        );
        house.advance(idle);
        house.until(
            "everybody is silent for a minute",
            "Each connection has its idle timer.",
            |house| house.server.connections() == 0,
        );
        check(
            "no connection is left. How many timers?",
            house.server.timers(),
            0,
            "",
        );

        house.door.room.set(Some(0));
        let mut slow = house.clients(1).pop().expect("there is one");
        slow.send_all(&[b'.'; 50]);
        house.until(
            "a client sends 50 bytes, and the kernel takes nothing of the echo",
            "What a turn has read it writes in the same turn.",
            |house| house.door.refused.get() > 0,
        );
        for halves in 1..=4 {
            house.advance(idle / 2);
            house.door.room.set(Some(1));
            house.until(
                "a client with 50 queued bytes reads one of them",
                "Is the interest in writing there while something is queued?",
                |house| house.door.room.get() == Some(0) || house.server.connections() == 0,
            );
            check(
                &format!(
                    "the idle time is one minute, and {halves} half minutes have passed. In each of them a client has \
                     read one of 50 queued bytes. How many like it timed out?"
                ),
                house.server.stats().timed_out - 2,
                0,
                "A slow reader is not silent. Is the timer refreshed after each `Turn::Moved`, whatever was read and \
                 whatever is still queued?",
            );
        }
        house.door.room.set(None);
        house.until(
            "the kernel takes the rest",
            "Is the interest in writing there while something is queued?",
            |_| {
                slow.receive();
                slow.received.len() == 50
            },
        );

        // From now on it is reported, and nothing is there.
        house.door.early.set(usize::MAX);
        slow.send_all(b"?");
        for _ in 0..2 {
            let reads = house.door.reads.get();
            house.until(
                "a connection is reported, and its read says `WouldBlock`",
                "Is the connection still there? `Turn::Still` is no failure.",
                |house| house.door.reads.get() > reads,
            );
            house.advance(idle / 2);
        }
        house.turn();
        check(
            "events came for a connection for one minute, the idle time, and no byte with any of them. How many like \
             it timed out?",
            house.server.stats().timed_out - 2,
            1,
            "An event is no sign of life, a byte is. `Turn::Still` refreshes nothing.",
        );
    });
}

#[test]
fn a_stop_takes_no_more_and_lets_those_it_has_finish() {
    let hint = "a stop is wanted, and the server goes on";
    alone(hint, || {
        let grace = Duration::from_secs(10);
        let mut house = House::new(Config {
            grace,
            idle: Duration::from_secs(24 * 3600),
            budget: 16 * 1024,
            high_water: 64 * 1024,
            ..Config::default()
        });
        let mut clients = house.clients(3);
        let mut lasting = clients.pop().expect("there are three");
        let mut talking = clients.pop().expect("there are three");
        let mut queued = clients.pop().expect("there are three");
        let sent = house.flood(&mut queued, &pattern(3, 64 * 1024), 8 << 20);
        // The server is not young.
        house.advance(Duration::from_secs(3600));
        let stopper = house.server.stopper();
        stopper.stop().expect("the server can be woken");
        house.until(
            "a stop is wanted, and the listener is closed",
            "Is the waker's event seen, and does `begin_stop` take the listener?",
            |house| house.server.is_stopping(),
        );
        // Windows asks three times before it believes that, which takes two seconds.
        if cfg!(unix) {
            check(
                "a stop has begun. Can a new client connect?",
                TcpStream::connect(house.address).is_ok(),
                false,
                "The kernel accepts for a listener that is open, whether you do or not. Close it.",
            );
        }
        check(
            "three clients are here. How many connections are there?",
            house.server.connections(),
            3,
            "A stop is not the end of those that are here. Does `grace` count from `now`?",
        );
        house.advance(grace / 2);
        stopper.stop().expect("the server can be woken");
        house.is_served(
            &mut talking,
            "a stop is wanted, and a client that is here sends a word",
        );
        check(
            "three clients are here, and a stop was wanted twice. How many timers are set?",
            house.server.timers(),
            4,
            "One for each client, and one for the stop.\n\
             More: a second stop changes nothing. Fewer: the idle times go on during a stop.",
        );
        queued.shutdown();
        talking.shutdown();
        house.until(
            "two clients end their direction, and read until the end",
            "A stop goes on with those that are here, as if nothing had happened.",
            |_| {
                while queued.receive() || talking.receive() {}
                queued.end.is_some() && talking.end.is_some()
            },
        );
        check(
            "a stop was wanted while bytes were queued for a client. How did its stream end, and are all its bytes \
             there?",
            (queued.end, queued.received.len() == sent),
            (Some(Ok(())), true),
            "What is queued is written before anything is closed.",
        );
        house.until_quiet(
            "a stop is wanted, and one client stays, silent.",
            "Are the two that have finished closed? An end that was read stays readable.\n\
             Is the wake acknowledged?",
        );
        house.advance(grace / 2 - Duration::from_millis(1));
        house.turn();
        check(
            "all but a millisecond of the time is over; a second stop was wanted after half of it. Is the server running, with how many connections?",
            (house.server.is_running(), house.server.connections()),
            (true, 1),
            "The limit is `grace`, and not less.",
        );
        house.advance(Duration::from_millis(1));
        house.until(
            "the time of the stop is over; a second stop, after half of it, changes nothing",
            "Is there a timer `Due::Grace`? It is set when the stop begins.",
            |house| !house.server.is_running(),
        );
        lasting.receive();
        check(
            "the time of the stop is over. What became of the connections?",
            house.server.stats(),
            Stats {
                accepted: 3,
                finished: 2,
                cut_off: 1,
                ..Stats::default()
            },
            "One client stayed too long. It is closed.",
        );
    });
}

#[test]
fn a_stop_may_come_at_any_moment() {
    let hint = "a stop is wanted, and the server hangs";
    alone(hint, || {
        let second = Duration::from_secs(1);
        let stop = |house: &House| {
            let stopper = house.server.stopper();
            stopper.stop().expect("the server can be woken");
        };

        let mut house = House::new(Config {
            idle: 60 * second,
            grace: 3600 * second,
            ..Config::default()
        });
        let _silent = house.clients(1);
        house.until_quiet("one client is here, and silent.", "");
        let accepts = house.door.accepts.get();
        house.advance(30 * second);
        stop(&house);
        house.until(
            "a stop is wanted while nobody waits",
            "Is the waker's event seen, and does `begin_stop` take the listener?",
            |house| house.server.is_stopping(),
        );
        check(
            "a stop is wanted, and the listener was not reported. How often was `accept` called?",
            house.door.accepts.get() - accepts,
            0,
            "A stop takes nobody in. The kernel refuses those that wait when the listener is closed.",
        );
        house.advance(30 * second);
        house.until(
            "a client was silent for 30 s before a stop and for 30 s after it; the idle time is 60 s, and `grace` an hour",
            "The connections go on as before, each with its idle timer: a stop neither cancels nor refreshes it.",
            |house| house.server.stats().timed_out == 1,
        );

        let mut house = House::new(Config {
            max_connections: 1,
            ..Config::default()
        });
        let _only = house.clients(1);
        stop(&house);
        house.until(
            "a stop is wanted while the server is full, and does not ask for its listener",
            "The listener is closed whether it is asked for or not.",
            |house| house.server.is_stopping(),
        );

        let mut house = House::new(Config::default());
        house.door.refusal.set(Some(used_up));
        let _outside = house.client();
        house.until(
            "a client comes, and `accept` fails",
            "Each failure counts in `accept_failures`.",
            |house| house.server.stats().accept_failures > 0,
        );
        stop(&house);
        house.until(
            "a stop is wanted in a pause, and nobody is here",
            "A pause does not hold a stop up.",
            |house| !house.server.is_running(),
        );

        let mut house = House::new(Config::default());
        stop(&house);
        let _outside: Vec<Client> = (0..3).map(|_| house.client()).collect();
        let panicked = panics(|| {
            while !house.server.is_stopping() {
                house.turn();
            }
        });
        check(
            "a stop is wanted, and then clients come, all in one batch of events. Does the server panic, and how many \
             clients does it take in?",
            (panicked, house.server.stats().accepted),
            (false, 0),
            "The event of the listener may come behind the one that has closed it: is there a listener?",
        );

        // A child process may have one, and then the listener stays open when the server has closed its own.
        let (mut house, copy) = House::with_listener(Config::default(), descriptor_of);
        let _silent = house.clients(1);
        stop(&house);
        house.until(
            "a stop is wanted, and somebody has a copy of the listener's descriptor",
            "Is the waker's event seen, and does `begin_stop` take the listener?",
            |house| house.server.is_stopping(),
        );
        let _outside = house.client();
        house.until_quiet(
            "a stop has begun, a client comes, and only the copy of the listener could accept it.",
            "The kernel reports a listener until its last copy is closed, or until it is deregistered.",
        );
        drop(copy);
    });
}

#[test]
fn a_sleeping_server_is_stopped_by_another_thread() {
    let hint = "the server sleeps, and a stop does not end it\nDoes a stop wake the thread that waits in the kernel, \
                and does `run` end when no connection is left?";
    alone(hint, || {
        let grace = Duration::from_millis(30);
        let config = Config {
            grace,
            ..Config::default()
        };
        let (server, address) = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), config)
            .expect("loopback has a free port");
        let stopper = server.stopper();
        let (stats, mut client) = beside(
            move || server.run(),
            || {
                let mut client = Client::connect(address);
                client.send_all(b"hello");
                while client.received.len() < 5 {
                    client.receive();
                    std::thread::yield_now();
                }
                stopper.stop().expect("the server can be woken");
                client
            },
        );
        check(
            "one client stays, so the server stops after 30 ms. What does `run` say?",
            stats.map_err(|error| error.kind()),
            Ok(Stats {
                accepted: 1,
                cut_off: 1,
                ..Stats::default()
            }),
            "",
        );
        while client.end.is_none() {
            client.receive();
        }
        check(
            "the server is gone. How did the client's stream end?",
            client.end,
            Some(Ok(())),
            "Every connection is closed when `run` returns.",
        );
    });
}
