#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Packet programs as kwasm guests and as eBPF, natively, on the same packets.

usage: ebpf.py --dir BUILT [--rounds N] [--count N] [--rst FILE] KWASM_BENCH

BUILT has NAME.wasm, NAME.bpf.o and bpf_run of tests/bench/packet.  Each round
runs both sides of each row in random order; figures are medians over the
rounds.  drop is what a run costs by itself, on either side, and is taken off.
bpf(2)'s clock is the wall's, and the engine's is the thread's: on a loaded
machine it is the eBPF side that looks slow, so its fastest round counts as well.
"""
import argparse
import os
import random
import statistics
import struct
import subprocess
import sys

PROGRAMS = {'parse': [64], 'rules': [64], 'fnv': [64, 512, 1500], 'csum': [64, 512, 1500],
            'csum64': [64, 512, 1500], 'lanes': [64, 512, 1500]}


def packet(size):
    """UDP 10.1.2.3:12345 -> 10.1.2.4:4789."""
    ip = struct.pack('>BBHHHBBH4B4B', 0x45, 0, size - 14, 0, 0, 64, 17, 0, 10, 1, 2, 3, 10, 1, 2, 4)
    udp = struct.pack('>HHHH', 12345, 4789, size - 34, 0)
    head = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]) + ip + udp
    return head + bytes(i * 31 & 255 for i in range(len(head), size))


def words(command):
    r = subprocess.run(command, capture_output=True, text=True, check=False)
    if r.returncode == 8:
        print('skipped: bpf(2) is not allowed here')
        sys.exit(0)
    if r.returncode:
        sys.exit(f'{" ".join(command)}: {r.stderr.strip()}')
    w = r.stdout.split()
    return dict(zip(w[::2], map(float, w[1::2])))


def measure(a, key, side):
    name, size = key
    file = f'{a.dir}/{size}.packet'
    if side == 'ebpf':
        r = words([f'{a.dir}/bpf_run', f'{a.dir}/{name}.bpf.o', file, str(a.count)])
        return r['ns'], r['verdict']
    mode = ['--kernel-form=bare'] if side == 'kernel' else []
    r = words([a.bench, '--packet', *mode, f'{a.dir}/{name}.wasm', file, str(a.count), '3'])
    return r['min_ns'], r['verdict']


def table(ns, keys):
    yield 'program', 'bytes', 'eBPF ns', 'kwasm ns', 'ratio', 'kernel form ns', 'ratio'
    for key in keys:
        base = {side: statistics.median(ns['drop', 64][side]) for side in ns[key]}
        net = {side: max(statistics.median(ns[key][side]) - base[side], 0.1) for side in ns[key]}
        yield (key[0], str(key[1]), f'{net["ebpf"]:.1f}', f'{net["kwasm"]:.1f}', f'{net["kwasm"] / net["ebpf"]:.2f}',
               f'{net["kernel"]:.1f}', f'{net["kernel"] / net["ebpf"]:.2f}')


def show(rows, out):
    rows = list(rows)
    width = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    rule = '  '.join('=' * w for w in width)
    for i, r in enumerate(rows):
        if i < 2:
            print(rule, file=out)
        print('  '.join(c.ljust(w) if k == 0 else c.rjust(w) for k, (c, w) in enumerate(zip(r, width))), file=out)
    print(rule, file=out)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--dir', required=True)
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--count', type=int, default=200000)
    p.add_argument('--rst')
    p.add_argument('bench')
    a = p.parse_args()
    keys = [('drop', 64)] + [(n, s) for n, sizes in PROGRAMS.items() for s in sizes]
    for size in {s for _, s in keys}:
        with open(f'{a.dir}/{size}.packet', 'wb') as f:
            f.write(packet(size))
    ns = {k: {'ebpf': [], 'kwasm': [], 'kernel': []} for k in keys}
    for _ in range(a.rounds):
        todo = [(k, side) for k in keys for side in ns[k]]
        random.shuffle(todo)
        verdicts = {}
        for k, side in todo:
            t, verdict = measure(a, k, side)
            ns[k][side].append(t)
            if verdicts.setdefault(k, verdict) != verdict:
                sys.exit(f'{k[0]}, {k[1]} bytes: {side} says {verdict:.0f}, another {verdicts[k]:.0f}')
    fixed = ', '.join(f'{side} {statistics.median(v):.1f}' for side, v in ns['drop', 64].items())
    print(f'a run of a program that does nothing, ns: {fixed}')
    show(table(ns, keys[1:]), sys.stdout)
    if a.rst:
        os.makedirs(os.path.dirname(a.rst) or '.', exist_ok=True)
        with open(a.rst, 'w', encoding='utf-8') as f:
            show(table(ns, keys[1:]), f)


if __name__ == '__main__':
    main()
