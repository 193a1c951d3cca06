#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of the SSA builder: each .wat says which lines its graph must hold,
# in this order (";; IR: text"), which it must not (";; NOT: text"), and with
# which options it is built (";; OPTIONS: check").  Usage: run.sh IR_DUMP
set -u
dump=$1
here=$(dirname "$0")
. "$here/../expect.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

command -v wat2wasm >/dev/null || { echo "1..0 # SKIP no wat2wasm (package wabt)"; exit 77; }

check() {
	wat2wasm --output="$tmp/m.wasm" "$1" || return 1
	# shellcheck disable=SC2046 # options are words
	"$dump" "$tmp/m.wasm" $(sed -n 's/^;; OPTIONS: //p' "$1") >"$tmp/ir" || return 1
	expect F IR "$1" "$tmp/ir"
}

each_wat ir "$here"
