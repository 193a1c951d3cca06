#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A Debian kernel's name (6.1, 6.12-rt, 6.1-arm64, ...) in, build/kernels/NAME/ out:
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
arch=amd64
flavour=
case $name in
*-arm64)		arch=arm64 ;;
*-rt|*-cloud)		flavour=-${name#*-} ;;
esac
case $name in
6.1|6.1-rt|6.1-cloud|6.1-arm64)		suite=bookworm ;;
6.12|6.12-rt|6.12-cloud|6.12-arm64)	suite=trixie ;;
6.1-kasan|6.1-kasan-guard)	exec tests/qemu/build-kernel.sh "$name" ;;
*) echo "fetch-kernel.sh: no kernel '$name': use 6.1, 6.12, either with -rt, -cloud or -arm64, 6.1-kasan, 6.1-kasan-guard" >&2; exit 2 ;;
esac
out=build/kernels/$name

[ -e "$out/release" ] && [ -n "$(find "$out/release" -mtime -7)" ] && exit 0

mkdir -p build/kernels "$cache/debs"
exec 9>"$cache/lock"
flock 9

. tests/qemu/debian.sh

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

# A kbuild package holds programs: take those of the architecture and the release
# this machine runs, so that they run, and find their libc.
kbuild_arch=$(dpkg --print-architecture)
kbuild_suite=$suite
kbuild_from=$kbuild
host=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
if [ "$suite" = trixie ] && [ "$host" = bookworm ]; then
	kbuild_suite=bookworm
	arch=$kbuild_arch update bookworm
	kbuild_from=$(arch=$kbuild_arch private bookworm apt-cache pkgnames linux-kbuild-6.12 | sort -V | tail -n 1)
	[ -n "$kbuild_from" ] || die "Debian bookworm has no linux-kbuild-6.12: needed to build modules for 6.12"
elif [ "$kbuild_arch" != "$arch" ]; then
	arch=$kbuild_arch update "$suite"
fi

tmp=$out.new
rm -rf "$tmp"
mkdir -p "$tmp/root"
image_deb=$(deb "$suite" "$image")
headers_deb=$(deb "$suite" "$headers")
common_deb=$(deb "$suite" "$common")
kbuild_deb=$(arch=$kbuild_arch deb "$kbuild_suite" "$kbuild_from")

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
