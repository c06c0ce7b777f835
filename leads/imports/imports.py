"""What people do with an import: begin, choose columns, start, pause, undo.

Every verb waits until no worker is at the lines (leads/imports/lanes.py), and keeps them away.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from accounts import policy
from accounts.keys import keys
from accounts.models import Portal, User
from accounts.policy import Action
from leadportal.db import clock, rows, sweeps
from leads import fields
from leads.imports import lanes, reading, recognising
from leads.imports.holding import let_go
from leads.imports.targets import CREATED, missing
from leads.models import Import, ImportLine, ImportState, Lead, LineStatus, Lists
from leads.models.imports import BEFORE, LANES, UNDO_LASTS, from_the_first

SWEEP = "import"
# Lines written by one statement.
AT_ONCE = 2_000
MINE = "Import"
# What people say of a file before its lines come in.
_SAID = (
    *("lists", "columns", "day_first", "activity", "integration_id", "source", "campaign"),
    *("consent_text", "consent_at", "hold_until"),
)


class ImportRefused(Exception):
    """It cannot be done with this import now; says why."""


class ThrownAway(ImportRefused):
    """Somebody has thrown the file away: there is no page of it to go back to."""


@dataclass(frozen=True)
class Terms:
    """What an import is told about its file, beside its columns."""

    day_first: bool = False
    system: str = ""
    source: str = ""
    campaign: str = ""
    consent_text: str = ""
    consent_at: datetime | None = None
    hold_until: datetime | None = None
    activity: str = ""


@transaction.atomic
def begin(person: User, name: str, file: IO[bytes]) -> Import:
    """Keep the lines of a file and what its columns seem to be. Raises Unreadable, NotAllowed."""
    policy.require(person, Action.IMPORT_LEADS)
    table = reading.read(name, file)
    guess = recognising.recognise(table.header, table.lines, fields.definitions())
    one = Import.objects.create(
        name=name[-200:],
        author=person,
        header=table.header,
        lists=guess.lists,
        columns=guess.columns,
        day_first=guess.day_first,
        source=guess.source,
        activity=guess.activity,
        hold_until=_usual_hold(guess),
        found=table.found[:300],
        lines_total=len(table.lines),
        forget_at=clock.now() + UNDO_LASTS,
    )
    for start in range(0, len(table.lines), AT_ONCE):
        some = table.lines[start : start + AT_ONCE]
        kept = [
            {"of_id": one.pk, "number": number, "lane": number % LANES, "cells": cells}
            for number, cells in some
        ]
        rows.insert(ImportLine, kept)
    return one


def _usual_hold(guess: recognising.Guess) -> datetime | None:
    """What is old is nothing sales waits for, unless somebody says so."""
    is_old = CREATED in guess.columns or guess.lists == Lists.ACTIVITIES
    return clock.now() + timedelta(days=Portal.load().override_days) if is_old else None


@transaction.atomic
def say(one: Import, person: User, lists: Lists) -> Import:
    """Say what each line is; what the columns are is guessed anew by it.

    Raises ImportRefused or NotAllowed.
    """
    one = _held(one, person)
    if one.state not in BEFORE:
        raise ImportRefused("Its lines have come in as what they were said to be.")
    if one.lists != lists:
        lines = list(one.lines.values_list("number", "cells"))
        guess = recognising.guessed(one.header, lines, fields.definitions(), lists)
        one.lists, one.columns, one.day_first = guess.lists, guess.columns, guess.day_first
        one.state, one.due_at, one.hold_until = ImportState.OPEN, None, _usual_hold(guess)
        one.save()
    return one


@transaction.atomic
def choose(one: Import, person: User, columns: Sequence[str], terms: Terms) -> Import:
    """Say what the columns are, and have every line checked. Raises ImportRefused or NotAllowed."""
    one = _held(one, person)
    if one.state not in BEFORE:
        raise ImportRefused("Its lines have come in; the columns stay as they are.")
    if detail := missing(one.lists, columns, activity=terms.activity):
        raise ImportRefused(detail)
    one.columns, one.day_first = list(columns), terms.day_first
    one.integration = keys.integration_named(terms.system or MINE)
    one.source, one.campaign = terms.source, terms.campaign
    one.consent_text, one.consent_at = terms.consent_text, terms.consent_at
    one.hold_until, one.activity = terms.hold_until, terms.activity
    return _work(one, ImportState.CHECKING)


def edition(one: Import) -> str:
    """Changes with what the columns are said to be, and with whatever is said of the whole file."""
    said = [getattr(one, name) for name in _SAID]
    return sha256(json.dumps(said, cls=DjangoJSONEncoder).encode()).hexdigest()[:16]


@transaction.atomic
def start(one: Import, person: User, *, seen: str = "") -> Import:
    """Let the lines come in, as they were checked; `seen` is the edition the person looked at.

    Raises ImportRefused or NotAllowed.
    """
    one = _held(one, person)
    if one.state == ImportState.RUNNING:
        return one
    if one.state in BEFORE and seen and seen != edition(one):
        raise ImportRefused("Somebody changed the columns since. Look at what would come in now.")
    if one.state != ImportState.CHECKED:
        if one.state in BEFORE:
            raise ImportRefused("It has to be checked first. Look at it once more.")
        now = one.get_state_display().lower()
        raise ImportRefused(f"It began already, and comes in once. It is {now} now.")
    one.began_at = clock.now()
    return _work(one, ImportState.RUNNING)


@transaction.atomic
def pause(one: Import, person: User) -> Import:
    """Stop after the batch at hand. Raises ImportRefused or NotAllowed."""
    one = _held(one, person)
    if one.state == ImportState.RUNNING:
        one.state, one.due_at = ImportState.PAUSED, None
        one.save()
    elif one.state != ImportState.PAUSED:
        raise ImportRefused("It is not coming in at the moment.")
    return one


@transaction.atomic
def go_on(one: Import, person: User) -> Import:
    """Go on where it was paused. Raises ImportRefused or NotAllowed."""
    one = _held(one, person)
    if one.state == ImportState.PAUSED:
        one.state, one.due_at = ImportState.RUNNING, clock.now()
        one.save()
        sweeps.nudge(SWEEP)
    elif one.state != ImportState.RUNNING:
        raise ImportRefused("It is not paused.")
    return one


def can_be_undone(one: Import) -> bool:
    """Whether something of it came in, no worker is at it, and its lines are still kept."""
    return one.may_be_undone or one.state == ImportState.PAUSED


@transaction.atomic
def undo(one: Import, person: User) -> Import:
    """Take it back line by line (leads/imports/undoing.py). Raises ImportRefused or NotAllowed."""
    one = _held(one, person)
    if one.state == ImportState.UNDOING:
        return one
    if not can_be_undone(one):
        raise ImportRefused("It can be undone for 30 days after it came in, and once.")
    one.undone_by = person
    return _work(one, ImportState.UNDOING)


@transaction.atomic
def discard(one: Import, person: User) -> None:
    """Throw a file away of which nothing came in. Raises ImportRefused or NotAllowed."""
    one = _held(one, person)
    if one.state not in BEFORE:
        raise ImportRefused("Its lines have come in. Undo it instead.")
    one.delete()


@transaction.atomic
def hand_over(one: Import, person: User, *, at: datetime | None = None) -> int:
    """Let the criteria decide from now on about leads that were held; gives how many.

    Raises ImportRefused or NotAllowed.
    """
    one, at = _held(one, person), at or clock.now()
    if one.hold_until is None or one.state in BEFORE:
        return 0
    mine = one.lines.filter(status=LineStatus.CREATED).values("lead")
    held = Lead.objects.filter(pk__in=mine, held_until=one.hold_until)
    leads = list(held.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(leads), AT_ONCE):
        let_go(one, Lead.objects.filter(pk__in=leads[first : first + AT_ONCE]), person, at)
    if leads:
        sweeps.nudge("judge")
    one.hold_until = None
    one.save(update_fields=["hold_until"])
    return len(leads)


def _held(one: Import, person: User) -> Import:
    policy.require(person, Action.IMPORT_LEADS)
    lanes.close(one.pk)
    held = Import.objects.select_for_update(no_key=True).filter(pk=one.pk).first()
    if held is None:
        raise ThrownAway("Somebody has thrown this file away.")
    return held


def _work(one: Import, state: ImportState) -> Import:
    """Have the lines gone through from the first."""
    one.state, one.due_at = state, clock.now()
    one.lines_done, one.at_lines, one.counts = 0, from_the_first(), {}
    one.save()
    sweeps.nudge(SWEEP)
    return one


def samples(one: Import) -> list[list[str]]:
    """The first few values of each column that say something."""
    lines = one.lines.values_list("cells", flat=True)[: recognising.SAMPLED]
    return recognising.first_values(one.header, lines)
