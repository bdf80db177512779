//! Names of hosts. The system's resolver may ask a server far away, and it blocks: so the pool asks it. All of it is
//! given.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use runtime::{Error, Result, next_tick, work};

use crate::target::{Place, Target};

/// `UV_EAI_NONAME`, `<uv/errno.h>`
const NO_NAME: i32 = -3008;

/// Calls `callback` with the addresses of `host`, in the order in which the system's resolver gives them. An address
/// that is written out is its own only one.
///
/// The callback's error is `ENOTFOUND` from `getaddrinfo`. (The standard library does not tell a name that does not
/// exist from a name server that does not answer.)
pub fn lookup(host: &str, callback: impl FnOnce(Result<Vec<IpAddr>>) + 'static) {
    resolve(Target::from((host, 0)), |addresses| {
        callback(addresses.map(|them| them.iter().map(SocketAddr::ip).collect()));
    });
}

/// Calls `callback` with the addresses of `target`: in a tick when they are known, else in a later poll phase.
pub(crate) fn resolve(target: Target, callback: impl FnOnce(Result<Vec<SocketAddr>>) + 'static) {
    match target.place {
        Place::Addresses(addresses) if addresses.is_empty() => {
            let text = "the list of addresses is empty";
            next_tick(move || callback(Err(Error::new("ERR_INVALID_ARG_VALUE", text))));
        }
        Place::Addresses(addresses) => next_tick(|| callback(Ok(addresses))),
        Place::Name(host, port) => {
            work(move || ask(&host, port), callback);
        }
    }
}

/// Asks the system, on a thread of the pool. It has many addresses twice, once for each kind of socket; std asks for
/// TCP alone.
fn ask(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    match (host, port).to_socket_addrs() {
        Ok(addresses) => Ok(addresses.collect()),
        // What the system says about it is in no two systems the same.
        Err(_) => Err(not_found(host)),
    }
}

fn not_found(host: &str) -> Error {
    let error = Error::new("ENOTFOUND", "").with_syscall(NO_NAME, "getaddrinfo");
    error.with_host(host)
}
