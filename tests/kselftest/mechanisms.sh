#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Arena, fault table, watchdog, memories: tested inside the kernel by a module
# that has kmod/selftest/ built in.  Its results are in the kernel log.

. ./lib/reload.sh

# The kernel's lines since it loaded, without their time.
since() {
	dmesg | sed 's/^\[[^]]*\] //' | sed -n '/^TAP version 13/,$p'
}

if [ ! -e /kwasm-selftest.ko ]; then
	echo "not ok 1 the module with the tests builds"
	exit 1
fi
reload /kwasm-selftest.ko selftest=1
# A tool that loads twice when the first time fails prints twice: the first counts.
since | awk '/^TAP version/ && seen++ { exit } /^(not )?ok |^1\.\.|^# (expected|an S call)/'
reload /kwasm.ko
! since | grep -q '^not ok'
