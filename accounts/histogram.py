"""A histogram of scores as inline SVG: bars, the outline of another count, and the two lines."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 420, 150
BASE, TOP = 130, 22
GAP = 3
# Names of two lines closer than this would run into each other.
APART = 16
# So near an edge the name stands inside of its line.
NEAR = 8


def histogram(
    bars: Sequence[int], outline: Sequence[int], *, mql: int, sql: int, spoken: str
) -> SafeString:
    """Bars of equal steps up to 100 points, coloured by the line they reach."""
    step = WIDTH / len(bars)
    scale = (BASE - TOP) / max(*bars, *outline, 1)
    shapes = [
        (_fill(100 * i // len(bars), mql, sql), f"{i * step + GAP / 2:.1f}", f"{BASE - h:.1f}", h)
        for i, h in enumerate(round(count * scale, 1) for count in bars)
        if h
    ]
    return format_html(
        '<svg class="hist" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}'
        '<text x="0" y="145">0</text><text x="{}" y="145" text-anchor="end">100 points</text>'
        "</svg>",
        WIDTH,
        HEIGHT,
        spoken,
        format_html_join(
            "",
            '<rect class="f-{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>',
            ((fill, x, y, f"{step - GAP:.1f}", h) for fill, x, y, h in shapes),
        ),
        _outline([round(BASE - count * scale, 1) for count in outline], step),
        _lines(mql, sql),
        WIDTH,
    )


def _fill(points: int, mql: int, sql: int) -> str:
    return "sa" if points >= sql else "mk" if points >= mql else "edge"


def _outline(heights: Sequence[float], step: float) -> SafeString:
    """Steps along the tops of the bars that are not drawn."""
    path = "".join(f"V{height}H{(i + 1) * step:g}" for i, height in enumerate(heights))
    return format_html(
        '<path class="s-ink" d="M0 {}{}" fill="none" stroke-width="1.25"/>', BASE, path
    )


def _lines(mql: int, sql: int) -> SafeString:
    """Both lines with their names, which keep clear of each other and of the edges."""
    anchors = ["middle", "middle"]
    if abs(sql - mql) < APART:
        anchors = ["end", "start"] if mql <= sql else ["start", "end"]
    return format_html_join(
        "",
        '<path class="s-ink" d="M{0} 18V{1}" stroke-width="1.5"/>'
        '<text class="lb" x="{0}" y="12" text-anchor="{2}">{3} {4}</text>',
        (
            (f"{min(at, 100) * WIDTH / 100:g}", BASE, _inside(at, anchor), name, at)
            for name, at, anchor in zip(("MQL", "SQL"), (mql, sql), anchors, strict=True)
        ),
    )


def _inside(at: int, anchor: str) -> str:
    return "start" if at < NEAR else "end" if at > 100 - NEAR else anchor
