"""Small pictures of data as inline SVG: every size is an attribute, every text is escaped."""

from collections.abc import Sequence
from datetime import datetime
from math import sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts import formats

# Circumference of the clock's ring (radius 6), also known to clocks.js.
RING = 37.7
# A clock turns amber when less than this share of its time is left, also known to clocks.js.
SOON = 0.34

MARKETING, SALES = "mk", "sa"


def icon(name: str, size: int = 16) -> SafeString:
    """One symbol of the sprite in the page; decorative, so a word or a label stands beside it."""
    return format_html(
        '<svg width="{0}" height="{0}" aria-hidden="true"><use href="#i-{1}"/></svg>',
        size,
        name,
    )


def bar(share: float, fill: str, *, width: int | str = "100%", height: int = 6) -> SafeString:
    """A horizontal bar filled to `share` percent; `fill` names a colour class without "f-"."""
    return format_html(
        '<svg width="{}" height="{h}" aria-hidden="true">'
        '<rect class="f-track" width="100%" height="{h}" rx="{r}"/>'
        '<rect class="f-{}" width="{}%" height="{h}" rx="{r}"/></svg>',
        width,
        fill,
        percent(share),
        h=height,
        r=min(height // 2, 8),
    )


def percent(share: float) -> str:
    """A share of 100, kept inside the picture."""
    return f"{min(100.0, max(0.0, share)):.4g}"


def score_bar(fit: int, intent: int, line: int | None, *, width: int = 64) -> SafeString:
    """Number and bar of one row: fit, then intent, against the line of an SQL."""
    total = fit + intent
    spoken = f"Score {total} of 100: fit {fit}, intent {intent}"
    return format_html(
        '<span class="vh">{}</span><span class="score" aria-hidden="true"><b>{}</b>{}</span>',
        spoken if line is None else f"{spoken}, line at {line}",
        total,
        score_track(fit, intent, line, width=width, height=10),
    )


def score_track(
    fit: int,
    intent: int,
    line: int | None,
    *,
    width: int | str = "100%",
    height: int = 12,
) -> SafeString:
    """The bar alone: fit and intent end to end on a track of 100 points, and the line across."""
    mark = ""
    if line is not None:
        mark = format_html(
            '<rect class="f-line" x="{}%" width="1.5" height="{}"/>',
            percent(line),
            height,
        )
    return format_html(
        '<svg width="{}" height="{}" aria-hidden="true"><g class="pill">'
        '<rect class="f-track" y="2" width="100%" height="{h}"/>'
        '<rect class="f-fit" y="2" width="{}%" height="{h}"/>'
        '<rect class="f-int" x="{}%" y="2" width="{}%" height="{h}"/></g>{}</svg>',
        width,
        height,
        percent(fit),
        percent(fit),
        percent(min(intent, 100 - fit)),
        mark,
        h=height - 4,
    )


def score_scale(fit: int, intent: int, mql: int | None, sql: int | None) -> SafeString:
    """The large scale of a lead page, with both lines and their names."""
    total = fit + intent
    lines = [f"{name} line at {at}" for name, at in (("MQL", mql), ("SQL", sql)) if at is not None]
    spoken = ". ".join([f"Score {total} of 100. Fit {fit}, intent {intent}", *lines])
    # Names keep clear of the edges and of each other, whatever the points.
    fit_name = max(5.0, fit / 2)
    intent_name = min(93.0, max(fit + intent / 2, fit_name + 14))
    marks = [mark_safe("")]
    if mql is not None:
        marks.append(_scale_line(mql, "f-mk", "", f"MQL {mql}", top=15, height=24))
    if sql is not None:
        marks.append(_scale_line(sql, "f-line", "lb", f"SQL line {sql}", top=15, height=25))
    return format_html(
        '<svg class="scale" role="img" aria-label="{}.">'
        '<rect class="f-track" y="20" width="100%" height="14" rx="3"/>'
        '<rect class="f-fit" y="20" width="{}%" height="14" rx="3"/>'
        '<rect class="f-int" x="{}%" y="20" width="{}%" height="14" rx="3"/>'
        '<rect class="f-gap" x="{}%" y="20" width="1.5" height="14"/>{}'
        '<text x="0" y="51">0</text><text x="100%" y="51" text-anchor="end">100</text>'
        '<text class="lb" x="{}%" y="12" text-anchor="middle">Fit {}</text>'
        '<text class="lb" x="{}%" y="12" text-anchor="middle">Intent {}</text></svg>',
        spoken,
        percent(fit),
        percent(fit),
        percent(min(intent, 100 - fit)),
        percent(fit),
        format_html_join("", "{}", ((mark,) for mark in marks)),
        percent(fit_name),
        fit,
        percent(intent_name),
        intent,
    )


def _scale_line(
    at: int, fill: str, text_class: str, text: str, *, top: int, height: int
) -> SafeString:
    return format_html(
        '<rect class="{}" x="{}%" y="{}" width="2" height="{}"/>'
        '<text class="{}" x="{}%" y="51" text-anchor="middle">{}</text>',
        fill,
        percent(at),
        top,
        height,
        text_class,
        percent(min(90, max(10, at))),
        text,
    )


def points_bar(points: int, largest: int, kind: str) -> SafeString:
    """A rule's points against the largest rule's; what takes points away is red."""
    fill = "neg" if points < 0 else "fit" if kind == "fit" else "int"
    return bar(100 * abs(points) / largest if largest else 0, fill)


def sla_clock(
    due: datetime,
    now: datetime,
    started: datetime,
    *,
    label: str = "",
    late_label: str = "",
    who: str = "",
) -> SafeString:
    """
    A clock that is right when the page arrives and that clocks.js keeps right.

    The ring drains from `started` to `due`; both shapes are in the markup, and the class "late"
    chooses, so no script is needed to show a missed promise. `who` names it when lateness is said.
    """
    left = int((due - now).total_seconds())
    whole = max(1.0, (due - started).total_seconds())
    state = " late" if left < 0 else " soon" if left / whole < SOON else ""
    return format_html(
        '<span class="sla{}" data-clock data-due="{}" data-now="{}" data-of="{}"'
        ' data-label="{}" data-late="{}" data-who="{}">'
        '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">'
        '<g class="ring"><circle class="track" cx="8" cy="8" r="6"/>'
        '<circle class="left" cx="8" cy="8" r="6" transform="rotate(-90 8 8)"'
        ' stroke-dasharray="{} {}"/></g>'
        '<g class="alarm"><path class="tri" d="M8 1.6 15.2 14H.8z"/>'
        '<path class="bang" d="M7.2 5.8h1.6l-.25 4.2h-1.1zM7.2 10.9h1.6v1.6H7.2z"/></g></svg>'
        "<b>{}</b><small>{}</small></span>",
        state,
        int(due.timestamp()),
        int(now.timestamp()),
        int(whole),
        label,
        late_label or label,
        who,
        f"{RING * max(0.0, min(1.0, left / whole)):.1f}",
        RING,
        formats.countdown(left),
        (late_label or label) if left < 0 else label,
    )


def sla_met(taken: str, label: str) -> SafeString:
    """A promise that was kept: how long it took, and what was done."""
    return format_html(
        '<span class="sla met">{}<b>{}</b><small>{}</small></span>',
        icon("check"),
        taken,
        label,
    )


SILENT = mark_safe('aria-hidden="true"')


def sparkline(
    values: Sequence[float],
    side: str = "ink",
    *,
    says: str = "",
    width: int = 88,
    height: int = 30,
) -> SafeString:
    """The shape of a series and its last point; nothing for fewer than two values.

    Silent where the words beside it say the same, else named by the sentence `says`.
    """
    if len(values) < 2:
        return mark_safe("")
    low, spread = min(values), max(values) - min(values)
    step = (width - 4) / (len(values) - 1)
    # A flat series is drawn through the middle.
    places = [
        (
            2 + i * step,
            height - 4 - (height - 8) * ((v - low) / spread if spread else 0.5),
        )
        for i, v in enumerate(values)
    ]
    (end_x, end_y), path = places[-1], "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    name = format_html('role="img" aria-label="{}"', says) if says else SILENT
    return format_html(
        '<svg width="{}" height="{}" viewBox="0 0 {} {}" {} fill="none">'
        '<path class="s-{}" d="M{}" stroke-width="1.5" stroke-linejoin="round"'
        ' stroke-linecap="round"/>'
        '<circle class="f-{}" cx="{}" cy="{}" r="2.5"/></svg>',
        width,
        height,
        width,
        height,
        name,
        side,
        path,
        side,
        f"{end_x:.1f}",
        f"{end_y:.1f}",
    )


STEP, RIBBON = 200, 168
# Room above and below the widest step.
MARGIN = 7


def ribbon(counts: Sequence[int], sides: Sequence[str]) -> SafeString:
    """
    The funnel as one band, a step every 200 units, on a square-root scale.

    Each step keeps its own height for less than half its width and then flows into the next one.
    The rule of the handoff stands where marketing's last step meets sales' first.
    """
    largest = max(counts, default=0)
    if not largest:
        return mark_safe("")
    half = [max(0.6, sqrt(count / largest) * (RIBBON / 2 - MARGIN)) for count in counts]
    bands = [
        (
            _side_name(side),
            _strength(sides, i),
            _band(i, half[i], (half[i + 1 :] or half[i:])[0]),
        )
        for i, side in enumerate(sides)
    ]
    rules = [
        (
            "s-ink" if sides[i - 1] != sides[i] else "s-gap",
            i * STEP,
            3 if sides[i - 1] != sides[i] else 2,
        )
        for i in range(1, len(counts))
    ]
    return format_html(
        '<svg class="ribbon" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        "{}{}</svg>",
        STEP * len(counts),
        RIBBON,
        format_html_join("", '<path class="f-{}" opacity="{}" d="{}"/>', bands),
        format_html_join(
            "", f'<path class="{{}}" d="M{{}} 0V{RIBBON}" stroke-width="{{}}"/>', rules
        ),
    )


def _side_name(side: str) -> str:
    return SALES if side == SALES else MARKETING


def _strength(sides: Sequence[str], i: int) -> str:
    """Steps of one side deepen towards its end, so the eye follows the flow."""
    same = [j for j, side in enumerate(sides) if side == sides[i]]
    place = same.index(i) / max(1, len(same) - 1)
    return f"{0.35 + 0.6 * place:.2f}"


def _band(i: int, here: float, after: float) -> str:
    x, mid = i * STEP, RIBBON / 2
    flat, bend, end = x + 84, x + 142, x + STEP
    return (
        f"M{x} {mid - here:.1f}H{flat}C{bend} {mid - here:.1f} {bend} {mid - after:.1f}"
        f" {end} {mid - after:.1f}V{mid + after:.1f}C{bend} {mid + after:.1f}"
        f" {bend} {mid + here:.1f} {flat} {mid + here:.1f}H{x}Z"
    )


def baton(filled: str, word: str) -> SafeString:
    """A word behind a baton of two halves; `filled` is mk, sa, over (both) or none."""
    return format_html('<span class="stage {}">{}</span>', filled, word)


def avatar(name: str, side: str = "", *, large: bool = False) -> SafeString:
    """Initials in a disc; the name itself stands beside it, so the disc is silent."""
    return format_html(
        '<span class="av{}{}" aria-hidden="true">{}</span>',
        " lg" if large else "",
        f" {side}" if side else "",
        formats.initials(name),
    )


def delta(change: float, unit: str = "", *, good: str = "up", prefix: str = "") -> SafeString:
    """
    A change since the period it is compared with: the arrow tells direction, the colour whether
    that is good. `good` is "up" or "down"; `prefix` stands before the number ("€").
    """
    if not change:
        return mark_safe('<span class="flat">no change</span>')
    way = "up" if change > 0 else "dn"
    worse = (change > 0) != (good == "up")
    return format_html(
        '<span class="{}{}"><span aria-hidden="true">{}</span><span class="vh">{}</span>'
        " {}{}{}</span>",
        way,
        " worse" if worse else "",
        "▲" if change > 0 else "▼",
        "up" if change > 0 else "down",
        prefix,
        formats.number(abs(change)),
        f" {unit}" if unit else "",
    )
