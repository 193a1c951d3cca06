// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
//! What of the guest ABI, version 1, a netfilter program in Rust needs: imports,
//! metadata, and the walk to the transport header.  No std, no crates:
//!
//!     #![no_std]
//!     #![no_main]
//!     mod kwasm;
//!     kwasm::meta!(b"name my-filter\n");
//!
//! Names and rules are those of uapi/linux/kwasm_guest.h.

pub const NF_DROP: i32 = 0;
pub const NF_ACCEPT: i32 = 1;
#[allow(dead_code)]
pub const NF_NONE: i32 = 2;

pub const IPPROTO_TCP: u32 = 6;
pub const IPPROTO_UDP: u32 = 17;

mod v1 {
    #[link(wasm_import_module = "kwasm_v1")]
    extern "C" {
        pub fn abort(text: *const u8, len: usize);
    }
}

mod pkt {
    #[link(wasm_import_module = "kwasm_pkt_v1")]
    extern "C" {
        pub fn len() -> u32;
        pub fn ld8(off: u32) -> u32;
        pub fn ld8_or(off: u32, dflt: u32) -> u32;
        pub fn ld16be(off: u32) -> u32;
    }
}

/// Bytes of the packet; offsets count from the network header.
pub fn pkt_len() -> u32 {
    unsafe { pkt::len() }
}

/// Past the packet's end: 0, and the link's `on_short` answers.
pub fn ld8(off: u32) -> u32 {
    unsafe { pkt::ld8(off) }
}

pub fn ld8_or(off: u32, dflt: u32) -> u32 {
    unsafe { pkt::ld8_or(off, dflt) }
}

pub fn ld16be(off: u32) -> u32 {
    unsafe { pkt::ld16be(off) }
}

/// End this call as a trap; the link's `on_trap` gives the verdict.
pub fn abort(text: &str) -> ! {
    unsafe { v1::abort(text.as_ptr(), text.len()) };
    core::arch::wasm32::unreachable()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    abort("panic")
}

/// Lines of custom section `kwasm.meta`, a byte string.
#[macro_export]
macro_rules! meta {
    ($text:literal) => {
        #[used]
        #[link_section = "kwasm.meta"]
        static KWASM_META: [u8; $text.len()] = *$text;
    };
}
pub use meta;

#[derive(Clone, Copy, PartialEq)]
pub enum Fragment {
    None,
    First,
    Later,
}

/// Where things are in an IPv4 or IPv6 packet: struct kwasm_ip.
pub struct Ip {
    pub proto: u32,
    pub fragment: Fragment,
    pub l4: u32,
    pub end: u32,
}

/// None: neither IPv4 nor IPv6, cut short, or lengths that contradict each other.
pub fn parse_ip() -> Option<Ip> {
    match ld8_or(0, 0) >> 4 {
        4 => parse_ipv4(),
        6 => parse_ipv6(),
        _ => None,
    }
}

impl Ip {
    /// Are so many bytes of the transport header in this very packet?
    pub fn has_l4(&self, bytes: u32) -> bool {
        self.fragment != Fragment::Later && self.end - self.l4 >= bytes
    }

    /// Ask has_l4(4) first.
    pub fn dport(&self) -> u32 {
        ld16be(self.l4 + 2)
    }
}

/* 0 stands for "more than 64 KiB": the kernel merges received segments into such packets. */
fn end(field: u32, header: u32, len: u32) -> u32 {
    if field == 0 && len > 0xffff { len } else { field + header }
}

fn parse_ipv4() -> Option<Ip> {
    let len = pkt_len();

    if len < 20 {
        return None;
    }
    let frag = ld16be(6);
    let ip = Ip {
        proto: ld8(9),
        fragment: match (frag & 0x1fff, frag & 0x2000) {
            (0, 0) => Fragment::None,
            (0, _) => Fragment::First,
            _ => Fragment::Later,
        },
        l4: (ld8(0) & 15) * 4,
        end: end(ld16be(2), 0, len),
    };
    if ip.l4 < 20 || ip.end < ip.l4 || ip.end > len {
        return None;
    }
    Some(ip)
}

/* Hop by hop, routing, fragment, authentication, destination options, mobility, HIP, shim6. */
fn is_ext(proto: u32) -> bool {
    matches!(proto, 0 | 43 | 44 | 51 | 60 | 135 | 139 | 140)
}

fn ext_len(proto: u32, off: u32) -> u32 {
    match proto {
        44 => 8,
        51 => 8 + ld8(off + 1) * 4,
        _ => 8 + ld8(off + 1) * 8,
    }
}

fn parse_ipv6() -> Option<Ip> {
    let len = pkt_len();

    if len < 40 {
        return None;
    }
    let mut ip = Ip { proto: ld8(6), fragment: Fragment::None, l4: 40, end: end(ld16be(4), 40, len) };
    if ip.end > len {
        return None;
    }
    /* No limit on their number: each moves on by 8 at least, and the packet ends. */
    while is_ext(ip.proto) && ip.fragment != Fragment::Later {
        if ip.l4 + 8 > ip.end {
            return None;
        }
        if ip.proto == 44 {
            let frag = ld16be(ip.l4 + 2);
            if frag & 0xfff8 != 0 {
                ip.fragment = Fragment::Later;
            } else if frag & 1 != 0 {
                ip.fragment = Fragment::First;
            }
        }
        let bytes = ext_len(ip.proto, ip.l4);
        ip.proto = ld8(ip.l4);
        ip.l4 += bytes;
        if ip.l4 > ip.end {
            return None;
        }
    }
    Some(ip)
}
