//! Clients that take their time, until they have none left.
//!
//! Nothing here is a race: the client of each conversation stays behind until the server hangs up. Which limit runs when is
//! asked of `WaitsFor::time`, without a clock.

use std::time::{Duration, Instant};

use http_module::ServerOptions;

use super::get_request;
use crate::loopback::{PATIENCE, same, serve};

const SHORT: Duration = Duration::from_millis(50);

/// All limits are a minute.
fn calm() -> ServerOptions {
    let minute = Duration::from_secs(60);
    ServerOptions {
        head_timeout: minute,
        body_timeout: minute,
        idle_timeout: minute,
        linger_timeout: minute,
        ..ServerOptions::default()
    }
}

/// A head comes byte by byte, and never to its end.
pub fn a_head_has_one_time() {
    let options = ServerOptions {
        head_timeout: SHORT,
        ..calm()
    };
    let (reply, _) = serve(
        "a head comes byte by byte",
        options,
        |log, _, _| log.say("request"),
        |mut client| {
            client.send("GET / HTTP/1.1\r\nX: ");
            let start = Instant::now();
            while start.elapsed() < PATIENCE {
                if !client.send("y") || client.has_answered_within(Duration::from_millis(5)) {
                    return client.rest();
                }
            }
            format!("nothing for {PATIENCE:?}")
        },
    );
    assert!(
        reply.starts_with("408 Request Timeout | close | "),
        "a head comes byte by byte, one in 5 ms; it has {SHORT:?}, the other limits are a minute\nexpected  408 Request \
         Timeout, and the end\nyours     {reply}\nThe time for a head counts from its first byte. No further byte renews it."
    );
}

/// A client connects and says nothing, and another one says nothing behind a reply.
pub fn an_idle_connection_ends() {
    let options = ServerOptions {
        idle_timeout: SHORT,
        ..calm()
    };
    let (reply, _) = serve(
        "the client connects and says nothing",
        options,
        |_, _, response| response.end_with(b"hi"),
        |mut client| client.rest(),
    );
    same(
        &reply,
        "<end>",
        &format!("the client connects and says nothing; an idle connection has {SHORT:?}"),
        "A connection is idle from the connect to the first byte of a request.",
    );
    let (reply, _) = serve(
        "the client asks and then says nothing",
        calm(),
        move |log, _, response| {
            log.set_options(options);
            response.end_with(b"hi");
        },
        |mut client| {
            client.send(get_request("/"));
            client.rest()
        },
    );
    same(
        &reply,
        "200 OK | length 2 |  | hi<end>",
        &format!(
            "the client asks and then says nothing; an idle connection has {SHORT:?} from the reply on"
        ),
        "A connection is idle from a reply to the next request.",
    );
}

/// Half of a body comes.
pub fn a_body_has_a_time() {
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";
    for (moment, body, expected) in [
        ("reads it", "half", "408 Request Timeout | close | "),
        ("reads it", "", "408 Request Timeout | close | "),
        ("reads it and has replied", "half", "200 OK | "),
        ("has replied and does not read it", "half", "200 OK | "),
    ] {
        let options = ServerOptions {
            body_timeout: SHORT,
            ..calm()
        };
        let (reply, said) = serve(
            "half of a body comes",
            options,
            move |log, request, response| {
                let log = log.clone();
                if moment.starts_with("reads") {
                    request.text(move |text| {
                        log.say(text.map_or_else(|error| error.code(), |_| "text"));
                    });
                }
                if moment.contains("has replied") {
                    response.end_with(b"hi");
                }
            },
            move |mut client| {
                client.send(post);
                client.send(body);
                client.rest()
            },
        );
        let told = match moment.starts_with("reads") {
            true => "ECONNRESET",
            false => "",
        };
        assert!(
            reply.starts_with(expected) && !reply.ends_with("<silence>") && said.join(" ") == told,
            "{body:?} comes of a body of 1000 bytes, and the handler {moment}; a body has {SHORT:?} for each piece\n\
             expected  {expected}... and the end; the handler's `text`, if it reads, gets ECONNRESET\nyours     {reply}; \
             {said:?}"
        );
    }
}

/// The server has ended its direction, and the client does not end its own.
pub fn the_end_has_a_time() {
    let options = ServerOptions {
        linger_timeout: SHORT,
        ..calm()
    };
    let (reply, said) = serve(
        "the client goes on sending behind the last reply",
        options,
        |log, request, response| {
            log.say(request.target());
            response.end_with(b"bye");
        },
        |mut client| {
            let last = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            client.send(format!("{last}{}", get_request("/behind")));
            let reply = client.rest();
            let start = Instant::now();
            while start.elapsed() < PATIENCE {
                if !client.send(get_request("/later")) {
                    return reply;
                }
                client.wait(Duration::from_millis(5));
            }
            format!("{reply}, and the server takes what is sent for {PATIENCE:?}")
        },
    );
    same(
        &reply,
        "200 OK | close | length 3 |  | bye<end>",
        &format!(
            "behind the last reply the client goes on sending for ever; it has {SHORT:?} to end"
        ),
        "The time from our end to the client's begins with our end, and nothing that comes renews it.",
    );
    assert_eq!(
        said,
        ["/last"],
        "the client sends further requests behind one with Connection: close\nexpected  nobody gets to see them"
    );
}
