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
import os
import random
import re
import subprocess
import sys

import engines
import kernels
import report
import selftest

REPS = 5


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--dir', action='append', default=[], help='another folder of programs with a sizes.txt')
    p.add_argument('--out', default='build/bench', help='results.csv and what is built')
    p.add_argument('--engines', help='only these (the reference always) or, with --ablate, these optimisations: a,b')
    p.add_argument('--only', help='only these programs: a,b')
    p.add_argument('--ablate', nargs='?', const='guard', choices=['guard', 'check'],
                   help='instead of engines: this compiler, in this mode, without one optimisation')
    p.add_argument('--check', action='store_true', help='little work, no table: do all forms of code give the same results?')
    p.add_argument('--rst', help='write the table here, and the plot (.svg) beside it')
    p.add_argument('--from', dest='saved', action='append', metavar='CSV',
                   help='measure nothing: the table of this results.csv; of several, the rounds of all')
    return p.parse_args()


def all_engines(a):
    if not a.ablate:
        return engines.found()
    mode = ['--mode', a.ablate]
    return [engines.kwasm('kwasm', 'everything on', *mode)] + [
        engines.kwasm('-' + name, what, *mode, opt='-' + name) for name, what in engines.optimisations()]


def choose(a):
    e = all_engines(a)
    if not a.engines:
        return e
    wanted = a.engines.split(',')
    unknown = set(wanted) - {x.name.lstrip('-') for x in e}
    if unknown:
        sys.exit('no such engine here: %s (there are: %s)' % (', '.join(unknown), ', '.join(x.name for x in e)))
    return [x for x in e if x is e[0] or x.name.lstrip('-') in wanted]


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
    for i, (what, good, detail) in enumerate(selftest.results(), len(ks) + len(TOOL) + 1):
        failed |= not good
        print('%sok %d bench: %s' % ('' if good else 'not ', i, what))
        if not good:
            print('#', detail)
    print('1..%d' % i)
    return failed


def save(path, data, es):
    with open(path, 'w', newline='') as f:
        w = csv.writer(f)
        w.writerow(['program', 'engine', 'round', 'ns'])
        for k, row in data.items():
            for e in es:
                for r, ns in enumerate(row[e.name]):
                    w.writerow([k, e.name, r, ns if ns is not None else ''])


def load(paths):
    """-> as measure() has it, and the engines' names in their order; the same ones in every file."""
    data, names = {}, []
    for path in paths:
        with open(path, newline='') as f:
            for row in csv.DictReader(f):
                if row['engine'] not in names:
                    names.append(row['engine'])
                data.setdefault(row['program'], {}).setdefault(row['engine'], []).append(
                    int(row['ns']) if row['ns'] else None)
    return data, names


def from_files(a):
    """-> data, engines, rounds"""
    data, names = load(a.saved)
    known = {e.name: e for e in choose(a)}
    rounds = max(len(ns) for row in data.values() for ns in row.values())
    return data, [known.get(n) or engines.Engine(n, 'not on this machine', None, None) for n in names], rounds


def main():
    a = arguments()
    only = a.only.split(',') if a.only else None
    ks = kernels.find([kernels.OWN] + a.dir, a.out, only)
    if a.check:
        return check(ks)
    errors = 0
    if a.saved:
        data, es, a.rounds = from_files(a)
    else:
        es = choose(a)
        os.makedirs(a.out, exist_ok=True)
        data, errors = measure(ks, es, a.rounds)
        save(os.path.join(a.out, 'results.csv'), data, es)
    table = (report.Ablation if a.ablate else report.Ratios)(data, es)
    print(table.text())
    if a.rst:
        table.write(a.rst, engines.versions(), a.rounds)
    return 1 if errors else 0


if __name__ == '__main__':
    sys.exit(main())
