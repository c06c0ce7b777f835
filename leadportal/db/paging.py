"""Pages by key: the next page begins after a row, so the thousandth is as quick as the first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import QueryDict

SIZE = 25
# Counting on would read the whole table to say a number nobody needs.
COUNTED = 10_000
SEPARATOR = "~"
EXPONENT_MAX = 30


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of rows: one column of it or of a row it has, then the id."""

    column: str
    read: Callable[[str], Any]
    descending: bool = False

    def turned(self) -> "Order":
        return Order(self.column, self.read, not self.descending)

    def apply(self, rows: models.QuerySet) -> models.QuerySet:
        sign = "-" if self.descending else ""
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")

    def beyond(self, rows: models.QuerySet, value: Any, pk: int) -> models.QuerySet:
        """The rows behind one that stands at (value, pk)."""
        way = "lt" if self.descending else "gt"
        # The first test is the range an index scans; the second settles equal values.
        return rows.filter(
            Q(**{f"{self.column}__{way}e": value}),
            Q(**{f"{self.column}__{way}": value}) | Q(**{f"pk__{way}": pk}),
        )

    def key(self, row: Any) -> str:
        """Where a row stands: an object, or the named row that `values_list` gives."""
        name = self.column if isinstance(row, tuple) else self.column.replace("__", ".")
        value = attrgetter(name)(row)
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        return f"{text}{SEPARATOR}{row.pk}"

    def place(self, key: str) -> tuple[Any, int] | None:
        """Where a key stands; None when it is not one of ours."""
        text, _, pk = key.rpartition(SEPARATOR)
        try:
            return self.read(text), int(pk)
        except (ValueError, ArithmeticError):
            return None


def decimal(text: str) -> Decimal:
    value = Decimal(text)
    # PostgreSQL takes fewer digits than Python makes of 1e99999999.
    if not value.is_finite() or abs(value.adjusted()) > EXPONENT_MAX:
        raise ValueError(text)
    return value


def read_moment(text: str) -> datetime:
    """A moment with its zone. Raises ValueError, or OverflowError beyond the calendar."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Up to SIZE rows, and the query strings of the pages next to them (empty at an end)."""

    rows: Sequence[Any]
    newer: str
    older: str


def first_rows(rows: models.QuerySet, order: Order, size: int = SIZE) -> models.QuerySet:
    """Those of the first page, and one more where there is another page."""
    return order.apply(rows)[: size + 1]


def page(
    rows: models.QuerySet | Callable[[], models.QuerySet],
    order: Order,
    query: QueryDict,
    *,
    size: int = SIZE,
    of: str = "",
    first: Callable[[], list[Any]] | None = None,
) -> Page:
    """The page that `?after=KEY` or `?before=KEY` asks for; the first one without.

    Where an address shows several lists, `of` is the id of this one's section: it has places of its
    own, `people-after`, and its links lead to it and leave the others where they are. `first` finds
    `first_rows` where the caller has a quicker way, and `rows` builds them where it has not.
    """
    before, after = (f"{of}-{way}" if of else way for way in ("before", "after"))
    back = before in query and after not in query
    place = order.place(query.get(before if back else after, ""))
    way = order.turned() if back else order
    if first and place is None and not back:
        found = first()
    else:
        built = rows() if callable(rows) else rows
        found = list(first_rows(way.beyond(built, *place) if place else built, way, size))
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    has_newer = bool(found) and place is not None and (more if back else True)
    has_older = bool(found) and (more or back)
    to = f"#{of}" if of else ""
    return Page(
        found,
        _link(query, (before, after), {before: order.key(found[0])}) + to if has_newer else "",
        _link(query, (before, after), {after: order.key(found[-1])}) + to if has_older else "",
    )


def link(query: QueryDict, **changes: str | None) -> str:
    """The same page with something else in the query string; None leaves it out."""
    return _link(query, ("after", "before"), changes)


def _link(query: QueryDict, without: Iterable[str], changes: Mapping[str, str | None]) -> str:
    changed = all_but(query, *without, *changes)
    for name, value in changes.items():
        if value is not None:
            changed[name] = value
    return f"?{changed.urlencode(safe=SEPARATOR)}" if changed else "?"


def all_but(query: QueryDict, *names: str) -> QueryDict:
    """A query string without these; its own copy is made deep, and a page has a dozen links."""
    rest = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in names:
            rest.setlist(name, [*values])
    return rest


def to_count(rows: models.QuerySet) -> models.QuerySet:
    """Of these rows as many as are counted, and one more where there are more."""
    return rows.order_by()[: COUNTED + 1]


def count_up_to(rows: models.QuerySet) -> int:
    """How many rows there are, COUNTED + 1 meaning "more"."""
    return to_count(rows).count()


def count_label(count: int) -> str:
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"
