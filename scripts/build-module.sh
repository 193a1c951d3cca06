#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernel headers in, build/kmod-RELEASE/kwasm.ko out.  The kernel's build
# system writes next to the sources, so it is given a folder of links to ours,
# one for each kernel: two kernels never see each other's objects.
#
# XDP and tc programs reach the module through functions that BPF programs call.
# For these the module needs BTF, which pahole makes on top of the kernel's own.
# That is found beside the headers, in /boot or in the running kernel; where it
# or pahole is missing, the module comes without and those hooks are refused.
#
# usage: build-module.sh KDIR [ARENA_MB] [make arguments...]
#        OUT=DIR: build there      KERNEL_BTF=FILE: vmlinuz, vmlinux or BTF of that kernel
set -euo pipefail
cd "$(dirname "$0")/.."

kdir=$(realpath "${1:?usage: build-module.sh KDIR [ARENA_MB]}" 2>/dev/null) || kdir=
if [ ! -e "$kdir/include/generated/utsrelease.h" ]; then
	echo "build-module.sh: no kernel headers in $1: install linux-headers-$(uname -r), or say KDIR=..." >&2
	exit 1
fi
beside=$(dirname "$1")		# where tests/qemu/fetch-kernel.sh puts the kernel
arena_mb=${2:-16}
shift $(($# < 2 ? $# : 2))
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
out=${OUT:-$PWD/build/kmod-$release}
mkdir -p "$out"

# Folders are real, files are links; links whose file is gone go as well.
cp -rsf "$PWD/jit" "$PWD/kmod" "$PWD/uapi" "$PWD/Kbuild" "$out/" 2>/dev/null ||
	{ rm -rf "${out:?}"; mkdir -p "$out"; cp -rs "$PWD/jit" "$PWD/kmod" "$PWD/uapi" "$PWD/Kbuild" "$out/"; }
find "$out" -xtype l -delete

# The kernel's build system would make BTF only where it has all it wants for it;
# make_btf() does it the same way for every kernel.
args=(CONFIG_DEBUG_INFO_BTF_MODULES= "KWASM_ARENA_MB=$arena_mb")

# The machine is that of the headers; Debian's cross compiler where it is another than this one.
cross=
if grep -q '^CONFIG_ARM64=y' "$kdir/.config"; then
	args+=(ARCH=arm64)
	[ "$(uname -m)" = aarch64 ] || cross=aarch64-linux-gnu-
else
	args+=(ARCH=x86_64)
	[ "$(uname -m)" = x86_64 ] || cross=x86_64-linux-gnu-
fi
args+=("CROSS_COMPILE=$cross")

# The compiler the kernel was built with, else the nearest: an older one lacks
# what the newer was found to have when the kernel was configured.
want=$(sed -n 's/^CONFIG_CC_VERSION_TEXT=.*-gcc-\([0-9]*\) .*/\1/p; s/^CONFIG_GCC_VERSION=\([0-9]*\)0[0-9]0[0-9]$/\1/p' "$kdir/.config" | head -n 1)
cc=${cross}gcc
for v in "$want" 14 13 12; do
	if command -v "${cross}gcc-$v" >/dev/null; then
		cc=${cross}gcc-$v
		break
	fi
done
have=$("$cc" -dumpversion)
args+=("CC=$cc")
if [ "${have%%.*}" -lt 13 ]; then
	args+=(CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=)
	# Places for ftrace want that alignment: where the kernel relies on it, none are made.
	if grep -q '^CONFIG_ARM64=y' "$kdir/.config" && grep -q '^CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=y' "$kdir/.config"; then
		args+=(CC_FLAGS_FTRACE=)
	fi
fi

# The arena has a size and no bytes; it joins at the last link, behind objtool's back.
stamp=$out/arena-$arena_mb.stamp
if [ ! -e "$stamp" ] || [ kmod/arch/arena.s -nt "$stamp" ]; then
	rm -f "$out"/arena-*.stamp "$out/kwasm.ko"
	"${cross}as" --defsym ARENA_BYTES=$((arena_mb << 20)) kmod/arch/arena.s -o "$out/arena_img.o"
	touch "$stamp"
fi
args+=("LDFLAGS_MODULE=$out/arena_img.o")

# kernel_btf: where the BTF of the kernel is that these headers are of
kernel_btf() {
	local f
	for f in "${KERNEL_BTF:-}" "$kdir/vmlinux" "$beside/vmlinuz" "/boot/vmlinuz-$release"; do
		if [ -n "$f" ] && [ -e "$f" ]; then
			echo "$f"
			return
		fi
	done
	if [ "$(uname -r)" = "$release" ] && [ -e /sys/kernel/btf/vmlinux ]; then
		echo /sys/kernel/btf/vmlinux
	fi
}

make_btf() {
	local from base=$out/kernel.btf
	from=$(kernel_btf)
	if [ -z "$from" ] || ! command -v pahole >/dev/null; then
		echo "build-module.sh: no BTF, so no XDP and tc: ${from:+install pahole}${from:-say KERNEL_BTF=/boot/vmlinuz-$release}" >&2
		return
	fi
	[ "$base" -nt "$from" ] || scripts/btf.py base "$from" "$base"
	# All of it or nothing: a module with .BTF is not looked at again.
	cp "$out/kwasm.ko" "$out/kwasm.btf.ko"
	LLVM_OBJCOPY=${cross}objcopy pahole -J --btf_gen_floats -j --lang_exclude=rust --btf_base "$base" "$out/kwasm.btf.ko"
	scripts/btf.py ids "$base" "$out/kwasm.btf.ko"
	mv "$out/kwasm.btf.ko" "$out/kwasm.ko"
}

make --no-print-directory -j"$(nproc)" -C "$kdir" M="$out" "${args[@]}" "$@" modules

# Once for every link.
if ! readelf -SW "$out/kwasm.ko" | grep -q ' \.BTF '; then
	make_btf
fi
