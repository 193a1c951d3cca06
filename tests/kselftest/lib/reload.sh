# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel module out and in again; to be sourced.

# What is unloaded is freed a grace period later, by a worker; until then it keeps kwasm.ko busy.
module_out() {
	local said i
	for i in {1..600}; do
		said=$(rmmod kwasm 2>&1) && return
		sleep 0.1
	done
	echo "# after $i tries: $said"
	return 1
}

reload() {	# FILE PARAMETER...
	module_out && insmod "$@" 2>&1
}
