#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Address space for guard regions runs out, as on kernels with 39 bits for
# addresses: forced by the module's parameter.  Runs in the guest; TAP.
out=/tmp/guards.out err=/tmp/guards.err
label=guards
. ./lib/tap.sh
. ./lib/reload.sh

number() { grep -o "\"$1\":[0-9]*" | cut -d: -f2; }
left() { kwasm feature --json | number guard_free; }

again() {	# NAME PARAMETER...
	reload /kwasm.ko "${@:2}" >"$out" 2>"$err"
	result $? "the module loads again, $1"
}

given_back() {	# NAME NUMBER
	local i
	for i in {0..600}; do
		[ "$(left)" = "$2" ] && break
		sleep 0.1
	done
	[ "$(left)" = "$2" ]
	result $? "$1"
}

# Right results up to the last byte, no access beyond it, in whatever mode.
edges() {	# NAME
	kwasm call "$1" put 65528 0x1122334455667788 >"$out" 2>"$err"
	t "$1: the last bytes"			0 "1234605616436508552" kwasm call "$1" get 65528
	t "$1: a load across the end"		10 "out of bounds" kwasm call "$1" get 65529
	t "$1: a store across the end"		10 "out of bounds" kwasm call "$1" put 65532 1
	t "$1: the first byte behind it"	10 "out of bounds" kwasm call "$1" get 65536
	t "$1: the highest index"		10 "out of bounds" kwasm call "$1" get 0xffffffff
	t "$1: index and offset"		10 "out of bounds" kwasm call "$1" get_far 0xffffffff
	t "$1: grows"				0 "1" kwasm call "$1" grow
	kwasm call "$1" put 65532 -1 >"$out" 2>"$err"
	result $? "$1: a store across what was the end"
	t "$1: and the bytes"			0 "-1" kwasm call "$1" get 65532
	t "$1: the new end"			10 "out of bounds" kwasm call "$1" get 131065
}

if ! kwasm feature | grep -q "guard mode"; then
	echo "1..0 # SKIP no guard mode here"
	exit 0
fi

again "with room for 3" reservations=3
t "three guard regions"			0 "room for about 3 more memories" kwasm feature
for i in 1 2 3; do
	t "module $i: fits"			0 "guard mode" kwasm load ./edge.wasm --name "edge$i"
done
t "no guard region is left"		0 "all guard regions are taken" kwasm feature
t "module 4: check mode"		0 "check mode" kwasm load ./edge.wasm --name edge4
t "module 4: shown"			0 '"mode":"check"' kwasm show edge4 --json
t "module 3: shown"			0 '"mode":"guard"' kwasm show edge3 --json
edges edge4
edges edge3
t "guard mode and no other: refused"	9 "guard regions wanted: 1, left: 0" kwasm load ./edge.wasm --name edge5 --mode guard
t "and is not there"			5 "there is no module or link 'edge5'" kwasm show edge5
t "check mode by name"			0 "check mode" kwasm load ./edge.wasm --name edge5 --mode check
kwasm unload edge1 >"$out" 2>"$err"
given_back "one is given back" 1
t "when one goes: fits again"		0 "guard mode" kwasm load ./edge.wasm --name edge6 --mode guard
edges edge6
kwasm unload edge2 >"$out" 2>"$err"
kwasm unload edge3 >"$out" 2>"$err"
given_back "two are free" 2
t "two are free: said"			0 "room for about 2 more memories" kwasm feature
for i in 4 5 6; do
	kwasm unload "edge$i" >"$out" 2>"$err"
done
given_back "all are given back" 3

# A module for packets has an instance for each CPU: all in one mode.
cpus=$(kwasm feature --json | number cpus)
printf '45 00 00 1c 12 34 00 00 40 11 00 00 c0 00 02 01\nc0 00 02 02 03 e8 1e 61 00 08 00 00\n' >/tmp/guards.pkt
again "with room for each CPU" reservations="$cpus"
t "packets: exactly enough"		0 "guard mode" kwasm load /samples/drop_port.wasm --name first
t "packets: no room: check mode"	0 "check mode" kwasm load /samples/drop_port.wasm --name second
t "packets: in guard mode"		0 "drop" kwasm run-once first /tmp/guards.pkt --kernel
t "packets: in check mode"		0 "drop" kwasm run-once second /tmp/guards.pkt --kernel
kwasm unload first >"$out" 2>"$err"
kwasm unload second >"$out" 2>"$err"
given_back "packets: all are given back" "$cpus"
t "packets: one takes a region"		0 "guard mode" kwasm load ./edge.wasm --name edge --mode guard
t "packets: one too few: check mode"	0 "check mode" kwasm load /samples/drop_port.wasm --name first
t "packets: refused, with numbers"	9 "guard regions wanted: $cpus, left: $((cpus - 1))" \
	kwasm load /samples/drop_port.wasm --name second --mode guard
kwasm unload first >"$out" 2>"$err"
kwasm unload edge >"$out" 2>"$err"

again "with room for 0" reservations=0
t "none allowed"			0 "check mode only" kwasm feature
t "none allowed: check mode"		0 "check mode" kwasm load ./edge.wasm --name edge
edges edge
t "none allowed: refused"		9 "left: 0" kwasm load ./edge.wasm --name other --mode guard
kwasm unload edge >"$out" 2>"$err"

again "as it is by itself"
[ "$(left)" -gt 3 ] && [ "$(cat /sys/module/kwasm/parameters/reservations)" = "$(left)" ]
result $? "without the parameter: what the kernel has room for"
echo "1..$n"
exit $failed
