# SPDX-License-Identifier: GPL-2.0
#
# KFLAGS=1: jit/ with the flags Debian's 6.1 gives modules, in a process
# (build/user-kflags/), so that what compiling costs in the kernel can be
# measured outside.  Three differ: the stack stays aligned to 16 for the libc
# below, its guard is at fs, and the calls to __fentry__ are nops, as at run time.
# thunks.S has what -mindirect-branch and -mfunction-return lead to.

kernel-cflags := -fno-strict-aliasing -fno-common -fno-PIE -fno-PIC -std=gnu11 -mno-sse -mno-mmx -mno-sse2 -mno-3dnow \
	-mno-avx -fcf-protection=none -falign-jumps=1 -falign-loops=1 -mno-80387 -mno-fp-ret-in-387 \
	-mskip-rax-setup -mtune=generic -mno-red-zone -mcmodel=kernel -fno-asynchronous-unwind-tables \
	-mindirect-branch=thunk-extern -mindirect-branch-register -mindirect-branch-cs-prefix \
	-mfunction-return=thunk-extern -fno-jump-tables -mharden-sls=all -fno-delete-null-pointer-checks -O2 \
	-fno-allow-store-data-races -fstack-protector-strong -mstack-protector-guard-reg=fs -ftrivial-auto-var-init=zero \
	-fno-stack-clash-protection -pg -mnop-mcount -mfentry -fno-strict-overflow -fno-stack-check -fconserve-stack

jit-src += tests/bench/kflags/thunks.S
uldflags += -no-pie

$(O)/obj/%.o: ucflags := $(filter-out -fPIC,$(ucflags))
$(O)/obj/jit/%.o: ucflags += $(kernel-cflags)
# The signal handlers and the way into guest code are the process's, not the compiler's.
$(O)/obj/jit/platform/%.o: kernel-cflags :=
