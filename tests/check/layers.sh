#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Data flows one way, and includes follow it: a file may include what is to
# its left here, or beside it, never to its right.  jit/ includes nothing of
# the system, and only platform.h knows which world it is in.
#
#   platform < common < wasm < ir < opt < isa.h mir.h < ra < code < isa/<x> < compile < rt < kmod
set -euo pipefail
cd "$(dirname "$0")/../.."

rank() {
	case $1 in
	uapi/*)				echo 0 ;;
	jit/platform/*.[cS]|jit/platform/user_*.h)	echo 95 ;;	# the world's side of platform.h: it may know the layouts
	jit/platform.h|jit/platform/*)	echo 5 ;;
	jit/common/*)			echo 10 ;;
	jit/wasm/*)			echo 20 ;;
	jit/ir/*)			echo 30 ;;
	jit/opt/*)			echo 40 ;;
	jit/isa/isa.h|jit/isa/mir.h|jit/isa/*.[ch])
		case $1 in
		jit/isa/*/*)		echo 80 ;;
		*)			echo 50 ;;
		esac ;;
	jit/ra/*)			echo 60 ;;
	jit/code/*)			echo 70 ;;
	jit/compile.[ch])		echo 85 ;;
	jit/audit/*)			echo 85 ;;
	jit/rt/*)			echo 90 ;;
	kmod/*)				echo 100 ;;
	*)				echo "" ;;
	esac
}

bad=0
complain() { echo "$*" >&2; bad=1; }

while IFS=: read -r file text; do
	inc=${text#*\"}
	inc=${inc%%\"*}
	target=
	for at in "$(dirname "$file")/$inc" "jit/$inc" "kmod/$inc" "kmod/arch/x86/$inc" "kmod/arch/arm64/$inc" "uapi/$inc"; do
		if [ -e "$at" ]; then
			target=$(realpath -m --relative-to=. "$at")
			break
		fi
	done
	[ -n "$target" ] || { complain "$file: includes \"$inc\", which is nowhere"; continue; }
	from=$(rank "$file") to=$(rank "$target")
	[ -z "$from" ] || [ -z "$to" ] || [ "$to" -le "$from" ] || complain "$file: includes $target, which lies to its right"
done < <(git grep -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' -- 'jit/*.[chS]' 'jit/*.def' 'kmod/*.[chS]' 'kmod/*.def')

while IFS=: read -r file text; do
	case $file in
	jit/platform/*) ;;
	*) complain "$file: $text: jit/ includes nothing but its own" ;;
	esac
done < <(git grep -E '^[[:space:]]*#[[:space:]]*include[[:space:]]*<' -- 'jit/*.[ch]')

while IFS=: read -r file _; do
	[ "$file" = jit/platform.h ] || complain "$file: __KERNEL__ belongs into jit/platform.h only"
done < <(git grep -E '\b__KERNEL__\b' -- 'jit/*.[chS]' | grep -v ':[[:space:]]*\*')

# A machine is known in its own folders and nowhere else; isa.h declares what there is.
while IFS=: read -r file text; do
	complain "$file: $text: of one machine: it belongs into jit/isa/*, jit/platform or kmod/arch"
done < <(git grep -E '\b(x64|X64|a64|A64)_[A-Za-z]|\bkw_isa_(x64|a64)\b|__x86_64__|__aarch64__|\bCONFIG_(X86|ARM64)' -- \
	'jit/*.[chS]' 'jit/*.def' 'kmod/*.[chS]' 'kmod/*.def' 'userspace-tools/*.[ch]' \
	':!jit/isa/*/*' ':!jit/isa/isa.h' ':!jit/platform' ':!kmod/arch')

exit $bad
