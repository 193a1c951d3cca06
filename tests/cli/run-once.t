# SPDX-License-Identifier: GPL-2.0

# a verdict is one word
$ kwasm run-once good.wasm udp.pkt
accept

# a raw packet reads as well as hex
$ kwasm run-once drop_port.wasm raw.pkt
drop

# the hex file goes to another port
$ kwasm run-once drop_port.wasm udp.pkt
accept

# a packet from stdin
$ kwasm run-once drop_port.wasm - <raw.pkt
drop

# JSON
$ kwasm run-once good.wasm udp.pkt --json
{"schema":"kwasm/1","program":"netfilter/inet/input","engine":"user","packet_bytes":28,"runs":1,"verdict":"accept","decided_by":"program","result":1,"mark":0,"short_read":false,"results":{"drop":0,"accept":1,"none":0,"queue":0},"duration_ns":N,"trap":null}

# one of several programs must be chosen
$ kwasm run-once two.wasm udp.pkt
2> kwasm: two has several programs: choose one with --program
2> kwasm: try: kwasm help run-once
? 2

# and can be
$ kwasm run-once two.wasm udp.pkt --program netfilter/ip6/output
none

# no opinion is what --default says
$ kwasm run-once two.wasm udp.pkt --program netfilter/ip6/output --default drop
drop (by default)

# a program that is not there
$ kwasm run-once two.wasm udp.pkt --program netfilter/ip/forward
2> kwasm: two has no program 'netfilter/ip/forward'
2> kwasm: a program is an export named netfilter/<family>/<hook>, type () -> i32
? 5

# a read past the packet that nobody asked about drops it
$ kwasm run-once short.wasm udp.pkt
drop (by on_short)

# unless told otherwise
$ kwasm run-once short.wasm udp.pkt --on-short program
accept

# an out-of-bounds store is a trap with its place and callers
$ kwasm run-once oob.wasm udp.pkt
trap
2> kwasm: oob.wasm: function 0 `poke`, offset 0xN: trap: out of bounds memory access
2> kwasm:   called from function 1 `netfilter/inet/input`, offset 0xN
? 10

# in check mode too
$ kwasm run-once oob.wasm udp.pkt --mode check
trap
2> kwasm: oob.wasm: function 0 `poke`, offset 0xN: trap: out of bounds memory access
2> kwasm:   called from function 1 `netfilter/inet/input`, offset 0xN
? 10

# a trap in JSON
$ kwasm run-once oob.wasm udp.pkt --json
{"schema":"kwasm/1","program":"netfilter/inet/input","engine":"user","packet_bytes":28,"runs":1,"verdict":null,"short_read":false,"results":{"drop":0,"accept":0,"none":0,"queue":0},"duration_ns":N,"trap":{"kind":"mem_oob","message":"out of bounds memory access","function_index":0,"offset":N,"at_ns":N,"backtrace":[{"function_index":1,"offset":N}]}}
? 10

# an endless loop ends at the deadline
$ kwasm run-once loop.wasm udp.pkt --deadline 20ms
trap
2> kwasm: loop.wasm: function 0 `netfilter/inet/input`, offset 0xN: trap: deadline exceeded
? 11

# endless recursion
$ kwasm run-once recurse.wasm udp.pkt 2>/dev/null
trap
? 10

# a verdict that no hook understands
$ kwasm run-once verdict.wasm udp.pkt
trap
2> kwasm: verdict.wasm: function 0 `netfilter/inet/input`, offset 0xN: trap: verdict outside the hook's range
? 10

# abort logs its message, with nothing in it that a terminal obeys
$ kwasm run-once abort.wasm udp.pkt 2>&1 | sed -n 1,2p
log 3: table full?[31m
trap

# kwasm_init refuses
$ kwasm run-once init.wasm udp.pkt
2> kwasm: init.wasm: function 0 `kwasm_init`: kwasm_init returned 5
? 4

# a module that is refused by check
$ kwasm run-once bad.wasm udp.pkt
2> kwasm: bad.wasm: function 1 `parse_ip`, offset 0xN: type mismatch: expected i32, found i64
? 3

# text that is no hex
$ kwasm run-once good.wasm text.pkt
2> kwasm: text.pkt: neither raw bytes nor hex
2> kwasm: a packet is raw bytes, or pairs of hex digits with blanks and # comments
? 2

# an empty packet
$ kwasm run-once good.wasm empty.pkt
2> kwasm: empty.pkt: a packet has 1 to 65535 bytes, this has 0
2> kwasm: a packet is raw bytes, or pairs of hex digits with blanks and # comments
? 2

# a packet too long
$ kwasm run-once good.wasm long.pkt
2> kwasm: long.pkt: File too large
? 9

# no packet file
$ kwasm run-once good.wasm nothere.pkt
2> kwasm: nothere.pkt: No such file or directory
? 5

# a number out of range
$ kwasm run-once good.wasm udp.pkt --repeat 0
2> kwasm: --repeat 0: want N
2> kwasm: try: kwasm help run-once
? 2

# a name is in the kernel
$ kwasm run-once edge udp.pkt
2> kwasm: 'edge' is in the kernel: add --kernel, or give a file
2> kwasm: try: kwasm help run-once
? 2

# a deadline of one's own is not for the kernel
$ kwasm run-once edge udp.pkt --kernel --deadline 1ms
2> kwasm: --deadline: in the kernel it is the module's own, else 1ms
2> kwasm: try: kwasm help run-once
? 2

# results are counted
$ kwasm run-once two.wasm udp.pkt --program netfilter/ip/input --repeat 5 | sed -n 1,2p
drop
           5  drop

# a signal ends a guest that would run on
$ timeout --preserve-status -s INT 1 kwasm run-once loop.wasm udp.pkt --deadline 50s
? 130

# optimisations can be left out by name
$ KW_OPT=-gvn,-dce kwasm run-once good.wasm udp.pkt
accept

# so can all but some
$ KW_OPT=-all,+fold kwasm run-once good.wasm udp.pkt
accept

# and a name that is none is refused
$ KW_OPT=-gvm kwasm run-once good.wasm udp.pkt
2> ...no optimisation `-gvm': -NAME leaves out, +NAME puts back: fold ...
? 8

# a packet is wanted
$ kwasm run-once good.wasm
2> kwasm: a packet is missing: a file, or - for stdin
2> kwasm: try: kwasm help run-once
? 2

# programs at a device have the kernel to run in
$ kwasm run-once l4_lb.wasm udp.pkt
2> kwasm: xdp runs in the kernel: add --kernel
2> kwasm: try: kwasm help run-once
? 2

# the same, by name
$ kwasm run-once l4_lb.wasm udp.pkt --program xdp
2> kwasm: xdp runs in the kernel: add --kernel
2> kwasm: try: kwasm help run-once
? 2

# one on files has none
$ kwasm run-once exec_allow.wasm udp.pkt --program fs/exec_perm --kernel
2> kwasm: fs/exec_perm: programs on files run on files alone
2> kwasm: try: kwasm help run-once
? 2
