#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A sanitizer kernel's name in, build/kernels/NAME/ out, as fetch-kernel.sh
# leaves it: Debian's source of that kernel, the smallest configuration that
# runs the tests, and everything in it that looks for bugs.
#
#   6.1-kasan         KASAN, vmalloc included; kwasm runs in check mode there
#   6.1-kasan-guard   KASAN, vmalloc left out; guard mode
#
# A build takes some ten minutes of two CPUs and 3 GB of disk.  It is kept in
# $KWASM_CACHE/built/ and used until its fragments in tests/qemu/config/
# change; remove it there to have one of a newer source.
set -euo pipefail
cd "$(dirname "$0")/../.."

name=${1:?usage: build-kernel.sh NAME}
cache=${KWASM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kwasm}
arch=amd64
. tests/qemu/debian.sh

base=${name%%-*}
fragments=(tests/qemu/config/{base,debug}.config "tests/qemu/config/${name#*-}.config")
suite=bookworm
[ -e "${fragments[2]}" ] || die "no kernel '$name'"
key=$(cat "${fragments[@]}" | sha256sum | cut -c 1-12)
built=$cache/built/$name-$key
out=build/kernels/$name

mkdir -p build/kernels "$cache/debs" "$cache/built"
exec 9>"$cache/lock-$name"
flock 9

build() {
	local src=$built.src obj=$built log=$built.log deb
	for tool in gcc make flex bison bc pahole; do
		command -v $tool >/dev/null || die "no $tool: apt-get install gcc make flex bison bc dwarves libelf-dev"
	done
	update "$suite"
	deb=$(deb "$suite" "linux-source-$base")
	rm -rf "$src" "$obj"
	mkdir -p "$src" "$obj"
	echo "# unpacking linux-source-$base" >&2
	dpkg --fsys-tarfile "$deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' | tar -xJ --strip-components 1 -C "$src" \
		--wildcards --exclude '*/tools/testing/*' --exclude '*/arch/[a-w]*/*.[chS]' --exclude '*.dts*' --exclude '*.rst' \
		--exclude '*/drivers/gpu/*.[ch]' --exclude '*/drivers/media/*.[ch]' --exclude '*/sound/*.[ch]'
	make -s -C "$src" "O=$obj" tinyconfig >"$log" 2>&1 || die "tinyconfig fails: see $log"
	"$src/scripts/kconfig/merge_config.sh" -m -O "$obj" "$obj/.config" "$src/kernel/configs/kvm_guest.config" \
		"${fragments[@]}" >>"$log" 2>&1
	make -s -C "$src" "O=$obj" olddefconfig >>"$log" 2>&1 || die "olddefconfig fails: see $log"
	granted "$obj/.config" || die "the configuration lacks what its fragments ask for"
	echo "# building Linux $base with sanitizers: some ten minutes; $log" >&2
	nice -n 15 make -C "$obj" -j"$(nproc)" bzImage modules >>"$log" 2>&1 || { tail -n 20 "$log" >&2; die "the kernel does not build: see $log"; }
	# What modules are built with stays, and vmlinux for its symbols and types.
	find "$obj" -type f \( -name '*.o' -o -name '*.a' -o -name '.*.cmd' \) \
		! -path "$obj/scripts/*" ! -path "$obj/tools/*" -delete
	touch "$obj/complete"
}

# granted CONFIG: it has what the fragments say.  What this version of Linux has no option for is left out in silence.
granted() {
	local line option bad=0
	while read -r line; do
		grep -qxF "$line" "$1" && continue
		option=$(grep -o 'CONFIG_[A-Z0-9_]*' <<< "$line")
		grep -rqs --include 'Kconfig*' "^\(menu\)\?config ${option#CONFIG_}$" "$built.src" || continue
		[[ $line != "# "* ]] || grep -q "^$option=y" "$1" || continue
		echo "# not granted: $line" >&2
		bad=1
	done < <(grep -hE '^CONFIG_.*=|is not set$' "${fragments[@]}")
	return $bad
}

[ -e "$built/complete" ] || build

mkdir -p "$out/modules"
ln -sfn "$built/arch/x86/boot/bzImage" "$out/vmlinuz"
ln -sfn "$built" "$out/kdir"
cp "$built/include/config/kernel.release" "$out/release"
