#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
"""Check our arm64 encodings against llvm-mc.  usage: a64_encode_dump | a64_encode_check.py

Each line is "<word>\t<asm text>"; the word must be what llvm-mc makes of the
text.  "-" for a word says that there is no encoding: llvm-mc must refuse it.
"""
import re, subprocess, sys

lines = [l.rstrip('\n') for l in sys.stdin]
complaints = [l for l in lines if l.startswith('#')]
rows = [l.split('\t') for l in lines if not l.startswith('#')]
good = [(w, t) for w, t in rows if w != '-']
none = [t for w, t in rows if w == '-']

def mc(texts):
    return subprocess.run(['llvm-mc', '-triple=aarch64', '-mattr=+neon,+bti', '-show-encoding'],
                          input='\n'.join(texts) + '\n', capture_output=True, text=True)

r = mc([t for _, t in good])
if len(good) < 1000:
    sys.exit(f"only {len(good)} rows came")
if r.stderr.strip():
    sys.exit(r.stderr[:600])
ref = [bytes(int(x, 16) for x in m.split(',')) for m in re.findall(r'encoding: \[([^\]]*)\]', r.stdout)]
if len(ref) != len(good):
    sys.exit(f'{len(good)} rows, {len(ref)} assembled')
bad = [(w, t, e) for (w, t), e in zip(good, ref) if int(w, 16) != int.from_bytes(e, 'little')]
refused = mc(none).stderr.count('error:')
for w, t, e in bad[:5]:
    print(f'# {t}: {w}, llvm-mc has {int.from_bytes(e, "little"):08x}')
for c in complaints[:5]:
    print(c)
print(f'# {len(good)} encodings, {len(none)} that must have none')
print(f'{"not " if bad or complaints else ""}ok 1 encodings are what an assembler makes of their text')
print(f'{"not " if refused != len(none) else ""}ok 2 what has no encoding is not encoded')
print('1..2')
sys.exit(bool(bad or complaints or refused != len(none)))
