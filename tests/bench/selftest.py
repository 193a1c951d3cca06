# SPDX-License-Identifier: GPL-2.0
"""The tables and the plot, of results that are written down here."""
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
BENCH = os.path.join(HERE, 'bench.py')
SVG = '{http://www.w3.org/2000/svg}'

# Two files of a round each: 'first' is 2, then 4 times the reference and 'fourth' always 8 times;
# 'none' does not run the SIMD program.
ROUND = """program,engine,round,ns
first,native,0,1000000
first,kwasm & co,0,{first}
first,none,0,
fourth,native,0,3000000
fourth,kwasm & co,0,24000000
fourth,none,0,3000000
others/simd_x,native,0,2000000
others/simd_x,kwasm & co,0,1000000
others/simd_x,none,0,
"""

RATIOS = """\
====================  =========  ==========  ====
program               native ms  kwasm & co  none
====================  =========  ==========  ====
first                       1.0        3.00   n/a
fourth                      3.0        8.00  1.00
others/simd_x               2.0        0.50   n/a
geometric mean                         4.90  1.00
geometric mean, SIMD                   0.50   n/a
====================  =========  ==========  ====
"""

ABLATION = """\
==========  =====  ===========================================  ===================
without      time  most                                         what
==========  =====  ===========================================  ===================
kwasm & co  2.289  fourth 8.00, first 3.00, others/simd_x 0.50  not on this machine
none        1.000  fourth 1.00                                  not on this machine
==========  =====  ===========================================  ===================
"""


def bench(*words):
    r = subprocess.run([sys.executable, BENCH, *words], capture_output=True, text=True)
    return r.stdout + r.stderr


def read(path):
    with open(path) as f:
        return f.read()


def files(tmp):
    """-> options that name the results"""
    words = []
    for i, first in enumerate([2000000, 4000000]):
        path = os.path.join(tmp, '%d.csv' % i)
        with open(path, 'w') as f:
            f.write(ROUND.format(first=first))
        words += ['--from', path]
    return words


def bars(path):
    """-> [label, value, width of its bar] of a plot, None when it is not XML"""
    try:
        svg = xml.etree.ElementTree.parse(path).getroot()
    except xml.etree.ElementTree.ParseError:
        return None
    texts = [t.text for t in svg.findall(SVG + 'text')][1:]
    widths = [float(r.get('width')) for r in svg.findall(SVG + 'rect')[1:]]
    return list(zip(texts[::2], texts[1::2], widths))


def results():
    """-> [(what, whether it is so, what was found)]"""
    with tempfile.TemporaryDirectory() as tmp:
        rst, out = os.path.join(tmp, 'x.rst'), []
        text = bench(*files(tmp), '--rst', rst)
        out.append(('ratios of saved results', text == RATIOS, text))
        text = read(rst)
        out.append(('ratios as reStructuredText', text.startswith('.. SPDX') and text.endswith('\n\n' + RATIOS) and
                    'Rounds: 2.' in text, text))
        found = bars(os.path.join(tmp, 'x.svg'))
        want = [('native', '1.00'), ('kwasm & co', '4.90'), ('none', '1.00')]
        out.append(('plot is XML with a bar for each engine', found and [b[:2] for b in found] == want and
                    abs(found[1][2] / found[0][2] - 4.9) < 0.01, found))
        text = bench(*files(tmp), '--ablate', '--rst', rst)
        out.append(('ablation of saved results', text == ABLATION and read(rst).endswith('\n\n' + ABLATION), text))
        return out
