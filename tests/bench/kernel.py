#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions that a packet costs in a real kernel, function by function.

XDP: bpf_prog_test_run of our stub with a guest behind it, and of the same
program in eBPF.  Netfilter: datagrams through a hook with 0 to 3 programs.
QEMU counts, so the figures are exact for this kernel and say nothing of what
an instruction costs.
"""
import argparse
import base64
import bisect
import collections
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile

import ebpf
import kernels
import report

O = os.environ.get('O', 'build/user')
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
NR_CHAIN = 4
LEAST = 1.5
BODY, BPF = 'guest code', 'BPF program'
# Whom the compiler has put the test for programs at a hook into, and where that calls them.
HOOK_CALLERS = 'ip_local_deliver', 'nf_hook_slow'


def arguments():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('--kernel', default='6.12')
    p.add_argument('--count', type=int, default=20000, help='runs of each XDP program')
    p.add_argument('--datagrams', type=int, default=5000)
    p.add_argument('--out', default='build/bench')
    p.add_argument('--rst', help='write the tables here')
    return p.parse_args()


def libraries(program):
    """Files; none if it is linked statically, which ldd calls an error."""
    out = subprocess.run(['ldd', program], capture_output=True, text=True, check=False).stdout
    return [w for line in out.splitlines() for w in line.split() if w.startswith('/')]


def put(tree, source, target):
    path = os.path.join(tree, target.lstrip('/'))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    shutil.copy(source, path)


def overlay(a, tree):
    """What the guest needs besides the kernel."""
    shutil.rmtree(tree, ignore_errors=True)
    for tool in (f'{a.out}/packet/mark', f'{a.out}/packet/bpf_run', f'{O}/guest-tools/traffic'):
        put(tree, tool, 'bin/' + os.path.basename(tool))
        for lib in libraries(tool):
            put(tree, lib, lib)
    put(tree, f'{HERE}/kernel-guest.sh', 't/kernel-guest.sh')
    put(tree, 'build/kselftest/accept.wasm', 't/accept.wasm')
    put(tree, f'{TOP}/tests/kselftest/lib/pair.sh', 't/lib/pair.sh')
    programs = {'drop': [64], **ebpf.PROGRAMS}
    for name in programs:
        put(tree, f'{a.out}/packet/{name}.wasm', f't/{name}.wasm')
        put(tree, f'{a.out}/packet/{name}.bpf.o', f't/{name}.bpf.o')
    for size in {s for sizes in programs.values() for s in sizes}:
        with open(f'{tree}/t/{size}.packet', 'wb') as f:
            f.write(ebpf.packet(size))
    with open(f'{tree}/t/programs.list', 'w', encoding='utf-8') as f:
        f.writelines(f'{n} {" ".join(map(str, s))}\n' for n, s in programs.items())


def boot(a, tree, plugin, profile):
    env = dict(os.environ, SMP='1', ICOUNT='1', APPEND='nokaslr tsc=reliable', TIMEOUT='3000',
               QEMU_ARGS=f'-plugin {plugin},out={profile}')
    command = f'/t/kernel-guest.sh {a.count} {a.datagrams}'
    r = subprocess.run([f'{TOP}/tests/qemu/boot.sh', a.kernel, command, tree], capture_output=True, text=True,
                       env=env, check=False)
    if r.returncode:
        sys.exit(f'kernel.py: the guest ends with {r.returncode}\n{r.stdout[-1000:]}{r.stderr[-1000:]}')
    return r.stdout


class Symbols:
    """Addresses in the guest -> names."""

    def __init__(self, text):
        rows = []
        for line in gzip.decompress(base64.b64decode(text)).decode().splitlines():
            addr, name, *module = line.split()
            rows.append((int(addr, 16), name, module == ['[kwasm]']))
        rows.sort()
        self.addr = [r[0] for r in rows]
        self.name = [r[1] for r in rows]
        self.ours = {r[1] for r in rows if r[2]}

    def find(self, addr):
        if addr < 1 << 63:
            return 'user space'
        name = self.name[bisect.bisect_right(self.addr, addr) - 1]
        return BODY if name.startswith('kwasm_arena') else name


def costs(file, symbols, said, count):
    """-> {function: instructions of each run} of one part."""
    words = said.split()
    told = dict(zip(words[::2], words[1::2]))
    start = int(told.get('code_at', 0))
    end = start + int(told.get('code_bytes', 0))
    cost = collections.Counter()
    with open(file, encoding='ascii') as f:
        for row in f:
            addr, instructions = row.split()
            addr = int(addr, 16)
            # Gone from the symbols by the time those are read.
            name = BPF if start <= addr < end else symbols.find(addr)
            cost[name] += int(instructions)
    return {name: n / count for name, n in cost.items()}


def parts(text, profile):
    """-> {(what, program, size): (verdict, {function: instructions of each run})}, our functions' names"""
    head, _, tail = text.partition('@@ symbols\n')
    symbols = Symbols(''.join(l for l in tail.splitlines() if not l.startswith('@@')))
    found = {}
    for line in head.splitlines():
        if not line.startswith('@@ part '):
            continue
        count, rest = line[len('@@ part '):].split(' ', 1)
        key, _, said = rest.partition(': ')
        # Every second mark ends one.
        cost = costs(f'{profile}.{2 * len(found) + 2}', symbols, said, int(count))
        found[tuple(key.split())] = said.split()[1], cost
    return found, symbols.ours


def each_time(cost):
    """What a run does each time: the rest is the clock's interrupts, and shares of the system call."""
    return {name: round(n) for name, n in cost.items() if name != 'user space' and n >= LEAST}


def body_rows(found):
    for what, name, size in (key for key in found if key[0] == 'ebpf'):
        theirs, ours = found[what, name, size], found['kwasm', name, size]
        if theirs[0] != ours[0]:
            sys.exit(f'kernel.py: {name}, {size} bytes: verdicts {theirs[0]} and {ours[0]}')
        bpf, guest = round(theirs[1][BPF]), round(ours[1][BODY])
        yield name, size, str(bpf), str(guest), f'{guest / bpf:.2f}'


def fixed_rows(found):
    """Around the body: a program that does nothing, without its body."""
    theirs, ours = (each_time(found[what, 'drop', '64'][1]) for what in ('ebpf', 'kwasm'))
    theirs.pop(BPF)
    ours.pop(BODY)
    names = sorted(set(ours) | set(theirs), key=lambda n: -ours.get(n, 0))
    rows = [(n, theirs.get(n, 0), ours.get(n, 0)) for n in names]
    rows.append(('all', sum(theirs.values()), sum(ours.values())))
    return [(n, str(t), str(o), str(o - t)) for n, t, o in rows]


def chain_rows(found, ours):
    """What each program of a hook adds to a datagram's way."""
    cost = [found['netfilter', str(n)][1] for n in range(NR_CHAIN)]
    more = {name: [round(cost[n].get(name, 0) - cost[n - 1].get(name, 0)) for n in range(1, NR_CHAIN)]
            for name in set().union(*cost) if name != 'user space'}
    # Others come and go with the clock and with memory, on a way of some ten thousand instructions.
    on_path = ours | set(each_time(found['kwasm', 'drop', '64'][1])) | set(HOOK_CALLERS) | {BODY}
    rows = sorted(((n, m) for n, m in more.items() if n in on_path and max(m) > LEAST), key=lambda r: (-r[1][0], r[0]))
    rows.append(('all', [sum(m[k] for _, m in rows) for k in range(NR_CHAIN - 1)]))
    return [(name, *map(str, m)) for name, m in rows]


def tables(found, ours):
    yield ('XDP, the program itself: instructions of a packet',
           report.layout(('program', 'bytes', 'eBPF', 'kwasm', 'ratio'), list(body_rows(found))))
    yield ('XDP, around it: from ``bpf(2)``\'s loop to the program and back',
           report.layout(('function', 'eBPF', 'kwasm', 'more'), fixed_rows(found)))
    yield ('Netfilter: what the first, second and third program of a hook add to a datagram',
           report.layout(('function', 'first', 'second', 'third'), chain_rows(found, ours)))


def main():
    a = arguments()
    plugin = os.path.abspath(f'{a.out}/profile.so')
    source = f'{HERE}/count/profile.c'
    if not kernels.make(plugin, [source], [['gcc', '-O2', '-shared', '-fPIC', '-o', plugin, source]]):
        sys.exit('kernel.py: the plugin does not build')
    tree = f'{a.out}/kernel-{a.kernel}.over'
    overlay(a, tree)
    with tempfile.TemporaryDirectory() as d:
        found, ours = parts(boot(a, tree, plugin, f'{d}/profile'), f'{d}/profile')
    with open(f'{a.out}/kernel-{a.kernel}.json', 'w', encoding='utf-8') as f:
        json.dump([{'part': k, 'verdict': v, 'instructions': each_time(c)} for k, (v, c) in found.items()], f, indent=1)
    text = '\n\n'.join(f'{title}:\n\n{table}' for title, table in tables(found, ours)) + '\n'
    print(text)
    if a.rst:
        with open(a.rst, 'w', encoding='utf-8') as f:
            f.write(report.HEADER % 'kernel.py' + text)


if __name__ == '__main__':
    main()
