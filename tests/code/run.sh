#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of the x86-64 backend: each .wat says which instructions its code
# must hold, in this order (";; CODE: text", as objdump prints them, blanks
# squeezed), which it must not (";; NOT: text"), and how it is compiled
# (";; OPTIONS: check p kernel thunk").  Usage: run.sh CODE_DUMP
set -u
dump=$1
here=$(dirname "$0")
. "$here/../expect.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

for tool in wat2wasm objdump; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 77; }
done

disassemble() {
	local off len
	while read -r off len; do
		objdump -D -b binary -m i386:x86-64 -M intel --no-show-raw-insn \
			--start-address="$off" --stop-address=$((off + len)) "$tmp/code" |
			sed -n 's/^ *[0-9a-f]*:\t//p' | tr -s ' '
	done
}

check() {
	wat2wasm --output="$tmp/m.wasm" "$1" || return 1
	# shellcheck disable=SC2046 # options are words
	"$dump" "$tmp/m.wasm" "$tmp/code" $(sed -n 's/^;; OPTIONS: //p' "$1") >"$tmp/funcs" || return 1
	disassemble <"$tmp/funcs" >"$tmp/text"
	expect E CODE "$1" "$tmp/text"
}

each_wat code "$here"
