# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the kernel counts, for tests; to be sourced.

# counter OBJECT NAME: one number of `kwasm show`
counter() { kwasm show "$1" --json | tr -d ' \n' | grep -o "\"$2\":[0-9]*" | head -n 1 | cut -d: -f2; }
