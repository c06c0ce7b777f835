"""What the pages of a switch-on say: who moves, how far it is, and why a lead moves."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook import Rulebook
from funnel.stages import LADDER, Stage
from leadportal.look import formats
from leadportal.look.formats import some
from leadportal.look.histogram import Histogram, histogram
from leads.impact import FromTo, Progress
from leads.impact.movers import Mover
from leads.impact.reading import from_json
from leads.impact.recent import Preview
from leads.models import ImpactCount
from leads.qualification import Basis

# More rules than these do not help to see why one lead moves.
MOST_REASONS = 3
# Seconds without a judged lead after which somebody should look at the worker.
QUIET = 20
# So long the criteria page says how a rescoring ended.
NEWS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """So many leads go from one stage to another; `url` lists them, where it can."""

    origin: str
    target: str
    leads: str
    count: int
    url: str = ""


def rows(moves: Counter[FromTo], url: str = "") -> list[Row]:
    """What crosses the handoff first, then the most."""
    found = sorted(moves.items(), key=lambda item: (Stage.SQL not in item[0], -item[1], item[0]))
    return [
        Row(
            origin,
            target,
            some(count, "lead"),
            count,
            f"{url}?{urlencode({'from': origin, 'to': target})}" if url else "",
        )
        for (origin, target), count in found
    ]


# --- if this had been live ---------------------------------------------------------------------


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
            f"{change(found.before, found.after)} {than} with {live}."
        ),
        "change": change(found.before, found.after),
        "about": f"last 30 days, {some(found.leads, 'lead')}",
        "seconds": f"{found.seconds:.1f} s",
        "sample": _sample(found.leads, of) if of else "",
        "aside": _aside(found.aside),
        "histogram": _histogram(basis, live, found),
        "rows": rows(found.moves, url),
    }


def change(before: int, after: int) -> str:
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


# --- who moves ---------------------------------------------------------------------------------


def reasons(mover: Mover, move: FromTo, before: Rulebook | None, after: Rulebook) -> list[str]:
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


# --- switching on ------------------------------------------------------------------------------


def effect(count: ImpactCount) -> str:
    """ "187 leads leave the SQLs, 25 join. 9 are claimed and stay where they are." """
    out, new, staying = count.lost_sqls, count.new_sqls, count.staying
    if not out and not new:
        said = "No lead leaves the SQLs and none joins."
    else:
        leave = (
            f"{some(out, 'lead')} {'leaves' if out == 1 else 'leave'}" if out else "No lead leaves"
        )
        join = f"{formats.number(new)} {'joins' if new == 1 else 'join'}" if new else "none joins"
        said = f"{leave} the SQLs, {join}."
    if staying:
        verbs = ("is", "stays where it is") if staying == 1 else ("are", "stay where they are")
        said += f" {formats.number(staying)} {verbs[0]} claimed and {verbs[1]}."
    return said


def confirmation(count: ImpactCount, flow: tuple[int, int]) -> dict[str, Any]:
    """What the page says beside the button; `flow` is handoffs open now, and of the last 7 days."""
    now = " now" if count.version.state == VersionState.SCHEDULED else ""
    return {
        "verb": f"Switch on {count.version}{now}: {some(count.new_sqls, 'new SQL')}",
        "effect": effect(count),
        "rows": rows(from_json(count.moves)),
        "counted": f"{some(count.judged, 'lead')} counted",
        "unreadable": (
            f"{some(count.unreadable, 'lead')} could not be judged "
            f"and {_is(count.unreadable)} left out."
            if count.unreadable
            else ""
        ),
        "queues": _queues(*flow),
        "warning": _warning(count, flow[1]),
    }


def _queues(waiting: int, lately: int) -> str:
    return (
        f"{some(waiting, 'handoff')} {_is(waiting)} open now. "
        f"The queues got {formats.number(lately) if lately else 'none'} in the last 7 days."
    )


def _warning(count: ImpactCount, lately: int) -> str:
    """Said when the queues would get more at once than in two weeks like the last one."""
    if count.new_sqls <= 2 * lately:
        return ""
    got = f"{formats.number(lately)}" if lately else "none"
    return (
        f"{some(count.new_sqls, 'new SQL')} at once, and the queues got {got} in the last 7 days. "
        "The clock of each one starts when it is handed over."
    )


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def count_job(count: ImpactCount, at: datetime) -> dict[str, Any]:
    """The variables of partials/job.html while a count goes on."""
    left = max(0, count.total - count.judged)
    elapsed = (at - count.started_at).total_seconds()
    seconds = elapsed * left / count.judged if count.judged and left else None
    return job(f"Counting what {count.version} does", count.judged, count.total, seconds)


def job(label: str, done: int, total: int, seconds_left: float | None) -> dict[str, Any]:
    text = f"{formats.number(done)} of {formats.number(total)}"
    if seconds_left is not None and seconds_left >= 1:
        text += f", about {formats.duration(seconds_left)} left"
    return {"label": label, "progress": text, "done": done, "total": max(total, 1)}


# --- rescoring ---------------------------------------------------------------------------------


def rescoring(
    version: CriteriaVersion, live: CriteriaVersion, found: Progress, at: datetime
) -> dict[str, Any]:
    """How far it is, in words, and whether to look again."""
    is_running = version.state == VersionState.LIVE and found.left > 0
    return {
        "is_running": is_running,
        "is_news": not is_running and _is_news(version, at),
        "said": _standing(version, live, found),
        "job": job(f"Rescoring with {version}", found.judged, found.total, found.seconds_left)
        if is_running
        else None,
        "quiet": is_running and _is_quiet(version, found, at),
        "moved": _moved(found, is_running),
        "rows": rows(found.moves),
        "parked": found.parked,
    }


def _standing(version: CriteriaVersion, live: CriteriaVersion, found: Progress) -> str:
    if version.state != VersionState.LIVE:
        return (
            f"{version} is retired. It judged {some(found.judged, 'lead')} that another version "
            f"had judged before; who was still to come is judged by {live}."
        )
    if found.left:
        return (
            "You can leave this page, it goes on. "
            "Who is still to come keeps the old judgement until then."
        )
    but = f" but {formats.number(found.parked)}" if found.parked else ""
    return f"Every lead{but} is judged by {version}."


def _moved(found: Progress, is_running: bool) -> str:
    """ "212 leads have moved so far, 25 new SQLs among them." """
    so_far = " so far" if is_running else ""
    if not found.moved:
        return f"No lead has moved{so_far}."
    have = "has" if found.moved == 1 else "have"
    new = f"{some(found.new_sqls, 'new SQL')} among them" if found.new_sqls else "no new SQLs"
    return f"{some(found.moved, 'lead')} {have} moved{so_far}, {new}."


def _is_quiet(version: CriteriaVersion, found: Progress, at: datetime) -> bool:
    since = (at - version.live_at).total_seconds() if version.live_at else 0
    return found.seconds_left is None and since > QUIET


def _is_news(version: CriteriaVersion, at: datetime) -> bool:
    """Whether somebody switched it on so lately that people wonder how the rescoring ended."""
    if version.switched_on_by_id is None or version.live_at is None:
        return False
    return at - version.live_at < NEWS


def late(version: CriteriaVersion, why: str) -> str:
    """A scheduled version that did not go live: when it should have, and why not."""
    assert version.scheduled_for is not None
    return f"{version} was to go live {formats.when(version.scheduled_for)} and did not. {why}"
