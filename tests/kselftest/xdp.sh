#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# XDP programs: in the driver (veth) and behind it, packets of several pieces,
# redirect, head and tail; devices and namespaces that go, replacement under
# traffic, a module without BTF.  Runs in the guest; TAP.
#
#   left  10.8.0.1 l0 ====== r0 10.8.0.2  right
out=/tmp/xdp.out
label=xdp
. ./lib/tap.sh
. ./lib/reload.sh
. ./lib/show.sh
. ./lib/pair.sh

attach() { kwasm attach ./xdp.wasm --name x --netns right --device r0 --quarantine never "$@" >$out 2>&1; }

cases() {	# MODE
	local before
	arrives 7001 0
	result $? "$1: drop by port"
	arrives 9000 100
	result $? "$1: others pass"
	arrives 7003 100
	result $? "$1: the head is moved and moved back"
	arrives 7007 100
	result $? "$1: the tail is moved"
	arrives 7008 100
	result $? "$1: a checksum that follows a change"
	arrives 7009 0
	result $? "$1: one that does not: the stack drops it"
	captured 7010
	result $? "$1: packets are captured"
	before=$(counter x pass)
	arrives 7004 0 && [ $(($(counter x pass) - before)) -ge 100 ]
	result $? "$1: a tail that cannot be moved: aborted"
	arrives 7005 0 && [ "$(counter x unreachable)" -ge 1 ]
	result $? "$1: a trap drops"
	arrives 7006 0 && [ "$(counter x bad_verdict)" -ge 1 ]
	result $? "$1: an unknown verdict is a trap"
	ip -n right link show r0 >$out 2>&1
	if [ "$1" = skb ]; then grep -q xdpgeneric $out; else grep -q 'xdp[ /]' $out; fi
	result $? "$1: where it says"
}

# Of a datagram of 6000 bytes; again if it was lost: a device that has just got a link is set up anew meanwhile.
pieces() {
	local before i
	before=$(counter x drop)
	for ((i = 0; i < 300; i++)); do
		[ $((i % 10)) != 0 ] ||
			ip netns exec left bash -c 'dd if=/tmp/pieces bs=6000 count=1 >/dev/udp/10.8.0.2/7002' >$out 2>&1
		[ "$(counter x drop)" -le "$before" ] || return 0
		sleep 0.1
	done
	return 1
}

gone() {	# WHY NAME
	kwasm show x >$out 2>&1
	grep -q "detached: $1" $out
	result $? "$2"
	kwasm detach x >$out 2>&1
}

kwasm feature >$out 2>&1
grep -q '^ *xdp, tc$' $out
result $? "feature says so"

topology 1500
for mode in native skb; do
	attach --xdp-mode $mode
	result $? "$mode: attach"
	cases $mode
	attach --name y
	[ $? != 0 ] && grep -q "has an XDP program already" $out
	result $? "$mode: a second one is refused"
	kwasm detach x >$out 2>&1
	arrives 7001 100
	result $? "$mode: detached, packets pass"
done

attach --on-trap accept
arrives 7005 100
result $? "a trap passes if so wished"
kwasm detach x >$out 2>&1
kwasm attach ./xdp.wasm --name x --netns right --device r0 --quarantine 3 >$out 2>&1
traffic left right 10.8.0.2 500 0 7005 >/dev/null 2>&1
sleep 1
gone quarantine "traps in a row end the link"
arrives 7001 100
result $? "and then packets pass"

attach --device r1
[ $? = 5 ]
result $? "a device that is not there"
attach --deadline 500us && kwasm show x >$out 2>&1 && grep -q 'deadline 500 us' $out
result $? "a deadline of its own"
kwasm detach x >$out 2>&1

kwasm attach ./xdp.wasm --name x --netns right >$out 2>&1
[ $? = 2 ]
result $? "no device is refused"

# Replacement, while packets come in.
attach
traffic left right 10.8.0.2 3000 0 7001 9000 >/tmp/xdp.traffic 2>&1 &
for _ in $(seq 20); do kwasm replace x ./xdp.wasm >$out 2>&1 || break; done
result $? "replace under traffic"
wait
grep -qx "udp 7001 3000 0" /tmp/xdp.traffic && grep -qx "udp 9000 3000 3000" /tmp/xdp.traffic
cp /tmp/xdp.traffic $out
result $? "every packet sees one program or the other"

ip netns exec left ping -f -c 2000 10.8.0.2 >/dev/null 2>&1 &
ip -n right link del r0
wait
gone device "a device that is deleted under traffic takes its link off"
ip netns del left; ip netns del right

topology 9000
head -c 6000 /dev/zero | tr '\0' x >/tmp/pieces
for mode in native skb; do
	attach --xdp-mode $mode
	pieces
	result $? "$mode: reads a packet of several pieces"
	kwasm detach x >$out 2>&1
done
attach
ip netns exec left ping -f -c 2000 10.8.0.2 >/dev/null 2>&1 &
ip netns del right
wait
is_detached x device
gone device "a namespace that is deleted under traffic takes its link off"
ip netns del left

# left l0 ====== m0 middle m1 ====== r0 right; what comes in at one leaves by the other
redirect() {	# MODE
	local ns dev other
	ip netns add left; ip netns add middle; ip netns add right
	ip link add l0 netns left type veth peer name m0 netns middle
	ip link add r0 netns right type veth peer name m1 netns middle
	for ns in left middle right; do
		ip netns exec $ns sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
	done
	ip -n left addr add 10.8.0.1/24 dev l0; ip -n right addr add 10.8.0.2/24 dev r0
	ip -n left link set l0 up; ip -n right link set r0 up
	ip -n middle link set m0 up; ip -n middle link set m1 up
	for dev in m0 m1; do
		other=m$((1 - ${dev#m}))
		# shellcheck disable=SC2059 # the format is what is made
		printf "$(printf '\\x%02x\\0\\0\\0' "$(ip netns exec middle cat /sys/class/net/$other/ifindex 2>/dev/null ||
			ip -n middle -o link show $other | cut -d: -f1)")" >/tmp/to
		kwasm attach ./xdp_redirect.wasm --name $dev --netns middle --device $dev --config /tmp/to --xdp-mode "$1" >$out 2>&1 || return
	done
	# In the driver, a veth takes frames only if its peer has a program too.
	kwasm attach ./xdp.wasm --name l --netns left --device l0 --xdp-mode "$1" >$out 2>&1 || return
	kwasm attach ./xdp.wasm --name r --netns right --device r0 --xdp-mode "$1" >$out 2>&1 || return
	ip netns exec left ping -c 5 -i 0.2 -W 2 10.8.0.2 >$out 2>&1
}

for mode in native skb; do
	redirect $mode
	result $? "$mode: redirect between two devices"
	for l in m0 m1 l r; do kwasm detach $l >$out 2>&1; done
	ip netns del left; ip netns del middle; ip netns del right
done

idle() {
	for _ in $(seq 100); do
		[ "$(cat /sys/module/kwasm/refcnt)" = 0 ] && return
		sleep 0.1
	done
	return 1
}
idle
result $? "nothing holds the module"
topology 1500
reload /kwasm-nobtf.ko
attach
[ $? != 0 ] && grep -q pahole $out
result $? "a module without BTF: attach is refused and says what to do"
kwasm feature >$out 2>&1
grep -q "no xdp.*pahole" $out
result $? "a module without BTF: feature says what to do"
idle
reload /kwasm.ko
ip netns del left; ip netns del right
echo "1..$n"
exit $failed
