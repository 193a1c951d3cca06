# SPDX-License-Identifier: GPL-2.0
"""Results -> a table of ratios (text, reStructuredText) and a plot (SVG)."""
import math
import os
import platform
import statistics

import plot


HEADER = '.. SPDX-License-Identifier: GPL-2.0\n.. made by tests/bench/%s\n\n'


def ratio(row, engine, base):
    """Median over rounds of the ratio to @base in the same round, or None."""
    r = [a / b for a, b in zip(row[engine], row[base]) if a and b]
    return statistics.median(r) if r else None


def geomean(values):
    return math.exp(sum(math.log(v) for v in values) / len(values)) if values else None


def fmt(v, digits=2):
    return '%.*f' % (digits, v) if v is not None else 'n/a'


def is_simd(program):
    return program.split('/')[-1].startswith('simd_')


def is_number(cell):
    return cell in ('', 'n/a') or cell[0].isdigit()


def layout(head, rows):
    """Columns as wide as they must be, for people and for a simple table of reStructuredText."""
    width = [max(len(r[i]) for r in [head] + rows) for i in range(len(head))]
    right = [i and all(is_number(r[i]) for r in rows) for i in range(len(head))]
    line = '  '.join('=' * w for w in width)
    put = lambda r: '  '.join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(r, width, right)).rstrip()
    return '\n'.join([line, put(head), line] + [put(r) for r in rows] + [line])


def machine():
    for l in open('/proc/cpuinfo'):
        if l.startswith('model name'):
            name = l.split(':')[1].strip()
            break
    else:
        name = platform.machine()
    virtual = any('hypervisor' in l for l in open('/proc/cpuinfo') if l.startswith('flags'))
    return '%s, %d CPUs%s, Linux %s' % (name, os.cpu_count(), ', a virtual machine' if virtual else '',
                                        platform.release())


class Ratios:
    """Every engine against the first one."""

    def __init__(self, data, es):
        self.engines = es
        self.base = es[0].name
        self.data = data
        self.of = {k: {e.name: ratio(row, e.name, self.base) for e in es} for k, row in data.items()}
        self.groups = [('geometric mean', [k for k in data if not is_simd(k)]),
                       ('geometric mean, SIMD', [k for k in data if is_simd(k)])]

    def mean(self, engine, group):
        return geomean([self.of[k][engine] for k in group if self.of[k][engine]])

    def rows(self):
        columns = [e.name for e in self.engines[1:]]
        head = ['program', self.base + ' ms'] + columns
        rows = []
        for k, row in self.data.items():
            times = [ns for ns in row[self.base] if ns]
            ms = fmt(statistics.median(times) / 1e6, 1) if times else '-'
            rows.append([k, ms] + [fmt(self.of[k][c]) for c in columns])
        for name, group in self.groups:
            if group:
                rows.append([name, ''] + [fmt(self.mean(c, group)) for c in columns])
        return head, rows

    def text(self):
        return layout(*self.rows())

    def plot(self):
        """-> SVG, of the first group that has programs."""
        group = next(g for _, g in self.groups if g)
        return plot.bars([(e.name, self.mean(e.name, group)) for e in self.engines],
                         'time, %s = 1 (geometric mean of %d programs)' % (self.base, len(group)))

    def write(self, path, versions, rounds):
        with open(os.path.splitext(path)[0] + '.svg', 'w') as f:
            f.write(self.plot())
        with open(path, 'w') as f:
            f.write(HEADER % 'bench.py --rst')
            f.write('Machine: %s.  Rounds: %d.\n\n' % (machine(), rounds))
            f.write('\n'.join('* ``%s``: %s' % (e.name, e.what) for e in self.engines))
            f.write('\n\nVersions: ' + '; '.join('%s: %s' % v for v in versions) + '.\n\n')
            f.write(self.text() + '\n')


class Ablation:
    """What each optimisation brings: time without it to time with everything."""

    WORST = 3

    def __init__(self, data, es):
        self.engines = es
        self.base = es[0].name
        self.of = {e.name: {k: ratio(row, e.name, self.base) for k, row in data.items()} for e in es}

    def rows(self):
        rows = []
        for e in self.engines[1:]:
            by = {k: v for k, v in self.of[e.name].items() if v}
            worst = sorted(by, key=by.get, reverse=True)[:self.WORST]
            rows.append([e.name.lstrip('-'), fmt(geomean(list(by.values())), 3),
                         ', '.join('%s %s' % (k, fmt(by[k])) for k in worst), e.what])
        return ['without', 'time', 'most', 'what'], rows

    def text(self):
        return layout(*self.rows())

    def write(self, path, versions, rounds):
        with open(path, 'w') as f:
            f.write(HEADER % 'bench.py --ablate --rst')
            f.write('Machine: %s.  Rounds: %d.\n\n' % (machine(), rounds))
            f.write(self.text() + '\n')
