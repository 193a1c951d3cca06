# SPDX-License-Identifier: GPL-2.0
#
# The checks.  What is found by its place in the tree:
#
#   tests/unit/NAME_test.c          a program that prints TAP; x64_NAME, a64_NAME: on that machine only
#   tests/unit/NAME_dump.c          with NAME_check.py, which reads its output and prints TAP
#   tests/FOLDER/run.sh             text tests; gets the programs made of FOLDER/*.c as arguments
#   tests/ref/*.c, tests/*/lib/*.c  the reference interpreter and what else those programs share
#   tests/kselftest/NAME.c, *.sh    run in the guest, in /t; lib/*.c is linked to each of them
#   tests/kselftest/*.wat, guest/*.c their guests, in /t beside them
#   tests/hostile/*.wat             guests that try to get out, in /hostile
#
# Results are collected by tests/check.py into one TAP stream and a total.

host-test-src := $(filter-out tests/kselftest/% tests/qemu/% tests/hostile/% tests/ref/%,$(sort $(wildcard tests/*/*.c)))
# What executes one machine's code, by its name; encoders and dumps only look at it.
host-test-src := $(filter-out $(patsubst %,tests/unit/%_%test.c,$(filter-out $(isa),x64 a64)),$(host-test-src))
host-tests    := $(addprefix $(O)/tests/,$(basename $(notdir $(host-test-src))))
host-shared   := $(filter-out tests/kselftest/%,$(sort $(wildcard tests/ref/*.c tests/*/lib/*.c)))
guest-tests   := $(patsubst tests/kselftest/%.c,$(O)/kselftest/%,$(sort $(wildcard tests/kselftest/*.c)))
guest-common  := $(sort $(wildcard tests/kselftest/lib/*.c))
test-c-wasm   := $(patsubst tests/kselftest/guest/%.c,build/kselftest/%.wasm,$(sort $(wildcard tests/kselftest/guest/*.c)))
test-wasm     := $(test-c-wasm) $(patsubst tests/%.wat,build/%.wasm,$(sort $(wildcard tests/kselftest/*.wat tests/hostile/*.wat)))

nr-cpus   := $(shell nproc)
check-env = O=$(O) SPEC_DIR='$(SPEC_DIR)' SPEC3_DIR='$(SPEC3_DIR)' KWASM_STRESS=$(KWASM_STRESS)

hostile-wasm  := $(patsubst tests/%.wat,build/%.wasm,$(sort $(wildcard tests/hostile/*.wat)))

.PHONY: hostile tests guest-tests check check-fast check-arm64 check-kernel check-stress check-sanitizer style sparse demo
tests: user $(host-tests) $(test-c-wasm)
guest-tests: user $(guest-tests) $(test-wasm) $(addprefix $(O)/guest-tools/,traffic offload)
hostile: $(hostile-wasm)

demo: ## see it work: Debian's kernel in QEMU, a filter, real packets, three attackers
	$(Q)scripts/demo.sh

# What guests of KERNEL run: arm64's where one is named, or none.
build-guests = $(MAKE) -s -k -j$(nr-cpus) user guest-tests samples || true; \
	       $(if $(KERNEL),$(if $(filter %-arm64,$(KERNEL)),$(call build-arm64,user guest-tests)),$(call build-arm64,user guest-tests))

# One test that does not build is one failure, not the end of the check.
check: ## everything: unit, text, CLI, spec suite (SPEC_DIR=, SPEC3_DIR=), arm64 tools, kernel tests on 6.1 and 6.12, x86-64 and arm64, 1% of stress
	$(Q)$(MAKE) -s -k -j$(nr-cpus) tests || true
	$(Q)$(build-arm64)
	$(Q)$(build-guests)
	$(Q)$(check-env) KERNEL='$(KERNEL)' tests/check.py style unit text spec arm64 kernel

check-arm64: ## what runs guest code, for arm64 under qemu-aarch64
	$(Q)$(build-arm64)
	$(Q)$(check-env) tests/check.py $(if $(filter arm64,$(host)),unit spec,arm64)

build-arm64 = command -v $(cross-arm64)gcc >/dev/null && $(MAKE) -s -k -j$(nr-cpus) ARCH=arm64 tests $(1) || true

check-fast: ## what needs no guest, in under two minutes
	$(Q)$(MAKE) -s -k -j$(nr-cpus) tests samples || true
	$(Q)$(check-env) tests/check.py style unit text $(if $(SPEC_DIR)$(SPEC3_DIR),spec)

check-kernel: ## kernel tests in QEMU: KERNEL=6.1|6.12|6.1-rt|6.1-cloud|..., default 6.1 and 6.12, and both for arm64
	$(Q)$(build-guests)
	$(Q)$(check-env) KERNEL='$(KERNEL)' tests/check.py kernel

check-stress: KWASM_STRESS := 100
check-stress: export TIMEOUT = 14000
check-stress: ## the kernel tests with the full counts (200,000 swaps, ...): long
	$(Q)$(MAKE) -s -k -j$(nr-cpus) tests || true
	$(Q)$(build-guests)
	$(Q)$(check-env) KERNEL='$(KERNEL)' tests/check.py unit kernel

check-sanitizer: ## the kernel tests under KASAN, lockdep, kmemleak, UBSAN, in check mode and in guard mode: builds two kernels once
	$(Q)$(MAKE) -s -k -j$(nr-cpus) user guest-tests samples || true
	$(Q)$(check-env) KERNEL='$(or $(KERNEL),6.1-kasan 6.1-kasan-guard)' tests/check.py kernel

KWASM_STRESS ?= 1

$(eval $(call archive,libtests.a,$(host-shared)))

# kwasm-spec, but for where it runs the suite.
ref_spec-objs := $(filter-out %/engine_backend.o,$(call objs,$(call tool-src,kwasm-spec)))

define host-test
$(O)/tests/$(basename $(notdir $(1))): $(call objs,$(1)) $($(basename $(notdir $(1)))-objs) $(O)/libtests.a $(libs)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$$(Q)$$(CC) $$(uldflags) $$(static) -o $$@ $$(filter %.o,$$^) $(O)/libtests.a -Wl,--start-group $(libs) -Wl,--end-group $$(libkwasm-libs) -lm -lpthread
endef
$(foreach t,$(host-test-src),$(eval $(call host-test,$(t))))

# The guest has no libraries of its own for them: static.
$(O)/kselftest/%: tests/kselftest/%.c $(guest-common) $(wildcard tests/kselftest/*.h tests/kselftest/lib/*.h) $(libs)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(filter-out -MMD -MP,$(ucflags)) -D_GNU_SOURCE -Itests/kselftest -Itests/kselftest/lib -isystem tests/kselftest/vendor -Wno-unused-parameter \
		$(uldflags) -static -o $@ $< $(guest-common) -Wl,--start-group $(libs) -Wl,--end-group $(libkwasm-libs) -lpthread

$(O)/guest-tools/%: tests/qemu/%.c
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) -std=gnu11 -O2 $(warnings) -D_GNU_SOURCE -static -o $@ $<

$(test-c-wasm): build/kselftest/%.wasm: tests/kselftest/guest/%.c uapi/linux/kwasm_guest.h
	@mkdir -p $(@D)
	@echo "  WASM    $@"
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -Iuapi -o $@ $<

build/%.wasm: tests/%.wat
	@mkdir -p $(@D)
	@echo "  WAT     $@"
	$(Q)wat2wasm -o $@ $<

$(O)/obj/tests/%.o: ucflags += -D_GNU_SOURCE -Itests/unit
.SECONDARY:

ifeq ($(wildcard samples/samples.mk),)
.PHONY: samples
samples:
endif
-include samples/samples.mk
include tests/bench/bench.mk

MINUTES ?= 10
JOBS    ?= 1

.PHONY: fuzz
peer   := $(if $(filter x86_64,$(ARCH)),$(if $(shell command -v $(cross-arm64)gcc),$(shell command -v qemu-aarch64)))
fuzz: tests ## random modules on every engine there is (reference, kwasm here and for arm64, node), from a random seed: MINUTES=n JOBS=n
	@mkdir -p build/fuzz
	$(Q)$(if $(peer),$(build-arm64))
	$(Q)$(runner) $(O)/tests/diff -s $$(date +%s)0000 -t $$((60 * $(MINUTES))) -j $(JOBS) -g all -8 tests/fuzz/v8.mjs \
		$(if $(peer),-a '$(peer) $(call out-of,arm64)/tests/diff -P') -o build/fuzz

# Not by way of the objects: another compiler, with sanitizers and the verifiers behind each pass.
# Pointer overflow is left out: zero added to NULL is everywhere, and harmless.
libfuzzer-src := $(jit-src) $(engine-src) $(addprefix tests/fuzz/lib/,env.c emit.c value.c)
libfuzzers := build/fuzz/decode_fuzz build/fuzz/pipeline_fuzz

$(libfuzzers): build/fuzz/%: tests/fuzz/%.c $(libfuzzer-src) FORCE
	@mkdir -p build/fuzz
	@echo "  CLANG   $@"
	$(Q)clang -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -fno-sanitize=pointer-overflow -DKW_LIBFUZZER -DKW_DEBUG -D_GNU_SOURCE= -Wno-macro-redefined \
		-Iuapi -Ijit -Iuserspace-tools -Itests/unit -o $@ $< $(libfuzzer-src) -lpthread

# Guests fault on purpose and have deadlines: those signals are the engine's.
.PHONY: libfuzzer
libfuzzer: tests $(libfuzzers) ## decoder and whole pipeline under libFuzzer with ASan and UBSan (needs clang): MINUTES=n for each
	@mkdir -p build/fuzz/corpus
	$(Q)$(O)/tests/pipeline_fuzz -w build/fuzz/corpus -n 200
	$(Q)for t in tests/fuzz/corpus/*.wat; do wat2wasm --enable-all -o build/fuzz/corpus/$$(basename $$t .wat) $$t; done
	$(Q)cd build/fuzz && for f in $(notdir $(libfuzzers)); do ASAN_OPTIONS=handle_segv=0:allow_user_segv_handler=1:detect_leaks=0 \
		./$$f -max_total_time=$$((60 * $(MINUTES))) -timeout=0 -handle_segv=0 -rss_limit_mb=4096 -max_len=20000 \
		-print_final_stats=1 -verbosity=0 -close_fd_mask=1 corpus || exit 1; done

style: ## SPDX lines, tabs, order of includes
	$(Q)tests/check/style.sh
	$(Q)tests/check/layers.sh

own-kernel := 6.1$(if $(filter arm64,$(host)),-arm64)
sparse: ## the kernel's static checker over the module
	$(Q)tests/qemu/fetch-kernel.sh $(own-kernel)
	$(Q)scripts/build-module.sh build/kernels/$(own-kernel)/kdir 16 C=2 2>&1 | grep -E 'warning|error|Error' | grep -v '/kernels/' && exit 1 || exit 0
