#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# netfilter beyond ip and inet: ingress and egress of a device, arp, bridges, queues;
# devices and namespaces that go while links are there.  Runs in the guest; TAP.
#
#   left  10.9.0.1 l0 ====== ml  middle: bridge br0  mr ====== r0 10.9.0.2  right
out=/tmp/families.out
. ./lib/tap.sh
. ./lib/show.sh

pings() { ip netns exec left ping -c 3 -i 0.2 -W 1 10.9.0.2 >$out 2>&1; }

topology() {
	ip netns add left; ip netns add middle; ip netns add right
	ip link add l0 netns left type veth peer name ml netns middle
	ip link add r0 netns right type veth peer name mr netns middle
	ip -n middle link add br0 type bridge forward_delay 0
	for p in ml mr; do ip -n middle link set $p master br0 up; done
	ip -n middle link set br0 up
	ip -n left addr add 10.9.0.1/24 dev l0; ip -n right addr add 10.9.0.2/24 dev r0
	ip -n left link set l0 up; ip -n right link set r0 up
	for _ in 1 2 3 4 5 6 7 8 9 10; do pings && break; done
}

# drops NAME PROGRAM NETNS [OPTION...]: pings end while it is attached, every one is counted, and come back
drops() {
	local name=$1 program=$2 ns=$3 dropped
	shift 3
	kwasm attach ./families.wasm --program "$program" --netns "$ns" --name f "$@" >$out 2>&1
	result $? "$name: attach"
	if pings; then result 1 "$name: drops"; else result 0 "$name: drops"; fi
	dropped=$(counter f drop)
	[ "${dropped:-0}" -ge 3 ]
	result $? "$name: counts $dropped"
	kwasm detach f >$out 2>&1 && pings
	result $? "$name: detached, packets pass"
}

refused() {	# NAME STATUS COMMAND...
	local name=$1 status=$2 rc
	shift 2
	"$@" >$out 2>&1
	rc=$?
	[ $rc = "$status" ]
	result $? "$name"
}

topology
pings
result $? "packets cross the bridge"
drops "netdev ingress" netfilter/netdev/ingress right --device r0
drops "netdev egress" netfilter/netdev/egress left --device l0
drops "inet ingress" netfilter/inet/ingress right --device r0
drops "bridge" netfilter/bridge/forward middle

for where in input output; do
	kwasm attach ./families.wasm --program netfilter/arp/$where --netns left --name f >$out 2>&1
	result $? "arp $where: attach"
	ip -n left neigh flush dev l0
	if pings; then result 1 "arp $where: nobody is found"; else result 0 "arp $where: nobody is found"; fi
	[ "$(counter f drop)" -ge 1 ]
	result $? "arp $where: counts"
	kwasm detach f >$out 2>&1
	ip -n left neigh flush dev l0
	pings
	result $? "arp $where: detached, found again"
done

kwasm attach ./families.wasm --program netfilter/ip/input --netns right --name f --queue 7 >$out 2>&1
if pings; then result 1 "queue: nobody listens, dropped"; else result 0 "queue: nobody listens, dropped"; fi
[ "$(counter f queue)" -ge 3 ]
result $? "queue: counts"
kwasm detach f >$out
kwasm attach ./families.wasm --program netfilter/ip/input --netns right --name f --queue 7 --queue-bypass >$out 2>&1
pings
result $? "queue: with bypass, accepted"
kwasm detach f >$out

refused "a device that is not there" 5 kwasm attach ./families.wasm --program netfilter/netdev/ingress --netns right --device r1
refused "ingress without a device" 2 kwasm attach ./families.wasm --program netfilter/netdev/ingress --netns right
refused "a device where there is none to name" 2 kwasm attach ./families.wasm --program netfilter/arp/input --netns right --device r0

# Links at a device go with it, also into another namespace, and with their namespace.
attach_r0() { kwasm attach ./families.wasm --program netfilter/netdev/ingress --netns right --name f --device r0 >$out 2>&1; }
attach_r0
ip netns exec left ping -f -c 2000 10.9.0.2 >/dev/null 2>&1 &
ip -n right link set r0 netns left
kwasm show f >$out 2>&1
grep -q "detached: device" $out
result $? "a device that moves to another namespace takes its links off"
kwasm detach f >$out 2>&1
ip -n left link set r0 netns right
ip -n right addr add 10.9.0.2/24 dev r0; ip -n right link set r0 up
wait
for _ in 1 2 3 4 5; do pings && break; done
attach_r0
ip netns exec left ping -f -c 2000 10.9.0.2 >/dev/null 2>&1 &
ip -n right link del r0
wait
kwasm show f >$out 2>&1
grep -q "detached: device" $out
result $? "a device that is deleted under traffic takes its links off"
kwasm detach f >$out 2>&1
result $? "and they are detached as any other"
kwasm attach ./families.wasm --program netfilter/netdev/egress --netns left --name f --device l0 >$out 2>&1
ip netns del left
is_detached f '\(device\|netns\)'
result $? "a namespace that is deleted takes the links of its devices off"
kwasm detach f >$out 2>&1
ip netns del middle; ip netns del right
# Programs go a grace period after their last user.
for _ in $(seq 50); do
	kwasm list --json >$out 2>&1
	grep -qF '"modules":[],"links":[]' $out && break
	sleep 0.1
done
grep -qF '"modules":[],"links":[]' $out
result $? "nothing is left"
echo "1..$n"
exit $failed
