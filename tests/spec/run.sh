#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modules of the spec suites: all through decoder and validator, with every
# feature on; those of 2.0 damaged, through the whole engine; and the 2.0 suite
# itself on the reference interpreter, which the fuzzers compare with.
# Usage: SPEC_DIR=... SPEC3_DIR=... run.sh DAMAGED_SPEC REF_SPEC VALIDATE_SPEC
set -u
shopt -s globstar nullglob
n=0 failed=0

result() {	# STATUS NAME OUTPUT
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2: $(tail -n 1 <<<"$3")"
	else
		echo "not ok $n $2: $(tail -n 1 <<<"$3")"
		failed=1
		sed 's/^/# /' <<<"$3"
	fi
}

validate() {	# FOLDER VALIDATE_SPEC...
	local dir json out folder=$1
	shift
	for dir in "$folder"/**/; do
		json=("$dir"*.json)
		[ ${#json[@]} -gt 0 ] || continue
		out=$("$@" "$dir")
		result $? "$(basename "$dir")" "$out"
	done
}

[ -n "${SPEC_DIR:-}${SPEC3_DIR:-}" ] || { echo "1..0 # SKIP no SPEC_DIR given"; exit 77; }

if [ -n "${SPEC_DIR:-}" ]; then
	validate "$SPEC_DIR" "$3"
	out=$("$1" -n 200000 "$SPEC_DIR")
	status=$?
	sed 's/^/# /' <<<"$out"
	result $status "damaged modules do no harm" "$out"
	out=$("$2" "$SPEC_DIR")
	status=$?
	result $status "the reference interpreter" "$(grep -v ': [0-9]* passed, 0 failed, 0 skipped$' <<<"$out")"
fi
[ -z "${SPEC3_DIR:-}" ] || validate "$SPEC3_DIR" "$3" --loose
echo "1..$n"
exit $failed
