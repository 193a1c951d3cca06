#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of the SSA builder: each .wat says which lines its graph must hold,
# in this order (";; IR: text"), which it must not (";; NOT: text"), and with
# which options it is built (";; OPTIONS: check").  Usage: run.sh IR_DUMP
set -u
dump=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

command -v wat2wasm >/dev/null || { echo "1..0 # SKIP no wat2wasm (package wabt)"; exit 77; }

check() {
	local at=0 want line
	wat2wasm --output="$tmp/m.wasm" "$1" || return 1
	# shellcheck disable=SC2046 # options are words
	"$dump" "$tmp/m.wasm" $(sed -n 's/^;; OPTIONS: //p' "$1") >"$tmp/ir" || return 1
	while IFS= read -r want; do
		line=$(tail -n +$((at + 1)) "$tmp/ir" | grep -nF -m1 -- "$want" | cut -d: -f1)
		[ -n "$line" ] || { echo "# not found after line $at: $want"; sed 's/^/# /' "$tmp/ir"; return 1; }
		at=$((at + line))
	done < <(sed -n 's/^;; IR: //p' "$1")
	while IFS= read -r want; do
		! grep -qF -- "$want" "$tmp/ir" || { echo "# found, but must not be there: $want"; sed 's/^/# /' "$tmp/ir"; return 1; }
	done < <(sed -n 's/^;; NOT: //p' "$1")
}

for t in "$here"/*.wat; do
	n=$((n + 1))
	if check "$t"; then
		echo "ok $n ir: $(basename "$t" .wat)"
	else
		echo "not ok $n ir: $(basename "$t" .wat)"
		failed=1
	fi
done
echo "1..$n"
exit $failed
