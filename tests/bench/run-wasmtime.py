# SPDX-License-Identifier: GPL-2.0
"""run-wasmtime.py FILE.wasm N REPS: prints what native/main.c prints."""
import sys
import time

import wasmtime

path, n, reps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
store = wasmtime.Store()
run = wasmtime.Instance(store, wasmtime.Module.from_file(store.engine, path), []).exports(store)['run']
out = [run(store, n) & 0xffffffff]
for i in range(reps):
    t = time.thread_time_ns()
    run(store, n)
    out.append(time.thread_time_ns() - t)
print(*out)
