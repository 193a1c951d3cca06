#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The command against the kernel: each verb once as meant and once as not, with
# its exit status and what it says.  Runs in the guest; TAP.
out=/tmp/cli.out err=/tmp/cli.err
mkdir -p /tmp
. ./lib/tap.sh
. ./lib/show.sh

ping_right() { ip netns exec left ping -c "${1:-1}" -i 0.05 -W 1 10.9.0.2; }

ip netns add left; ip netns add right
ip link add l0 netns left type veth peer name r0 netns right
ip -n left addr add 10.9.0.1/24 dev l0; ip -n right addr add 10.9.0.2/24 dev r0
ip -n left link set l0 up; ip -n right link set r0 up; ip -n right link set lo up
ping_right 2 >/dev/null 2>&1
printf '45 00 00 1c 12 34 00 00 40 11 00 00 c0 00 02 01\nc0 00 02 02 03 e8 1e 61 00 08 00 00\n' >/tmp/7777.pkt
printf '45 00 00 1c 12 34 00 00 40 11 00 00 c0 00 02 01\nc0 00 02 02 03 e8 00 35 00 08 00 00\n' >/tmp/53.pkt
head -c 100 /samples/drop_port.wasm >/tmp/cut.wasm

t "feature: tells the mode"			0 "mode" kwasm feature
t "feature: tells what modules may use"		0 "floating point: " kwasm feature
t "feature: JSON"				0 '"hooks":["netfilter","timer","fs"' kwasm feature --json
mkdir -p /sys/kernel/security && mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
t "feature: what opening a file asks"		0 "may deny     fs/open_perm, fs/access_perm, fs/exec_perm" kwasm feature
# On arm64 only since Linux 6.4; directories and links since that asks programs that may sleep.
case $(uname -r)-$(uname -m)-$(grep -c ' bpf_lsm_path_mkdir$' /proc/kallsyms) in
6.1.*-aarch64-*) lsm='not fs/unlink: this kernel cannot attach programs' ;;
*-0)		lsm='not fs/mkdir: this kernel has no hook path_mkdir' ;;
6.1.*)		lsm='not fs/mkdir: this kernel lets no program that may sleep into its hook path_mkdir' ;;
*)		lsm='fs/unlink, fs/rename, fs/mkdir, fs/link, fs/rmdir, fs/setattr' ;;
esac
t "feature: and which LSM hooks can be asked"	0 "$lsm" kwasm feature
t "feature: the same in JSON"			0 '"denies":["fs/open_perm","fs/access_perm","fs/exec_perm"' kwasm feature --json
t "list: empty tables"				0 "MODULE" kwasm list
t "show: nothing of that name"			5 "there is no module or link 'edge'" kwasm show edge
t "attach: no such module"			5 "no module is loaded as 'edge'" kwasm attach edge
t "load: a refused module says where"		3 "/tmp/cut.wasm: offset 0x" kwasm load /tmp/cut.wasm

t "load: keeps the module"			0 "loaded edge: id " kwasm load /samples/drop_port.wasm --name edge
t "load: the name is taken"			7 "a module is loaded as 'edge' already" kwasm load /samples/drop_port.wasm --name edge
t "list: shows it"				0 "edge" kwasm list modules
t "show: a module's hash"			0 "sha256" kwasm show edge
t "run-once --kernel: drops the port"		0 "drop" kwasm run-once edge /tmp/7777.pkt --kernel
t "run-once --kernel: lets others pass"		0 "accept" kwasm run-once edge /tmp/53.pkt --kernel
t "run-once --kernel: JSON says where it ran"	0 '"engine":"kernel"' kwasm run-once /samples/drop_port.wasm /tmp/53.pkt --kernel --json

# frame NUMBER: what frames.wasm does with it
frame() { printf '02 00 00 00 00 02 02 00 00 00 00 01 08 00 %02x 00 00 00 00 00\n' "$1" >/tmp/frame.pkt; }
at() { kwasm run-once ./frames.wasm /tmp/frame.pkt --kernel --program "$@"; }
frame 0
t "run-once --kernel: one of several programs"	2 "frames has several programs: choose one" kwasm run-once ./frames.wasm /tmp/frame.pkt --kernel
t "run-once --kernel: xdp"			0 "pass" at xdp
t "run-once --kernel: tc, counted by result"	0 "3  ok" at tc/egress --repeat 3
t "run-once --kernel: --default is netfilter's"	2 "may have no opinion" at xdp --default drop
frame 2
t "run-once --kernel: xdp, a longer packet"	0 "pass (26 bytes now)" at xdp
t "run-once --kernel: the same in JSON"		0 '"packet_bytes_after":26' at xdp --json
frame 5
t "run-once --kernel: xdp, redirect"		0 "redirect (to device 7)" at xdp
t "run-once --kernel: tc, redirect in JSON"	0 '"redirect_ifindex":7' at tc/ingress --json
t "run-once --kernel: a timer, its answer"	0 "20" kwasm run-once ./frames.wasm --kernel --program timer/tick
t "run-once --kernel: a timer has no packet"	2 "runs without a packet" at timer/tick
t "run-once --kernel: not on files"		2 "run on files alone" at fs/notify

# Metadata may lower the deadline only.
{ cat /hostile/loop_forever.wasm; printf '\x00\x20\x0akwasm.metalimit deadline=400ms\n'; } >/tmp/slow.wasm
t "run-once --kernel: a deadline, exit status 11" 11 '"kind":"deadline"' kwasm run-once /tmp/slow.wasm /tmp/53.pkt --kernel --json
took=$(grep -o '"duration_ns":[0-9]*' $out | cut -d: -f2)
echo "# ended after $took ns"
[ "${took:-400000000}" -lt 300000000 ]
result $? "a module cannot raise its own deadline"

t "attach: no such namespace"			5 "there is no network namespace" kwasm attach edge --netns nowhere
t "attach: by name"				0 "attached edge: id " kwasm attach edge --netns right --priority -150 --on-trap accept --deadline 500us
t "attach: the name is taken"			7 "there is a link 'edge' already" kwasm attach edge --netns right
t "unload: refused while in use"		7 "in use by link edge" kwasm unload edge
t "list: a link with its namespace"		0 "right" kwasm list links
t "show: the policy it was given"		0 "on trap accept" kwasm show edge
ping_right 3 >$out 2>&1
result $? "packets pass the attached filter"
[ "$(counter edge calls)" -ge 3 ] && [ "$(counter edge drop)" = 0 ]
result $? "show: counts them"
rmmod kwasm 2>/dev/null
[ -e /sys/module/kwasm ]
result $? "rmmod is refused while a link exists"

t "replace: another program"			0 "replaced edge" kwasm replace edge /hostile/store_out_of_bounds.wasm
ping_right 3 >$out 2>&1
result $? "packets follow on_trap"
t "show: the trap by kind"			0 "out of bounds memory access" kwasm show edge
t "show: JSON of the last trap"			0 '"last_trap":{"kind":"mem_oob"' kwasm show edge --json
t "replace: a refused module leaves the old one" 3 "/tmp/cut.wasm" kwasm replace edge /tmp/cut.wasm
t "detach: by name"				0 "detached edge" kwasm detach edge
t "detach: nothing of that name"		5 "there is no link 'edge'" kwasm detach edge
t "unload: now it goes"				0 "unloaded edge" kwasm unload edge
t "unload: nothing of that name"		5 "no module is loaded as 'edge'" kwasm unload edge

t "attach: from a file, link named by the module" 0 "attached count-proto" kwasm attach /samples/count_proto.wasm --netns right
ping_right 3 >/dev/null 2>&1
sleep 1.1
ping_right 2 >/dev/null 2>&1
t "log: what the program wrote"			0 " icmp " kwasm log count-proto
t "log: JSON"					0 '"level":"info"' kwasm log count-proto --json
id=$(counter count-proto id)
t "show: by id"					0 "count-proto" kwasm show id "$id"
timeout 20 kwasm log count-proto --follow --json >/tmp/follow 2>&1 &
follow=$!
sleep 1.1
ping_right 1 >/dev/null 2>&1
t "detach: by id"				0 "detached count-proto" kwasm detach id "$id"
wait $follow
result $? "log --follow: ends when the module is gone"
cp /tmp/follow $out
[ "$(grep -c '^{"schema":"kwasm/1","at_ns":.*}$' /tmp/follow)" -ge 2 ] && [ "$(grep -vc '^{.*}$' /tmp/follow)" = 0 ]
result $? "log --follow --json: a document a line"

t "attach: several programs make a group"	0 "attached pair:ip6.output" kwasm attach ./two_programs.wasm --netns right --name pair --default drop
t "list: its links"				0 "pair:ip.input" kwasm list links
ping_right >$out 2>&1
[ $? = 1 ]
result $? "no opinion is what --default says"
t "replace: the group at once"			0 "replaced pair:ip6.output" kwasm replace pair ./two_more_programs.wasm
ping_right >$out 2>&1
result $? "packets see the new programs"
t "replace: a module without such a program"	5 "has no program 'netfilter/ip/input'" kwasm replace pair /samples/drop_port.wasm
t "detach: the group at once"			0 "detached pair:ip.input" kwasm detach pair
t "attach: a program that is not there"		5 "has no program 'netfilter/ip/forward'" kwasm attach ./two_programs.wasm --program netfilter/ip/forward

t "load: a module with maps"			0 "loaded blocklist" kwasm load /samples/blocklist.wasm
t "map list: which there are"			0 "blocklist.blocked4" kwasm map list
t "map list: JSON"				0 '"name":"hits","bpf_id":' kwasm map list blocklist --json
t "map update: a prefix"			0 "updated 1 in blocklist.blocked4" kwasm map update blocklist.blocked4 10.9.0.0/16 7
printf '# a list\n192.0.2.0/24\n198.51.100.7 3 # one host\n\n' >/tmp/list
t "map update: from a file"			0 "updated 2 in blocklist.blocked4" kwasm map update blocklist.blocked4 1 --file /tmp/list
t "map dump: in the terms of the layout"	0 "198.51.100.7/32  3" kwasm map dump blocklist.blocked4
t "map lookup: the longest prefix"		0 '"entries":[{"key":{"prefix":"192.0.2.77/32"},"value":{"entry":1}}]' kwasm map lookup blocklist.blocked4 192.0.2.77 --json
t "map update: not a prefix"			2 "key '10.0.0.0/33': want prefix as lpm4" kwasm map update blocklist.blocked4 10.0.0.0/33 1
t "map delete: it is gone"			0 "deleted 1" kwasm map delete blocklist.blocked4 198.51.100.7
t "map lookup: nothing there"			5 "198.51.100.7" kwasm map lookup blocklist.blocked4 198.51.100.7
t "map: no such map"				5 "declares no map 'nothing'" kwasm map dump blocklist.nothing
t "attach: the list holds"			0 "attached blocklist" kwasm attach blocklist --netns right
ping_right 2 >$out 2>&1
[ $? = 1 ]
result $? "a source on the list is dropped"
t "map dump: and counted"			0 '{"key":{"entry":7},"value":{"packets":2}}' kwasm map dump blocklist.hits --json
t "replace: the new program has the old one's maps" 0 "replaced blocklist" kwasm replace blocklist /samples/blocklist.wasm
t "map dump: what was counted is there"		0 '{"key":{"entry":7},"value":{"packets":2}}' kwasm map dump blocklist.hits --json
kwasm map delete blocklist.blocked4 10.9.0.0/16 >/dev/null
ping_right 2 >$out 2>&1
result $? "off the list, off the hook"
kwasm detach blocklist >/dev/null
kwasm unload blocklist >/dev/null
mkdir -p /sys/fs/bpf && mount -t bpf bpf /sys/fs/bpf
t "load: maps pinned"				0 "loaded blocklist" kwasm load /samples/blocklist.wasm --pin-maps /sys/fs/bpf
kwasm map update blocklist.hits 9 99 >/dev/null
kwasm unload blocklist >/dev/null
t "load: maps taken from their pins"		0 "loaded blocklist" kwasm load /samples/blocklist.wasm --pin-maps /sys/fs/bpf
t "map lookup: what was there before"		0 "99" kwasm map lookup blocklist.hits 9
if command -v bpftool >/dev/null; then
	t "bpftool: shows our maps"		0 '"value": ["0x63' bpftool -j -p map dump pinned /sys/fs/bpf/hits
fi
kwasm unload blocklist >/dev/null
umount /sys/fs/bpf

printf abcdef >/tmp/config
t "load: a module with rings, and a config"	0 "loaded events" kwasm load ./events.wasm --config /tmp/config
t "map list: a ring"				0 "events.ring" kwasm map list events
t "map dump: a ring is none"			2 "events.ring is a ring" kwasm map dump events.ring
t "show: records of a ring"			0 "ring: 1 records, 0 lost, 24 bytes to be read of 64.0 KiB" kwasm show events
printf '45 00 00 20 12 34 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 03 e8 1e 61 00 0c 00 00 01 00 07 00' >/tmp/config.pkt
t "run-once --kernel: config_read"		0 "accept" kwasm run-once events /tmp/config.pkt --kernel
t "events: in the terms of the layout"		0 "ring: cpu=0 nr=0 what=0x1417" kwasm events events
t "events: taken out"				0 '"events":[]' kwasm events events.ring --json
sed 's/01 00 07 00$/3c 00 07 00/' /tmp/config.pkt >/tmp/capture.pkt
kwasm run-once events /tmp/capture.pkt --kernel >/dev/null
t "events: a packet"				0 '"packet":{"at_ns":' kwasm events events --json
kwasm run-once events /tmp/capture.pkt --kernel >/dev/null
kwasm events events --pcapng /tmp/out.pcapng >$out 2>$err && [ "$(head -c 4 /tmp/out.pcapng | od -An -tx1)" = " 0a 0d 0d 0a" ] && [ "$(stat -c %s /tmp/out.pcapng)" -gt 100 ]
result $? "events --pcapng: writes a file"
t "events: no such ring"			5 "there is no ring 'nothing'" kwasm events events.nothing
t "events: no such module"			5 "there is no module or link 'nothing'" kwasm events nothing
t "attach: a module with rings"			0 "attached events" kwasm attach events --netns right
timeout 30 kwasm events events --follow --json >/tmp/follow 2>&1 &
follow=$!
sleep 1
t "events: one reader at a time"		7 "is being read already" kwasm events events.ring
kwasm run-once events /tmp/capture.pkt --kernel >/dev/null
t "replace: the ring goes on"			0 "replaced events" kwasm replace events ./events.wasm --config /tmp/config
kwasm run-once events /tmp/capture.pkt --kernel >/dev/null
kwasm detach events >/dev/null
kwasm unload events >/dev/null
wait $follow
result $? "events --follow: ends when no module is left"
cp /tmp/follow $out
[ "$(grep -c '"kind":"packet"' /tmp/follow)" = 2 ] && [ "$(grep -c '"kind":"record"' /tmp/follow)" = 1 ]
result $? "events --follow: records of both modules"

kwasm attach /samples/dns_log.wasm --netns right >$out 2>$err
ip netns exec right bash -c 'printf "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x1c\x00\x01" >/dev/udp/10.9.0.1/53'
t "events: a DNS question on the wire"		0 "dst=::ffff:10.9.0.1 type=28 whole=1 name=example.org" kwasm events dns-log.queries
kwasm detach dns-log >/dev/null
t "attach: a timer"				0 "timer/tick, every 100 ms" kwasm attach ./timers.wasm --every 100ms
t "attach: too often"				1 "Invalid argument" kwasm attach ./timers.wasm --every 10us --name often
t "show: a timer"				0 "timer/tick, every 100 ms, armed on 1 CPUs" kwasm show timers
t "show: a timer in JSON"			0 '"every_ns":100000000,"all_cpus":false,"armed":1' kwasm show timers --json
t "replace: a timer"				0 "replaced timers" kwasm replace timers ./timers.wasm
t "detach: a timer"				0 "detached timers" kwasm detach timers
t "attach: a timer with a deadline"		0 "timer/tick, every " kwasm attach ./timers.wasm --deadline 500us
t "show: its deadline"				0 "deadline 500 us" kwasm show timers
kwasm detach timers >/dev/null
t "attach: a timer on all CPUs"			0 "timer/tick, every " kwasm attach ./timers.wasm --all-cpus
t "show: a timer on all CPUs"			0 "on all CPUs, armed on $(nproc) CPUs" kwasm show timers
kwasm detach timers >/dev/null
t "call: lists the functions"			0 "swap(i32, f64) -> f64, i32" kwasm call ./calls.wasm
t "call: of a file"				0 "101" kwasm call ./calls.wasm count
kwasm load ./calls.wasm >/dev/null
t "call: lists them in JSON"			0 '{"name":"half","params":["f32"],"results":["f32"]}' kwasm call calls --json
kwasm call calls count >/dev/null
t "call: memory stays"				0 "102" kwasm call calls count
t "call: by id"					0 "103" kwasm call id "$(counter calls id)" count
t "call: --reset"				0 "101" kwasm call calls count --reset
t "call: i32, signed and hex"			0 "-2" kwasm call calls add -1 0xffffffff
t "call: i64"					0 "-9223372036854775808" kwasm call calls neg64 -9223372036854775808
t "call: f32"					0 "0.05" kwasm call calls half 0.1
t "call: f64"					0 "0.3333333333333333" kwasm call calls div 1 3
t "call: f64 in JSON"				0 '"results":[{"type":"f64","value":"-inf"}],"trap":null' kwasm call calls div -1 0 --json
t "call: two results"				0 '[{"type":"f64","value":2.5},{"type":"i32","value":7}]' kwasm call calls swap 7 2.5 --json
t "call: v128"					0 "0xfffffffffffffffffffffffffffffff0" kwasm call calls not 0xf
t "call: no results"				0 '"results":[],"trap":null' kwasm call calls nothing --json
t "call: too few arguments"			2 "call/add takes 2 arguments (i32, i32), not 1" kwasm call calls add 1
t "call: not a number"				2 "argument 2, '1x': want an i32" kwasm call calls add 1 1x
t "call: out of range"				2 "argument 1, '4294967296': want an i32" kwasm call calls add 4294967296 1
t "call: a reference"				2 "of type funcref" kwasm call calls ref 0
t "call: no such function"			5 "calls has no function 'call/none'" kwasm call calls none
t "call: no such module"			5 "there is no module or link 'none'" kwasm call none count
t "call: options of a file"			2 "go with a FILE" kwasm call calls count --memory 64K
t "call: a trap, exit status 10"		10 "trap: unreachable" kwasm call calls count_and_trap
t "call: a trap of a file names the function"	10 'function 11 `call/oob`, offset' kwasm call ./calls.wasm oob
t "call: a trap in JSON"			10 '"results":[],"trap":{"kind":"unreachable"' kwasm call calls count_and_trap --json
t "call: a deadline, exit status 11"		11 "trap: " kwasm call calls spin --deadline 20ms
kwasm call calls spin >/dev/null 2>&1 &
spin=$!
sleep 1
t "call: another one runs"			7 "another call has run for all of the deadline" kwasm call calls nothing --deadline 10ms
kill -INT $spin; kill $spin
wait $spin 2>/dev/null
t "call: it was interrupted"			0 "101" kwasm call calls count --reset
t "attach: functions to call are not attached"	0 "attached calls: id" kwasm attach calls --netns right
t "call: by link"				0 "102" kwasm call calls count
kwasm detach calls >/dev/null
t "unload: a module that was called"		0 "unloaded calls" kwasm unload calls
# A configuration: shown, applied, applied again, changed, broken, emptied.
conf=/tmp/conf/edge.conf
mkdir -p /tmp/conf
cp /samples/drop_port.wasm /tmp/conf/a.wasm
fw='[module fw]\nfile = a.wasm\n'
first='[link first]\nmodule = fw\nnetns = right\n' second='[link second]\nmodule = fw\nnetns = right\n'
printf "# two links\n${fw}${first}order = 1\n${second}order = 2\n" >$conf
t "apply --dry-run: shows"			0 "+ link edge:first: netfilter/inet/input" kwasm apply $conf --dry-run
t "apply --dry-run: and changes nothing"	5 "edge:first" kwasm show edge:first
t "apply: does it"				0 "edge: applied" kwasm apply $conf
t "apply: the links are there"			0 "priority 0, order 2" kwasm show edge:second
ping_right 3 >/dev/null 2>&1
calls=$(counter edge:first calls)
t "apply: again, there is nothing to change"	0 "edge: nothing to change" kwasm apply $conf
cp /samples/rate_limit.wasm /tmp/conf/a.wasm
sed -i 's/order = 1/order = 9/' $conf
t "apply: another module, another order"	0 "~ link edge:first: module, order 1 -> 9" kwasm apply $conf
[ "$calls" -ge 3 ] && [ "$(counter edge:first calls)" -ge "$calls" ]
result $? "apply: a link that changes in place keeps its counters"
id=$(counter edge:first module_id)
head -c 100 /samples/drop_port.wasm >/tmp/conf/a.wasm
t "apply: a broken module is refused"		3 "a.wasm: offset 0x" kwasm apply $conf
cp /samples/drop_port.wasm /tmp/conf/a.wasm
printf "${fw}${first}order = 4\n[link second]\nmodule = fw\nnetns = nowhere\n" >$conf
t "apply: a namespace that is none"		5 "there is no network namespace 'nowhere'" kwasm apply $conf
[ "$(counter edge:first module_id)" = "$id" ] && [ "$(counter edge:first order)" = 9 ]
result $? "apply: after either, what was there runs on"
printf "${fw}${first}priority = 7\n" >$conf
t "apply: what is not in the file goes"		0 "- link edge:second" kwasm apply $conf
t "apply: a link at another place is a new one"	0 "priority 7, order 0" kwasm show edge:first
printf "${first}" >$conf
t "apply: a module that is not there"		2 "edge.conf:1: there is no [module fw]" kwasm apply $conf
printf "${fw}colour = red\n" >$conf
t "apply: a key that is none"			2 "edge.conf:3: a module has no 'colour'" kwasm apply $conf
: >$conf
t "apply: JSON"					0 '{"action":"remove","kind":"link","name":"edge:first","why":null}' kwasm apply $conf --json
t "apply: an empty file leaves nothing"		5 "edge:first" kwasm show edge:first

# Two plug-ins at one hook: who comes first is changed without loading anything.
kwasm attach /samples/drop_port.wasm --netns right --name one >/dev/null
t "attach: a place among the links of a hook"	0 "attached two: id " kwasm attach /samples/drop_port.wasm --netns right --name two --order 5
t "show: order"					0 "priority 0, order 5" kwasm show two
t "order: the second before the first"		0 "ordered two" kwasm order two one
t "order: both have moved"			0 '"order":2' kwasm show one --json
t "order: a link that is none"			5 "there is no link 'three'" kwasm order one three
kwasm attach /samples/drop_port.wasm --netns right --name far --priority 10 >/dev/null
t "order: not across priorities"		2 "one and far are not at the same hook" kwasm order one far
t "attach --before: the first one"		0 "attached zero: id " kwasm attach /samples/drop_port.wasm --netns right --name zero --before two
t "attach --before: has a number below"		0 "priority 0, order 0" kwasm show zero
t "attach --after: between two"			0 "attached mid: id " kwasm attach /samples/drop_port.wasm --netns right --name mid --after two
t "attach --after: takes the number by age"	0 "priority 0, order 1" kwasm show mid
t "attach --after: a link that is none"		5 "there is no link 'nobody'" kwasm attach /samples/drop_port.wasm --netns right --name bad --after nobody
t "attach --before: no other hook"		2 "at the same hook" kwasm attach drop_9000.wasm --program netfilter/ip/output --netns right --name bad --before two
t "attach --before: and nothing is left of it"	5 "" kwasm show bad
t "set --before: moves one that runs"		0 "set one" kwasm set one --before two
t "set --before: in front of the older ones"	0 "priority 0, order 1" kwasm show one
t "set --after: not across priorities"		2 "one and far are not at the same hook" kwasm set one --after far
t "set --order"					0 "set one" kwasm set one --order 7
t "set --order: does"				0 "priority 0, order 7" kwasm show one
id=$(counter one id)
t "set --priority"				0 "set one" kwasm set one --priority 10
t "set --priority: moves it"			0 "priority 10, order 7" kwasm show one
[ "$id" != "$(counter one id)" ] && [ "$(kwasm list links | grep -c '^one ')" = 1 ]
result $? "set --priority: one link of that name, a new one"
t "set --after: there"				0 "set far" kwasm set far --after one
t "set: a policy"				0 '"links":[{"name":"far"' kwasm set far --quarantine never --on-trap accept --json
t "set: shows it"				0 "on trap accept" kwasm show far
t "set: a link that is none"			5 "there is no link 'nobody'" kwasm set nobody --order 1
for l in zero one two mid far; do kwasm detach $l >/dev/null; done

kwasm attach /samples/drop_port.wasm --netns right --name gone >/dev/null
ip netns del right
is_detached gone netns
t "show: a link whose namespace is gone"	0 "detached: netns" kwasm show gone
t "detach: forgets it"				0 "detached gone" kwasm detach gone
# Programs go a grace period after their last user.
for _ in $(seq 50); do
	kwasm list --json >$out 2>$err
	grep -qF '"modules":[],"links":[]' $out && break
	sleep 0.1
done
grep -qF '"modules":[],"links":[]' $out
result $? "nothing is left"

ip netns del left
echo "1..$n"
exit $failed
