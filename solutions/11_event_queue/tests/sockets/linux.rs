//! What only Linux tells: how often a thread has slept, and that a datagram was refused.

use std::fs;
use std::net::UdpSocket;

/// How often the calling thread has given up its processor in order to wait. `proc_pid_status(5)`. 0 where it is not
/// told, as in some sandboxes.
pub fn times_slept() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = "voluntary_ctxt_switches:";
    let count = status.lines().find_map(|each| each.strip_prefix(line));
    count.map_or(0, |count| {
        count.trim().parse().expect("the kernel counts in numbers")
    })
}

/// A UDP socket that has sent a datagram to a port where nobody takes it. The kernel has said so in an ICMP message,
/// and the socket keeps that error for its next call. `udp(7)`
pub fn refused() -> UdpSocket {
    let socket = || UdpSocket::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let (ours, peer) = (socket(), socket());
    let address = |socket: &UdpSocket| socket.local_addr().expect("a bound socket has an address");
    // It has the port as long as it lives, and hears nobody but itself.
    peer.connect(address(&peer))
        .expect("every address can be connected to");
    ours.connect(address(&peer))
        .expect("every address can be connected to");
    ours.send(b"hello").expect("there is room to send");
    ours
}
