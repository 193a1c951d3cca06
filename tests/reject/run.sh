#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Text tests of decoder and validator.  Each file holds modules, each behind
# what is to be said of it: ";; REJECT 0x1a func 0 drop: type mismatch: ..." or
# ";; ACCEPT".  A line ";; FEATURES 7" switches features on for those that follow.
# Usage: run.sh CHECK_WASM
set -u
check_wasm=$1
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

command -v wat2wasm >/dev/null || { echo "1..0 # SKIP no wat2wasm (package wabt)"; exit 77; }

judge() {	# name, features, what is wanted, module text in $tmp/m.wat
	local got
	n=$((n + 1))
	if ! wat2wasm --no-check --enable-all -o "$tmp/m.wasm" "$tmp/m.wat" 2>"$tmp/err"; then
		got="wat2wasm: $(head -1 "$tmp/err")"
	else
		got=$("$check_wasm" "$tmp/m.wasm" "$2" 2>&1)
	fi
	if [ "$got" = "$3" ]; then
		echo "ok $n reject: $1: $3"
	else
		echo "not ok $n reject: $1: $3"
		echo "# got: $got"
		failed=1
	fi
}

run_file() {
	local line want='' features=0 name
	name=$(basename "$1" .wat)
	: >"$tmp/m.wat"
	while IFS= read -r line; do
		case $line in
		';; REJECT '* | ';; ACCEPT')
			[ -z "$want" ] || judge "$name" "$features" "$want"
			: >"$tmp/m.wat"
			want=${line#;; REJECT }
			[ "$line" != ';; ACCEPT' ] || want=accept ;;
		';; FEATURES '*)
			[ -z "$want" ] || judge "$name" "$features" "$want"
			want='' features=${line#;; FEATURES } ;;
		*) printf '%s\n' "$line" >>"$tmp/m.wat" ;;
		esac
	done <"$1"
	[ -z "$want" ] || judge "$name" "$features" "$want"
}

for f in "$here"/*.wat; do
	run_file "$f"
done
echo "1..$n"
exit $failed
