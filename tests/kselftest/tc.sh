#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tc programs, coming in and going out: verdicts, writes, VLAN tags, the tail,
# redirects; several at one device; devices, namespaces and loaders that go,
# replacement under traffic, a module without BTF.  Runs in the guest; TAP.
#
#   left  10.8.0.1 l0 ====== r0 10.8.0.2  right
out=/tmp/tc.out
label=tc
. ./lib/tap.sh
. ./lib/reload.sh
. ./lib/show.sh
. ./lib/pair.sh

# attach WAY OPTION...: as x; packets to the right come in at r0, or go out at l0
attach() {
	local way=$1 ns=right dev=r0
	shift
	[ "$way" = ingress ] || { ns=left; dev=l0; }
	kwasm attach ./tc.wasm --program tc/$way --name x --netns $ns --device $dev --quarantine never "$@" >$out 2>&1
}

index() { ip -n "$1" -o link show "$2" | cut -d: -f1; }

# Four bytes of configuration.
# shellcheck disable=SC2059 # the format is what is made
device_to() { printf "$(printf '\\x%02x\\0\\0\\0' "$(index "$1" "$2")")" >/tmp/to; }

cases() {	# WAY
	local before
	arrives 7001 0 && [ "$(counter x shot)" -ge 100 ]
	result $? "$1: drop by port"
	arrives 9000 100
	result $? "$1: others pass"
	arrives 7002 100
	result $? "$1: any byte is written"
	arrives 7003 100
	result $? "$1: tags are put on and taken off"
	arrives 7007 100
	result $? "$1: the tail is moved"
	before=$(counter x ok)
	arrives 7004 0 && [ $(($(counter x ok) - before)) = 0 ]
	result $? "$1: a tail that cannot be moved: dropped"
	arrives 7005 0 && [ "$(counter x unreachable)" -ge 1 ]
	result $? "$1: a trap drops"
	arrives 7006 0 && [ "$(counter x bad_verdict)" -ge 1 ]
	result $? "$1: a verdict that kernels differ in is a trap"
	arrives 7008 100 && [ "$(counter x pipe)" -ge 100 ]
	result $? "$1: mark and priority are set"
	arrives 7012 100
	result $? "$1: a checksum that follows a change"
	arrives 7013 0
	result $? "$1: one that does not: the stack drops it"
	arrives 7014 100
	result $? "$1: room in front of the packet, and back"
	captured 7015
	result $? "$1: packets are captured"
	arrives 7011 100
	result $? "$1: an unknown flag of redirect is refused"
}

gone() {	# WHY NAME
	is_detached x "$1"
	result $? "$2"
	kwasm detach x >$out 2>&1
}

idle() {
	for _ in $(seq 100); do
		[ "$(cat /sys/module/kwasm/refcnt)" = 0 ] && return
		sleep 0.1
	done
	echo "kwasm has $(cat /sys/module/kwasm/refcnt) users" >$out
	return 1
}

kwasm feature >$out 2>&1
grep -q '^ .*tc$' $out
result $? "feature says so"

topology 1500
for way in ingress egress; do
	attach $way
	result $? "$way: attach"
	cases $way
	kwasm list links >$out 2>&1
	grep -q "tc/$way@" $out
	result $? "$way: list"
	kwasm detach x >$out 2>&1
	arrives 7001 100
	result $? "$way: detached, packets pass"
	idle
	result $? "$way: and nothing is left"
done

# What goes out at l0 comes in there instead, or leaves by another device.
ip -n left link add d0 type veth peer name d1
ip -n left link set d0 up; ip -n left link set d1 up
device_to left d0
attach egress --config /tmp/to
# packets TX|RX: of d0
packets() { ip -n left -s link show d0 | sed -n "/$1:/{n;p}" | awk '{print $2}'; }
before=$(packets TX)
arrives 7009 0 && [ $(($(packets TX) - before)) -ge 100 ]
result $? "redirect: out by another device"
arrives 7010 0 && [ "$(counter x redirect)" -ge 200 ]
result $? "redirect: in by another device"
kwasm detach x >$out 2>&1

# Two programs at one place.
kwasm attach ./tc.wasm --program tc/ingress --name y --netns right --device r0 --quarantine never >$out 2>&1
attach ingress
result $? "two programs at one place"
arrives 9000 100 && [ "$(counter x unspec)" -ge 100 ]
result $? "no opinion: the next one is asked"
arrives 7001 0
kwasm detach y >$out 2>&1
arrives 7001 0
result $? "one goes, the other stays"
kwasm detach x >$out 2>&1

attach ingress --on-trap accept
arrives 7005 100
result $? "a trap passes if so wished"
kwasm detach x >$out 2>&1
kwasm attach ./tc.wasm --program tc/ingress --name x --netns right --device r0 --quarantine 3 >$out 2>&1
traffic left right 10.8.0.2 500 0 7005 >/dev/null 2>&1
gone quarantine "traps in a row end the link"
arrives 7001 100
result $? "and then packets pass"
idle
result $? "and its stub has gone"

attach ingress --device r1
[ $? = 5 ]
result $? "a device that is not there"
kwasm attach ./tc.wasm --name x --netns right >$out 2>&1
[ $? = 2 ]
result $? "no device is refused"
kwasm attach ./tc.wasm --name x --netns right --device r0 >$out 2>&1 && kwasm show x:ingress >$out 2>&1 &&
	kwasm show x:egress >$out 2>&1
result $? "both ways at once"
kwasm detach x >$out 2>&1

# Replacement, while packets come in.
attach ingress
traffic left right 10.8.0.2 3000 0 7001 9000 >/tmp/tc.traffic 2>&1 &
for _ in $(seq 20); do kwasm replace x ./tc.wasm >$out 2>&1 || break; done
result $? "replace under traffic"
wait
grep -qx "udp 7001 3000 0" /tmp/tc.traffic && grep -qx "udp 9000 3000 3000" /tmp/tc.traffic
cp /tmp/tc.traffic $out
result $? "every packet sees one program or the other"
kwasm detach x >$out 2>&1

# Attached and detached, while packets come in and go out.
ip netns exec left ping -f -c 5000 10.8.0.2 >/dev/null 2>&1 &
for _ in $(seq 10); do
	attach ingress && kwasm detach x >$out 2>&1 && attach egress && kwasm detach x >$out 2>&1 || break
done
result $? "attach and detach under traffic"
wait

attach ingress
ip netns exec left ping -f -c 2000 10.8.0.2 >/dev/null 2>&1 &
ip -n right link del r0
wait
gone device "a device that is deleted under traffic takes its link off"
ip netns del left; ip netns del right

topology 1500
attach egress
ip netns exec right ping -f -c 2000 10.8.0.1 >/dev/null 2>&1 &
ip netns del left
wait
gone device "a namespace that is deleted under traffic takes its link off"
ip netns del right
idle
result $? "nothing holds the module"

topology 1500
reload /kwasm-nobtf.ko
attach ingress
[ $? != 0 ] && grep -q pahole $out
result $? "a module without BTF: attach is refused and says what to do"
idle
reload /kwasm.ko
ip netns del left; ip netns del right
echo "1..$n"
exit $failed
