#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boots a kernel with kwasm.ko in QEMU, runs one command there.
#
# usage: boot.sh KERNEL COMMAND [FOLDER]...
#
# KERNEL is a name of fetch-kernel.sh.  The contents of each FOLDER are laid
# over the guest's root.  What COMMAND prints comes out here, its exit status
# is ours (120 and above: the guest did not get to the end).  The kernel log
# is left in build/guest/KERNEL/klog.
#
#   MEM=1024 SMP=2 TIMEOUT=1500  size of the guest, seconds until it is killed; sanitizers: 3072, 10000
#   MODULE=FILE                  a kwasm.ko built elsewhere
#   TURNS=1                      one host thread for all CPUs of the guest, which take turns
#   ICOUNT=1                     so too, and guest time follows instructions, not the host's clock
#   GUEST_TESTS="NAME..."        what run-tests runs, instead of all
#   GUEST_ENV="NAME=VALUE..."    more for the command's environment
#   QEMU_ARGS, APPEND            more for QEMU, more for the kernel's command line
set -euo pipefail
cd "$(dirname "$0")/../.."

name=${1:?usage: boot.sh KERNEL COMMAND [FOLDER]...}
command=${2:?usage: boot.sh KERNEL COMMAND [FOLDER]...}
shift 2
k=build/kernels/$name
case $name in
*-kasan*)
	MEM=${MEM:-3072} TIMEOUT=${TIMEOUT:-10000}
	# All reports, not the first alone.
	APPEND="kasan_multi_shot ${APPEND:-}" ;;
esac
g=build/guest/$name
mkdir -p "$g"
. tests/qemu/arch.sh
[ -z "$sysroot" ] || tests/qemu/fetch-sysroot.sh arm64

tests/qemu/fetch-kernel.sh "$name"
release=$(cat "$k/release")
module=${MODULE:-build/kmod-$release/kwasm.ko}
if [ -z "${MODULE:-}" ] && ! scripts/build-module.sh "$k/kdir" "${ARENA_MB:-16}" > "$g/build.log" 2>&1; then
	cat "$g/build.log" >&2
	echo "boot.sh: kwasm.ko does not build for $release" >&2
	exit 125
fi

# put FILE TARGET: a program with the libraries it needs
put() {
	local lib
	install -D "$1" "$g/root/$2"
	libraries "$1" | while read -r lib; do
		[ -e "$g/root$lib" ] || install -D "$sysroot$lib" "$g/root$lib"
	done
}

rm -rf "$g/root"
mkdir -p "$g/root"/{bin,dev,t}
install tests/qemu/init "$g/root/init"
put "$(program busybox)" bin/busybox
put "$(program bash)" bin/bash
put "$(program ip)" usr/sbin/ip
bpftool=$(program bpftool || true)
[ -z "$bpftool" ] || put "$bpftool" usr/sbin/bpftool
for tool in kwasm kwasm-spec; do
	[ ! -x "$user/$tool" ] || put "$user/$tool" "bin/$tool"
done
"${cross}strip" -g -o "$g/root/kwasm.ko" "$module"

# Modules in Debian's kernels; in order of what needs what.
for m in veth llc stp bridge sch_ingress cls_bpf nfnetlink nfnetlink_hook; do
	f=$(find -L "$k/modules" -name "$m.ko*" | head -n 1)
	case $f in
	*.xz) xz -dc "$f" > "$g/root/$m.ko" ;;
	?*)   cp "$f" "$g/root/$m.ko" ;;
	*)    continue ;;		# built in
	esac
	echo "/$m.ko"
done > "$g/root/modules.list"

for folder in "$@"; do
	cp -rL "$folder/." "$g/root/"
done
printf 'GUEST_TTY=/dev/%s\nGUEST_DIR=/t\nGUEST_COMMAND="%s"\nexport KWASM_STRESS=%s GUEST_TESTS="%s" %s\n' "$tty" "$command" \
	"${KWASM_STRESS:-1}" "${GUEST_TESTS:-}" "${GUEST_ENV:-}" > "$g/root/guest.conf"
(cd "$g/root" && find . | cpio -o -H newc --quiet -R 0:0 | gzip -1) > "$g/initrd"
rm -rf "$g/root"

accel=(-accel tcg,thread=multi)
if [ "${TURNS:-0}" != 0 ]; then
	accel=(-accel tcg,thread=single)
fi
if [ "${ICOUNT:-0}" != 0 ]; then
	accel=(-accel tcg,thread=single -icount shift=0)
fi
rc=0
: > "$g/klog"
# Word splitting of QEMU_ARGS is meant.
# shellcheck disable=SC2086
timeout --foreground -k 10 "${TIMEOUT:-1500}" "${qemu[@]}" "${accel[@]}" -smp "${SMP:-2}" -m "${MEM:-1024}" \
	-display none -nodefaults -no-reboot -chardev "file,id=log,path=$g/klog" -chardev stdio,id=tests \
	-kernel "$k/vmlinuz" -initrd "$g/initrd" \
	-append "console=$console panic=-1 oops=panic loglevel=7 printk.time=1 $append ${APPEND:-}" ${QEMU_ARGS:-} \
	</dev/null 2>"$g/qemu.log" |
	awk '/^@@ exit / { seen = 1; rc = $3; next } { sub(/\r$/, ""); print; fflush() }
	     END { exit seen ? rc : 121 }' || rc=$?
if [ $rc = 121 ]; then
	cat "$g/qemu.log" >&2
	{ echo "boot.sh: the guest did not get to the end; its last words:"; tail -n 25 "$g/klog"; } >&2
fi
exit $rc
