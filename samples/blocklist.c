// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Drop what comes from a list of prefixes, IPv4 and IPv6, and count what each
 * entry of the list has caught.
 *
 *	kwasm load build/samples/blocklist.wasm
 *	kwasm map update blocklist.blocked4 1 --file spammers-v4.txt
 *	kwasm map update blocklist.blocked6 1 --file spammers-v6.txt
 *	kwasm attach blocklist
 *	kwasm map dump blocklist.hits
 *
 * The files hold one prefix a line, "192.0.2.0/24", with a number behind it
 * if it shall be counted under another one than the 1 of the command.  The
 * lists are BPF maps: they may change at any time, from anywhere, and what
 * changes holds for the next packet on all CPUs.
 */
#include <linux/kwasm_guest.h>

KWASM_META("name blocklist");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

/* Keys of an LPM trie: how many bits count, then the address in network order. */
struct prefix4 {
	kwasm_u32 bits;
	kwasm_u8 addr[4];
};

struct prefix6 {
	kwasm_u32 bits;
	kwasm_u8 addr[16];
};

KWASM_MAP(blocked4, lpm_trie, struct prefix4, kwasm_u32, 100000);
KWASM_MAP(blocked6, lpm_trie, struct prefix6, kwasm_u32, 100000);
KWASM_MAP(hits, lru_hash, kwasm_u32, kwasm_u64, 10000);
KWASM_LAYOUT(blocked4, "key=prefix:lpm4 value=entry:u32");
KWASM_LAYOUT(blocked6, "key=prefix:lpm6 value=entry:u32");
KWASM_LAYOUT(hits, "key=entry:u32 value=packets:u64");

/* Is the source on a list?  Then under which number. */
static int listed(kwasm_u32 *entry)
{
	if (kwasm_pkt_ld8_or(0, 0) >> 4 == 4) {
		struct prefix4 p = { .bits = 32 };

		return !kwasm_pkt_load(12, p.addr, sizeof(p.addr)) &&
		       !kwasm_map_lookup(blocked4, &p, entry);
	} else {
		struct prefix6 p = { .bits = 128 };

		return !kwasm_pkt_load(8, p.addr, sizeof(p.addr)) &&
		       !kwasm_map_lookup(blocked6, &p, entry);
	}
}

KWASM_PROGRAM("netfilter/inet/pre_routing") int blocklist(void)
{
	kwasm_u32 entry;

	if (!listed(&entry))
		return KWASM_NF_NONE;
	kwasm_map_add64(hits, &entry, 0, 1, 0);
	return KWASM_NF_DROP;
}
