#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tshark reads what --pcapng writes: packets, lengths, times, interfaces, directions, comments.
#
# usage: run.sh pcapng_write
set -u
command -v tshark >/dev/null || { echo "1..0 # SKIP no tshark (package tshark, 130 MB)"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

# same NAME: what stdin says should come out is what came out
same() {
	n=$((n + 1))
	if diff - "$tmp/out" >"$tmp/diff"; then
		echo "ok $n pcapng: $1"
	else
		echo "not ok $n pcapng: $1"
		sed 's/^/# /' "$tmp/diff" "$tmp/err"
		failed=1
	fi
}

# fields NAME...: of each packet, a line each
fields() {
	tshark -n -r "$tmp/a.pcapng" -T fields -E separator='|' "${@/#/-e}" >"$tmp/out" 2>"$tmp/err"
	echo "status $?" >>"$tmp/out"
}

"$1" >"$tmp/a.pcapng"
fields frame.number frame.len frame.cap_len frame.protocols
same "four packets, one of them cut" <<'END'
1|32|32|raw:ip:udp:data
2|48|48|raw:ipv6:icmpv6
3|1500|20|raw:ip:udp
4|42|42|eth:ethertype:arp
status 0
END
fields frame.interface_name frame.packet_flags_direction frame.time_epoch
same "interfaces, directions, nanoseconds" <<'END'
kwasm-ip|0x00000001|1700000000.123456789
kwasm-ip|0x00000002|1700000000.123456789
kwasm-ip|0x00000002|1700000000.123456789
kwasm-frames|0x00000002|1700000000.123456789
status 0
END
fields frame.comment
same "where each was seen, as its comment" <<'END'
family 2 hook 1 in 3 out 0 mark 0x7 cpu 1
family 10 hook 3 in 0 out 4 mark 0x7 cpu 1
family 10 hook 3 in 0 out 4 mark 0x7 cpu 1
family 3 hook 3 in 0 out 4 mark 0x7 cpu 1
status 0
END
fields ip.src udp.dstport ipv6.dst arp.dst.proto_ipv4
same "and what is in them" <<'END'
192.0.2.1|7777||
||2001:db8::2|
192.0.2.1|||
|||192.0.2.2
status 0
END
echo "1..$n"
exit $failed
