# SPDX-License-Identifier: GPL-2.0
# One file that runs anywhere, an initramfs with nothing else in it included.
kwasm-libs := $(if $(SANITIZE),,-static)
