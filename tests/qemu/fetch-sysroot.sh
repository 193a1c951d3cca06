#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# An architecture's name in Debian (arm64) in, build/sysroot-ARCH/ out: the
# libraries that user space is built with for it, and the programs of its test
# guests with the libraries they need.
#
# As with kernels (fetch-kernel.sh) nothing is installed; packages are kept in
# $KWASM_CACHE and unpacked.
set -euo pipefail
cd "$(dirname "$0")/../.."

arch=${1:?usage: fetch-sysroot.sh ARCH}
cache=${KWASM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kwasm}
out=build/sysroot-$arch
suite=bookworm

# What is linked to; programs of the guests; what these load.
packages=(libbpf-dev libelf-dev zlib1g-dev
	busybox-static bash iproute2 bpftool
	libc6 libtinfo6 libbpf1 libelf1 zlib1g libcap2 libmnl0 libbsd0 libmd0)

list="${packages[*]}"
[ "$(cat "$out/packages" 2>/dev/null)" = "$list" ] && exit 0

mkdir -p build "$cache/debs"
exec 9>"$cache/lock"
flock 9
[ "$(cat "$out/packages" 2>/dev/null)" = "$list" ] && exit 0

. tests/qemu/debian.sh

update "$suite"
tmp=$out.new
rm -rf "$tmp"
mkdir -p "$tmp"
for package in "${packages[@]}"; do
	file=$(deb "$suite" "$package")
	dpkg --fsys-tarfile "$file" | tar -x -C "$tmp" --exclude './usr/share/*' --exclude '*/gconv/*'
done
echo "$list" > "$tmp/packages"
rm -rf "$out"
mv "$tmp" "$out"
