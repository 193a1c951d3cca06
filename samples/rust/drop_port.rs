// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
//! samples/drop_port.c in Rust, word by word: drop what comes in for one TCP or UDP port.
//!
//!     make samples
//!     kwasm load build/samples/drop_port_rust.wasm
//!     kwasm attach drop-port-rust
#![no_std]
#![no_main]

mod kwasm;
use kwasm::*;

meta!(b"name drop-port-rust\nversion 1.0\nlicense GPL-2.0 OR BSD-2-Clause\n");

const PORT: u32 = 7777;

#[export_name = "netfilter/inet/input"]
pub extern "C" fn drop_port() -> i32 {
    let ip = match parse_ip() {
        Some(ip) => ip,
        None => return NF_DROP,
    };
    if ip.proto != IPPROTO_TCP && ip.proto != IPPROTO_UDP {
        return NF_ACCEPT;
    }
    if ip.fragment == Fragment::Later {
        return NF_ACCEPT;
    }
    if !ip.has_l4(4) || ip.dport() == PORT {
        return NF_DROP;
    }
    NF_ACCEPT
}
