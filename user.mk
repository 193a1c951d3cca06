# SPDX-License-Identifier: GPL-2.0
#
# The userspace half, found by its place in the tree:
#
#   jit/ (sources.mk), jit/platform/user*   -> libkwjit.a, with every backend: tests look at both
#   userspace-tools/engine/*.c              -> libkwengine.a
#   userspace-tools/libkwasm/*.c            -> libkwasm.a, libkwasm.so (with libkwasm.map)
#   userspace-tools/NAME/*.c                -> NAME, linked with all of them
#   userspace-tools/NAME/NAME.mk            what else NAME needs: NAME-cflags, NAME-libs
#
# Everything lands in $(O), objects in $(O)/obj/ under their source's path.  For
# another machine than this one ($(host), from Makefile) that is build/user-ARCH/,
# the libraries come out of $(sysroot), and programs are static: neither test guests
# nor qemu-aarch64 have libraries for them.

out-of  = build/user$(if $(filter $(host),$(1)),,-$(1))
variant := $(if $(DEBUG),-debug)$(if $(SANITIZE),-asan)$(if $(KFLAGS),-kflags)
O       := $(call out-of,$(ARCH))$(variant)

cross-arm64 := $(if $(filter arm64,$(host)),,aarch64-linux-gnu-)
isa-x86_64  := x64
isa-arm64   := a64
isa         := $(or $(isa-$(ARCH)),$(error ARCH=$(ARCH) is not supported: use $(patsubst isa-%,%,$(filter isa-%,$(.VARIABLES)))))
CROSS_COMPILE ?= $(cross-$(ARCH))
ifeq ($(or $(filter $(host),$(ARCH)),$(cross-$(ARCH))),)
$(error ARCH=$(ARCH) is built on such a machine only)
endif

CC     := $(CROSS_COMPILE)gcc
AR     := $(CROSS_COMPILE)ar
LD     := $(CROSS_COMPILE)ld
CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wdeclaration-after-statement -Wmissing-prototypes
ucflags  := -std=gnu11 $(CFLAGS) -fPIC -fvisibility=hidden $(warnings) -Iuapi -Ijit -Iuserspace-tools -Iuserspace-tools/libkwasm -MMD -MP
uldflags := $(LDFLAGS)
ifdef DEBUG
ucflags  += -DKW_DEBUG
endif
ifdef SANITIZE
ucflags  += -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
uldflags += -fsanitize=address,undefined
endif

ifneq ($(ARCH),$(host))
sysroot  := build/sysroot-$(ARCH)
multiarch = $(patsubst %-,%,$(cross-$(ARCH)))
ucflags  += -isystem $(sysroot)/usr/include -isystem $(sysroot)/usr/include/$(multiarch)
uldflags += -L$(sysroot)/usr/lib/$(multiarch) -Wl,-rpath-link,$(sysroot)/usr/lib/$(multiarch)
static   := -static
runner   := qemu-aarch64
endif

jit-dir := jit
include jit/sources.mk
jit-src := $(addprefix jit/,$(jit-c) $(jit-$(isa)-c)) \
	   $(addprefix jit/platform/,user.c user_exec.c user_exec_$(isa).c user_form_$(isa).c user_$(isa).S)
jit-other-src := $(addprefix jit/,$(filter-out $(jit-$(isa)-c),$(jit-x64-c) $(jit-a64-c)))

ifdef KFLAGS
include tests/bench/kflags/kflags.mk
endif

objs = $(patsubst %.c,$(O)/obj/%.o,$(patsubst %.S,$(O)/obj/%.o,$(1)))
tool-src = $(sort $(wildcard userspace-tools/$(1)/*.c))

libdirs := engine libkwasm
tools   := $(filter-out $(libdirs),$(patsubst userspace-tools/%/,%,$(sort $(dir $(wildcard userspace-tools/*/*.c)))))
-include $(wildcard userspace-tools/*/*.mk)

engine-src  := $(call tool-src,engine)
library-src := $(call tool-src,libkwasm)
libs := $(O)/libkwjit.a
ifneq ($(engine-src),)
libs := $(O)/libkwengine.a $(libs)
endif
ifneq ($(library-src),)
libs := $(O)/libkwasm.a $(libs)
endif

user: $(libs) $(addprefix $(O)/,$(tools)) ## libraries and tools, in build/user/
ifneq ($(library-src),)
ifndef SANITIZE
user: $(O)/libkwasm.so
endif
endif

# An archive is made anew whenever its list of members changes.
define archive
$(O)/$(1): $(call objs,$(2)) $(O)/obj/$(1).list
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $(call objs,$(2))
$(O)/obj/$(1).list: FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' | cmp -s - $$@ || echo '$(2)' > $$@
endef
$(eval $(call archive,libkwjit.a,$(jit-src) $(jit-other-src)))
$(eval $(call archive,libkwengine.a,$(engine-src)))
$(eval $(call archive,libkwasm.a,$(library-src)))

define tool
$(O)/$(1): $(call objs,$(call tool-src,$(1))) $(libs)
	@echo "  LD      $$@"
	$$(Q)$$(CC) $$(uldflags) $$(static) -o $$@ $(call objs,$(call tool-src,$(1))) -Wl,--start-group $(libs) -Wl,--end-group $$($(1)-libs) $$(libkwasm-libs) -lpthread
$(O)/obj/userspace-tools/$(1)/%.o: ucflags += $$($(1)-cflags)
endef
$(foreach t,$(tools),$(eval $(call tool,$(t))))

$(O)/libkwasm.so: $(call objs,$(library-src) $(engine-src) $(jit-src)) $(wildcard userspace-tools/libkwasm/libkwasm.map)
	@echo "  LD      $@"
	$(Q)$(CC) $(uldflags) -shared -Wl,-soname,libkwasm.so.0 $(addprefix -Wl$(comma)--version-script=,$(filter %.map,$^)) \
		-o $@ $(filter %.o,$^) $(libkwasm-libs)
comma := ,
$(O)/obj/userspace-tools/libkwasm/%.o: ucflags += $(libkwasm-cflags)
$(O)/obj/userspace-tools/%.o: ucflags += -D_GNU_SOURCE

# The list of what is in it is written last.
ifdef sysroot
$(sysroot)/packages: tests/qemu/fetch-sysroot.sh
	$(Q)tests/qemu/fetch-sysroot.sh $(ARCH) && touch $@
$(call objs,$(library-src)): $(sysroot)/packages
endif

$(O)/obj/%.o: %.c user.mk
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) $(ucflags) -c -o $@ $<

$(O)/obj/%.o: %.S user.mk
	@mkdir -p $(@D)
	@echo "  AS      $@"
	$(Q)$(CC) $(ucflags) -c -o $@ $<

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
