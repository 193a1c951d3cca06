#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The demo's part inside the guest: two namespaces, a filter, three attackers.
# Exit status 0 only if every count is what it must be.
set -u
failed=0
N=1000 PINGS=200 HOSTILE_N=300 HOSTILE_PINGS=50

title() { printf '\n%s%s%s\n\n' "${BOLD:-}" "$*" "${PLAIN:-}"; }
shell() { printf '  $ %s\n' "$*"; "$@" | sed 's/^/    /'; return "${PIPESTATUS[0]}"; }
must()  { "$@" || { echo "  FAILED: $*"; failed=1; return 1; }; }

# field NAME KEY: a number of the link's JSON
field() { kwasm show "$1" --json 2>/dev/null | tr -d ' \n' | grep -o "\"$2\":[0-9]*" | head -n 1 | cut -d: -f2; }

verdict() { if [ "$1" = "$2" ]; then echo "$3"; else echo "WRONG: expected $2"; fi; }

title "Linux $(uname -r), $(nproc) CPUs; kwasm.ko loaded, nothing else changed"
must insmod /kwasm.ko || exit 1
shell kwasm feature

title "1. Two machines in one: namespaces joined by veth"
ip netns add left
ip netns add right
for ns in left right; do
	ip netns exec "$ns" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
	ip -n "$ns" link set lo up
done
ip link add l0 netns left type veth peer name r0 netns right
ip -n left addr add 10.7.0.1/24 dev l0
ip -n right addr add 10.7.0.2/24 dev r0
ip -n left link set l0 up
ip -n right link set r0 up
echo "  left 10.7.0.1 ---- veth ---- 10.7.0.2 right"
until ip -n left addr show l0 | grep -q 'state UP'; do sleep 0.1; done
traffic left right 10.7.0.2 1 1 9 > /dev/null

title "2. A filter written in C (samples/drop_port.c), attached where packets come in"
before=$(traffic left right 10.7.0.2 $N $PINGS 7777 9000)
must shell kwasm attach /samples/drop_port.wasm --netns right --name port-filter
during=$(traffic left right 10.7.0.2 $N $PINGS 7777 9000)
must shell kwasm show port-filter
calls=$(field port-filter calls) dropped=$(field port-filter drop)
must shell kwasm detach port-filter
after=$(traffic left right 10.7.0.2 $N $PINGS 7777 9000)

line() { echo "$1" | awk -v k="$2 $3" '$1 " " $2 == k { print $4 }'; }
echo
printf '  %-16s %10s %16s %16s %16s\n' "packets" "sent" "without filter" "with filter" "detached again"
while read -r kind port want what; do
	b=$(line "$before" "$kind" "$port") d=$(line "$during" "$kind" "$port") a=$(line "$after" "$kind" "$port")
	sent=$N
	[ "$kind" = icmp ] && sent=$PINGS
	printf '  %-16s %10s %16s %16s %16s   %s\n' "$what" "$sent" "$b" "$d" "$a" "$(verdict "$b $d $a" "$sent $want $sent" ok)"
	[ "$b $d $a" = "$sent $want $sent" ] || failed=1
done <<END
udp 7777 0 UDP port 7777
udp 9000 $N UDP port 9000
icmp - $PINGS ICMP echo
END
total=$((2 * N + PINGS))
printf '\n  The link counted %s calls and %s drops: %s\n' "$calls" "$dropped" "$(verdict "$calls $dropped" "$total $N" "every packet, exactly")"
[ "$calls $dropped" = "$total $N" ] || failed=1

title "3. Three hostile filters, under the same traffic"
table=
while read -r guest policy trap; do
	kwasm attach "/hostile/$guest.wasm" --netns right --name hostile --on-trap "$policy" --quarantine never \
		> /dev/null || { failed=1; echo "  FAILED: attach $guest"; continue; }
	got=$(traffic left right 10.7.0.2 $HOSTILE_N $HOSTILE_PINGS 9000 | awk '{ s += $3; r += $4 } END { print s, r }')
	traps=$(field hostile traps) of_kind=$(field hostile "$trap") busy=$(field hostile busy)
	last=$(kwasm show hostile | sed -n 's/^ *last trap *//p')
	kwasm detach hostile > /dev/null || failed=1
	sent=${got% *} arrived=${got#* }
	want=$sent
	[ "$policy" = drop ] && want=0
	# Every packet met the trap, or the policy alone while the guest was being restored.
	ok=$(verdict "$arrived $((of_kind + busy)) $((traps > 0))" "$want $sent 1" ok)
	[ "$ok" = ok ] || failed=1
	table+=$(printf '  %-20s %-28s %6s %10s  %-7s %6s %8s   %s' "$guest" "$last" "$traps" "$busy" "$policy" "$sent" "$arrived" "$ok")$'\n'
done <<'END'
store_out_of_bounds accept mem_oob
loop_forever drop deadline
recurse_forever accept stack
END
printf '  %-20s %-28s %6s %10s  %-7s %6s %8s\n' "guest" "each call ends as" "traps" "restoring" "policy" "sent" "arrived"
printf '%s' "$table"
echo
echo "  (restoring: answered by the policy while the guest's memory was put back)"

title "4. And the kernel?"
rmmod kwasm || failed=1
[ -e /sys/module/kwasm ] && failed=1
printf '  module unloaded; taint %s (12288: out-of-tree, unsigned)\n' "$(cat /proc/sys/kernel/tainted)"
[ $(($(cat /proc/sys/kernel/tainted) & ~0x3000)) = 0 ] || failed=1
exit $failed
