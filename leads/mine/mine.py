"""What one rep holds, in groups by what each lead needs next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from accounts.models import User
from funnel.stages import Stage
from leadportal.db.shown import all_but
from leads.models import BantItem, Company, FollowUp, Handoff, HandoffState, Lead, Outcome, Source
from leads.models.handoff import HandoffQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# More than one pair of hands holds; the most urgent come first.
MOST = 200
# Accepted, and not yet won or lost.
IN_HAND = (Stage.ACCEPTED, Stage.OPPORTUNITY)

_CALLED = ("first_name", "last_name", "email", "phone")
# What no row shows; to read it takes longer than what is shown.
_NOT_SHOWN = (
    "reasons",
    "note",
    *all_but(
        *(Lead, *_CALLED, "job_title", "estimated_value", "city", "country", "stage", "consent"),
        via="lead__",
    ),
    *all_but(Company, "name", via="lead__company__"),
    *all_but(Source, "name", via="lead__source__"),
)


class _OnRow(TypedDict):
    """When the rep wants to try next, if planned, and how many of BANT are known."""

    next_at: datetime | None
    known: int


Held: TypeAlias = "WithAnnotations[Handoff, _OnRow]"


@dataclass(frozen=True, slots=True)
class Group:
    """Leads that need the same thing."""

    name: str
    title: str
    rows: list["Held"]


LATE, TOUCH, BANT, WAITING = "late", "touch", "bant", "waiting"
TITLES = {
    LATE: "Late",
    TOUCH: "Needs first touch",
    BANT: "Needs BANT",
    WAITING: "Waiting",
}


def need(held: "Held", at: datetime, asked: int) -> str:
    """What a lead in somebody's hands needs next: the one place that decides it.

    `asked`: so many of BANT must be known before it is accepted.
    """
    if held.state == HandoffState.CLAIMED and held.first_touch_at is None:
        assert held.touch_due_at is not None
        return LATE if held.touch_due_at < at else TOUCH
    if held.state == HandoffState.CLAIMED and held.known < asked:
        return BANT
    return WAITING


def held_by(rep: User) -> HandoffQuerySet:
    """The handoffs by which a rep holds a lead: claimed, or accepted and not settled."""
    theirs = Handoff.objects.filter(claimed_by=rep)
    accepted = Q(
        state=HandoffState.CLOSED,
        outcome=Outcome.ACCEPTED,
        # A lead may have been accepted in an earlier cycle as well.
        cycle=F("lead__cycle"),
        lead__owner=rep,
        lead__stage__in=IN_HAND,
    )
    return theirs.filter(Q(state=HandoffState.CLAIMED) | accepted)


def rows(rep: User) -> "list[Held]":
    """What a rep holds: untouched ones by their deadline, then by when something is planned."""
    planned = FollowUp.objects.filter(lead=OuterRef("lead"), owner=rep, done_at=None)
    known = BantItem.objects.filter(lead=OuterRef("lead"), state=BantItem.State.KNOWN)
    count = known.order_by().values("lead").annotate(n=Count("pk")).values("n")
    held = held_by(rep).annotate(
        next_at=Subquery(planned.values("due_at")[:1]), known=Coalesce(Subquery(count), 0)
    )
    # Who was touched stands behind; among the untouched the deadline decides.
    untouched_first = Case(When(first_touch_at=None, then=0), default=1)
    due = Case(When(first_touch_at=None, then=F("touch_due_at")), default=F("next_at"))
    shown = held.select_related("lead__company", "lead__source").defer(*_NOT_SHOWN)
    return list(
        shown.order_by(untouched_first, due.asc(nulls_last=True), "-claimed_at", "pk")[:MOST]
    )


def groups(held: "Iterable[Held]", at: datetime, asked: int) -> list[Group]:
    """The groups that have leads, the most urgent first; each keeps the order of its rows."""
    found: dict[str, list[Held]] = {name: [] for name in TITLES}
    for row in held:
        found[need(row, at, asked)].append(row)
    return [Group(name, TITLES[name], rows) for name, rows in found.items() if rows]


def untouched(rep: User) -> HandoffQuerySet:
    """Those that wait for their first touch, for the navigation."""
    return Handoff.objects.held_by(rep).filter(first_touch_at=None)
