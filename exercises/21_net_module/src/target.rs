//! Where to connect, or where to listen. All of it is given.

use std::net::{IpAddr, SocketAddr};

/// A host and a port, or addresses: `("localhost", 80)`, `("::1", 80)`, a [`SocketAddr`], or a list of them, which is
/// tried in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(crate) place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A name, for the pool to resolve.
    Name(String, u16),
    /// Nothing is to be resolved.
    Addresses(Vec<SocketAddr>),
}

impl Target {
    fn host(host: &str, port: u16) -> Target {
        let place = match host.parse::<IpAddr>() {
            Ok(ip) => Place::Addresses(vec![SocketAddr::new(ip, port)]),
            Err(_) => Place::Name(host.to_owned(), port),
        };
        Target { place }
    }
}

impl From<(&str, u16)> for Target {
    fn from((host, port): (&str, u16)) -> Target {
        Target::host(host, port)
    }
}

impl From<(String, u16)> for Target {
    fn from((host, port): (String, u16)) -> Target {
        Target::host(&host, port)
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Target {
        Target::from(&[address][..])
    }
}

impl From<&[SocketAddr]> for Target {
    fn from(addresses: &[SocketAddr]) -> Target {
        Target {
            place: Place::Addresses(addresses.to_vec()),
        }
    }
}

impl From<Vec<SocketAddr>> for Target {
    fn from(addresses: Vec<SocketAddr>) -> Target {
        Target {
            place: Place::Addresses(addresses),
        }
    }
}

/// The address as Node writes it, IPv6 without brackets: `::1:80`.
pub(crate) fn text(address: SocketAddr) -> String {
    format!("{}:{}", address.ip(), address.port())
}
