#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzzer with fixed seeds, and what earlier runs have found
# (corpus/).  `make fuzz MINUTES=n` goes on from a random seed.
# Usage: [PEER="qemu-aarch64 DIFF -P"] run.sh PROGRAM...
# With a peer the fuzzer compares what runs here with what runs there.
set -u
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

result() {	# status name
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n fuzz: $2"
	else
		echo "not ok $n fuzz: $2"
		failed=1
	fi
}

differential() {
	local t v8=() count=400
	! command -v node >/dev/null || v8=(-8 "$here/v8.mjs")
	[ -z "${PEER:-}" ] || { v8=(-a "$PEER"); count=150; }
	"$1" -s 1 -n "$count" ${v8[@]+"${v8[@]}"} -o "$tmp" | grep '^#'
	result "${PIPESTATUS[0]}" "compiled code agrees with the reference interpreter"
	command -v wat2wasm >/dev/null || return
	for t in "$here"/corpus/*.wat; do
		wat2wasm --output="$tmp/m.wasm" "$t" && "$1" ${PEER:+-a "$PEER"} -f "$tmp/m.wasm"
		result $? "$(basename "$t" .wat)"
	done
}

# Damaged copies of the modules that other tests are made of.
decoder() {
	local t
	command -v wat2wasm >/dev/null || return
	for t in "$here"/corpus/*.wat "$here"/../*/*.wat; do
		wat2wasm --no-check --enable-all --output="$tmp/$((seeds++)).wasm" "$t" 2>/dev/null
	done
	"$1" -s 1 -n 50000 "$tmp"/*.wasm | sed 's/^/# /'
	result "${PIPESTATUS[0]}" "decoder and validator survive damaged modules"
}

pipeline() {
	"$1" -n 4000 $(ls "$tmp"/*.wasm 2>/dev/null) | sed 's/^/# /'
	result "${PIPESTATUS[0]}" "the whole pipeline survives damaged modules"
}

seeds=0
for p in "$@"; do
	case $(basename "$p") in
	decode_fuzz) decoder "$p" ;;
	diff) differential "$p" ;;
	pipeline_fuzz) pipeline "$p" ;;
	esac
done
echo "1..$n"
exit $failed
