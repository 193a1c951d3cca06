# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# `make samples`: the guests people copy from, into build/samples/*.wasm.
GUEST_CC     ?= clang
GUEST_CFLAGS ?= --target=wasm32 -mcpu=mvp -mbulk-memory -msign-ext -O2 -Wall -Wextra -Werror -nostdlib \
		-Wl,--no-entry -Wl,--stack-first -Wl,-z,stack-size=8192

samples-dir  := $(dir $(lastword $(MAKEFILE_LIST)))
samples-out  := build/samples
samples-wasm := $(patsubst $(samples-dir)%.c,$(samples-out)/%.wasm,$(wildcard $(samples-dir)*.c))

$(samples-out)/%.wasm: $(samples-dir)%.c $(samples-dir)../uapi/linux/kwasm_guest.h
	@mkdir -p $(@D)
	@echo "  WASM    $@"
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -I$(samples-dir)../uapi -o $@ $<

# In Rust and AssemblyScript where there is a compiler: a rustc that has core for wasm32
# (Debian: rustc, libstd-rust-dev-wasm32), asc of npm's package assemblyscript.
rust-core = $(wildcard $(shell $(1) --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)/libcore-*)
RUSTC     ?= $(firstword $(foreach r,rustc /usr/bin/rustc,$(if $(call rust-core,$(r)),$(r))))
RUSTFLAGS ?= -C opt-level=3 -C panic=abort -C lto -C strip=debuginfo \
	     -C link-arg=--stack-first -C link-arg=-zstack-size=8192
ASC       ?= $(shell command -v asc)

rust-src := $(filter-out %/kwasm.rs,$(wildcard $(samples-dir)rust/*.rs))
as-src   := $(filter-out %/kwasm.ts,$(wildcard $(samples-dir)assemblyscript/*.ts))
ifneq ($(RUSTC),)
samples-wasm += $(patsubst $(samples-dir)rust/%.rs,$(samples-out)/%_rust.wasm,$(rust-src))
endif
ifneq ($(ASC),)
samples-wasm += $(patsubst $(samples-dir)assemblyscript/%.ts,$(samples-out)/%_as.wasm,$(as-src))
endif

$(samples-out)/%_rust.wasm: $(samples-dir)rust/%.rs $(samples-dir)rust/kwasm.rs
	@mkdir -p $(@D)
	@echo "  RUST    $@"
	$(Q)$(RUSTC) --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib $(RUSTFLAGS) -o $@ $<

$(samples-out)/%_as.wasm: $(samples-dir)assemblyscript/%.ts $(samples-dir)assemblyscript/kwasm.ts $(samples-dir)assemblyscript/kwasm.mjs
	@mkdir -p $(@D)
	@echo "  ASC     $@"
	$(Q)$(ASC) $< --transform ./$(samples-dir)assemblyscript/kwasm.mjs --runtime stub --use abort= -O3 -o $@

.PHONY: samples
samples: $(samples-wasm)
