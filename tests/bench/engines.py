# SPDX-License-Identifier: GPL-2.0
"""What runs the benchmark programs: how each prepares one and which command times it.

A command prints the checksum, then nanoseconds of CPU time of each call.
"""
import os
import re
import shutil
import subprocess

import kernels
from kernels import CLANG, GCC, HERE

BENCH = os.path.join(os.environ.get('O', 'build/user'), 'kwasm-bench')
NODE = os.environ.get('NODE', 'node')
WASMTIME_PYTHON = os.environ.get('WASMTIME_PYTHON', 'python3')
WASM2C_DIR = '/usr/share/wabt/wasm2c'


class Engine:
    def __init__(self, name, what, prepare, command, env=None):
        self.name, self.what = name, what
        self.prepare = prepare		# Kernel -> file or None
        self.command = command		# file, n, reps -> argv
        self.env = dict(os.environ, **env) if env else None


def kwasm(name, what, *options, opt=None):
    return Engine(name, what, kernels.wasm,
                  lambda f, n, reps: [BENCH, *options, f, str(n), str(reps)],
                  env={'KW_OPT': opt} if opt else None)


def native(name, what, cc, flags):
    return Engine(name, what, lambda k: kernels.native(k, name, cc, flags),
                  lambda f, n, reps: [f, str(n), str(reps)])


def v8(name, what, *flags):
    return Engine(name, what, kernels.wasm,
                  lambda f, n, reps: [NODE, *flags, os.path.join(HERE, 'run-v8.mjs'), f, str(n), str(reps)])


def build_wasm2c(k):
    """The C of wasm2c with a main() around it, by gcc -O2."""
    w = kernels.wasm(k)
    if not w or k.is_simd:
        return None			# Debian's wasm2c has no SIMD
    target = k.path('wasm2c')
    os.makedirs(os.path.dirname(target), exist_ok=True)
    c = target + '.c'
    return kernels.make(target, [w, kernels.MAIN, __file__], [
        ['wasm2c', '-n', 'bench', '-o', c, w],
        [GCC, '-O2', '-w', '-I', os.path.dirname(target), '-I', WASM2C_DIR,
         '-DGUEST="%s.h"' % os.path.basename(target), '-o', target, c,
         os.path.join(HERE, 'native', 'wasm2c_glue.c'), kernels.MAIN,
         os.path.join(WASM2C_DIR, 'wasm-rt-impl.c'), '-lm']])


def has_wasmtime():
    try:
        return subprocess.run([WASMTIME_PYTHON, '-c', 'import wasmtime'], capture_output=True).returncode == 0
    except OSError:
        return False


def own():
    return [
        kwasm('kwasm', 'this compiler, guard mode'),
        kwasm('check', 'this compiler, check mode', '--mode', 'check'),
        kwasm('kernel', 'guard mode as the kernel has it, IBT and no thunks', '--kernel-form=bare'),
        kwasm('retpoline', 'guard mode as the kernel has it, with retpolines and return thunks',
              '--kernel-form=retpoline'),
    ]


def found():
    """Every engine this machine has; the first is the reference."""
    e = [native('native', 'clang -O2 without vectorizers: the reference', CLANG, kernels.SCALAR)]
    if shutil.which(GCC):
        e.append(native('gcc', 'gcc -O2', GCC, []))
    e += own()
    if shutil.which(NODE):
        e.append(v8('turbofan', 'V8, optimizing compiler only', '--no-liftoff', '--no-wasm-tier-up'))
        e.append(v8('liftoff', 'V8, baseline compiler only', '--liftoff', '--no-wasm-tier-up',
                    '--no-wasm-dynamic-tiering'))
    if shutil.which('wasm2c') and os.path.isdir(WASM2C_DIR):
        e.append(Engine('wasm2c', 'wasm2c and gcc -O2', build_wasm2c,
                        lambda f, n, reps: [f, str(n), str(reps)]))
    if has_wasmtime():
        e.append(Engine('wasmtime', 'wasmtime, Cranelift', kernels.wasm,
                        lambda f, n, reps: [WASMTIME_PYTHON, os.path.join(HERE, 'run-wasmtime.py'),
                                            f, str(n), str(reps)]))
    return e


def version(cmd):
    try:
        r = subprocess.run(cmd, capture_output=True, text=True)
    except OSError:
        return None
    return (r.stdout.strip().splitlines() or ['?'])[0] if r.returncode == 0 else None


def versions():
    """-> [(what, version)] of the tools in use."""
    rows = [('clang', version([CLANG, '--version'])), ('gcc', version([GCC, '--version'])),
            ('V8', version([NODE, '-p', '"V8 " + process.versions.v8 + ", node " + process.version'])),
            ('wasm2c', version(['wasm2c', '--version'])),
            ('wasmtime', version([WASMTIME_PYTHON, '-c', 'import importlib.metadata as m; print(m.version("wasmtime"))'])),
            ('kwasm', version(['git', '-C', HERE, 'rev-parse', '--short', 'HEAD']))]
    return [(k, v) for k, v in rows if v]


def optimisations():
    """-> [(name, what)], the rows of opt.def."""
    path = os.path.join(HERE, '..', '..', 'jit', 'common', 'opt.def')
    return re.findall(r'^KW_OPT\(\w+,\s*"([a-z0-9-]+)",\s*"([^"]*)"\)', open(path).read(), re.M)
