#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Times the benchmark programs on every engine there is, in one interleaved run.

In each round every program runs on every engine, in random order, one process
each: a warm-up call, then REPS calls of which the fastest counts, in CPU time.
A ratio is to the reference in the same round; the table has medians over the
rounds, and geometric means.  Different results of one program are an error.
"""
import argparse
import csv
import json
import os
import random
import re
import subprocess
import sys

import engines
import kernels
import report

REPS = 5


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--dir', action='append', default=[], help='another folder of programs with a sizes.txt')
    p.add_argument('--out', default='build/bench', help='results.json, results.csv and what is built')
    p.add_argument('--engines', help='only these (the reference always), by name: a,b')
    p.add_argument('--only', help='only these programs: a,b')
    p.add_argument('--ablate', action='store_true', help='instead of engines: this compiler without one optimisation')
    p.add_argument('--check', action='store_true', help='little work, no table: do all forms of code give the same results?')
    p.add_argument('--rst', help='write the table here, and the plot beside it')
    return p.parse_args()


def choose(a):
    if a.ablate:
        return [engines.kwasm('kwasm', 'everything on')] + [
            engines.kwasm('-' + name, what, opt='-' + name) for name, what in engines.optimisations()]
    e = engines.found()
    if not a.engines:
        return e
    wanted = a.engines.split(',')
    unknown = set(wanted) - {x.name for x in e}
    if unknown:
        sys.exit('no such engine here: %s (there are: %s)' % (', '.join(unknown), ', '.join(x.name for x in e)))
    return [x for x in e if x is e[0] or x.name in wanted]


def time_one(engine, path, n, reps=REPS):
    """-> (checksum, fastest ns), or a text that says what went wrong."""
    try:
        r = subprocess.run(engine.command(path, n, reps), capture_output=True, text=True, timeout=300,
                           env=engine.env)
    except (OSError, subprocess.TimeoutExpired) as e:
        return str(e)
    if r.returncode:
        return r.stderr.strip()[-200:] or 'exit status %d' % r.returncode
    words = [int(w) for w in r.stdout.split()]
    return words[0], min(words[1:])


def measure(ks, es, rounds):
    """-> {kernel: {engine: [ns or None, one a round]}}, number of errors."""
    data = {k.name: {e.name: [] for e in es} for k in ks}
    sums, errors = {}, set()
    built = {(k.name, e.name): e.prepare(k) for k in ks for e in es}
    for r in range(rounds):
        for k in ks:
            for e in random.sample(es, len(es)):
                path = built[k.name, e.name]
                got = time_one(e, path, k.size) if path else None
                if isinstance(got, str):
                    errors.add('%s on %s: %s' % (k.name, e.name, got))
                    got = None
                if got and sums.setdefault(k.name, got[0]) != got[0]:
                    errors.add('%s on %s: result %d, elsewhere %d' % (k.name, e.name, got[0], sums[k.name]))
                data[k.name][e.name].append(got[1] if got else None)
        print('# round %d of %d, load %.1f' % (r + 1, rounds, os.getloadavg()[0]), file=sys.stderr, flush=True)
    for text in sorted(errors):
        print('# ' + text)
    return data, len(errors)


# What scripts read of kwasm-bench: operands, output
TOOL = [
    ('enters and leaves', ['--enter', '100', '3'], r'verdict 1 min_ns [0-9.]+ median_ns [0-9.]+\n'),
    ('starts from cold', ['--cold', '{wasm}', '1', '3'], r'load_ns \d+ instantiate_ns \d+ call_ns \d+\n'),
    ('compiles', ['--compile', '--kernel-form', '{wasm}', '2'], r'bytes \d+ functions \d+ .*function_body_bytes \d+\n'),
]


def check(ks):
    """TAP: a result a program, on the reference and in every form of this compiler's code."""
    es = [engines.found()[0]] + engines.own()
    failed = False
    for i, k in enumerate(ks, 1):
        n = max(k.size // 50, min(k.size, 12))
        got = {}
        for e in es:
            path = e.prepare(k)
            r = time_one(e, path, n, 1) if path else 'does not build'
            got[e.name] = r if isinstance(r, str) else r[0]
        same = len(set(got.values())) == 1 and not isinstance(got['native'], str)
        failed |= not same
        print('%sok %d bench: %s gives the same everywhere' % ('' if same else 'not ', i, k.name))
        if not same:
            print('#', got)
    for i, (what, words, want) in enumerate(TOOL, len(ks) + 1):
        r = subprocess.run([engines.BENCH] + [w.format(wasm=ks[0].path('wasm')) for w in words],
                           capture_output=True, text=True)
        good = r.returncode == 0 and re.fullmatch(want, r.stdout)
        failed |= not good
        print('%sok %d bench: kwasm-bench %s' % ('' if good else 'not ', i, what))
        if not good:
            print('#', r)
    print('1..%d' % (len(ks) + len(TOOL)))
    return failed


def save(out, data, es):
    with open(os.path.join(out, 'results.json'), 'w') as f:
        json.dump(data, f)
    with open(os.path.join(out, 'results.csv'), 'w', newline='') as f:
        w = csv.writer(f)
        w.writerow(['program', 'engine', 'round', 'ns'])
        for k, row in data.items():
            for e in es:
                for r, ns in enumerate(row[e.name]):
                    w.writerow([k, e.name, r, ns if ns is not None else ''])


def main():
    a = arguments()
    only = a.only.split(',') if a.only else None
    ks = kernels.find([kernels.OWN] + a.dir, a.out, only)
    if a.check:
        return check(ks)
    es = choose(a)
    os.makedirs(a.out, exist_ok=True)
    data, errors = measure(ks, es, a.rounds)
    save(a.out, data, es)
    simd = [k.name for k in ks if k.is_simd]
    if a.ablate:
        table = report.Ablation(data, es, simd)
    else:
        table = report.Ratios(data, es, simd)
    print(table.text())
    if a.rst:
        table.write(a.rst, engines.versions(), a.rounds)
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main())
