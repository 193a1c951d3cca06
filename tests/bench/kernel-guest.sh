#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What tests/bench/kernel.py counts, in the guest.  Each part stands between
# two marks; a line "@@ part COUNT NAME: WORDS" for each, in order.
#
# usage: kernel-guest.sh COUNT DATAGRAMS, with lines "PROGRAM SIZE..." in programs.list
out=/tmp/out
. ./lib/pair.sh
count=$1 datagrams=$2

# quiet COMMAND...: what it says only if it fails, which is the end
quiet() { "$@" >$out 2>&1 || { cat $out; exit 1; }; }

# part COUNT NAME COMMAND...
part() {
	local n=$1 name=$2
	shift 2
	quiet "$@"
	echo "@@ part $n $name: $(tail -n 1 $out)"
}

stub_id() { bpftool prog show name kwasm_xdp -j | grep -o '"id":[0-9]*' | tail -n 1 | cut -d: -f2; }

quiet insmod /kwasm.ko
echo 1 > /proc/sys/net/core/bpf_jit_kallsyms
while read -r program sizes; do
	quiet kwasm attach "./$program.wasm" --name x --device lo --xdp-mode skb
	for size in $sizes; do
		part "$count" "kwasm $program $size" bpf_run "$(stub_id)" "$size.packet" "$count"
		part "$count" "ebpf $program $size" bpf_run "$program.bpf.o" "$size.packet" "$count"
	done
	quiet kwasm detach x
done < programs.list

topology 1500
quiet kwasm load accept.wasm --name accept
for n in 0 1 2 3; do
	[ "$n" = 0 ] || quiet kwasm attach accept --program netfilter/ip/input --netns right --name "in$n"
	part "$datagrams" "netfilter $n" mark traffic left right 10.8.0.2 "$datagrams" 0 9000
done
echo "@@ symbols"
awk '{ print $1, $3, $4 }' /proc/kallsyms | gzip | base64
