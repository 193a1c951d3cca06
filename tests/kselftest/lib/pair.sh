# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two namespaces and a pair of devices, for tests of what is attached to a device; to be sourced,
# for arrives() after show.sh.
#
#   left  10.8.0.1 l0 ====== r0 10.8.0.2  right

# arrives PORT WANTED: of 100 datagrams to a port so many get there; again where an emulated CPU was away for
# longer than a deadline, which the link counts
arrives() {
	local kills
	for _ in 1 2 3; do
		kills=$(counter x deadline)
		traffic left right 10.8.0.2 100 0 "$1" >"$out" 2>&1
		! grep -qx "udp $1 100 $2" "$out" || return 0
		[ "$(counter x deadline)" != "$kills" ] || return 1
	done
	return 1
}

# captured PORT: of 100 datagrams to it each is in the ring of link x, link header and all
captured() {
	kwasm events x >"$out" 2>&1
	arrives "$1" 100 && kwasm events x >"$out" 2>&1 &&
		[ "$(grep -c "packet: 50 bytes, protocol 0x0800, .*: ............................45000024" "$out")" -ge 100 ]
}

topology() {	# MTU
	ip netns add left; ip netns add right
	ip link add l0 netns left mtu "$1" type veth peer name r0 netns right mtu "$1"
	for ns in left right; do
		ip netns exec $ns sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
		ip -n $ns link set lo up
	done
	ip -n left addr add 10.8.0.1/24 dev l0; ip -n right addr add 10.8.0.2/24 dev r0
	ip -n left link set l0 up; ip -n right link set r0 up
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ip netns exec left ping -c 1 -W 1 10.8.0.2 >"$out" 2>&1 && break
	done
}
