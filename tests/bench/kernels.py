# SPDX-License-Identifier: GPL-2.0
"""Benchmark programs: found in a folder by its sizes.txt, built to Wasm and natively.

A folder has NAME.c for each row "NAME n" of sizes.txt; its header may have any
name.  Programs named simd_* are built with -msimd128.
"""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = os.path.join(HERE, 'kernels')
MAIN = os.path.join(HERE, 'native', 'main.c')

CLANG = os.environ.get('CLANG', 'clang')
GCC = os.environ.get('GCC', 'gcc')
WASM_LD = os.environ.get('WASM_LD', 'wasm-ld')

WASM_CFLAGS = ['--target=wasm32', '-O2', '-std=gnu11', '-nostdlib', '-mbulk-memory', '-msign-ext',
               '-mnontrapping-fptoint', '-c']
WASM_LDFLAGS = ['--no-entry', '--strip-all', '-z', 'stack-size=65536']
# Contracted doubles would give other results.
NATIVE_CFLAGS = ['-O2', '-std=gnu11', '-ffp-contract=off', '-fno-math-errno']
# SSE4.1 and popcnt are what the compiler asks of a CPU.
X86_64 = ['-march=x86-64-v2']
SCALAR = ['-fno-vectorize', '-fno-slp-vectorize']


class Kernel:
    def __init__(self, folder, name, size, out):
        self.name = name
        self.source = os.path.join(folder, name + '.c')
        self.size = size
        self.is_simd = name.startswith('simd_')
        self.out = out

    def path(self, kind):
        return os.path.join(self.out, kind, self.name + ('.wasm' if kind == 'wasm' else ''))


def find(folders, out, only=None):
    """-> [Kernel]; two folders may have a NAME each: the later one's get the folder's name in front."""
    kernels, seen = [], set()
    for folder in folders:
        label = os.path.basename(os.path.abspath(folder))
        for line in open(os.path.join(folder, 'sizes.txt')):
            words = line.split('#')[0].split()
            if len(words) != 2:
                continue
            k = Kernel(folder, words[0], int(words[1]), os.path.join(out, label))
            if k.name in seen:
                k.name = label + '/' + k.name
                k.is_simd = words[0].startswith('simd_')
            seen.add(k.name)
            if not only or words[0] in only or k.name in only:
                kernels.append(k)
    return kernels


def newer(target, sources):
    return os.path.exists(target) and all(os.path.getmtime(target) > os.path.getmtime(s) for s in sources)


def run(cmd):
    """Return: whether it worked; says why not."""
    r = subprocess.run(cmd, capture_output=True, text=True)
    if r.returncode:
        print('#', ' '.join(cmd), '\n#', r.stderr.strip()[:400])
    return r.returncode == 0


def make(target, sources, cmds):
    """Return: @target, or None when it cannot be built."""
    if newer(target, sources):
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    for cmd in cmds:
        if not run(cmd):
            if os.path.exists(target):
                os.remove(target)
            return None
    return target


def wasm(k):
    target = k.path('wasm')
    obj = target + '.o'
    simd = ['-msimd128'] if k.is_simd else []
    return make(target, [k.source, __file__],
                [[CLANG] + WASM_CFLAGS + simd + ['-o', obj, k.source],
                 [WASM_LD] + WASM_LDFLAGS + ['-o', target, obj]])


def native(k, kind, cc, flags, machine=X86_64):
    target = k.path(kind)
    return make(target, [k.source, MAIN, __file__],
                [[cc] + NATIVE_CFLAGS + machine + flags + ['-o', target, k.source, MAIN, '-lm']])
