# SPDX-License-Identifier: GPL-2.0
#
# Sources in, things a person runs out: tools (build/user/), the kernel module
# (build/kmod-<version>/) and test results.  `make help` lists the targets;
# user.mk builds the userspace half, tests/tests.mk holds the checks, Kbuild
# tells the kernel's own build system what the module is made of.

# This machine, by the kernel's name; ARCH is what is built for.
host    := $(if $(filter aarch64,$(shell uname -m)),arm64,x86_64)
ARCH    ?= $(host)
KDIR    ?= /lib/modules/$(shell uname -r)/build
PREFIX  ?= /usr/local
DESTDIR ?=
Q       := $(if $(V),,@)

.DEFAULT_GOAL := all
.PHONY: all help user modules install clean FORCE
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

all: user ## the tools (the module needs a KDIR: make modules)

include user.mk
include tests/tests.mk

modules: ## kwasm.ko for the kernel headers in KDIR (default: the running kernel's)
	$(Q)scripts/build-module.sh "$(KDIR)" $(ARENA_MB)

install: install-user ## tools, library, headers, udev rule, systemd unit under DESTDIR/PREFIX

clean: ## remove build/, but not the downloaded kernels (build/cache)
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name cache -exec rm -rf {} +

help: ## this list
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "Variables:"
	@echo "  ARCH=NAME         what to build for, default this machine; arm64 elsewhere: the userspace half, in build/user-arm64/; the guest of make demo"
	@echo "  KDIR=DIR          kernel headers for make modules"
	@echo "  KERNEL=NAME       guest of check-kernel: 6.1 6.12 6.1-rt 6.1-cloud 6.12-rt 6.12-cloud 6.1-kasan 6.1-kasan-guard 6.1-arm64 6.12-arm64"
	@echo "  SPEC_DIR=DIR      the WebAssembly test suite as JSON + .wasm: a folder or a .tar.xz"
	@echo "  SPEC3_DIR=DIR     the suite of version 3.0, of which what is not 2.0 must be refused by name"
	@echo "  DEBUG=1           verifiers between compiler passes (build/user-debug/)"
	@echo "  SANITIZE=1        AddressSanitizer and UBSan (build/user-asan/)"
	@echo "  V=1               show the commands"
