#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernel tests in one kernel: boots it, passes on what its tests print, and
# adds results of its own: that the guest lived to the end, that its log is clean.
#
# usage: check.sh KERNEL      SPEC_DIR: also run this suite through /dev/kwasm
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

name=${1:?usage: check.sh KERNEL}
. tests/qemu/arch.sh
# What is laid over the guest; one for each kernel, for several may be checked at a time.
tree=build/guest/$name.over
over=("$tree")
if [ -n "${SPEC_DIR:-}" ]; then
	rm -rf "$tree.spec"
	mkdir -p "$tree.spec"
	cp -r "$SPEC_DIR" "$tree.spec/spec"
	over+=("$tree.spec")
fi
rm -rf "$tree"
mkdir -p "$tree"/{t,bin}
for tool in traffic offload; do
	[ ! -x "$user/guest-tools/$tool" ] || cp "$user/guest-tools/$tool" "$tree/bin/"
done
cp tests/qemu/run-tests "$tree/t/"
mkdir "$tree/t/lib"
cp tests/kselftest/lib/*.sh "$tree/t/lib/"
for f in tests/kselftest/*.sh tests/kselftest/*.c tests/kselftest/*.wat tests/kselftest/guest/*.c; do
	test=$(basename "${f%.*}")
	case $f in
	*\**)	continue ;;
	*.sh)	built=$f ;;
	*/guest/*) built=build/kselftest/$test.wasm ;;
	*.c)	built=$user/kselftest/$test ;;
	*.wat)	built=build/kselftest/$test.wasm ;;
	esac
	cp "$built" "$tree/t/" || printf '@@ begin %s\nnot ok builds\n@@ end %s 0\n' "$test" "$test"
done
chmod -f -x "$tree"/t/*.wasm		# guests are no tests of their own
for d in samples hostile; do
	[ ! -d "build/$d" ] || cp -r "build/$d" "$tree/"
done

# The same module with its mechanisms' own tests in it, for tests/kselftest/mechanisms.sh.
tests/qemu/fetch-kernel.sh "$name"
if OUT=$PWD/build/kmod-selftest-$name scripts/build-module.sh "build/kernels/$name/kdir" 16 KWASM_SELFTEST=y \
	> "build/guest/$name.selftest.log" 2>&1; then
	"${cross}strip" -g -o "$tree/kwasm-selftest.ko" "build/kmod-selftest-$name/kwasm.ko"
	# And one that the kernel has no type information of, for tests/kselftest/xdp.sh.
	"${cross}objcopy" -g -R .BTF "$tree/kwasm-selftest.ko" "$tree/kwasm-nobtf.ko"
fi

# boot TESTS FOLDER...: a guest that runs them
boot() {
	local errors=build/guest/$name.errors log rc
	GUEST_TESTS=$1 tests/qemu/boot.sh "$name" /t/run-tests "${@:2}" 2> "$errors"
	rc=$?
	echo "@@ begin guest"
	grep -v '^# ' "$errors" | sed 's/^/# /'
	[ $rc = 0 ] && echo "ok runs to its end" || echo "not ok runs to its end"
	if [ $rc -lt 122 ]; then
		if log=$(tests/qemu/klog.sh "build/guest/$name/klog"); then
			echo "ok kernel log is clean"
		else
			printf '%s\n' "$log" | sed 's/^/# /'
			echo "not ok kernel log is clean"
		fi
	fi
	echo "@@ end guest 0"
}

# The kernel writes into code that another CPU runs, thousands of times: more than QEMU's threads bear.
turns=rounds
all=$(cd "$tree/t" && find . -maxdepth 1 -type f -perm /1 ! -name run-tests -printf '%f\n' | sort)
together=() alone=()
for t in ${GUEST_TESTS:-$all}; do
	case " $turns " in
	*" $t "*) alone+=("$t") ;;
	*) together+=("$t") ;;
	esac
done
[ ${#together[@]} = 0 ] || boot "${together[*]}" "${over[@]}"
[ ${#alone[@]} = 0 ] || TURNS=1 boot "${alone[*]}" "$tree"
