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

# t NAME STATUS TEXT COMMAND...: exit status, and TEXT somewhere in the output
t() {
	local name=$1 status=$2 text=$3 rc
	shift 3
	"$@" >"$out" 2>"$err"
	rc=$?
	[ $rc = "$status" ] || { echo "# $*: exit status $rc, want $status"; result 1 "$name"; return; }
	grep -qF -- "$text" "$out" "$err" || { echo "# $*: no '$text'"; result 1 "$name"; return; }
	result 0 "$name"
}
