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

.PHONY: samples
samples: $(samples-wasm)
