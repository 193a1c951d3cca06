// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What of the guest ABI, version 1, a netfilter program in AssemblyScript needs.
 * Names and rules are those of uapi/linux/kwasm_guest.h.  AssemblyScript names an
 * export as its function, and has no custom sections: kwasm.mjs adds both, from
 * comments of the program,
 *
 *	//kwasm.meta name my-filter
 *	//kwasm.program my_filter netfilter/inet/input
 */
export const NF_DROP: i32 = 0;
export const NF_ACCEPT: i32 = 1;
export const NF_NONE: i32 = 2;

export const IPPROTO_TCP: u32 = 6;
export const IPPROTO_UDP: u32 = 17;

// @ts-ignore: decorator
@external("kwasm_pkt_v1", "len") declare function len(): u32;
// @ts-ignore: decorator
@external("kwasm_pkt_v1", "ld8") declare function ld8(off: u32): u32;
// @ts-ignore: decorator
@external("kwasm_pkt_v1", "ld8_or") declare function ld8_or(off: u32, dflt: u32): u32;
// @ts-ignore: decorator
@external("kwasm_pkt_v1", "ld16be") declare function ld16be(off: u32): u32;

export const FRAG_NONE: u32 = 0;
export const FRAG_FIRST: u32 = 1;
export const FRAG_LATER: u32 = 2;

/* Where things are in an IPv4 or IPv6 packet: struct kwasm_ip; of the last parse_ip(). */
export let proto: u32 = 0;
export let fragment: u32 = 0;
export let l4: u32 = 0;
export let end: u32 = 0;

/* False: neither IPv4 nor IPv6, cut short, or lengths that contradict each other. */
export function parse_ip(): bool {
	switch (ld8_or(0, 0) >> 4) {
	case 4:
		return parse_ipv4();
	case 6:
		return parse_ipv6();
	default:
		return false;
	}
}

/* Are so many bytes of the transport header in this very packet? */
export function has_l4(bytes: u32): bool {
	return fragment != FRAG_LATER && end - l4 >= bytes;
}

/* Ask has_l4(4) first. */
export function dport(): u32 {
	return ld16be(l4 + 2);
}

/* 0 stands for "more than 64 KiB": the kernel merges received segments into such packets. */
function end_of(field: u32, header: u32, bytes: u32): u32 {
	return field == 0 && bytes > 0xffff ? bytes : field + header;
}

function parse_ipv4(): bool {
	const bytes = len();

	if (bytes < 20)
		return false;
	l4 = (ld8(0) & 15) * 4;
	end = end_of(ld16be(2), 0, bytes);
	if (l4 < 20 || end < l4 || end > bytes)
		return false;
	proto = ld8(9);
	const frag = ld16be(6);
	fragment = frag & 0x1fff ? FRAG_LATER : frag & 0x2000 ? FRAG_FIRST : FRAG_NONE;
	return true;
}

/* Hop by hop, routing, fragment, authentication, destination options, mobility, HIP, shim6. */
function is_ext(p: u32): bool {
	return p == 0 || p == 43 || p == 44 || p == 51 || p == 60 || p == 135 || p == 139 || p == 140;
}

function ext_len(p: u32, off: u32): u32 {
	return p == 44 ? 8 : 8 + ld8(off + 1) * (p == 51 ? 4 : 8);
}

function parse_ipv6(): bool {
	const bytes = len();

	if (bytes < 40)
		return false;
	fragment = FRAG_NONE;
	l4 = 40;
	end = end_of(ld16be(4), 40, bytes);
	if (end > bytes)
		return false;
	proto = ld8(6);
	/* No limit on their number: each moves on by 8 at least, and the packet ends. */
	while (is_ext(proto) && fragment != FRAG_LATER) {
		if (l4 + 8 > end)
			return false;
		if (proto == 44) {
			const frag = ld16be(l4 + 2);
			if (frag & 0xfff8)
				fragment = FRAG_LATER;
			else if (frag & 1)
				fragment = FRAG_FIRST;
		}
		const ext = ext_len(proto, l4);
		proto = ld8(l4);
		l4 += ext;
		if (l4 > end)
			return false;
	}
	return true;
}
