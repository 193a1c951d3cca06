# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TAP for tests that are scripts; to be sourced.  What a command said is in $out, and in $err if the test has one.
# shellcheck disable=SC2154 # out is the test's
n=0 failed=0

# result STATUS NAME: one line, in front of the name $label if there is one
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n ${label:+$label: }$2"
	else
		echo "not ok $n ${label:+$label: }$2"
		sed 's/^/#   /' "$out"
		[ -z "${err:-}" ] || sed 's/^/# 2> /' "$err"
		failed=1
	fi
}
