# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
#
# Sourced: what a guest's architecture decides.  Wants $name, a kernel of
# fetch-kernel.sh; ends the script if its guests cannot be made here; gives
#
#   user      where user space for it was built
#   cross     what names of binutils begin with
#   sysroot   where the guest's programs come from: "" is this machine
#   qemu      the machine, two serial ports included: one writes to chardev
#             "log", one to chardev "tests"
#   console   the first's name, of the kernel; tty is the second's
#   append    more for the kernel's command line

case $name in
*-arm64)
	if [ "$(uname -m)" = aarch64 ]; then
		user=build/user cross='' sysroot=''
	else
		user=build/user-arm64 cross=aarch64-linux-gnu- sysroot=build/sysroot-arm64
	fi
	# Pointer authentication as architected costs the emulator most of its time.
	# Of the board's own kind of port there is only one.
	qemu=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on"
		-serial chardev:log -device pci-serial,chardev=tests)
	console=ttyAMA0 tty=ttyS0
	append= ;;
*)
	if [ "$(uname -m)" != x86_64 ]; then
		echo "${0##*/}: guests of kernel $name are built on x86-64 machines; here: 6.1-arm64, 6.12-arm64" >&2
		exit 2
	fi
	user=build/user cross='' sysroot=''
	qemu=(qemu-system-x86_64 -cpu max -serial chardev:log -serial chardev:tests)
	console=ttyS0 tty=ttyS1
	append=no_timer_check ;;
esac

# program NAME: its path
program() {
	local dir
	if [ -z "$sysroot" ]; then
		PATH=$PATH:/sbin:/usr/sbin command -v "$1"
		return
	fi
	for dir in bin sbin usr/bin usr/sbin; do
		if [ -e "$sysroot/$dir/$1" ]; then
			echo "$sysroot/$dir/$1"
			return
		fi
	done
	return 1
}

# libraries FILE: what it is linked with, as the guest names it
libraries() {
	if [ -z "$sysroot" ]; then
		ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true
		return
	fi
	local lib found
	readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r lib; do
		for found in "$sysroot"/{lib,usr/lib,lib/*-linux-gnu,usr/lib/*-linux-gnu}/"$lib"; do
			if [ -e "$found" ]; then
				echo "${found#"$sysroot"}"
				libraries "$found"
				continue 2
			fi
		done
		echo "no $lib for $1 in $sysroot" >&2
	done
}
