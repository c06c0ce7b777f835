"""What the pages of a switch-on say: who moves, how far it is, and why a lead moves."""

from datetime import datetime, timedelta
from typing import Any

from funnel.models import CriteriaVersion, VersionState
from leadportal.look import formats
from leadportal.look.formats import some
from leads.impact.reading import from_json
from leads.impact.words import job, move_rows
from leads.models import ImpactCount
from leads.switch_on.rescoring import Progress

# Seconds without a judged lead after which somebody should look at the worker.
QUIET = 20


# So long the criteria page says how a rescoring ended.
NEWS = timedelta(days=1)


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
        "rows": move_rows(from_json(count.moves)),
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
        "rows": move_rows(found.moves),
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
