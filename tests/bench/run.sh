#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The benchmark programs as tests: little work each, compared with native code.
set -u
cd "$(dirname "$0")/../.." || exit 1
for tool in clang wasm-ld; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 77; }
done
exec tests/bench/bench.py --check
