#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modules of the spec suite through decoder and validator, with every feature on.
# Usage: SPEC_DIR=... run.sh VALIDATE_SPEC
set -u
shopt -s globstar nullglob
n=0 failed=0

[ -n "${SPEC_DIR:-}" ] || { echo "1..0 # SKIP no SPEC_DIR given"; exit 77; }

for dir in "$SPEC_DIR"/**/; do
	json=("$dir"*.json)
	[ ${#json[@]} -gt 0 ] || continue
	loose=()
	case $dir in
	*spec-3*) loose=(--loose) ;;
	esac
	n=$((n + 1))
	if out=$("$1" ${loose[@]+"${loose[@]}"} "$dir"); then
		echo "ok $n $(basename "$dir"): $(tail -n 1 <<<"$out")"
	else
		echo "not ok $n $(basename "$dir"): $(tail -n 1 <<<"$out")"
		sed 's/^/# /' <<<"$out"
		failed=1
	fi
done
echo "1..$n"
exit $failed
