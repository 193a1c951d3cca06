#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Counts the instructions that the benchmark programs execute on arm64, under qemu-aarch64.

Ours against gcc's of the same C file.  What is counted is one call: a process
that makes two, less one that makes one.  Counts are the same each time, and
say nothing of what an instruction costs.
"""
import argparse
import os
import subprocess
import sys

import kernels
import report

O = os.environ.get('O', 'build/user-arm64')
GCC = os.environ.get('GCC_ARM64', 'aarch64-linux-gnu-gcc')
QEMU = os.environ.get('QEMU_ARM64', 'qemu-aarch64')
PLUGIN = os.path.join(kernels.HERE, 'count', 'plugin.c')


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--dir', action='append', default=[], help='another folder of programs with a sizes.txt')
    p.add_argument('--out', default='build/bench', help='where what is built goes')
    p.add_argument('--only', help='only these programs: a,b')
    p.add_argument('--rst', help='write the table here')
    return p.parse_args()


def native(k):
    return kernels.native(k, 'arm64', GCC, ['-fno-tree-vectorize', '-static'], machine=[])


def ours(mode):
    bench = [os.path.join(O, 'kwasm-bench'), '--mode', mode]
    return lambda k: kernels.wasm(k), bench


# name, what, (Kernel -> file or None, what the command begins with)
ENGINES = [
    ('gcc', 'gcc -O2 -fno-tree-vectorize: the reference', (native, [])),
    ('guard', 'this compiler, guard mode', ours('guard')),
    ('check', 'this compiler, check mode', ours('check')),
]


class Counter:
    def __init__(self, out):
        self.plugin = kernels.make(os.path.join(out, 'count.so'), [PLUGIN],
                                   [['gcc', '-O2', '-shared', '-fPIC', '-o', os.path.join(out, 'count.so'), PLUGIN]])
        if not self.plugin:
            sys.exit('count.py: the plugin does not build')

    def process(self, argv):
        """-> result of the program, instructions executed; or a text that says what went wrong."""
        r = subprocess.run([QEMU, '-plugin', os.path.abspath(self.plugin)] + argv, capture_output=True, text=True)
        last = r.stderr.strip().splitlines()[-1:]
        if r.returncode or not last or not last[0].startswith('instructions '):
            return r.stderr.strip()[-200:] or 'exit status %d' % r.returncode
        return int(r.stdout.split()[0]), int(last[0].split()[1])

    def call(self, argv, n):
        """-> result, instructions of one call; or a text."""
        one, two = (self.process(argv + [str(n), str(calls)]) for calls in (0, 1))
        for got in (one, two):
            if isinstance(got, str):
                return got
        return two[0], two[1] - one[1]


def measure(ks, counter):
    """-> {kernel: {engine: instructions or None}}, number of errors"""
    data, errors = {}, 0
    for k in ks:
        row, results = {}, set()
        for name, _, (prepare, command) in ENGINES:
            path = prepare(k)
            got = counter.call(command + [path], k.size) if path else 'does not build'
            row[name] = None
            if isinstance(got, str):
                print('# %s on %s: %s' % (k.name, name, got))
                errors += 1
            else:
                results.add(got[0])
                row[name] = got[1]
        if len(results) > 1:
            print('# %s: results differ: %s' % (k.name, results))
            errors += 1
        data[k.name] = row
    return data, errors


def table(data):
    base, others = ENGINES[0][0], [e[0] for e in ENGINES[1:]]
    of = {k: {o: row[o] / row[base] if row[o] and row[base] else None for o in others} for k, row in data.items()}
    rows = [[k, report.fmt(row[base] / 1e6 if row[base] else None, 1)] + [report.fmt(of[k][o]) for o in others]
            for k, row in data.items()]
    for name, simd in (('geometric mean', False), ('geometric mean, SIMD', True)):
        group = [k for k in data if report.is_simd(k) == simd]
        means = {o: report.geomean([of[k][o] for k in group if of[k][o]]) for o in others}
        if group:
            rows.append([name, ''] + [report.fmt(means[o]) for o in others])
    return report.layout(['program', base + ' million'] + others, rows)


def main():
    a = arguments()
    ks = kernels.find([kernels.OWN] + a.dir, a.out, a.only.split(',') if a.only else None)
    data, errors = measure(ks, Counter(a.out))
    text = table(data)
    print(text)
    if a.rst:
        with open(a.rst, 'w') as f:
            f.write(report.HEADER % 'count.py --rst')
            f.write('\n'.join('* ``%s``: %s' % e[:2] for e in ENGINES) + '\n\n' + text + '\n')
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main())
