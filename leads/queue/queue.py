"""The list of open handoffs as one person sees it: narrowed, ordered, counted, watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import policy
from accounts.models import User
from funnel.models import CriteriaVersion, Queue
from leadportal.db import compiled, paging
from leadportal.db.paging import Order, decimal, read_moment
from leadportal.db.shown import all_but
from leads import past
from leads.models import Company, Handoff, Lead, Source
from leads.models.handoff import HandoffQuerySet
from leads.text import has_words

# What the pulse line calls "due soon".
SOON = timedelta(minutes=10)
# A token names this many rows, the newest; with more waiting, older ones count as known.
TOKEN_ROWS = 400
BASE = 36
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

DEADLINE = "deadline"
ORDERS: Mapping[str, Order] = {
    DEADLINE: Order("due_at", read_moment),
    "score": Order("total", int, descending=True),
    "value": Order("value", decimal, descending=True),
    "newest": Order("opened_at", read_moment, descending=True),
}

_CALLED = ("first_name", "last_name", "email", "phone")
# What no row or preview shows: to read it, documents among it, takes longer than what is shown.
_NOT_SHOWN = (
    *all_but(
        *(Lead, *_CALLED, "job_title", "estimated_value", "city", "country", "stage", "consent"),
        via="lead__",
    ),
    *all_but(Company, "name", "employees", via="lead__company__"),
    *all_but(Source, "name", via="source__"),
    *all_but(CriteriaVersion, "number", via="version__"),
)


def for_person(user: User) -> HandoffQuerySet:
    """Open handoffs of the person's own queues; a sales manager looks into every queue."""
    if user.has_role(*policy.WATCHES_EVERY_QUEUE):
        return Handoff.objects.open()
    return Handoff.objects.open().filter(queue__in=user.queues.values("pk"))


def _of_everybody_like(roles: tuple[str, ...], reader: int) -> HandoffQuerySet:
    return for_person(User(pk=reader, roles=[*roles]))


def _whose(user: User) -> tuple[tuple[str, ...], int]:
    """What a list hangs on: its shape on the roles of the person, its rows on their id."""
    return tuple(sorted(user.roles)), user.pk


def first_rows(user: User, order: str) -> list[Handoff]:
    """The first page of all that waits for this person, with what a row and its preview show."""
    roles, reader = _whose(user)
    return compiled.fetch(_first_rows, roles, order, reader=reader)


def _first_rows(roles: tuple[str, ...], order: str, reader: int) -> QuerySet:
    return paging.first_rows(for_list(_of_everybody_like(roles, reader)), ORDERS[order])


def found_by(
    rows: HandoffQuerySet, *, words: str = "", source: int | None = None
) -> HandoffQuerySet:
    """Those whose name, mail or company has every word, from one source."""
    rows = rows.filter(has_words(words, "lead__search_key"))
    return rows.filter(source=source) if source else rows


def for_list(rows: HandoffQuerySet) -> HandoffQuerySet:
    """With what a row and its preview show."""
    shown = rows.select_related("lead__company", "source", "queue", "version")
    return ordered(shown).annotate(**past.beside_handoff()).defer(*_NOT_SHOWN)


def ordered(rows: HandoffQuerySet) -> HandoffQuerySet:
    """With what ORDERS ask for: a value that sorts last where none is known."""
    return rows.annotate(value=Coalesce("lead__estimated_value", Decimal(-1)))


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the queue stands right now."""

    waiting: int
    late: int
    soon: int
    claimed_today: int


def pulse(user: User, at: datetime) -> Pulse:
    roles, reader = _whose(user)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    found = compiled.fetch(_pulse, roles, reader=reader, at=at, soon=at + SOON)
    claimed = compiled.fetch(_claimed, reader=reader, midnight=midnight)
    return Pulse(*(found or [(0, 0, 0)])[0], *(claimed or [(0,)])[0])


def _pulse(roles: tuple[str, ...], reader: int, at: datetime, soon: datetime) -> QuerySet:
    rows = _of_everybody_like(roles, reader).order_by().values_list(Value(1))
    return rows.annotate(
        waiting=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=at)),
        soon=Count("pk", filter=Q(due_at__gte=at, due_at__lt=soon)),
    ).values_list("waiting", "late", "soon")


def _claimed(reader: int, midnight: datetime) -> QuerySet:
    rows = Handoff.objects.filter(claimed_by=reader, claimed_at__gte=midnight)
    return (
        rows.order_by().values_list(Value(1)).annotate(claimed=Count("pk")).values_list("claimed")
    )


def sources(user: User) -> list[dict[str, Any]]:
    """Where those that wait came from, most first: {pk, name, count}."""
    roles, reader = _whose(user)
    found = compiled.fetch(_sources, roles, reader=reader)
    return [{"pk": pk, "name": name, "count": count} for pk, name, count in found]


def _sources(roles: tuple[str, ...], reader: int) -> QuerySet:
    rows = _of_everybody_like(roles, reader).exclude(source=None).order_by()
    named = rows.values_list("source", "source__name")
    return named.annotate(count=Count("pk")).order_by("-count", "source__name")


def queues_of(user: User) -> dict[int, str]:
    """The names of the queues this person works in, by id."""
    return dict(compiled.fetch(_queues_of, reader=user.pk))


def _queues_of(reader: int) -> QuerySet:
    return Queue.objects.filter(memberships__user=reader).values_list("pk", "name")


def last_opened(user: User) -> datetime | None:
    """When the newest handoff came into the person's queues, whatever became of it."""
    rows = Handoff.objects.visible_to(user)
    return rows.order_by("-opened_at").values_list("opened_at", flat=True).first()


# --- what changed since a list was shown -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListState:
    """What a list on somebody's screen knows: how many waited, and the newest of them by id.

    Ids, not a time: a transaction that was slow to commit has an old time and is new all the same.
    """

    count: int
    ids: tuple[int, ...]

    @classmethod
    def of(cls, rows: HandoffQuerySet) -> "ListState":
        ids = tuple(pk for (pk,) in _newest_first(rows))
        if len(ids) <= TOKEN_ROWS:
            return cls(len(ids), ids)
        return cls(max(rows.count(), TOKEN_ROWS), ids[:TOKEN_ROWS])

    @classmethod
    def of_all(cls, user: User) -> "ListState":
        """Of all that waits for this person."""
        roles, reader = _whose(user)
        ids = tuple(pk for (pk,) in compiled.fetch(_newest_ids, roles, reader=reader))
        if len(ids) <= TOKEN_ROWS:
            return cls(len(ids), ids)
        # Some may have gone between the two questions; a token names no fewer than it counts.
        count = sum(number for (number,) in compiled.fetch(_how_many, roles, reader=reader))
        return cls(max(count, TOKEN_ROWS), ids[:TOKEN_ROWS])

    @property
    def token(self) -> str:
        """The count, the highest id, then the steps down to the next ones; in base 36."""
        steps = [above - below for above, below in zip(self.ids, self.ids[1:], strict=False)]
        return "-".join(_digits(number) for number in (self.count, *self.ids[:1], *steps))

    @classmethod
    def read(cls, token: str) -> "ListState":
        """The opposite of `token`. Raises ValueError."""
        count, *steps = [int(part, BASE) for part in token.split("-", TOKEN_ROWS + 1)]
        # Rows that wait have ids, and as many steps as there are rows up to the limit.
        named = len(steps) == min(count, TOKEN_ROWS)
        if not named or count >= 2**63 or min(steps, default=0) < 0 or sum(steps) >= 2**63:
            raise ValueError(token)
        ids: list[int] = []
        for step in steps:
            ids.append(ids[-1] - step if ids else step)
        return cls(count, tuple(ids))


def _newest_first(rows: HandoffQuerySet) -> QuerySet:
    return rows.order_by("-pk").values_list("pk")[: TOKEN_ROWS + 1]


def _newest_ids(roles: tuple[str, ...], reader: int) -> QuerySet:
    return _newest_first(_of_everybody_like(roles, reader))


def _how_many(roles: tuple[str, ...], reader: int) -> QuerySet:
    rows = _of_everybody_like(roles, reader).order_by()
    return rows.values_list(Value(1)).annotate(count=Count("pk")).values_list("count")


def _digits(number: int) -> str:
    found = ""
    while number >= BASE:
        number, digit = divmod(number, BASE)
        found = DIGITS[digit] + found
    return DIGITS[number] + found


@dataclass(frozen=True, slots=True)
class News:
    """How a list differs from what waits now."""

    new: int
    gone: int
    waiting: int

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)

    def __str__(self) -> str:
        parts = [(self.new, "new"), (self.gone, "gone")]
        return ", ".join(f"{count} {word}" for count, word in parts if count)


def news(rows: HandoffQuerySet, known: ListState) -> News:
    """One query, whatever the length of the list."""
    unseen = ~Q(pk__in=known.ids)
    if known.count > len(known.ids):
        unseen &= Q(pk__gt=known.ids[-1])
    found = rows.order_by().aggregate(waiting=Count("pk"), new=Count("pk", filter=unseen))
    gone = max(0, known.count + found["new"] - found["waiting"])
    return News(found["new"], gone, found["waiting"])
