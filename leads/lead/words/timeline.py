"""What happened, as sentences grouped by day (partials/timeline.html)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.roles import SIDE_OF, Role, Side
from funnel.stages import LADDER, Stage
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType
from leadportal.db import clock
from leadportal.look import formats
from leadportal.look.bidi import apart
from leads.facts.known import CUSTOM
from leads.ingest.whence import CAME
from leads.lead.timeline import (
    ADJUSTMENT,
    ADJUSTMENT_END,
    CHANGE,
    CONSENT,
    DECISION,
    DISPUTE,
    EVENT,
    GIVEN_BY_SALES,
    NOTE,
    OVERRIDE,
    OVERRIDE_END,
    STAGE,
    TOUCH,
    Happened,
)
from leads.lead.words import consents, disputes
from leads.lead.words.came import came_again
from leads.lead.words.entries import MARKETING, SALES, Entry, Reader, who
from leads.lead.words.events import shown, told
from leads.ledger import UNDONE
from leads.models import Lead, Touch


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day; today has no label."""

    label: str
    entries: list[Entry]


def days(things: Sequence[Happened], reading: Reader) -> list[Day]:
    entries = [entry for thing in things for entry in WRITERS[thing.kind](thing, reading)]
    today = timezone.localdate(clock.now())
    by_day = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [
        Day("" if day == today else day_label(day, today), list(found)) for day, found in by_day
    ]


def day_label(day: Any, today: Any) -> str:
    """ "Wednesday 18 November" """
    text = f"{day:%A} {day.day} {day:%B}"
    return text if day.year == today.year else f"{text} {day.year}"


def _event(thing: Happened, reading: Reader) -> list[Entry]:
    about = told(thing.about["type"], thing.about["properties"] or {})
    strong = bool(about.quote) and not isinstance(about.did, SafeString)
    return [Entry(thing.at, about.sentence, strong=strong, text=about.text, quote=about.quote)]


def _consent(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    text = consents.how(about)
    return [Entry(thing.at, consents.title(about), strong=True, text=text, quote=about["text"])]


def _change(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    changed = dict(about["fields"])
    came = changed.pop(CAME, None)
    again = [came_again(thing, came[1])] if _is_pair(came) else []
    if not changed:
        return again
    by = about["person"] or about["integration"]
    fields = [_field(name, pair, reading) for name, pair in changed.items() if _is_pair(pair)]
    title = f"Details changed by {apart(by)}" if by else "Details changed"
    return [*again, Entry(thing.at, title, text=" · ".join(fields))]


def _is_pair(change: Any) -> bool:
    return isinstance(change, list) and len(change) == 2


def _field(name: str, pair: Sequence[Any], reading: Reader) -> str:
    """ "Estimated value: €48k → €62k": a fact by its label, its values as people write them."""
    fact = reading.words.get(name)
    label = fact.label if fact else name.removeprefix(CUSTOM).replace("_", " ").capitalize()
    old, new = (_value(value, fact, reading.currency) for value in pair)
    return f"{label}: {old} → {new or 'nothing'}" if old else f"{label}: {new}"


def _value(value: Any, fact: Fact | None, currency: str) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(_value(part, fact, currency) for part in value)
    if fact and fact.type == FactType.MONEY:
        return formats.amount(Decimal(str(value)), currency)
    return shown(fact.shown(value) if fact else value)


def _touch(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    did = {"call": "called", "email": "wrote to", "meeting": "met"}[about["channel"]]
    text = str(Touch.Result(about["result"]).label)
    if about["first_at"] and datetime.fromisoformat(about["first_at"]) == thing.at:
        took = formats.duration(thing.at - datetime.fromisoformat(about["opened_at"]))
        text = f"{text}. First touch, {took} after the handoff"
    if about["holder"] and about["holder_id"] != about["person_id"]:
        is_reader = about["holder_id"] == reading.reader.pk
        holder = "you hold" if is_reader else f"{apart(about['holder'])} holds"
        text = f"{text}. Helped: {holder} this lead"
    name = apart(reading.lead.first_name) or reading.lead
    title = format_html("<b>{} {}</b> {}", who(about, reading.reader), did, name)
    return [Entry(thing.at, title, SALES, text=text, quote=about["note"])]


def _note(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    of_sales = any(SIDE_OF.get(Role(role)) is Side.SALES for role in about["roles"])
    title = format_html("<b>{}</b> noted", who(about, reading.reader))
    return [Entry(thing.at, title, SALES if of_sales else MARKETING, quote=about["text"])]


def _stage(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    origin, target = about["origin"], Stage(about["target"])
    if about["lead"] != reading.lead.pk:
        return [_of_another(thing, target, reading.reader)]
    if not origin:
        return [_first_seen(thing, reading.lead)]
    if about["reason"] == UNDONE and about["person"]:
        return [_undone(thing, Stage(origin), reading.reader)]
    if target in LADDER and origin in LADDER:
        rises = LADDER.index(target) > LADDER.index(Stage(origin))
        return _rung(thing, rises=rises)
    if target == Stage.CLAIMED:
        return [_claim(thing, reading.reader)]
    if target == Stage.SQL and origin == Stage.CLAIMED:
        title = format_html("<b>{}</b> gave it back to the queue", who(about, reading.reader))
        return [Entry(thing.at, title, SALES, text=apart(about["reason"]))]
    return [_verdict(thing, target, reading)]


_UNDONE = {
    Stage.CLAIMED: "the claim",
    Stage.ACCEPTED: "the acceptance",
    Stage.REJECTED: "the rejection",
    Stage.MERGED: "the merge",
    **dict.fromkeys((Stage.WON, Stage.LOST), "the import that said so"),
}


def _undone(thing: Happened, stage: Stage, reader: User) -> Entry:
    by = who(thing.about, reader)
    title = format_html("<b>{}</b> undid {}", by, _UNDONE.get(stage, stage.label))
    return Entry(thing.at, title, SALES)


def _of_another(thing: Happened, target: Stage, reader: User) -> Entry:
    """What a lead was through before it became a part of this one."""
    about = thing.about
    number = f"Lead {about['lead']}"
    if target == Stage.MERGED:
        title = format_html("<b>{}</b> merged {} into this one", who(about, reader), number.lower())
        return Entry(thing.at, title)
    if not about["origin"]:
        return Entry(thing.at, f"{number} first seen")
    title = format_html("{} <b>became {}</b>", number, target.one)
    return Entry(thing.at, title, target.side, text=apart(about["reason"]))


def _first_seen(thing: Happened, lead: Lead) -> Entry:
    origin = [f"Source: {lead.source}"] * bool(lead.source)
    origin += [f"Campaign: {lead.campaign}"] * bool(lead.campaign)
    return Entry(thing.at, "First seen", strong=True, text=" · ".join(origin))


def _rung(thing: Happened, *, rises: bool) -> list[Entry]:
    about = thing.about
    # Who and why, the override says beneath it.
    why = "By hand" if about["person"] else apart(about["reason"])
    stage = Stage(about["target"])
    points = "" if about["total"] is None else f", at {about['total']}"
    if not rises:
        did = "Put back to" if about["person"] else "Fell to"
        title = format_html("<b>{} {}</b>{}", did, stage.label, points)
        return [Entry(thing.at, title, text=f"{_left_the_queue(about)}{why}")]
    title = format_html("<b>Became {}</b>{}", stage.one, points)
    entry = Entry(thing.at, title, text=why)
    if stage != Stage.SQL:
        return [entry]
    # The handoff's own time, as everywhere.
    opened = datetime.fromisoformat(about["opened_at"]) if about["opened_at"] else thing.at
    clock = f"{timezone.localtime(opened):%H:%M}"
    return [Entry(thing.at, f"Handed over to Sales at {clock}", kind="handoff"), entry]


def _left_the_queue(about: dict[str, Any]) -> str:
    return "Left the queue. " if about["opened_at"] else ""


def _claim(thing: Happened, reader: User) -> Entry:
    about = thing.about
    text = ""
    if about["opened_at"]:
        opened, due = (datetime.fromisoformat(about[name]) for name in ("opened_at", "due_at"))
        kept = "in time" if thing.at <= due else f"the promise is {formats.duration(due - opened)}"
        text = f"{formats.duration(thing.at - opened)} after the handoff; {kept}"
    title = format_html("<b>{}</b> claimed this lead", who(about, reader))
    return Entry(thing.at, title, SALES, text=text)


_VERDICTS = {
    Stage.ACCEPTED: "accepted this lead",
    Stage.REJECTED: "sent it back",
    Stage.OPPORTUNITY: "made it an opportunity",
    Stage.WON: "won it",
    Stage.LOST: "lost it",
    Stage.NURTURE: "put it into nurture",
    Stage.DISQUALIFIED: "disqualified it",
    Stage.INQUIRY: "readmitted it",
}


def _verdict(thing: Happened, target: Stage, reading: Reader) -> Entry:
    about = thing.about
    side = SALES if target in GIVEN_BY_SALES else MARKETING
    if about["person"] or about["integration"]:
        did = _VERDICTS.get(target, f"moved it to {target.label}")
        title = format_html("<b>{}</b> {}", who(about, reading.reader), did)
    else:
        title = format_html("<b>Moved to {}</b>", target.label)
    worth = formats.amount(about["amount"], reading.currency) if about["amount"] else ""
    text = " · ".join(filter(None, [worth, apart(about["reason"] or "")]))
    if target == Stage.DISQUALIFIED:
        text = f"{_left_the_queue(about)}{text}"
    quote = about["note"] if target == Stage.REJECTED and about["note"] else ""
    return Entry(thing.at, title, side, text=text, quote=quote)


def _override(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    stage, origin = Stage(about["stage"]), Stage(about["origin"])
    did = f"kept it at {stage.label}" if stage == origin else f"moved it to {stage.label} by hand"
    return [_by_hand(thing, reading, did)]


def _adjustment(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    did = f"adjusted {about['kind']} by {formats.signed(about['points'])}"
    return [_by_hand(thing, reading, did)]


def _by_hand(thing: Happened, reading: Reader, did: str) -> Entry:
    about = thing.about
    # Where somebody ended it, that entry says when.
    until = None if about["ended_by"] else datetime.fromisoformat(about["until"])
    day = f", until {formats.when(until)}" if until else ""
    title = format_html("<b>{}</b> {}{}", who(about, reading.reader), did, day)
    return Entry(thing.at, title, quote=about["reason"])


def _override_end(thing: Happened, reading: Reader) -> list[Entry]:
    return [_end(thing, reading, f"override to {Stage(thing.about['stage']).label}")]


def _adjustment_end(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    what = f"adjustment of {about['kind']} by {formats.signed(about['points'])}"
    return [_end(thing, reading, what)]


def _end(thing: Happened, reading: Reader, what: str) -> Entry:
    about = thing.about
    if about["person"]:
        title = format_html("<b>{}</b> ended the {}", who(about, reading.reader), what)
    else:
        title = format_html("The {} <b>ended</b>", what)
    return Entry(thing.at, title)


WRITERS: dict[int, Callable[[Happened, Reader], list[Entry]]] = {
    EVENT: _event,
    CONSENT: _consent,
    CHANGE: _change,
    ADJUSTMENT: _adjustment,
    ADJUSTMENT_END: _adjustment_end,
    OVERRIDE: _override,
    OVERRIDE_END: _override_end,
    STAGE: _stage,
    TOUCH: _touch,
    NOTE: _note,
    DISPUTE: disputes.dispute,
    DECISION: disputes.decision,
}
