# SPDX-License-Identifier: GPL-2.0
#
# Measuring.  Programs: kernels/ here, and BENCH_DIR's if given: NAME.c and
# "NAME n" in sizes.txt.  Engines: those that are found (see engines.py).

ROUNDS   ?= 5
bench-py  = O=$(O) tests/bench/bench.py --rounds $(ROUNDS) $(addprefix --dir ,$(BENCH_DIR)) \
	    $(addprefix --engines ,$(BENCH_ENGINES)) $(addprefix --only ,$(BENCH_ONLY)) \
	    $(addprefix --rst ,$(BENCH_RST))

.PHONY: bench bench-ablation bench-arm64 bench-compile bench-ebpf bench-kernel bench-kflags

bench: user ## running time against native code and other engines: ROUNDS=n BENCH_DIR=DIR BENCH_RST=FILE.rst
	$(Q)$(bench-py) --out build/bench

bench-ablation: user ## what each optimisation brings: running time without it: BENCH_MODE=check|guard
	$(Q)$(bench-py) --out build/bench --ablate $(BENCH_MODE)

bench-arm64: ## instructions executed on arm64 against gcc's, counted under qemu-aarch64: BENCH_DIR=DIR BENCH_RST=FILE.rst
	$(Q)$(MAKE) -s ARCH=arm64 $(call out-of,arm64)/kwasm-bench
	$(Q)O=$(call out-of,arm64) tests/bench/count.py $(addprefix --dir ,$(BENCH_DIR)) $(addprefix --only ,$(BENCH_ONLY)) \
		--out build/bench $(addprefix --rst ,$(BENCH_RST))

NPM_MODULES ?= build/npm/node_modules

bench-compile: user bench-kflags ## speed of compiling: NPM_MODULES=DIR with sql.js and esbuild-wasm
	$(Q)tests/bench/compile.py --rounds $(ROUNDS) --npm $(NPM_MODULES) --out build/bench $(addprefix --rst ,$(BENCH_RST)) \
		user='$(O)/kwasm-bench' \
		'kernel flags and form'='build/user-kflags/kwasm-bench --kernel-form'

# libkwjit with the flags of a kernel's module: see kflags/kflags.mk.
bench-kflags:
	$(Q)$(MAKE) -s KFLAGS=1 build/user-kflags/kwasm-bench

ebpf-programs := drop parse rules fnv csum csum64 lanes

bench-ebpf: user $(foreach p,$(ebpf-programs),build/bench/packet/$(p).wasm build/bench/packet/$(p).bpf.o) build/bench/packet/bpf_run ## packet programs next to the same ones in eBPF, run by bpf(2) on this machine: ROUNDS=n
	$(Q)tests/bench/ebpf.py --dir build/bench/packet --rounds $(ROUNDS) $(addprefix --rst ,$(BENCH_RST)) $(O)/kwasm-bench

bench-kernel: user guest-tests $(foreach p,$(ebpf-programs),build/bench/packet/$(p).wasm build/bench/packet/$(p).bpf.o) build/bench/packet/bpf_run build/bench/packet/mark ## instructions of a packet in a kernel, by function: XDP next to eBPF, netfilter with 1 to 3 programs: KERNEL=6.1|6.12
	$(Q)O=$(O) tests/bench/kernel.py --out build/bench $(addprefix --kernel ,$(KERNEL)) $(addprefix --rst ,$(BENCH_RST))

build/bench/packet/%.wasm: tests/bench/packet/%.c tests/bench/packet/packet.h uapi/linux/kwasm_guest.h
	@mkdir -p $(@D)
	@echo "  WASM    $@"
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -Iuapi -o $@ $<

build/bench/packet/%.bpf.o: tests/bench/packet/%.c tests/bench/packet/packet.h
	@mkdir -p $(@D)
	@echo "  BPF     $@"
	$(Q)clang -target bpf -mcpu=v3 -O2 -g -Wall -I/usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

build/bench/packet/mark: tests/bench/packet/mark.c tests/bench/packet/mark.h
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) -std=gnu11 -O2 $(warnings) -o $@ $<

build/bench/packet/bpf_run: tests/bench/packet/bpf_run.c tests/bench/packet/mark.h
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) -std=gnu11 -O2 $(warnings) -o $@ $< $(libkwasm-libs)
