#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Check our x86-64 encodings against llvm-mc.  usage: encode_dump | encode_check.py

An assembler is free to pick a shorter form (add eax, imm32 has one), so equal
bytes are too strict: the test is that our bytes disassemble to the same
instruction as the assembler's, one instruction a row and no byte left over.
Branches are written with displacement 0, by their bytes.
"""
import re, subprocess, sys

rows = [l.rstrip('\n').split('\t') for l in sys.stdin]

def mc(args, text):
    r = subprocess.run(['llvm-mc', '-triple=x86_64'] + args, input=text, capture_output=True, text=True)
    if r.stderr.strip():
        sys.exit(r.stderr[:600])
    return r.stdout

def disasm(hexes):
    out = mc(['--disassemble', '--output-asm-variant=1'],
             '\n'.join(' '.join('0x' + h[i:i+2] for i in range(0, len(h), 2)) for h in hexes))
    return [re.sub(r'\s+', ' ', l.split('#')[0]).strip() for l in out.splitlines()
            if l.startswith('\t') and not l.startswith('\t.')]

asm = mc(['-show-encoding', '-x86-asm-syntax=intel'],
         '.intel_syntax noprefix\n' + '\n'.join(t for _, t in rows) + '\n')
ref = [''.join('00' if p == 'A' else p.replace('0x', '').strip("A'") for p in m.split(','))
       for m in re.findall(r'encoding: \[([^\]]*)\]', asm)]
ours, theirs = disasm([h for h, _ in rows]), disasm(ref)
if not len(rows) == len(ref) == len(ours) == len(theirs):
    sys.exit(f'{len(rows)} rows, {len(ref)} assembled, {len(ours)} / {len(theirs)} disassembled')

def same(o, t):     # a shift by one has a form of its own; xchg and test mean the same either way round
    if o == t + ', 1':
        return True
    sym = re.fullmatch(r'(xchg|test) (.*), (.*)', o)
    return o == t or bool(sym) and t == f'{sym[1]} {sym[3]}, {sym[2]}'

bad = [(r[1], r[0], o, e) for r, o, t, e in zip(rows, ours, theirs, ref) if not same(o, t)]
longer = [r[1] for r, e in zip(rows, ref) if len(r[0]) > len(e)]
for t, h, o, e in bad[:5]:
    print(f'# {t}: {h} is "{o}", llvm-mc has {e}')
print(f'# {len(rows)} encodings, {len(longer)} longer than llvm-mc\'s')
print(f'{"not " if bad else ""}ok 1 encodings mean what they should')
print('1..1')
sys.exit(bool(bad))
