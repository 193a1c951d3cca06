# SPDX-License-Identifier: GPL-2.0
#
# The checks.  Each unit test is one C file that prints TAP; the files beside
# them that are no tests are linked to all of them.

unit-tests := $(patsubst tests/unit/%.c,$(O)/tests/%,$(sort $(wildcard tests/unit/*_test.c)))
unit-common := $(filter-out %_test.c,$(wildcard tests/unit/*.c))

.PHONY: tests
tests: user $(unit-tests) ## the unit tests, in build/user/tests/

$(O)/tests/%: $(O)/obj/tests/unit/%.o $(call objs,$(unit-common)) $(libs)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(uldflags) -o $@ $(filter %.o,$^) -Wl,--start-group $(libs) -Wl,--end-group $(libkwasm-libs) -lpthread

$(O)/obj/tests/%.o: ucflags += -D_GNU_SOURCE -Itests/unit
.SECONDARY:
