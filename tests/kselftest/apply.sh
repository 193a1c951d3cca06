#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kwasm apply of programs of all types: shown, made, changed under a flood of
# packets and of opened files, broken, renamed, removed.  Runs in the guest; TAP.
#
#   left  10.8.0.1 l0 ====== r0 10.8.0.2  right
#
# Port 7001 is dropped by the tc program, 9000 by the netfilter program, 9001 by none.
# shellcheck disable=SC2034 # label is for result()
out=/tmp/apply.out
label=apply
. ./lib/tap.sh
. ./lib/show.sh
. ./lib/pair.sh

dir=/tmp/apply conf=/tmp/apply/all.conf
mkdir -p $dir/watched
echo x >$dir/watched/secret.conf
cp ./*.wasm $dir/

link() {	# NAME MODULE LINE...
	local line
	printf '[link %s]\nmodule = %s\n' "$1" "$2"
	shift 2
	for line; do echo "$line"; done
}

modules() {
	for m in "$@"; do printf '[module %s]\nfile = %s.wasm\n' "$m" "$m"; done
}

# configure ON_TRAP ORDER PRIORITY EVERY: all of it, five links of five types
configure() {
	{
		modules drop_9000 tc files timers xdp
		link in drop_9000 'program = netfilter/ip/input' 'netns = right' "on-trap = $1" "order = $2" "priority = $3"
		link dev tc 'program = tc/ingress' 'netns = right' 'device = r0' "on-trap = $1" 'quarantine = never'
		link far xdp 'netns = left' 'device = l0' "on-trap = $1"
		link open files 'program = fs/open_perm' 'path = watched' 'glob = *.conf' "on-trap = $1"
		link tick timers "every = $4" "quarantine = $((1000 + $2))"
	} >$conf
}

opens() { cat $dir/watched/secret.conf >/dev/null 2>&1; }

# flows NAME FILE: what `traffic` said of each port
flows() {
	grep -qx "udp 7001 $n_packets 0" "$1" && grep -qx "udp 9000 $n_packets 0" "$1" &&
		grep -qx "udp 9001 $n_packets $n_packets" "$1"
}

flood() { traffic left right 10.8.0.2 "$n_packets" 0 7001 9000 9001 >"$1" 2>&1; }
ids() { kwasm list links | awk 'NR > 1 { print $1, $2, $NF }'; }
calls() { counter "$1" calls; }

topology 1500
n_packets=100
configure drop 1 0 10ms
kwasm apply $conf --dry-run >$out 2>&1 && [ "$(grep -c '^+ link all:' $out)" = 5 ] && [ "$(ids | wc -l)" = 0 ]
result $? "dry run: shows five links and makes none"
kwasm apply $conf >$out 2>&1
result $? "five links of five types"
flood $dir/flows; cp $dir/flows $out
flows $dir/flows && ! opens
result $? "all of them run"
[ "$(calls all:tick)" -gt 0 ]
result $? "the timer too"
kwasm apply $conf >$out 2>&1 && grep -q "nothing to change" $out
result $? "again: nothing to change"
# tree PLACE LINK: does it run there?
tree() { grep -A 1 "^  $1" $out | grep -q "$2 (id"; }
kwasm link tree >$out 2>&1 && tree 'ip input$' all:in && tree 'tc/ingress of r0$' all:dev && tree 'xdp of l0$' all:far &&
	tree "fs/open_perm, dir $dir/watched" all:open && tree timer/ all:tick
result $? "link tree: each at its place"
kwasm link tree --json >$out 2>&1 && tr -d ' \n' <$out | grep -q '"place":"tc/ingressofr0","runs":\[{"link":"all:dev"'
result $? "link tree --json"
kwasm link tree >$out 2>&1
if [ -d /sys/module/nfnetlink_hook ]; then
	! grep -q 'others at netfilter' $out
else
	grep -q '^others at netfilter hooks are not told: ' $out
fi
result $? "link tree: says what it is not told"

# Two configurations in turn, while packets come in and the file is opened.
n_packets=3000
before=$(calls all:dev)
touch $dir/go
flood $dir/flows &
traffic=$!
(
	denied=0 let=0
	while [ -e $dir/go ]; do
		if opens; then let=$((let + 1)); else denied=$((denied + 1)); fi
	done
	echo "$denied $let" >$dir/opened
) &
opener=$!
for round in $(seq 10); do
	if [ $((round % 2)) = 1 ]; then configure accept 2 7 20ms; else configure drop 1 0 10ms; fi
	kwasm apply $conf --reload >$out 2>&1 || break
done
result $? "ten changes under a flood: programs, policies, order, priority, period"
rm $dir/go
wait $traffic $opener
read -r denied let <$dir/opened
cp $dir/flows $out
flows $dir/flows
result $? "every packet met its program"
# Where on-trap accepts, a call that a starved CPU ended at its deadline lets one through.
ended=$(counter all:open deadline)
echo "$denied denied, $let let, ${ended:-0} ended" >$out
[ "$denied" -gt 0 ] && [ "$let" -le "${ended:-0}" ]
result $? "and so did every opening of the file"
[ "$(calls all:dev)" -gt "$before" ]
result $? "a link that changes in place keeps its counters"
n_packets=100

# Whatever is broken leaves what there was.
ids >$dir/before
configure accept 5 3 30ms
head -c 100 tc.wasm >$dir/tc.wasm
kwasm apply $conf >$out 2>&1
[ $? = 3 ] && ids | cmp -s - $dir/before
result $? "a broken module is refused, and the old links run on"
cp tc.wasm $dir/
sed -i 's/device = r0/device = r7/' $conf
kwasm apply $conf >$out 2>&1
[ $? = 5 ] && ids | cmp -s - $dir/before
result $? "a device that is none: the like"
configure accept 5 3 30ms
sed -i 's/^path = .*/path = nowhere/' $conf
kwasm apply $conf >$out 2>&1
[ $? = 5 ] && ids | cmp -s - $dir/before
result $? "a path that is none: the like"
flood $dir/flows
flows $dir/flows && ! opens
result $? "all the old ones"

# What a configuration may say.
configure drop 1 0 10ms
sed -i 's/^every = .*/device = r0/' $conf
kwasm apply $conf >$out 2>&1
[ $? = 2 ] && grep -q 'link tick' $out
result $? "an option of another type"
configure drop 1 0 10ms
sed -i '/^path/d' $conf
kwasm apply $conf >$out 2>&1
[ $? = 2 ] && grep -q -e '--path' $out
result $? "an option that is missing"

# Another name for what stays where it is: a device has one XDP program only.
configure drop 1 0 10ms
sed -i 's/^\[link far\]/[link near]/' $conf
id=$(ids | awk '$1 == "all:far" { print $2 }')
kwasm apply $conf >$out 2>&1 && grep -q "~ link all:near: was all:far" $out && [ "$(ids | awk '$1 == "all:near" { print $2 }')" = "$id" ]
result $? "a link that is called otherwise is the same link"

# Another path: another link.
mkdir -p $dir/other
echo x >$dir/other/secret.conf
sed -i 's/^path = .*/path = other/' $conf
kwasm apply $conf >$out 2>&1 && opens && ! cat $dir/other/secret.conf 2>/dev/null
result $? "an fs link moves to another path"

modules drop_9000 >$conf
link in drop_9000 'program = netfilter/ip/input' 'netns = right' >>$conf
kwasm apply $conf >$out 2>&1 && [ "$(grep -c '^- link' $out)" = 4 ] && [ "$(ids | wc -l)" = 1 ]
result $? "what is not in the file goes"
flood $dir/flows; cp $dir/flows $out
grep -qx "udp 7001 100 100" $out && grep -qx "udp 9000 100 0" $out
result $? "and packets pass where it was"
: >$conf
kwasm apply $conf >$out 2>&1 && [ "$(kwasm list links | wc -l)" = 1 ] && [ "$(kwasm list modules | wc -l)" = 1 ]
result $? "an empty file leaves nothing"
ip netns del left; ip netns del right
echo "1..$n"
exit $failed
