#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make demo: from a clone to a Wasm filter dropping packets in Debian's own
# kernel, in a virtual machine; this machine's kernel is not touched.
set -euo pipefail
cd "$(dirname "$0")/.."

arch=${ARCH:-$(uname -m)}
arch=${arch/aarch64/arm64}
kernel=${KERNEL:-6.1}
[ "$arch" = x86_64 ] || kernel=${kernel%-"$arch"}-$arch
log=build/demo.log
mkdir -p build
bold='' plain=''
if [ -t 1 ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi

step() {	# TEXT COMMAND...: one line, with the time it took; the output only if it fails
	local text=$1 at=$SECONDS
	shift
	printf '  %-58s' "$text"
	if "$@" > "$log" 2>&1; then
		printf '%4d s\n' $((SECONDS - at))
	else
		printf 'failed\n\n'
		tail -n 40 "$log"
		exit 1
	fi
}

scripts/install-packages.sh
start=$SECONDS

printf '\n%skwasm: WebAssembly in the Linux kernel%s\n\n' "$bold" "$plain"
step "compiler library and tools" make -s -j"$(nproc)" "ARCH=$arch" user
step "sample filters (clang) and hostile ones (wat2wasm)" make -s samples hostile
step "Debian's kernel $kernel: fetched, unpacked, not installed" tests/qemu/fetch-kernel.sh "$kernel"
step "kwasm.ko for $(cat "build/kernels/$kernel/release")" scripts/build-module.sh "build/kernels/$kernel/kdir"
name=$kernel
. tests/qemu/arch.sh
step "traffic generator" make -s "ARCH=$arch" "$user/guest-tools/traffic"

over=build/guest/demo
rm -rf "$over"
mkdir -p "$over/bin"
cp -r build/samples build/hostile "$over/"
install tests/qemu/demo-guest.sh "$over/demo"
install "$user/guest-tools/traffic" "$over/bin/traffic"
echo "  booting it in QEMU (no KVM needed) ..."
rc=0
GUEST_ENV="BOLD='$bold' PLAIN='$plain'" tests/qemu/boot.sh "$kernel" /demo "$over" || rc=$?
if noise=$(tests/qemu/klog.sh "build/guest/$kernel/klog"); then
	echo "  kernel log: clean ($(wc -l < "build/guest/$kernel/klog") lines, build/guest/$kernel/klog)"
else
	printf '  kernel log: NOT clean\n%s\n' "$noise"
	rc=1
fi
echo
if [ "$rc" = 0 ]; then
	printf '%sAll as it should be, in %d s.%s  README.md goes on from here.\n' "$bold" $((SECONDS - start)) "$plain"
else
	printf '%sSomething is wrong (status %d), see above.%s\n' "$bold" "$rc" "$plain"
fi
exit "$rc"
