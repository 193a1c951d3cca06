#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a reviewer should not have to say: a licence line first, tabs, no blanks
# at the ends of lines, no leftovers.  With a linux-headers scripts/checkpatch.pl
# in CHECKPATCH, that as well.
set -euo pipefail
cd "$(dirname "$0")/../.."

bad=0
complain() { echo "$*" >&2; bad=1; }
code=('*.[chS]' '*.def' '*.sh' '*.py' '*.mk' Makefile Kbuild '*.s' '*.rules' ':!tests/kselftest/vendor')

while read -r f; do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: ' || complain "$f: no SPDX line at its top"
	[ -z "$(tail -c 1 "$f")" ] || complain "$f: no newline at its end"
done < <(git ls-files -- "${code[@]}")

show() { while IFS= read -r l; do complain "$l: $1"; done; }
show "blanks at the end of the line"		< <(git grep -nE '[[:blank:]]+$' -- "${code[@]}" | cut -c 1-100)
show "indented with spaces"			< <(git grep -nE '^ {8}' -- '*.[chS]' ':!tests/kselftest/vendor' | cut -c 1-100)
show "left to do"				< <(git grep -nE '\b(TODO|FIXME|XXX)\b' -- "${code[@]}" ':!tests/check.py' ':!tests/check/style.sh' | cut -c 1-100)
show "a name of some machine, not of this project"	< <(git grep -nE '/(work|home)/[a-z]' -- . ':!tests/check/style.sh' ':!tests/kselftest/vendor' | cut -c 1-100)
show "float in jit/"				< <(git grep -nE '^[^*/"]*\b(float|double)\b [a-z*]' -- 'jit/*.[ch]' | cut -c 1-100)

if [ -n "${CHECKPATCH:-}" ]; then
	git ls-files -- 'jit/*.[chS]' 'kmod/*.[chS]' |
		xargs "$CHECKPATCH" --no-tree --strict --terse --quiet -f --show-types || bad=1
fi
exit $bad
