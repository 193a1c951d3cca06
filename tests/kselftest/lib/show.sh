# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the kernel counts, for tests; to be sourced.

# counter OBJECT NAME: one number of `kwasm show`
counter() { kwasm show "$1" --json | tr -d ' \n' | grep -o "\"$2\":[0-9]*" | head -n 1 | cut -d: -f2; }

# is_detached LINK WHY: whether it comes to that: the kernel takes namespaces down in its own time; $out has the link
is_detached() {
	for _ in $(seq 300); do
		kwasm show "$1" >"$out" 2>&1
		! grep -q "detached: $2" "$out" || return 0
		sleep 0.1
	done
	return 1
}
