#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installs the packages of tests/packages.txt that are missing; asks first when
# there is someone to ask.  Does nothing on a machine that has them.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
machine=$(dpkg --print-architecture)
while read -r package only; do
	[ "${only:-[$machine]}" = "[$machine]" ] || continue
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done < <(sed 's/#.*//; /^ *$/d' tests/packages.txt)
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Packages needed and not installed: ${missing[*]}"
sudo=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "Not root, and no sudo: install them, then run this again." >&2; exit 1; }
	sudo=(sudo)
fi
if [ -t 0 ] && [ -t 1 ]; then
	read -r -p "Install them now with apt-get? [Y/n] " answer
	case $answer in
	""|[yY]*) ;;
	*) echo "Nothing was installed." >&2; exit 1 ;;
	esac
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
get() {
	"${sudo[@]}" apt-get -q -y -o Acquire::Retries=5 -o Dpkg::Use-Pty=0 "$@" >> "$log" 2>&1
}
echo "Installing them ..."
get update || echo "apt-get update failed; trying with the lists at hand"
if ! get --no-install-recommends install "${missing[@]}"; then
	tail -n 30 "$log" >&2
	exit 1
fi
