# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# The one list of jit/ sources: Kbuild and Makefile include it with jit-dir set.
jit-parts := common wasm ir opt isa ra code . rt
jit-c     := $(sort $(patsubst $(jit-dir)/%,%,$(wildcard $(addsuffix /*.c,$(addprefix $(jit-dir)/,$(filter-out .,$(jit-parts)))) $(jit-dir)/*.c)))
jit-x64-c := $(sort $(patsubst $(jit-dir)/%,%,$(wildcard $(jit-dir)/isa/x64/*.c)))
jit-a64-c := $(sort $(patsubst $(jit-dir)/%,%,$(wildcard $(jit-dir)/isa/a64/*.c)))
