"""Everything that happened to one lead, newest first, from all the tables that remember it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import JSONObject, Now

from accounts.roles import SIDE_OF, Role, Side
from funnel.stages import SALES_HOLDS, Actor, Stage
from leadportal.db.paging import read_moment
from leads.models import (
    Adjustment,
    Answer,
    Consent,
    Event,
    Lead,
    LeadChange,
    Note,
    Override,
    StageChange,
    Touch,
)

SIZE = 30
# A word on consent with its proof (leads/lead/words/consents.py).
CONSENT_SAYS = JSONObject(
    purpose="purpose",
    given="given",
    at="at",
    is_firm="is_firm",
    text="text",
    channel="channel",
    address="address",
    integration=F("integration__name"),
    person=F("person__name"),
    is_merge=Q(merge__isnull=False),
)
SEPARATOR = "~"

# At one moment the effect stands above its cause: an event, then the stage it led to.
(
    EVENT,
    CONSENT,
    CHANGE,
    ADJUSTMENT_END,
    ADJUSTMENT,
    OVERRIDE_END,
    OVERRIDE,
    STAGE,
    TOUCH,
    NOTE,
    DISPUTE,
    DECISION,
) = range(1, 13)
# Both sides hear of it.
DISPUTES = frozenset({DISPUTE, DECISION})
BY_HAND = frozenset({ADJUSTMENT_END, ADJUSTMENT, OVERRIDE_END, OVERRIDE})

# Stages that only sales moves a lead to.
GIVEN_BY_SALES = SALES_HOLDS | {Stage.REJECTED}
_OF_SALES = Q(target__in=GIVEN_BY_SALES) | Q(actor=Actor.REP)
# Both sides see where the lead crossed.
_CROSSING = Q(target=Stage.SQL)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: which table remembers it, and what it says."""

    kind: int
    at: datetime
    pk: int
    about: dict[str, Any]

    @property
    def key(self) -> str:
        return SEPARATOR.join((self.at.isoformat(), str(self.kind), str(self.pk)))


def read_key(key: str) -> tuple[datetime, int, int] | None:
    """Where a page of the timeline begins; None when the text is no key of ours."""
    try:
        at, kind, pk = key.split(SEPARATOR)
        return read_moment(at), int(kind), int(pk)
    except (ValueError, OverflowError):
        return None


def happened(
    lead: Lead,
    *,
    side: str = "",
    before: str = "",
    size: int = SIZE,
    merged: Collection[int] = (),
) -> tuple[list[Happened], bool]:
    """Up to `size` things behind the key `before`, and whether there are older ones. One query.

    `merged` are the leads that became a part of this one: what they were through is told too.
    """
    place, leads = read_key(before), [lead.pk, *merged]
    # Each table gives its newest; the database merges them.
    parts = [
        _newest(rows, when, kind, about, place)[: size + 1]
        for kind, rows, when, about in [*_tables(leads), _notes(leads, side)]
        if not side or kind in _KINDS[side]
    ]
    if side:
        parts.append(_newest(_moves(leads, side), "at", STAGE, _STAGE_SAYS, place)[: size + 1])
    merged = parts[0].union(*parts[1:], all=True).order_by("-when", "-table", "-row")
    found = [Happened(*row) for row in merged[: size + 1]]
    return found[:size], len(found) > size


_KINDS = {
    "marketing": {EVENT, CONSENT, CHANGE, NOTE, *BY_HAND, *DISPUTES},
    "sales": {TOUCH, NOTE, *DISPUTES},
}
# Whose notes are those of sales.
_BY_SALES = Q(by__roles__overlap=[str(role) for role in Role if SIDE_OF.get(role) is Side.SALES])


def _notes(leads: list[int], side: str) -> tuple[int, QuerySet, str, JSONObject]:
    """Notes by the side of their author; both sides' where nothing is chosen."""
    rows = Note.objects.filter(lead__in=leads)
    if side:
        rows = rows.filter(_BY_SALES) if side == "sales" else rows.exclude(_BY_SALES)
    about = JSONObject(text="text", person=F("by__name"), person_id="by", roles=F("by__roles"))
    return NOTE, rows, "at", about


def _moves(leads: list[int], side: str) -> QuerySet:
    rows = StageChange.objects.filter(lead__in=leads)
    return rows.filter(_OF_SALES | _CROSSING) if side == "sales" else rows.exclude(_OF_SALES)


_STAGE_SAYS = JSONObject(
    lead="lead",
    origin="origin",
    target="target",
    actor="actor",
    reason="reason",
    total="total",
    amount="amount",
    person=F("person__name"),
    person_id="person",
    integration=F("integration__name"),
    version=F("version__number"),
    opened_at=F("handoff__opened_at"),
    due_at=F("handoff__due_at"),
    note=F("handoff__note"),
)


def _tables(leads: list[int]) -> Iterable[tuple[int, QuerySet, str, JSONObject]]:
    """(kind, rows, moment, what they say) of each table."""
    yield (
        EVENT,
        Event.objects.filter(lead__in=leads),
        "occurred_at",
        JSONObject(type="type", properties="properties"),
    )
    yield (
        CONSENT,
        Consent.objects.filter(lead__in=leads).that_count(),
        "at",
        CONSENT_SAYS,
    )
    yield (
        CHANGE,
        LeadChange.objects.filter(lead__in=leads),
        "at",
        JSONObject(fields="fields", person=F("person__name"), integration=F("integration__name")),
    )
    yield from _by_hand(leads)
    yield from _disputes(leads)
    yield STAGE, StageChange.objects.filter(lead__in=leads), "at", _STAGE_SAYS
    yield (
        TOUCH,
        Touch.objects.filter(handoff__lead__in=leads),
        "at",
        JSONObject(
            channel="channel",
            result="result",
            note="note",
            person=F("by__name"),
            person_id="by",
            first_at=F("handoff__first_touch_at"),
            opened_at=F("handoff__opened_at"),
            holder=F("handoff__claimed_by__name"),
            holder_id=F("handoff__claimed_by"),
        ),
    )


_SAID = {
    "reason": "reason",
    "person": F("author__name"),
    "person_id": "author",
    "until": "ends_at",
    "ended_by": "ended_by",
}
_ENDED = {"reason": "reason", "person": F("ended_by__name"), "person_id": "ended_by"}


def _by_hand(leads: list[int]) -> Iterable[tuple[int, QuerySet, str, JSONObject]]:
    """What people said against the machine, and when each of it ended."""
    for model, began, ended, what in (
        (Override, OVERRIDE, OVERRIDE_END, {"origin": "origin", "stage": "stage"}),
        (Adjustment, ADJUSTMENT, ADJUSTMENT_END, {"kind": "kind", "points": "points"}),
    ):
        rows = model.objects.filter(lead__in=leads)
        yield began, rows, "created_at", JSONObject(**what, **_SAID)
        yield ended, rows.filter(ends_at__lte=Now()), "ends_at", JSONObject(**what, **_ENDED)


def _disputes(leads: list[int]) -> Iterable[tuple[int, QuerySet, str, JSONObject]]:
    """What marketing said against a rejection, and what was decided; the moves say the rest."""
    rows = Answer.objects.filter(handoff__lead__in=leads, kind=Answer.Kind.DISPUTE)
    said = JSONObject(text="text", person=F("by__name"), person_id="by", arbiter=F("arbiter__name"))
    yield DISPUTE, rows, "at", said
    decided = JSONObject(
        decision="decision",
        because="because",
        person=F("decided_by__name"),
        person_id="decided_by",
    )
    yield DECISION, rows.exclude(decision=""), "decided_at", decided


def _newest(
    rows: QuerySet,
    when: str,
    kind: int,
    about: JSONObject,
    place: tuple[datetime, int, int] | None,
) -> QuerySet:
    if place:
        at, place_kind, pk = place
        earlier = Q(**{f"{when}__lt": at})
        if kind == place_kind:
            earlier |= Q(**{when: at, "pk__lt": pk})
        elif kind < place_kind:
            earlier |= Q(**{when: at})
        rows = rows.filter(earlier)
    named = rows.annotate(table=Value(kind), when=F(when), row=F("pk"), about=about)
    return named.order_by("-when", "-row").values_list("table", "when", "row", "about")
