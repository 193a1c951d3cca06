#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What Documentation/ must say because a table in the sources says it.  A row
# that is added and not documented, or a name in the text that is gone, is a
# failure.
set -u
cd "$(dirname "$0")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0
doc=Documentation

report() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$tmp/log"
		failed=1
	fi
}

# Every word of stdin stands in FILE, and there are some.
all_in() {	# FILE NAME
	local word words=0
	: >"$tmp/log"
	while read -r word; do
		words=$((words + 1))
		grep -qwF -- "$word" "$1" || echo "$1 does not mention $word" >>"$tmp/log"
	done
	[ $words -gt 0 ] || echo "found nothing to look for" >>"$tmp/log"
	[ ! -s "$tmp/log" ]
	report $? "$2"
}

all_in $doc/guest-abi.rst "guest-abi.rst: every host function" \
	< <(sed -n 's/^KW_HOST([A-Z0-9_]*,[[:blank:]]*"[a-z0-9_]*",[[:blank:]]*"\([a-z0-9_]*\)".*/\1/p' jit/rt/host.def)
# Which programs may call it: module, name and context of each row, there and in the page's tables.
sed -n 's/^KW_HOST([A-Z0-9_]*,[[:blank:]]*"\([a-z0-9_]*\)",[[:blank:]]*"\([a-z0-9_]*\)",[[:blank:]]*\([A-Z]*\),.*/\1 \2 \3/p' \
	jit/rt/host.def | sort >"$tmp/given"
awk '/^``kwasm_([a-z]*_)?v1``$/ { module = substr($1, 3, length($1) - 4) }
	module && /^``/ && substr($0, 51, 3) ~ /^(A|[SP][A-Z]?) *$/ {
		names = substr($0, 1, 50); sub(/[(-].*/, "", names); sub(/as those two/, "", names)
		gsub(/[`,]/, " ", names)
		n = split(names, name, " ")
		for (i = 1; i <= n; i++) { context = substr($0, 51, 3); sub(/ +$/, "", context); print module, name[i], context }
	}' $doc/guest-abi.rst | sort >"$tmp/told"
[ -s "$tmp/given" ] && diff "$tmp/given" "$tmp/told" >"$tmp/log"
report $? "guest-abi.rst: who may call each of them"
all_in $doc/guest-abi.rst "guest-abi.rst: every field" \
	< <(sed -n 's/^KW_FIELD(\([A-Z0-9_]*\),.*/\1/p' jit/rt/field.def)
all_in $doc/guest-abi.rst "guest-abi.rst: every trap" \
	< <(sed -n 's/^KW_TRAP(\([A-Z0-9_]*\),.*/\1/p' jit/common/trap.def | tr '[:upper:]' '[:lower:]')
all_in $doc/performance.rst "performance.rst: every optimisation" \
	< <(sed -n 's/^KW_OPT([A-Z0-9_]*,[[:blank:]]*"\([a-z0-9-]*\)".*/\1/p' jit/common/opt.def)
all_in $doc/uapi.rst "uapi.rst: every request" \
	< <(sed -n 's/^KWASM_IOCTL(\([A-Z_]*\),.*/\1/p' kmod/ioctl.def)
all_in $doc/man/kwasm.8.rst "kwasm(8): every verb" \
	< <(sed -n 's/^VERB([a-z_]*, "\([a-z-]*\)".*/\1/p' userspace-tools/kwasm/verb.def)
all_in $doc/man/kwasm.8.rst "kwasm(8): every option" \
	< <(sed -n 's/^OPTION([A-Z_]*,[[:blank:]]*"\([a-z-]*\)".*/--\1/p' userspace-tools/kwasm/option.def | grep -vx -- --help)
all_in $doc/json.rst "json.rst: every member that is written" \
	< <(sed -n 's/.*json_[a-z0-9]*(&\?[a-z>-]*j, "\([a-z_0-9]*\)".*/\1/p' userspace-tools/kwasm/*.c | sort -u)
all_in $doc/json.rst "json.rst: every error code" \
	< <(sed -n 's/.*\.code = "\([a-z_]*\)".*/\1/p; s/^\t{ E[A-Z0-9]*,[^"]*"\([a-z_]*\)".*/\1/p' \
		userspace-tools/kwasm/*.c userspace-tools/libkwasm/error.c | sort -u)
all_in README.md "README.md: every sample" < <(cd samples && ls ./*.c | sed 's|^./||')

: >"$tmp/log"
sed -n 's/^KW_OPT([A-Z0-9_]*,[[:blank:]]*"\([a-z0-9-]*\)".*/\1/p' jit/common/opt.def >"$tmp/names"
while read -r name; do
	grep -qx ";; OPT: $name" tests/ir/*.wat tests/code/*.wat tests/code/a64/*.wat || echo "no text test has ;; OPT: $name" >>"$tmp/log"
done <"$tmp/names"
[ -s "$tmp/names" ] && [ ! -s "$tmp/log" ]
report $? "opt.def: every optimisation has a text test that fails without it"

# Exit statuses: those the command can give, in the page and in the manual page.
sed -n '/^enum exit_status/,/^}/s/^\tEXIT_\([A-Z_]*\)[[:blank:]]*= \([0-9]*\),.*/\1 \2/p' userspace-tools/kwasm/cli.h |
	while read -r name value; do
		grep -q "EXIT_$name\b" userspace-tools/kwasm/*.c && echo "$value"
	done | sort -n >"$tmp/given"
sed -n '/^Exit statuses/,$s/^\([0-9][0-9]*\) .*/\1/p' $doc/cli.rst | sort -n >"$tmp/told"
diff "$tmp/given" "$tmp/told" >"$tmp/log"
report $? "cli.rst: the exit statuses there are"
sed -n '/^EXIT STATUS/,/^FILES/p' $doc/man/kwasm.8.rst | grep -o '\*\*[0-9]*\*\*' | tr -d '*' | sort -n >"$tmp/told"
diff "$tmp/given" "$tmp/told" >"$tmp/log"
report $? "kwasm(8): the exit statuses there are"

# Links between the pages lead somewhere.
: >"$tmp/log"
{ grep -oE '\]\([A-Za-z0-9_/.-]+\)' README.md | tr -d '])('
  grep -ohE '[A-Za-z0-9_-]+\.rst' $doc/*.rst README.md | sort -u | sed "s|^|$doc/|; s|$doc/\(kwasm.8\|libkwasm.3\).rst|$doc/man/\1.rst|; s|$doc/8.rst|$doc/man/kwasm.8.rst|"
} | sort -u | while read -r f; do
	[ -e "$f" ] || echo "$f is mentioned and not there" >>"$tmp/log"
done
[ ! -s "$tmp/log" ]
report $? "what the pages refer to exists"

if command -v rst2html >/dev/null; then
	: >"$tmp/log"
	for f in $doc/*.rst; do
		rst2html --strict "$f" /dev/null 2>>"$tmp/log" || echo "$f" >>"$tmp/log"
	done
	[ ! -s "$tmp/log" ]
	report $? "the pages are well-formed reStructuredText"
fi
echo "1..$n"
exit $failed
