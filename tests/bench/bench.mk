# SPDX-License-Identifier: GPL-2.0
#
# Measuring.  Programs: kernels/ here, and BENCH_DIR's if given: NAME.c and
# "NAME n" in sizes.txt.  Engines: those that are found (see engines.py).

ROUNDS   ?= 5
bench-py  = O=$(O) tests/bench/bench.py --rounds $(ROUNDS) $(addprefix --dir ,$(BENCH_DIR)) \
	    $(addprefix --engines ,$(BENCH_ENGINES)) $(addprefix --only ,$(BENCH_ONLY)) \
	    $(addprefix --rst ,$(BENCH_RST))

.PHONY: bench bench-ablation bench-compile bench-kflags

bench: user ## running time against native code and other engines: ROUNDS=n BENCH_DIR=DIR BENCH_RST=FILE.rst
	$(Q)$(bench-py) --out build/bench

bench-ablation: user ## what each optimisation brings: running time without it: BENCH_MODE=check|guard
	$(Q)$(bench-py) --out build/bench --ablate $(BENCH_MODE)

NPM_MODULES ?= build/npm/node_modules

bench-compile: user bench-kflags ## speed of compiling: NPM_MODULES=DIR with sql.js and esbuild-wasm
	$(Q)tests/bench/compile.py --rounds $(ROUNDS) --npm $(NPM_MODULES) --out build/bench $(addprefix --rst ,$(BENCH_RST)) \
		user='$(O)/kwasm-bench' \
		'kernel flags and form'='build/user-kflags/kwasm-bench --kernel-form'

# libkwjit with the flags of a kernel's module: see kflags/kflags.mk.
bench-kflags:
	$(Q)$(MAKE) -s KFLAGS=1 build/user-kflags/kwasm-bench
