# SPDX-License-Identifier: GPL-2.0
"""A bar for each value, as SVG, by hand: no library is needed to look at a number."""
from xml.sax.saxutils import escape

BAR, GAP, LEFT, WIDTH, TOP = 18, 8, 110, 420, 34


def bars(values, title):
    values = [(name, v) for name, v in values if v]
    scale = WIDTH / max(v for _, v in values)
    height = TOP + len(values) * (BAR + GAP) + GAP
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">'
           % (LEFT + WIDTH + 60, height),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="8" y="20" font-weight="bold">%s</text>' % escape(title)]
    for i, (name, v) in enumerate(values):
        y = TOP + i * (BAR + GAP)
        fill = '#888' if not i else '#2a6f97' if name.startswith('kwasm') else '#a9bcc9'
        out += ['<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 8, y + BAR - 4, escape(name)),
                '<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (LEFT, y, v * scale, BAR, fill),
                '<text x="%.1f" y="%d">%.2f</text>' % (LEFT + v * scale + 6, y + BAR - 4, v)]
    x = LEFT + scale * values[0][1]
    out += ['<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#888" stroke-dasharray="3,3"/>' % (x, TOP - 4, x, height - 4),
            '</svg>']
    return '\n'.join(out) + '\n'
