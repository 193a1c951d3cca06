#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A Debian kernel's name (6.1, 6.12-rt, ...) in, build/kernels/NAME/ out:
#
#   vmlinuz  modules/  kdir/     of the newest such kernel in Debian's archive
#   release                      what uname -r will say there
#
# Nothing is installed and the host's package database is not touched: the
# packages come through an apt configuration of our own, signatures checked
# with Debian's keyring, and are unpacked.  They are kept in $KWASM_CACHE
# (default: ~/.cache/kwasm), so that the network is needed once.
set -euo pipefail
cd "$(dirname "$0")/../.."

name=${1:?usage: fetch-kernel.sh NAME}
cache=${KWASM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kwasm}
case $name in
6.1|6.1-rt|6.1-cloud)		suite=bookworm ;;
6.12|6.12-rt|6.12-cloud)	suite=trixie ;;
*) echo "fetch-kernel.sh: no kernel '$name': use 6.1, 6.12, either with -rt or -cloud" >&2; exit 2 ;;
esac
base=${name%%-*}
flavour=${name#"$base"}		# "", -rt or -cloud
arch=amd64
out=build/kernels/$name

[ -e "$out/release" ] && [ -n "$(find "$out/release" -mtime -7)" ] && exit 0

mkdir -p build/kernels "$cache/debs"
exec 9>"$cache/lock"
flock 9

die() { echo "fetch-kernel.sh: $*" >&2; exit 1; }

# The mirror this machine uses for Debian, else Debian's own.
mirror() {
	local uri
	# shellcheck disable=SC2016 # apt expands these
	uri=$(apt-get indextargets --format '$(CREATED_BY) $(REPO_URI)' 2>/dev/null |
		sed -n 's,^Packages \(.*/debian\)/*$,\1,p' | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

# apt SUITE COMMAND...: apt-get or apt-cache that sees only SUITE
private() {
	local s=$1 tool=$2 dir=$cache/apt-$1
	shift 2
	"$tool" -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null \
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o APT::Sandbox::User=root \
		-o APT::Default-Release= -o Acquire::Languages=none -o Acquire::Retries=5 \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
		-o Acquire::http::Timeout=60 "$@"
}

# Package lists, at most a day old; yesterday's will do where there is no network.
update() {
	local s=$1 dir=$cache/apt-$1 m key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$dir/fresh" ] && [ -n "$(find "$dir/fresh" -mtime -1)" ] && return
	m=$(mirror)
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: > "$dir/status"
	printf 'deb [signed-by=%s] %s %s main\n' "$key" "$m" "$s" \
		"$key" "${m%/debian}/debian-security" "$s-security" > "$dir/sources.list"
	echo "# package lists of Debian $s" >&2
	if private "$s" apt-get update >&2; then
		touch "$dir/fresh"
	elif ls "$dir"/state/lists/*_Packages* >/dev/null 2>&1; then
		echo "# no network? using the lists of $(date -r "$dir/state/lists" +%F)" >&2
	else
		die "cannot read Debian $s from $m: is there a network?"
	fi
}

# The path of PACKAGE's .deb in the cache, fetched if it is not there yet.
deb() {
	local s=$1 pkg=$2 uri file
	read -r uri file _ < <(private "$s" apt-get --print-uris download "$pkg" | head -n 1) ||
		die "Debian $s has no package $pkg"
	if [ ! -e "$cache/debs/$file" ]; then
		echo "# fetching $pkg" >&2
		(cd "$cache/debs" && mkdir -p "part.$$" && cd "part.$$" &&
		 private "$s" apt-get download "$pkg" >&2 && mv -- *.deb "../$file" && cd .. && rmdir "part.$$") ||
			die "cannot fetch $pkg ($uri)"
	fi
	echo "$cache/debs/$file"
}

# What the meta package META stands for today.
stands_for() {
	private "$1" apt-cache depends --important "$2" |
		sed -n 's/^ *Depends: \(linux-\(image\|headers\)-[0-9][^ ]*\).*/\1/p' | head -n 1
}

update "$suite"
image=$(stands_for "$suite" "linux-image$flavour-$arch")
[ -n "$image" ] || die "Debian $suite has no linux-image$flavour-$arch"
release=${image#linux-image-}
headers=linux-headers-$release
common=$(private "$suite" apt-cache depends --important "$headers" |
	sed -n 's/^ *Depends: \(linux-headers-[^ ]*common[^ ]*\).*/\1/p')
kbuild=$(private "$suite" apt-cache depends --important "$headers" |
	sed -n 's/^ *Depends: \(linux-kbuild-[^ ]*\).*/\1/p')

if [ "$(cat "$out/release" 2>/dev/null)" = "$release" ]; then
	touch "$out/release"
	exit 0
fi

# A kbuild package holds programs; take them from the release this machine runs, so that they find their libc.
kbuild_suite=$suite
kbuild_from=$kbuild
host=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
if [ "$suite" = trixie ] && [ "$host" = bookworm ]; then
	kbuild_suite=bookworm
	update bookworm
	kbuild_from=$(private bookworm apt-cache pkgnames linux-kbuild-6.12 | sort -V | tail -n 1)
	[ -n "$kbuild_from" ] || die "Debian bookworm has no linux-kbuild-6.12: needed to build modules for 6.12"
fi

tmp=$out.new
rm -rf "$tmp"
mkdir -p "$tmp/root"
image_deb=$(deb "$suite" "$image")
headers_deb=$(deb "$suite" "$headers")
common_deb=$(deb "$suite" "$common")
kbuild_deb=$(deb "$kbuild_suite" "$kbuild_from")

echo "# unpacking $release" >&2
# Of some 4,000 modules the tests need few: network devices and what netfilter is made of.
dpkg --fsys-tarfile "$image_deb" | tar -x -C "$tmp/root" --wildcards --no-anchored \
	"vmlinuz-*" "config-*" modules.builtin modules.order "drivers/net/veth.ko*" "drivers/net/dummy.ko*" \
	"net/bridge/*.ko*" "net/802/*.ko*" "net/llc/*.ko*" "net/netfilter/*.ko*" "net/ipv4/netfilter/*.ko*" \
	"net/ipv6/netfilter/*.ko*" "lib/libcrc32c.ko*" "net/sched/*.ko*"
for d in "$headers_deb" "$common_deb" "$kbuild_deb"; do
	dpkg -x "$d" "$tmp/root"
done
if [ "$kbuild_from" != "$kbuild" ]; then
	ln -s "$kbuild_from" "$tmp/root/usr/lib/$kbuild"
fi

root=$(realpath "$tmp/root")
final=$(realpath -m "$out/root")
hdr=$tmp/root/usr/src/$headers
# The headers' Makefile includes the common one by its installed path.
sed -i "s,/usr/src/,$final/usr/src/,g" "$hdr/Makefile"
if [ -d "$tmp/root/usr/lib/modules" ]; then
	ln -sfn "root/usr/lib/modules/$release" "$tmp/modules"
else
	ln -sfn "root/lib/modules/$release" "$tmp/modules"
fi
depmod -b "$([ -d "$root/usr/lib/modules" ] && echo "$root/usr" || echo "$root")" "$release" 2>/dev/null || true
ln -sfn "root/boot/vmlinuz-$release" "$tmp/vmlinuz"
ln -sfn "root/usr/src/$headers" "$tmp/kdir"
echo "$release" > "$tmp/release"
rm -rf "$out"
mv "$tmp" "$out"
