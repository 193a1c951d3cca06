#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The samples on packets from files: tests/samples/SAMPLE/*.pkt, hex text whose
# comments say what must come out:
#
#	# EXPECT drop			the verdict (of the last run)
#	# ARGS --repeat 100		more options of run-once
#	# AT-LEAST accept 100		how often a result comes at least
#	# EVENT text			part of a record of a ring
#	# NO-EVENT			there is none
#	# LOG text			a line of the guest's log, N for the CPU's number
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kwasm=$root/${O:-build/user}/kwasm
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

report() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

at_least() {	# RESULT COUNT
	local got
	got=$(awk -v r="$1" '$2 == r { print $1 }' "$tmp/out")
	[ "${got:-0}" -ge "$2" ] || { echo "# $1: ${got:-0} times, want $2 at least"; return 1; }
}

check() {	# WASM PACKET
	local want got args text rest
	want=$(sed -n 's/^# EXPECT //p' "$2")
	args=$(sed -n 's/^# ARGS //p' "$2")
	# shellcheck disable=SC2086 # options are words
	if ! timeout 60 "$kwasm" run-once "$1" "$2" $args >"$tmp/out" 2>"$tmp/err"; then
		echo "# run-once failed"; sed 's/^/# /' "$tmp/err"; return 1
	fi
	got=$(head -n1 "$tmp/out")
	[ "$got" = "$want" ] || { echo "# verdict $got, want $want"; return 1; }
	while read -r text rest; do
		at_least "$text" "$rest" || return 1
	done < <(sed -n 's/^# AT-LEAST //p' "$2")
	while read -r text; do
		grep '^event ' "$tmp/err" | grep -qF -- "$text" ||
			{ echo "# no such event: $text"; sed 's/^/# /' "$tmp/err"; return 1; }
	done < <(sed -n 's/^# EVENT //p' "$2")
	if grep -q '^# NO-EVENT' "$2" && grep '^event ' "$tmp/err"; then return 1; fi
	while read -r text; do
		sed 's/cpu [0-9]*/cpu N/' "$tmp/err" | grep -qF -- "$text" ||
			{ echo "# not logged: $text"; sed 's/^/# /' "$tmp/err"; return 1; }
	done < <(sed -n 's/^# LOG //p' "$2")
}

for dir in "$here"/*/; do
	[ "$dir" = "$here/guest/" ] && continue
	sample=$(basename "$dir")
	wasm=$root/build/samples/$sample.wasm
	[ -e "$wasm" ] || { echo "# $wasm is not built (make samples)"; report 1 "$sample: is there"; continue; }
	for packet in "$dir"*.pkt; do
		check "$wasm" "$packet"
		report $? "$sample: $(basename "$packet" .pkt): $(sed -n '1s/^# //p' "$packet")"
	done
done

# The same filter in other languages says the same of the same packets.
for language in rust as; do
	wasm=$root/build/samples/drop_port_$language.wasm
	if [ ! -e "$wasm" ]; then
		n=$((n + 1))
		echo "ok $n drop_port in $language # SKIP make samples found no compiler for it"
		continue
	fi
	for packet in "$here"/drop_port/*.pkt; do
		check "$wasm" "$packet"
		report $? "drop_port_$language: $(basename "$packet" .pkt): $(sed -n '1s/^# //p' "$packet")"
	done
done

# Each sample imports only what the header declares, and the header declares all there is.
declared=$(sed -n 's/.*KWASM_IMPORT("\([a-z0-9_]*\)", "\([a-z0-9_]*\)").*/\1 \2/p' "$root/uapi/linux/kwasm_guest.h" | sort)
provided=$(sed -n 's/^KW_HOST([A-Z0-9_]*,[[:blank:]]*"\([a-z0-9_]*\)",[[:blank:]]*"\([a-z0-9_]*\)".*/\1 \2/p' "$root/jit/rt/host.def" | sort)
[ -n "$provided" ] && [ "$declared" = "$provided" ] || diff <(echo "$declared") <(echo "$provided") | sed 's/^/# /'
[ -n "$provided" ] && [ "$declared" = "$provided" ]
report $? "guest header: declares the host functions there are, no more and no fewer"

fields=$(sed -n 's/^KW_FIELD(\([A-Z0-9_]*\),[[:blank:]]*\([0-9]*\),.*/\2 \1/p' "$root/jit/rt/field.def")
listed=$(sed -n 's/^\tKWASM_FIELD_\([A-Z0-9_]*\),.*/\1/p' "$root/uapi/linux/kwasm_guest.h" | awk '{ print NR - 1, $1 }')
[ -n "$fields" ] && [ "$fields" = "$listed" ]
report $? "guest header: field ids are those of the host"

# Their types, too: a guest that calls all of them must pass.
if command -v clang >/dev/null; then
	clang --target=wasm32 -mcpu=mvp -O1 -nostdlib -Wl,--no-entry -Wall -Werror -I"$root/uapi" \
		-o "$tmp/all.wasm" "$here/guest/all_imports.c" && "$kwasm" check "$tmp/all.wasm" >"$tmp/out" 2>&1
	status=$?
	[ $status -eq 0 ] || sed 's/^/# /' "$tmp/out"
	report $status "guest header: types of all imports are the host's"
fi

# The filter of the README's tour, by the README's own words.
if command -v clang >/dev/null; then
	sed -n '/^```c$/,/^```$/{/^```/d;p}' "$root/README.md" >"$tmp/filter.c"
	clang --target=wasm32 -mcpu=mvp -mbulk-memory -msign-ext -O2 -nostdlib -Wl,--no-entry -Wl,--stack-first \
		-Wl,-z,stack-size=8192 -I"$root/uapi" -o "$tmp/filter.wasm" "$tmp/filter.c" &&
		(cd "$tmp" && "$kwasm" check filter.wasm) >"$tmp/out" 2>&1
	sed -E 's/[0-9]+ B,/N B,/' "$tmp/out" | grep -qxF "$(sed -n 's/^    \(filter.wasm: ok: .*\)/\1/p' "$root/README.md" | sed -E 's/[0-9]+ B,/N B,/')"
	status=$?
	[ $status -eq 0 ] || sed 's/^/# /' "$tmp/out"
	report $status "README: the tour's filter passes check with the line shown"
	[ "$("$kwasm" run-once "$tmp/filter.wasm" "$here/drop_port/v4-udp.pkt" 2>&1)" = drop ] &&
		[ "$("$kwasm" run-once "$tmp/filter.wasm" "$here/drop_port/v4-udp-other.pkt" 2>&1)" = accept ]
	report $? "README: the tour's filter drops its port and no other"
fi

echo "1..$n"
exit $failed
