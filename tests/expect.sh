# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For text tests whose expectations stand in the input file; to be sourced.

# expect F|E TAG INPUT TEXT: the lines ";; TAG: what" of INPUT are found in TEXT,
# in this order, those of ";; NOT: what" nowhere.  F: as they are, E: as expressions.
expect() {
	local at=0 want line
	while IFS= read -r want; do
		line=$(tail -n +$((at + 1)) "$4" | grep "-n$1" -m1 -- "$want" | cut -d: -f1)
		[ -n "$line" ] || { echo "# not found after line $at: $want"; sed 's/^/# /' "$4"; return 1; }
		at=$((at + line))
	done < <(sed -n "s/^;; $2: //p" "$3")
	while IFS= read -r want; do
		! grep "-q$1" -- "$want" "$4" || { echo "# found, but must not be there: $want"; sed 's/^/# /' "$4"; return 1; }
	done < <(sed -n 's/^;; NOT: //p' "$3")
}

# each_wat LABEL FOLDER...: one result for check() of each .wat there; ends the script.
# ";; OPT: name": one more, for what it expects must not be met under KW_OPT=-name.
each_wat() {
	local label=$1 n=0 failed=0 t opt
	shift
	for t in $(printf '%s/*.wat ' "$@"); do
		n=$((n + 1))
		if check "$t"; then
			echo "ok $n $label: $(basename "$t" .wat)"
		else
			echo "not ok $n $label: $(basename "$t" .wat)"
			failed=1
		fi
		opt=$(sed -n 's/^;; OPT: //p' "$t")
		[ -n "$opt" ] || continue
		n=$((n + 1))
		if KW_OPT=-$opt check "$t" | grep -q '^# .*found'; then
			echo "ok $n $label: $(basename "$t" .wat): not without $opt"
		else
			echo "not ok $n $label: $(basename "$t" .wat): the same without $opt"
			failed=1
		fi
	done
	echo "1..$n"
	exit $failed
}
