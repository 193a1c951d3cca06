#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A short run of each fuzzer with fixed seeds; `make fuzz MINUTES=n` goes on from a random one.
# Usage: run.sh PROGRAM...
set -u
n=0 failed=0
for p in "$@"; do
	case $(basename "$p") in
	diff) out=$("$p" -s 1 -n 300 -o "$(mktemp -d)") || failed=1 ;;
	*) continue ;;
	esac
	n=$((n + 1))
	echo "$out" | grep -v '^1\.\.' | sed "s/ok 1 /ok $n /"
done
echo "1..$n"
exit $failed
