#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Reads a kernel log; prints what should not be there; exit 1 if there is any.
# Only what came after "guest: ready" counts: a kernel's own boot is not ours.
set -euo pipefail
bad='BUG:|WARNING:|INFO: (task|rcu|possible)|Oops|Kernel panic|general protection|double fault|invalid opcode'
bad+='|stack segment|[Ss]tack overflow|soft lockup|hard LOCKUP|detected stall|stalls on CPU|self-detected|hung task'
bad+='|blocked for more than|unable to handle|Bad page|bad: scheduling|scheduling while atomic|sleeping function'
bad+='|refcount_t:|UBSAN|KASAN|kmemleak|Call Trace|cut here|allocation failure|Out of memory|vmap allocation'
bad+='|Insufficient stack|leaked|still has .* objects|list_(add|del) corruption|unregister_netdevice: waiting'
grep -q 'guest: ready' "${1:?usage: klog.sh FILE}" || { echo "the guest's tests never began"; exit 1; }
tr -d '\r' < "$1" | sed '1,/guest: ready/d' | grep -E -A 20 "$bad" | head -n 60 && exit 1
exit 0
