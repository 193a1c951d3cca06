#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How fast big modules are compiled, and modules made to be expensive.

sql.js and esbuild-wasm come from npm and are looked for in --npm (a
node_modules folder).  Rounds are interleaved; a figure is the fastest of three
compilations, the median over the rounds.  What costs more than --limit times
sql.js's nanoseconds per byte is marked, and then the exit status is 1.

Where there is a node (NODE=), V8's two compilers do the same in the same rounds,
on one thread: MB/s are of a machine, and a ratio of two says more.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys

import adversarial
import report
from engines import HERE, NODE

BIG = [('sql.js', 'sql.js/dist/sql-wasm.wasm'), ('esbuild', 'esbuild-wasm/esbuild.wasm')]
REPS = 3

EAGER = ['--single-threaded', '--no-wasm-lazy-compilation', '--no-wasm-native-module-cache', '--no-wasm-tier-up']
# name: flags, repetitions, modules that it does not take minutes for
V8 = {'V8 Liftoff': (['--liftoff'], REPS, ['sql.js', 'esbuild']), 'V8 TurboFan': (['--no-liftoff'], 1, ['sql.js'])}


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--rounds', type=int, default=3)
    p.add_argument('--npm', default='build/npm/node_modules')
    p.add_argument('--out', default='build/bench')
    p.add_argument('--limit', type=float, default=4)
    p.add_argument('--rst', help='write the table here, too')
    p.add_argument('tool', nargs='+', help='NAME=kwasm-bench [options]: builds and forms to compare')
    return p.parse_args()


def find_big(npm):
    found = [(name, os.path.join(npm, path)) for name, path in BIG if os.path.exists(os.path.join(npm, path))]
    if len(found) < len(BIG):
        print('# not in %s: %s; fetch them: npm install --prefix %s sql.js esbuild-wasm' % (
            npm, ', '.join(n for n, _ in BIG if n not in dict(found)), os.path.dirname(npm)))
    return found


def compile_one(tool, path):
    """-> {word: number}, or None with the reason said."""
    r = subprocess.run(tool + ['--compile', path, str(REPS)], capture_output=True, text=True)
    if r.returncode:
        print('# %s: %s' % (os.path.basename(path), r.stderr.strip()[:200]))
        return None
    w = r.stdout.split()
    return {k: int(v) for k, v in zip(w[::2], w[1::2])}


def measure_v8(name, module, path):
    """-> ns, or None"""
    flags, reps, modules = V8[name]
    if module not in modules or not shutil.which(NODE):
        return None
    r = subprocess.run([NODE, *EAGER, *flags, os.path.join(HERE, 'compile-v8.mjs'), path, str(reps)],
                       capture_output=True, text=True)
    return int(r.stdout.split()[1]) if r.returncode == 0 else None


def measure(tools, modules, rounds):
    """-> {tool: {module: [figures, one a round]}}, {V8's compiler: {module: [ns, one a round]}}"""
    data = {t: {m: [] for m, _ in modules} for t, _ in tools}
    v8 = {name: {m: [] for m, _ in modules} for name in V8}
    for _ in range(rounds):
        for m, path in modules:
            for t, cmd in tools:
                got = compile_one(cmd, path)
                if got:
                    data[t][m].append(got)
            for name in V8:
                got = measure_v8(name, m, path)
                if got:
                    v8[name][m].append(got)
    return data, v8


def table_v8(v8, data, modules):
    """How fast V8's compilers are, and each of ours next to them; '' if there is none."""
    rows = []
    for name, by in v8.items():
        for m, path in modules:
            if not by[m] or not all(ms[m] for ms in data.values()):
                continue
            ours = [statistics.median(f['total_ns'] / ns for f, ns in zip(ms[m], by[m])) for ms in data.values()]
            rows.append([name, m, report.fmt(1e3 * os.path.getsize(path) / statistics.median(by[m]), 1)] +
                        [report.fmt(x) for x in ours])
    if not rows:
        return ''
    head = ['compiler', 'module', 'MB/s'] + ['%s, ratio' % t for t in data]
    return "\nV8's compilers, one thread; and kwasm's time divided by theirs::\n\n%s\n" % (
        '\n'.join('    ' + l for l in report.layout(head, rows).splitlines()))


def row(name, figures, base_ns_per_byte, limit):
    total = statistics.median(f['total_ns'] for f in figures)
    f = figures[0]
    per_byte = total / f['bytes']
    ratio = per_byte / base_ns_per_byte
    peak = f['function_peak_bytes'] / f['function_body_bytes'] if f['function_body_bytes'] else None
    return [name, report.fmt(1e3 / per_byte, 1), report.fmt(per_byte, 0), report.fmt(total / f['operators'], 0),
            report.fmt(ratio) + (' !' if ratio > limit else ''), report.fmt(f['code_bytes'] / f['bytes']),
            report.fmt(f['peak_bytes'] / 1e6, 1), report.fmt(peak, 0)], ratio > limit


def tables(data, modules, limit):
    """-> text, whether something was over the limit"""
    head = ['module', 'MB/s', 'ns/byte', 'ns/operator', 'ns/byte, sql.js = 1', 'code/Wasm', 'peak MB', 'worst function']
    out, over = [], False
    for t, by in data.items():
        base = by.get('sql.js') or next((f for f in by.values() if f), None)
        if not base:
            continue
        base_ns = statistics.median(f['total_ns'] for f in base) / base[0]['bytes']
        rows = []
        for m, _ in modules:
            if by[m]:
                r, bad = row(m, by[m], base_ns, limit)
                rows.append(r)
                over |= bad
            else:
                over = True
        out.append('%s::\n\n%s' % (t, '\n'.join('    ' + l for l in report.layout(head, rows).splitlines())))
    return '\n\n'.join(out) + '\n', over


def main():
    a = arguments()
    tools = [(t.split('=', 1)[0], t.split('=', 1)[1].split()) for t in a.tool]
    modules = find_big(a.npm)
    modules += [(os.path.basename(p)[:-5], p) for p in adversarial.write(os.path.join(a.out, 'adversarial'))]
    data, v8 = measure(tools, modules, a.rounds)
    text, over = tables(data, modules, a.limit)
    text += table_v8(v8, data, modules)
    print(text)
    print('worst function: bytes of memory for a byte of body, of functions of 4 KiB and more')
    if a.rst:
        with open(a.rst, 'w') as f:
            f.write('.. SPDX-License-Identifier: GPL-2.0\n.. made by tests/bench/compile.py --rst\n\n' + text)
    return 1 if over else 0


if __name__ == '__main__':
    sys.exit(main())
