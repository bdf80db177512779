//! A handler answers and does not read the body, and behind the body stands another request.

use http_module::{Limits, ServerOptions};
use runtime::set_timeout;

use super::get_request;
use crate::loopback::serve;

/// Each body that is skipped, or ends the connection.
pub fn what_is_in_a_body_is_no_request() {
    let options = ServerOptions {
        skipped: 100,
        limits: Limits {
            body: 200,
            ..Limits::default()
        },
        ..ServerOptions::default()
    };
    let post = |headers: &str, body: &str| {
        format!(
            "POST /post HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}{}",
            get_request("/next")
        )
    };
    let evil = get_request("/evil");
    let chunk = format!("{:x}\r\n{evil}\r\n", evil.len());
    let long = "x".repeat(101);
    for (message, expected, handled) in [
        (
            post(&format!("Content-Length: {}", evil.len()), &evil),
            "200 OK | length 2 |  | hi200 OK | length 2 |  | hi",
            "/post /next",
        ),
        (
            post("Transfer-Encoding: chunked", &format!("{chunk}0\r\n\r\n")),
            "200 OK | length 2 |  | hi200 OK | length 2 |  | hi",
            "/post /next",
        ),
        (
            post("Content-Length: 101", &long),
            "200 OK | close | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Transfer-Encoding: chunked", &chunk.repeat(5)),
            "200 OK | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Content-Length: 3\r\nExpect: 100-continue", "abc"),
            "200 OK | close | length 2 |  | hi<end>",
            "/post",
        ),
        (
            post("Content-Length: 201", &long),
            "413 Payload Too Large | close | ",
            "",
        ),
    ] {
        for in_time in [true, false] {
            let bytes = message.clone();
            let (replies, said) = serve(
                "a handler answers and does not read the body",
                options,
                move |log, request, response| {
                    log.say(request.target());
                    match in_time {
                        true => response.end_with(b"hi"),
                        false => drop(set_timeout(move || response.end_with(b"hi"), 1)),
                    }
                },
                move |mut client| {
                    client.send(bytes);
                    client.end();
                    client.rest()
                },
            );
            let shown = message.replace("\r\n", " | ");
            assert_eq!(
                said.join(" "),
                handled,
                "the handler does not read the body (it answers {}), and 100 bytes may be skipped, of 200:\n{shown}\n\
                 What is in a body is no request. Behind a body that is not skipped there is none, either.",
                if in_time { "at once" } else { "later" }
            );
            if in_time {
                assert!(
                    replies.starts_with(expected),
                    "the handler does not read the body, and 100 bytes may be skipped, of 200:\n{shown}\nexpected  \
                     {expected}\nyours     {replies}"
                );
            }
        }
    }
}
