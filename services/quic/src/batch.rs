//! Packets on their way out, handed to the system many at a time with `sendmmsg`.
//!
//! The one module with unsafe code: neither std nor quinn-udp sends several packets with one call, and
//! rustix does not give them the control messages that QUIC needs (ECN, source address, segment size).

use std::{
    io,
    mem::{self, MaybeUninit},
    net::{IpAddr, SocketAddr},
    os::fd::{AsRawFd, BorrowedFd},
    ptr,
};

use quinn_proto::Transmit;

use crate::limits::SEND_BATCH;

/// Room for the control messages of one packet: ECN (int), source (in6_pktinfo, the larger), segment
/// size (u16), each with a header of 16 bytes and padded to 8.
const CONTROL_BYTES: usize = 96;

/// See the module. Buffers are used again and again.
pub struct Batch {
    slots: Vec<Slot>,
    /// Slots that are filled, and the first of them that has not been sent yet.
    filled: usize,
    sent: usize,
    pub counts: SendCounts,
    may_segment: bool,
}

/// What was sent since the start.
#[derive(Clone, Copy, Default, Debug)]
pub struct SendCounts {
    /// Calls of the system.
    pub calls: u64,
    pub packets: u64,
    pub bytes: u64,
    /// Packets that the system refused: no route, too large for the path, and the like.
    pub refused: u64,
}

struct Slot {
    contents: Vec<u8>,
    transmit: Option<Transmit>,
}

impl Batch {
    pub fn new() -> Self {
        let slot = || Slot {
            contents: Vec::new(),
            transmit: None,
        };
        Self {
            slots: (0..SEND_BATCH).map(|_| slot()).collect(),
            filled: 0,
            sent: 0,
            counts: SendCounts::default(),
            may_segment: true,
        }
    }

    /// Whether packets may be put together for the system to cut apart.
    pub fn may_segment(&self) -> bool {
        self.may_segment
    }

    pub fn is_full(&self) -> bool {
        self.filled == self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sent == self.filled
    }

    /// An empty buffer to write into; what `write` says is to become of it is kept until it is sent.
    /// Only while the batch is not full.
    pub fn fill(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Option<Transmit>) -> bool {
        let slot = &mut self.slots[self.filled];
        slot.contents.clear();
        slot.transmit = write(&mut slot.contents);
        let is_filled = slot.transmit.is_some();
        self.filled += usize::from(is_filled);
        is_filled
    }

    /// Hands what waits to the system; false when it takes no more just now.
    ///
    /// # Errors
    /// If the socket is broken. What concerns one packet only is counted, and the packet is lost, as
    /// packets are.
    pub fn flush(&mut self, socket: BorrowedFd<'_>) -> io::Result<bool> {
        while self.sent < self.filled {
            match self.send(socket) {
                Ok(count) => self.note_sent(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(libc::EBADF) => return Err(error),
                Err(error) => self.give_up_one(&error),
            }
        }
        (self.sent, self.filled) = (0, 0);
        Ok(true)
    }

    fn note_sent(&mut self, count: usize) {
        for slot in &self.slots[self.sent..self.sent + count] {
            let segment = slot.transmit.as_ref().and_then(|sent| sent.segment_size);
            let bytes = slot.contents.len();
            self.counts.packets += segment.map_or(1, |segment| bytes.div_ceil(segment)) as u64;
            self.counts.bytes += bytes as u64;
        }
        self.sent += count;
    }

    /// The first packet that waits cannot be sent.
    fn give_up_one(&mut self, error: &io::Error) {
        let transmit = self.slots[self.sent].transmit.as_ref();
        let is_segmented = transmit.is_some_and(|transmit| transmit.segment_size.is_some());
        if is_segmented && matches!(error.raw_os_error(), Some(libc::EIO | libc::EINVAL)) {
            // The network card cannot; from now on each packet goes by itself.
            tracing::info!(%error, "the system cuts no packets apart here");
            self.may_segment = false;
        }
        self.counts.refused += 1;
        self.sent += 1;
    }

    /// One call for all that waits; how many were taken.
    fn send(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        let slots = &mut self.slots[self.sent..self.filled];
        let mut envelopes = [const { MaybeUninit::<Envelope>::uninit() }; SEND_BATCH];
        let mut headers = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; SEND_BATCH];
        for ((slot, envelope), header) in slots.iter_mut().zip(&mut envelopes).zip(&mut headers) {
            let transmit = slot.transmit.as_ref().expect("a filled slot has one");
            let envelope = envelope.write(Envelope::new(transmit, &mut slot.contents));
            header.write(envelope.header());
        }
        // SAFETY: the first `slots.len()` headers are initialised, and all they point to (addresses,
        // contents, control messages) lives until the call returns.
        let sent = unsafe {
            libc::sendmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr().cast(),
                slots.len() as libc::c_uint,
                0,
            )
        };
        self.counts.calls += 1;
        match sent {
            -1 => Err(io::Error::last_os_error()),
            sent => Ok(sent as usize),
        }
    }
}

/// What a message header points to.
struct Envelope {
    address: libc::sockaddr_storage,
    address_bytes: libc::socklen_t,
    contents: libc::iovec,
    control: Control,
}

impl Envelope {
    fn new(transmit: &Transmit, contents: &mut [u8]) -> Self {
        let (address, address_bytes) = address_of(transmit.destination);
        let mut control = Control::default();
        let ecn = transmit.ecn.map_or(0, |codepoint| codepoint as libc::c_int);
        match transmit.destination.is_ipv4() || is_mapped(transmit.destination) {
            true => control.push(libc::IPPROTO_IP, libc::IP_TOS, ecn),
            false => control.push(libc::IPPROTO_IPV6, libc::IPV6_TCLASS, ecn),
        }
        match transmit.src_ip {
            Some(IpAddr::V4(source)) => {
                // SAFETY: an all-zero in_pktinfo is a valid one.
                let mut info: libc::in_pktinfo = unsafe { mem::zeroed() };
                info.ipi_spec_dst.s_addr = u32::from_ne_bytes(source.octets());
                control.push(libc::IPPROTO_IP, libc::IP_PKTINFO, info);
            }
            Some(IpAddr::V6(source)) => {
                let info = libc::in6_pktinfo {
                    ipi6_ifindex: 0,
                    ipi6_addr: libc::in6_addr {
                        s6_addr: source.octets(),
                    },
                };
                control.push(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info);
            }
            None => {}
        }
        if let Some(segment) = transmit.segment_size {
            control.push(libc::SOL_UDP, libc::UDP_SEGMENT, segment as u16);
        }
        Self {
            address,
            address_bytes,
            contents: libc::iovec {
                iov_base: contents.as_mut_ptr().cast(),
                iov_len: contents.len(),
            },
            control,
        }
    }

    /// Points into `self`, which must stay where it is.
    fn header(&mut self) -> libc::mmsghdr {
        // SAFETY: an all-zero msghdr is a valid one, with nothing in it.
        let mut header: libc::mmsghdr = unsafe { mem::zeroed() };
        header.msg_hdr.msg_name = ptr::from_mut(&mut self.address).cast();
        header.msg_hdr.msg_namelen = self.address_bytes;
        header.msg_hdr.msg_iov = &raw mut self.contents;
        header.msg_hdr.msg_iovlen = 1;
        header.msg_hdr.msg_control = self.control.bytes.as_mut_ptr().cast();
        header.msg_hdr.msg_controllen = self.control.len as _;
        header
    }
}

fn is_mapped(address: SocketAddr) -> bool {
    matches!(address, SocketAddr::V6(v6) if v6.ip().to_ipv4_mapped().is_some())
}

fn address_of(address: SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: all zeroes are a valid sockaddr_storage, and it is large and aligned enough for either.
    let mut storage: libc::sockaddr_storage = unsafe { mem::zeroed() };
    let bytes = match address {
        SocketAddr::V4(v4) => {
            let address = libc::sockaddr_in {
                sin_family: libc::AF_INET as libc::sa_family_t,
                sin_port: v4.port().to_be(),
                sin_addr: libc::in_addr {
                    s_addr: u32::from_ne_bytes(v4.ip().octets()),
                },
                sin_zero: [0; 8],
            };
            // SAFETY: see above.
            unsafe {
                ptr::from_mut(&mut storage)
                    .cast::<libc::sockaddr_in>()
                    .write(address)
            };
            mem::size_of::<libc::sockaddr_in>()
        }
        SocketAddr::V6(v6) => {
            let address = libc::sockaddr_in6 {
                sin6_family: libc::AF_INET6 as libc::sa_family_t,
                sin6_port: v6.port().to_be(),
                sin6_flowinfo: v6.flowinfo(),
                sin6_addr: libc::in6_addr {
                    s6_addr: v6.ip().octets(),
                },
                sin6_scope_id: v6.scope_id(),
            };
            // SAFETY: see above.
            unsafe {
                ptr::from_mut(&mut storage)
                    .cast::<libc::sockaddr_in6>()
                    .write(address)
            };
            mem::size_of::<libc::sockaddr_in6>()
        }
    };
    (storage, bytes as libc::socklen_t)
}

/// Control messages, laid out as the system wants them.
#[repr(C, align(8))]
struct Control {
    bytes: [u8; CONTROL_BYTES],
    len: usize,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            bytes: [0; CONTROL_BYTES],
            len: 0,
        }
    }
}

impl Control {
    fn push<T: Copy>(&mut self, level: libc::c_int, kind: libc::c_int, value: T) {
        let value_bytes = mem::size_of::<T>() as libc::c_uint;
        // SAFETY: these two only compute.
        let (space, len) = unsafe { (libc::CMSG_SPACE(value_bytes), libc::CMSG_LEN(value_bytes)) };
        assert!(
            self.len + space as usize <= CONTROL_BYTES,
            "room for all three"
        );
        // SAFETY: `bytes` is aligned for a cmsghdr, the offset is a multiple of that alignment as each
        // message's space is, and the assertion above leaves room for header and value.
        unsafe {
            let header = self
                .bytes
                .as_mut_ptr()
                .add(self.len)
                .cast::<libc::cmsghdr>();
            (*header).cmsg_level = level;
            (*header).cmsg_type = kind;
            (*header).cmsg_len = len as _;
            libc::CMSG_DATA(header).cast::<T>().write_unaligned(value);
        }
        self.len += space as usize;
    }
}

#[cfg(test)]
mod tests {
    use std::{net::UdpSocket, os::fd::AsFd};

    use super::*;

    fn transmit(destination: SocketAddr, size: usize, segment_size: Option<usize>) -> Transmit {
        Transmit {
            destination,
            ecn: Some(quinn_proto::EcnCodepoint::Ect0),
            size,
            segment_size,
            src_ip: Some(destination.ip()),
        }
    }

    fn received(socket: &UdpSocket) -> Vec<u8> {
        let mut bytes = [0; 2_000];
        let (len, _) = socket.recv_from(&mut bytes).expect("a packet came");
        bytes[..len].to_vec()
    }

    fn sends_all(loopback: &str) {
        let from = UdpSocket::bind((loopback, 0)).expect("a port");
        let to = UdpSocket::bind((loopback, 0)).expect("a port");
        let address = to.local_addr().expect("bound");
        let mut batch = Batch::new();
        for number in 0..SEND_BATCH as u8 {
            assert!(!batch.is_full());
            batch.fill(|contents| {
                contents.extend([number; 100]);
                Some(transmit(address, 100, None))
            });
        }
        assert!(batch.is_full());
        assert!(batch.flush(from.as_fd()).expect("sent"));
        assert!(batch.is_empty() && !batch.is_full());
        for number in 0..SEND_BATCH as u8 {
            assert_eq!(received(&to), [number; 100]);
        }
        assert_eq!(batch.counts.packets, SEND_BATCH as u64);
        assert_eq!(batch.counts.bytes, 100 * SEND_BATCH as u64);
        assert_eq!(batch.counts.calls, 1, "with one call");
    }

    #[test]
    fn packets_arrive_in_order_with_one_call() {
        sends_all("127.0.0.1");
        sends_all("::1");
    }

    #[test]
    fn a_run_of_equal_packets_is_cut_apart() {
        let from = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let to = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = to.local_addr().expect("bound");
        let mut batch = Batch::new();
        batch.fill(|contents| {
            contents.extend([1; 700]);
            contents.extend([2; 700]);
            contents.extend([3; 30]);
            Some(transmit(address, 1_430, Some(700)))
        });
        assert!(batch.flush(from.as_fd()).expect("sent"));
        if batch.may_segment() {
            assert_eq!([received(&to).len(), received(&to).len()], [700, 700]);
            assert_eq!(received(&to), [3; 30]);
            assert_eq!(batch.counts.packets, 3);
        }
    }

    #[test]
    fn what_one_packet_suffers_the_others_do_not() {
        let from = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let to = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = to.local_addr().expect("bound");
        let mut batch = Batch::new();
        for (number, bytes) in [(1, 10), (2, 70_000), (3, 10)] {
            batch.fill(|contents| {
                contents.resize(bytes, number);
                Some(transmit(address, bytes, None))
            });
        }
        assert!(batch.flush(from.as_fd()).expect("sent"));
        assert_eq!(received(&to), [1; 10]);
        assert_eq!(received(&to), [3; 10]);
        assert_eq!(batch.counts.refused, 1);
    }
}
