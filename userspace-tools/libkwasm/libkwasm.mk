# SPDX-License-Identifier: GPL-2.0
#
# What `make install` puts where.  The library is installed twice: shared, with
# symbol versions, and as one relocatable object in an archive in which all
# that is not API has become local, so that nothing of jit/ can clash.

libkwasm-version := 0.1.0
libkwasm-soname  := libkwasm.so.0

libkwasm-libs := -lbpf -lelf -lz

bindir     ?= $(PREFIX)/bin
libdir     ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
datadir    ?= $(PREFIX)/share
mandir     ?= $(datadir)/man
udevdir    ?= $(PREFIX)/lib/udev/rules.d
unitdir    ?= $(PREFIX)/lib/systemd/system

OBJCOPY  := $(CROSS_COMPILE)objcopy
RST2MAN  ?= $(shell command -v rst2man || command -v rst2man.py)
man-pages := $(if $(RST2MAN),$(O)/man/kwasm.8 $(O)/man/libkwasm.3)

$(O)/man/%: Documentation/man/%.rst
	@mkdir -p $(@D)
	@echo "  MAN     $@"
	$(Q)$(RST2MAN) --strict $< $@

$(O)/dist/libkwasm.a: $(libs)
	@mkdir -p $(@D)
	$(Q)$(LD) -r --whole-archive $(libs) -o $(@D)/libkwasm.o
	$(Q)$(OBJCOPY) --localize-hidden --wildcard --localize-symbol='kw_*' $(@D)/libkwasm.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(@D)/libkwasm.o

$(O)/dist/libkwasm.pc: userspace-tools/libkwasm/libkwasm.pc.in FORCE
	@mkdir -p $(@D)
	$(Q)sed 's|@prefix@|$(PREFIX)|; s|@libdir@|$(libdir)|; s|@includedir@|$(includedir)|; s|@version@|$(libkwasm-version)|' $< > $@

$(O)/dist/kwasm.service: userspace-tools/kwasm/kwasm.service.in FORCE
	@mkdir -p $(@D)
	$(Q)sed 's|@bindir@|$(bindir)|' $< > $@

.PHONY: man install-user
man: $(man-pages) ## man pages, in build/user/man/

install-user: user man $(O)/dist/libkwasm.a $(O)/dist/libkwasm.pc $(O)/dist/kwasm.service
	$(Q)install -D -m 755 $(O)/kwasm $(DESTDIR)$(bindir)/kwasm
	$(Q)install -D -m 644 $(O)/libkwasm.so $(DESTDIR)$(libdir)/libkwasm.so.$(libkwasm-version)
	$(Q)ln -sf libkwasm.so.$(libkwasm-version) $(DESTDIR)$(libdir)/$(libkwasm-soname)
	$(Q)ln -sf $(libkwasm-soname) $(DESTDIR)$(libdir)/libkwasm.so
	$(Q)install -D -m 644 $(O)/dist/libkwasm.a $(DESTDIR)$(libdir)/libkwasm.a
	$(Q)install -D -m 644 $(O)/dist/libkwasm.pc $(DESTDIR)$(libdir)/pkgconfig/libkwasm.pc
	$(Q)install -D -m 644 userspace-tools/libkwasm/libkwasm.h $(DESTDIR)$(includedir)/kwasm/libkwasm.h
	$(Q)install -D -m 644 uapi/linux/kwasm.h $(DESTDIR)$(includedir)/linux/kwasm.h
	$(Q)install -D -m 644 uapi/linux/kwasm_guest.h $(DESTDIR)$(includedir)/linux/kwasm_guest.h
	$(Q)install -D -m 644 userspace-tools/kwasm/70-kwasm.rules $(DESTDIR)$(udevdir)/70-kwasm.rules
	$(Q)install -D -m 644 $(O)/dist/kwasm.service $(DESTDIR)$(unitdir)/kwasm.service
	$(Q)install -d $(DESTDIR)$(datadir)/bash-completion/completions
	$(Q)$(runner) $(O)/kwasm completion bash > $(DESTDIR)$(datadir)/bash-completion/completions/kwasm
	$(Q)for page in $(man-pages); do \
		install -D -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit 1; done
