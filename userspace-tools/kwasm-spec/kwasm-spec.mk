# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
# Static: the same binary runs in the test guests' initramfs.
ifndef SANITIZE
kwasm-spec-libs := -static
endif
