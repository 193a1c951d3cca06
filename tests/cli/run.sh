#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Transcripts of the command: each .t file holds commands, what they print and
# how they end.  One command is one result.
#
#	# what the next command shows
#	$ kwasm check bad.wasm
#	a line of stdout
#	2> a line of stderr
#	? 3					exit status, 0 when left out
#
# Commands run in a folder that holds the modules made from *.wat, the suites
# made from *.wast and the files made below.  In output, ...TEXT... matches
# anything that has TEXT in it; N stands for each number that differs from run to
# run (see mask).  A line "@ no-device" or "@ root" before a command says where
# it makes sense.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

command -v wat2wasm >/dev/null || { echo "1..0 # SKIP no wat2wasm (package wabt)"; exit 77; }
[ -x "$root/${O:-build/user}/kwasm" ] || { echo "not ok 1 kwasm is built"; echo "1..1"; exit 1; }
export PATH="$root/${O:-build/user}:$PATH" LC_ALL=C
mkdir "$tmp/d" && cd "$tmp/d" || exit 1

for wat in "$here"/*.wat; do
	wat2wasm --enable-all --no-check --debug-names "$wat" -o "$(basename "$wat" .wat).wasm" || exit 1
done
for wast in "$here"/*.wast; do
	wast2json --enable-all "$wast" -o "$(basename "$wast" .wast).json" || exit 1
done
# Custom section kwasm.meta; its length takes two bytes whatever it is.
meta() {
	local len=$((11 + ${#1}))
	# shellcheck disable=SC2059 # the format is made here
	printf "\\x00\\x$(printf %02x $((len & 127 | 128)))\\x$(printf %02x $((len >> 7)))\\x0akwasm.meta%s" "$1"
}
{ cat good.wasm; meta $'name edge # a comment\nversion 1.2.0\nlicense GPL-2.0 OR BSD-2-Clause\n'
  meta $'limit memory=128K stack=4K deadline=50us\n\n  on_trap accept\nx-mine  what ever = it is\n'; } >meta.wasm
{ cat good.wasm; meta $'name two\ncolour blue\n'; } >meta_key.wasm
with() { { cat good.wasm; meta "$2"; } >"$1.wasm"; }
with on_trap_deny $'on_trap deny\n'
with on_trap_allow $'on_trap allow\n'
with on_trap_maybe $'on_trap maybe\n'
with map_type $'map a tree key=4 value=4 max=1\n'
with map_key $'map a array key=8 value=4 max=1\n'
with map_value $'map a hash key=8 value=65537 max=1\n'
with map_number $'map a hash key=8 value=4294967296 max=1\n'
with map_twice $'map a hash key=8 value=4 max=1\nmap b hash key=8 value=4 max=1 id=0\n'
with map_layout $'layout a key=x:u8\nmap b hash key=8 value=4 max=1\n'
with ring_size $'map r ringbuf max=5000\n'
with ring_value $'map r ringbuf value=8 max=4096\n'
with map_many "$(for i in $(seq 65); do echo "map m$i queue key=0 value=4 max=1"; done)"
cp "$root"/build/samples/*.wasm "$root"/build/kselftest/{maps,events}.wasm . 2>/dev/null
: >empty.wasm
head -c 20 good.wasm >cut.wasm
head -c 4096 /dev/zero >zeros.wasm
truncate -s 300M huge.wasm
mkdir dir.wasm
printf '45 00 00 1c 12 34 00 00 40 11 00 00 c0 00 02 01\nc0 00 02 02 03 e8 00 35 00 08 00 00 # UDP\n' >udp.pkt
printf '\x45\x00\x00\x1c\x12\x34\x00\x00\x40\x11\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x02\x03\xe8\x1e\x61\x00\x08\x00\x00' >raw.pkt
printf 'not a packet\n' >text.pkt
: >empty.pkt
cp "$(command -v kwasm)" kwasm-for-all
cp good.wasm secret.wasm
chmod 711 "$tmp" . && chmod 0 secret.wasm
head -c 300000 /dev/zero >long.pkt

mask() {
	sed -E 's/"(duration_ns|at_ns|offset|compile_ns)":[0-9]+/"\1":N/g; s/offset 0x[0-9a-f]+/offset 0xN/g'
}

# Compare line by line; "...TEXT..." matches a line that has TEXT in it.
matches() {	# WANT GOT
	local want got
	exec 3<"$1" 4<"$2"
	while IFS= read -r want <&3; do
		IFS= read -r got <&4 || return 1
		case $want in
		...*...) want=${want#...}; want=${want%...}; [[ $got == *"$want"* ]] || return 1 ;;
		*) [ "$want" = "$got" ] || return 1 ;;
		esac
	done
	! IFS= read -r got <&4
}

possible() {	# WHERE: says why not
	case $1 in
	no-device) [ ! -e /dev/kwasm ] || { echo "/dev/kwasm is there"; return 1; } ;;
	root) [ "$(id -u)" = 0 ] || { echo "not root"; return 1; } ;;
	esac
}

run() {	# NAME COMMAND STATUS WHERE; wants $tmp/want.{out,err}
	local status why
	n=$((n + 1))
	if ! why=$(possible "$4"); then
		echo "ok $n $1 # SKIP $why"
		return
	fi
	timeout 60 bash -c "$2" >"$tmp/raw.out" 2>"$tmp/raw.err" </dev/null
	status=$?
	mask <"$tmp/raw.out" >"$tmp/got.out"
	mask <"$tmp/raw.err" >"$tmp/got.err"
	if [ "$status" = "$3" ] && matches "$tmp/want.out" "$tmp/got.out" && matches "$tmp/want.err" "$tmp/got.err"; then
		echo "ok $n $1"
		return
	fi
	failed=1
	echo "not ok $n $1"
	echo "# \$ $2"
	[ "$status" = "$3" ] || echo "# exit status $status, want $3"
	diff -U99 "$tmp/want.out" "$tmp/got.out" | sed -n '4,$s/^/# /p'
	diff -U99 "$tmp/want.err" "$tmp/got.err" | sed -n '4,$s/^/# 2> /p'
}

play() {	# FILE
	local line name='' command='' status=0 where='' next_where=''
	: >"$tmp/want.out"; : >"$tmp/want.err"
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'# '*|'@ '*|'')
			if [ -n "$command" ]; then
				run "$name" "$command" "$status" "$where"
				command='' status=0; : >"$tmp/want.out"; : >"$tmp/want.err"
			fi
			case $line in
			'# SPDX'*) ;;
			'# '*) name="$(basename "$1" .t): ${line#\# }" ;;
			'@ '*) next_where=${line#@ } ;;
			esac ;;
		'$ '*) command=${line#\$ } where=$next_where next_where='' ;;
		'? '*) status=${line#\? } ;;
		'2> '*) echo "${line#2> }" >>"$tmp/want.err" ;;
		*) echo "$line" >>"$tmp/want.out" ;;
		esac
	done <"$1"
	[ -z "$command" ] || run "$name" "$command" "$status" "$where"
}

for t in "$here"/*.t; do
	play "$t"
done
echo "1..$n"
exit $failed
