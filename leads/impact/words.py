"""What the pages of a switch-on say: who moves, how far it is, and why a lead moves."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from funnel.models import CriteriaVersion
from funnel.rulebook.parts import Rulebook
from funnel.stages import LADDER, Stage
from leadportal.look import formats
from leadportal.look.formats import some
from leadportal.look.histogram import Histogram, histogram
from leads.impact.movers import Mover
from leads.impact.past import Deals, Past
from leads.impact.reading import FromTo
from leads.impact.recent import Preview
from leads.judging.basis import Basis
from leads.metrics.shares import Share

# More rules than these do not help to see why one lead moves.
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class MoveRow:
    """So many leads go from one stage to another; `url` lists them, where it can."""

    origin: str
    target: str
    leads: str
    count: int
    url: str = ""


def move_rows(moves: Counter[FromTo], url: str = "") -> list[MoveRow]:
    """What crosses the handoff first, then the most."""
    found = sorted(moves.items(), key=lambda item: (Stage.SQL not in item[0], -item[1], item[0]))
    return [
        MoveRow(
            origin,
            target,
            some(count, "lead"),
            count,
            f"{url}?{urlencode({'from': origin, 'to': target})}" if url else "",
        )
        for (origin, target), count in found
    ]


def panel(
    basis: Basis, live: CriteriaVersion, found: Preview, *, of: int, lists: bool
) -> dict[str, Any]:
    """The preview in words: a sample `of` so many leads, or 0 where it is all of them.

    `lists` whether the reader sees every lead behind a number.
    """
    version = basis.version
    url = reverse("criteria-movers", args=[version.number]) if lists else ""
    than = "as" if found.before == found.after else "than"
    return {
        "said": (
            f"With {version} the SQLs would be {formats.number(found.after)}, "
            f"{difference(found.before, found.after)} {than} with {live}."
        ),
        "change": difference(found.before, found.after),
        "about": f"last 30 days, {some(found.leads, 'lead')}",
        "seconds": f"{found.seconds:.1f} s",
        "sample": _sample(found.leads, of) if of else "",
        "aside": _aside(found.aside),
        "histogram": _histogram(basis, live, found),
        "rows": move_rows(found.moves, url),
    }


def difference(before: int, after: int) -> str:
    """ "47 fewer", "12 more", "as many" """
    if before == after:
        return "as many"
    return f"{formats.number(abs(after - before))} {'more' if after > before else 'fewer'}"


def _sample(leads: int, all_leads: int) -> str:
    return (
        f"Counting all {formats.number(all_leads)} takes a minute. "
        f"Shown: a sample of {formats.number(leads)}, the newest activity first."
    )


def _aside(leads: int) -> str:
    """Those active lately whom no criteria move."""
    if not leads:
        return ""
    if leads == 1:
        return "1 more is with Sales or was decided by people, and stays where it is."
    return (
        f"{formats.number(leads)} more are with Sales or were decided by people, "
        "and stay where they are."
    )


def _histogram(basis: Basis, live: CriteriaVersion, found: Preview) -> Histogram:
    mql, sql = basis.rulebook.mql_line, basis.rulebook.sql_line
    says = (
        f"How many of {some(found.leads, 'lead')} have how many points by {basis.version}, "
        f"outlined by {live}. The MQL line is at {mql}, the SQL line at {sql}."
    )
    return histogram(found.bars, found.outline, mql=mql, sql=sql, says=says)


# --- the deals of the past ---------------------------------------------------------------------

# By the name in the address: the deals of an ending that a number counts.
DEALS: Mapping[str, Callable[[Deals], list[int]]] = {
    "all": lambda deals: deals.all,
    "live": lambda deals: [one for one in deals.all if one in deals.before],
    "new": lambda deals: [one for one in deals.all if one in deals.after],
    "missed": lambda deals: [one for one in deals.all if one not in deals.after],
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of deals, and the list of exactly these."""

    count: int
    share: Share
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """A row of the panel: the deals won, or lost, by whom they would have been handed over."""

    label: str
    all: Counted
    live: Counted
    new: Counted
    missed: Counted


def deals(
    version: CriteriaVersion, live: CriteriaVersion, found: Past, *, lists: bool
) -> dict[str, Any]:
    """The panel in words; `lists` whether the reader sees every lead behind a number."""
    rows = [_ending(version, stage, of, lists=lists) for stage, of in found.of.items() if of.all]
    parts = [
        f"Of {some(row.all.count, 'deal')} {row.label.lower()} {version} would have handed over "
        f"{formats.number(row.new.count)}, {live} {formats.number(row.live.count)}."
        for row in rows
    ]
    return {
        "said": " ".join(parts),
        "endings": rows,
        "sample": f"Shown: the newest {formats.number(sum(row.all.count for row in rows))} of them."
        if found.is_sample
        else "",
    }


def _ending(version: CriteriaVersion, stage: str, of: Deals, *, lists: bool) -> Ending:
    url = reverse("criteria-deals", args=[version.number]) if lists else ""

    def counted(by: str) -> Counted:
        count = len(DEALS[by](of))
        named = f"{url}?{urlencode({'of': stage, 'by': by})}" if url and count else ""
        return Counted(count, Share(count, len(of.all)), named)

    return Ending(Stage(stage).label, *map(counted, DEALS))


def title_of(ending: str, by: str, version: CriteriaVersion, live: CriteriaVersion) -> str:
    """ "Deals won that v5 would not have handed over" """
    titles = {
        "all": "Deals {}",
        "live": "Deals {} that {live} would have handed over",
        "new": "Deals {} that {version} would have handed over",
        "missed": "Deals {} that {version} would not have handed over",
    }
    return titles[by].format(Stage(ending).label.lower(), version=version, live=live)


def why_they_move(
    mover: Mover, move: FromTo, before: Rulebook | None, after: Rulebook
) -> list[str]:
    """Why one lead moves: kept out, the rules that give other points, or a line."""
    if mover.disqualifier:
        return [f"Kept out: {mover.disqualifier}"]
    said = [str(one) for one in mover.changes[:MOST_REASONS]]
    if more := len(mover.changes) - len(said):
        said.append(f"and {some(more, 'more rule')}")
    if line := _line(mover, move, before, after):
        said.append(line)
    return said or ["The same points: the definition changed"]


def _line(mover: Mover, move: FromTo, before: Rulebook | None, after: Rulebook) -> str:
    """ "SQL line 70 → 80", of the highest stage the move leaves or reaches."""
    rungs = [stage for stage in move if stage in LADDER]
    if before is None or not rungs:
        return ""
    rung = max(rungs, key=lambda stage: LADDER.index(Stage(stage)))
    was, becomes = (
        book.definitions[rung].line if rung in book.definitions else None
        for book in (before, after)
    )
    if was is None or becomes is None:
        return ""
    if was != becomes:
        return f"{Stage(rung).label} line {was} → {becomes}"
    # A new version moves at once whom the live one would have moved some days later.
    if rung == move[0] and mover.was is not None and mover.was < was:
        return f"Below the {Stage(rung).label} line already: its days of grace end"
    return ""


def job(label: str, done: int, total: int, seconds_left: float | None) -> dict[str, Any]:
    text = f"{formats.number(done)} of {formats.number(total)}"
    if seconds_left is not None and seconds_left >= 1:
        text += f", about {formats.duration(seconds_left)} left"
    return {"label": label, "progress": text, "done": done, "total": max(total, 1)}
