#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of the backends, x86-64's here and arm64's in a64/: each .wat says
# which instructions its code must hold, in this order (";; CODE: text", as
# objdump or llvm-mc print them, blanks squeezed), which it must not
# (";; NOT: text"), and how it is compiled (";; OPTIONS: check p kernel thunk").
# Usage: run.sh CODE_DUMP
set -u
dump=$1
here=$(dirname "$0")
. "$here/../expect.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

objdump=x86_64-linux-gnu-objdump		# that of an arm64 machine knows arm64 only
for tool in wat2wasm $objdump llvm-mc; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 77; }
done

disassemble() {
	local off len
	while read -r off len; do
		$objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn \
			--start-address="$off" --stop-address=$((off + len)) "$tmp/code" |
			sed -n 's/^ *[0-9a-f]*:\t//p' | tr -s ' '
	done
}

# Constants behind a function are no instructions: llvm-mc says so and goes on.
disassemble_arm64() {
	local off len
	while read -r off len; do
		tail -c "+$((off + 1))" "$tmp/code" | head -c "$len" | od -An -v -tx1 -w4 |
			sed 's/ / 0x/g' | llvm-mc -triple=aarch64 -mattr=+bti --disassemble 2>/dev/null |
			sed -n 's/^\t\([^.].*\)/\1/p' | tr '\t' ' ' | tr -s ' '
	done
}

check() {
	local isa=
	case $1 in
	*/a64/*) isa=arm64 ;;
	esac
	wat2wasm --output="$tmp/m.wasm" "$1" || return 1
	# shellcheck disable=SC2046 # options are words
	"$dump" "$tmp/m.wasm" "$tmp/code" $isa $(sed -n 's/^;; OPTIONS: //p' "$1") >"$tmp/funcs" || return 1
	disassemble${isa:+_$isa} <"$tmp/funcs" >"$tmp/text"
	expect E CODE "$1" "$tmp/text"
}

each_wat code "$here" "$here/a64"
