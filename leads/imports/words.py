"""What the pages say of an import: what was found, what will be, what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from funnel.stages import Stage
from funnel.versions import current
from leadportal.look.bidi import apart
from leadportal.look.formats import some
from leadportal.look.told import Told
from leads.imports.lists import lists_else
from leads.imports.targets import FIELD, FULL_NAME, NAMES_ONE
from leads.models import Handoff, Import, ImportLine, ImportState, LineStatus, Lists

# Columns that say who somebody is; an id says it to the other system.
_NAMING = {"email", "phone", "first_name", "last_name", FULL_NAME}
# Refused lines named on the page; all of them are in the file to download.
SHOWN = 50
# Letters of a value that was not understood.
QUOTED = 40


@dataclass(frozen=True)
class Tile:
    label: str
    figure: tuple[Told, ...]
    note: str = ""


@dataclass(frozen=True)
class Problem:
    """A line that cannot be read, or not whole: its number, who it seems to be about, and why."""

    number: int
    who: str
    why: str


def about_lines(one: Import) -> str:
    """What is strange about a file before anything of it is checked; blank of most."""
    if one.lists == Lists.PEOPLE:
        lists = lists_else(one.header)
        return f"It looks like a list of {lists}. Each line of it would become a lead." * bool(
            lists
        )
    if NAMES_ONE & set(one.columns):
        return ""
    return (
        "No column seems to say whom it is about. Export it with the email or the id of the "
        "contact in each line."
    )


# By what the lines are: what is new, and of what is known or twice what becomes of it.
_CALLED = {
    Lists.PEOPLE: (
        "New leads",
        "what the file says anew is written",
        "one lead each; later lines count",
    ),
    Lists.ACTIVITIES: ("New activities", "each counts once", "each counts once"),
    Lists.OUTCOMES: (
        "Won or lost",
        "they stand there already",
        "of one person the first won counts, else the last lost",
    ),
}


def tiles(one: Import) -> Iterator[Tile]:
    """What became of the lines, or would; each number opens its leads once they are here."""
    done = one.state in (ImportState.RUNNING, ImportState.PAUSED, ImportState.DONE)
    new, known = one.count(LineStatus.CREATED), one.count(LineStatus.MATCHED)
    called, of_known, of_twice = _CALLED[Lists(one.lists)]
    yield Tile(called, _figure(new, _opens("imported", one) if done else ""))
    yield Tile(
        "Known already",
        _figure(known, _opens("import_updated", one) if done else ""),
        of_known if known else "",
    )
    twice = one.count(LineStatus.DUPLICATE)
    yield Tile("Twice in the file", _figure(twice), of_twice if twice else "")
    refused = one.count(LineStatus.REFUSED)
    # After a time nobody knows what stood in them.
    url = reverse("import-refused", args=[one.pk]) if one.forget_at else ""
    yield Tile("Left out", _figure(refused, url), "see why below" if refused and url else "")


def coming(one: Import) -> int:
    """How many lines of a checked file would bring something."""
    if one.lists == Lists.PEOPLE:
        return one.lines_total - one.count(LineStatus.REFUSED)
    return one.count(LineStatus.CREATED)


def _figure(count: int, url: str = "") -> tuple[Told, ...]:
    return (Told(f"{count:,}", url if count else ""),)


def _opens(name: str, one: Import) -> str:
    return f"{reverse('leads')}?{urlencode({name: one.pk})}"


def undone(one: Import) -> str:
    """ "204 leads removed, 12 as before again, 3 kept, as somebody worked with them since." """
    removed, kept = one.count(LineStatus.REMOVED), one.count(LineStatus.KEPT)
    restored = one.count(LineStatus.RESTORED)
    if one.lists == Lists.ACTIVITIES:
        return f"{removed:,} activit{'y' if removed == 1 else 'ies'} removed."
    parts = [f"{some(removed, 'lead')} removed"] if one.lists == Lists.PEOPLE else []
    parts += [f"{restored:,} as before again"] if restored or not parts else []
    parts += [f"{kept:,} kept, as somebody worked with them since"] if kept else []
    return f"{', '.join(parts)}."


def undo_asked(one: Import) -> str:
    """What an undo does."""
    new, known = one.count(LineStatus.CREATED), one.count(LineStatus.MATCHED)
    are = "is" if new == 1 else "are"
    if one.lists == Lists.ACTIVITIES:
        text = f"{new:,} activit{'y' if new == 1 else 'ies'} that came with it {are} removed"
        return f"{text}. Who unsubscribed by one of them stays so."
    if one.lists == Lists.OUTCOMES:
        go = "goes" if new == 1 else "go"
        return (
            f"{some(new, 'lead')} that it put among the won and lost {go} back to the stage of "
            "before, but for those that somebody worked with since."
        )
    text = f"{some(new, 'lead')} that came with it and that nobody worked with since {are} removed"
    if known:
        text += f", and what it changed on {known:,} known already is as before again"
    return f"{text}."


def forecast(one: Import, at: datetime) -> list[str]:
    """What would come in, and what that means for the queue."""
    match Lists(one.lists):
        case Lists.PEOPLE:
            return _forecast(one, at)
        case Lists.ACTIVITIES:
            return _of_activities(one)
        case Lists.OUTCOMES:
            return _of_outcomes(one)


def _of_activities(one: Import) -> list[str]:
    new = one.count(LineStatus.CREATED)
    if not new:
        return ["Nothing of it is new."]
    held = (
        f"None of their leads is handed over before {timezone.localtime(one.hold_until):%-d %B}."
        if one.hold_until
        else "The criteria then decide about their leads at once."
    )
    are = "activity is new and counts" if new == 1 else "activities are new and count"
    return [f"{new:,} {are} in scores and timelines on the day it happened. {held}"]


def _of_outcomes(one: Import) -> list[str]:
    new = one.count(LineStatus.CREATED)
    if not new:
        return ["Nobody of it is newly won or lost."]
    are = "person is" if new == 1 else "people are"
    return [f"{new:,} {are} put among the won and lost, on their day. Nothing is handed over."]


def _forecast(one: Import, at: datetime) -> list[str]:
    """Where the live criteria would put the new leads, and what that means for the queue."""
    found: Mapping[str, Any] = one.forecast
    sampled, new = found.get("sampled", 0), found.get("of", 0)
    if not sampled:
        return []
    share = new / sampled
    per_stage = {
        stage: round(found["stages"].get(stage, 0) * share)
        for stage in (Stage.SQL, Stage.MQL, Stage.LEAD, Stage.INQUIRY, Stage.DISQUALIFIED)
    }
    about = "" if sampled == new else "about "
    parts = [f"{about}{count:,} at {stage.label}" for stage, count in per_stage.items() if count]
    looked = "" if sampled == new else f", reckoned from {sampled:,} of them"
    said = [f"{current.live()} puts {', '.join(parts)}{looked}."]
    if new and not _NAMING & set(one.columns):
        said.append("No line says who somebody is: each is found by its id there alone.")
    if sqls := per_stage[Stage.SQL]:
        waiting, lately = Handoff.objects.flow(at)
        when = (
            f"from {timezone.localtime(one.hold_until):%-d %B} on"
            if one.hold_until
            else "as soon as they are in"
        )
        said.append(
            f"{about.capitalize()}{sqls:,} SQLs reach the queue {when}, where "
            f"{waiting:,} wait{'s' if waiting == 1 else ''}; "
            f"{lately:,} came in the last 7 days."
        )
    return said


def progress(one: Import, at: datetime) -> dict[str, Any]:
    """For partials/job.html."""
    label = {
        ImportState.CHECKING: "Checking every line",
        ImportState.RUNNING: "Importing",
        ImportState.PAUSED: "Paused",
        ImportState.UNDOING: "Undoing",
    }[ImportState(one.state)]
    text = f"{one.lines_done:,} of {some(one.lines_total, 'line')}"
    return {"label": label, "progress": text, "done": one.lines_done, "total": one.lines_total}


def problems(one: Import) -> list[Problem]:
    """The lines that are left out."""
    return _problems(one, one.lines.filter(status=LineStatus.REFUSED))


def doubts(one: Import) -> list[Problem]:
    """Lines that come in without a value that was not understood, or with a part of it."""
    return _problems(one, one.lines.exclude(status=LineStatus.REFUSED).exclude(errors=None))


def _problems(one: Import, lines: "QuerySet[ImportLine]") -> list[Problem]:
    # After a time nobody knows what stood in them.
    known = lines.exclude(cells=[])[:SHOWN]
    return [Problem(line.number, _who(one, line), why(one, line, quotes=True)) for line in known]


def _who(one: Import, line: ImportLine) -> str:
    """What names the person in the file: mail, name or company, whichever is there first."""
    cells = dict(zip(one.columns, line.cells, strict=False))
    for names in (("email",), (FULL_NAME,), ("first_name", "last_name"), ("company.name",)):
        if said := " ".join(cells.get(name, "") for name in names).strip():
            return said
    return next((cell for cell in line.cells if cell), "")


def why(one: Import, line: ImportLine, *, quotes: bool = False) -> str:
    """Every problem of a line, each with the head of its column, and `quotes` what stood there."""
    return " ".join(_said(one, line, error, quotes) for error in line.errors or ())


def _said(one: Import, line: ImportLine, error: Mapping[str, str], quotes: bool) -> str:
    if not error["pointer"]:
        return (
            "Nobody can be found by it: no email, phone or id."
            if error["code"] == "required"
            else error["detail"]
        )
    path = error["pointer"].strip("/").split("/")
    names = {".".join(path), path[0], FIELD + path[-1]}
    columns = zip(one.header, one.columns, line.cells, strict=False)
    stood = [(head, cell.strip()) for head, column, cell in columns if column in names]
    # Of two columns that are the same, the one that says something.
    head, cell = max(stood, key=lambda one: bool(one[1]), default=(path[-1], ""))
    short = f"{cell[:QUOTED]}…" if len(cell) > QUOTED else cell
    said = f" “{apart(short)}”" if quotes and cell else ""
    return f"{head}{said}: {error['detail']}"
