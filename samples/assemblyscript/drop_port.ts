// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * samples/drop_port.c in AssemblyScript: drop what comes in for one TCP or UDP port.
 *
 *	make samples ASC=node_modules/.bin/asc
 *	kwasm load build/samples/drop_port_as.wasm
 *	kwasm attach drop-port-as
 */
//kwasm.meta name drop-port-as
//kwasm.meta version 1.0
//kwasm.meta license GPL-2.0 OR BSD-2-Clause
//kwasm.program drop_port netfilter/inet/input
import * as kwasm from "./kwasm";

const PORT: u32 = 7777;

export function drop_port(): i32 {
	if (!kwasm.parse_ip())
		return kwasm.NF_DROP;
	if (kwasm.proto != kwasm.IPPROTO_TCP && kwasm.proto != kwasm.IPPROTO_UDP)
		return kwasm.NF_ACCEPT;
	if (kwasm.fragment == kwasm.FRAG_LATER)
		return kwasm.NF_ACCEPT;
	if (!kwasm.has_l4(4) || kwasm.dport() == PORT)
		return kwasm.NF_DROP;
	return kwasm.NF_ACCEPT;
}
