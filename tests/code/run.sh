#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of the x86-64 backend: each .wat says which instructions its code
# must hold, in this order (";; CODE: text", as objdump prints them, blanks
# squeezed), which it must not (";; NOT: text"), and how it is compiled
# (";; OPTIONS: check p kernel thunk").  Usage: run.sh CODE_DUMP
set -u
dump=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

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
	local at=0 want line
	wat2wasm --output="$tmp/m.wasm" "$1" || return 1
	# shellcheck disable=SC2046 # options are words
	"$dump" "$tmp/m.wasm" "$tmp/code" $(sed -n 's/^;; OPTIONS: //p' "$1") >"$tmp/funcs" || return 1
	disassemble <"$tmp/funcs" >"$tmp/text"
	while IFS= read -r want; do
		line=$(tail -n +$((at + 1)) "$tmp/text" | grep -nE -m1 -- "$want" | cut -d: -f1)
		[ -n "$line" ] || { echo "# not found after line $at: $want"; sed 's/^/# /' "$tmp/text"; return 1; }
		at=$((at + line))
	done < <(sed -n 's/^;; CODE: //p' "$1")
	while IFS= read -r want; do
		! grep -qE -- "$want" "$tmp/text" || { echo "# found, but must not be there: $want"; sed 's/^/# /' "$tmp/text"; return 1; }
	done < <(sed -n 's/^;; NOT: //p' "$1")
}

for t in "$here"/*.wat; do
	n=$((n + 1))
	if check "$t"; then
		echo "ok $n code: $(basename "$t" .wat)"
	else
		echo "not ok $n code: $(basename "$t" .wat)"
		failed=1
	fi
done
echo "1..$n"
exit $failed
