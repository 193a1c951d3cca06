#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Documentation/limits.rst says what the source says: every limit of limits.h is
# there, and every row of its tables has the constant's value.
set -euo pipefail
cd "$(dirname "$0")/../.."

rst=Documentation/limits.rst
bad=0
complain() { echo "$*" >&2; bad=1; }

# "(16U << 20)" -> 16777216; other words are left to fail.
value_of() {
	local text
	text=$(git grep -hE "^#define[[:space:]]+$1[[:space:]]" -- jit kmod uapi |
		sed -E 's|/\*.*||; s|^#define[[:space:]]+[A-Z_0-9]+[[:space:]]+||; s/NSEC_PER_SEC/1000000000/' | sort -u)
	text=$(sed -E 's/([0-9])U?L*\b/\1/g' <<<"$text")
	[[ $text =~ ^[0-9\(\)\<\ \	]+$ ]] && echo $((text)) || echo "unknown: $text"
}

rows=$(sed -nE 's/^``([A-Z_0-9]+)`` +([0-9]+) .*/\1 \2/p' "$rst")
while read -r name value; do
	is=$(value_of "$name")
	[ "$is" = "$value" ] || complain "$rst: $name is $is, not $value"
done <<<"$rows"

while read -r name; do
	grep -q "^$name " <<<"$rows" || complain "$rst: no row for $name"
done < <(sed -nE 's/^#define (KW_MAX_[A-Z_]+).*/\1/p' jit/common/limits.h)

exit $bad
