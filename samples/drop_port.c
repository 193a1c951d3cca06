// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * Drop what comes in for one TCP or UDP port; let everything else pass.
 *
 *	make samples			# or the clang line of kwasm_guest.h, with -DPORT=...
 *	kwasm load build/samples/drop_port.wasm
 *	kwasm attach drop-port
 *
 * What makes a port filter easy to get wrong, and what this one does:
 *  - IPv4 options and IPv6 extension headers move the ports: kwasm_parse_ip()
 *    walks them all, however many there are.
 *  - Only the first fragment has ports.  Dropping that one is enough, for
 *    without it the rest is never put together.
 *  - A first fragment too small to hold the ports is what an evader sends and
 *    nobody else (RFC 1858, RFC 7112): it is dropped.
 *  - A packet whose lengths contradict each other is dropped as well.
 */
#include <linux/kwasm_guest.h>

#ifndef PORT
#define PORT 7777
#endif

KWASM_META("name drop-port");
KWASM_META("version 1.0");
KWASM_META("license GPL-2.0 OR BSD-2-Clause");

KWASM_PROGRAM("netfilter/inet/input") int drop_port(void)
{
	struct kwasm_ip ip;

	if (!kwasm_parse_ip(&ip))
		return KWASM_NF_DROP;
	if (ip.proto != KWASM_IPPROTO_TCP && ip.proto != KWASM_IPPROTO_UDP)
		return KWASM_NF_ACCEPT;
	if (ip.fragment == KWASM_FRAG_LATER)
		return KWASM_NF_ACCEPT;
	if (!kwasm_has_l4(&ip, 4))
		return KWASM_NF_DROP;
	return kwasm_l4_dport(&ip) == PORT ? KWASM_NF_DROP : KWASM_NF_ACCEPT;
}
