"""The lists somebody comes to a lead from, like `?from=queue&sort=score`, and who is beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from leadportal.db.paging import Order
from leads.handoffs import verdicts
from leads.mine import mine
from leads.models import Handoff, Lead
from leads.queue import pages as queue
from leads.queue import queue as waiting
from leads.table import pages as table


@dataclass(frozen=True, slots=True)
class Walk:
    """A list by its label, the name of its page, and who stands behind or before a lead in it."""

    label: str
    url_name: str
    beside: Callable[[User, QueryDict, Lead, bool], int | None]


def walk_of(query: QueryDict) -> Walk | None:
    """The list this page was opened from; None when it was opened by itself."""
    return WALKS.get(query.get("from", ""))


def carried(query: QueryDict) -> str:
    """The query string of the list: what it was narrowed to, and its order."""
    kept = query.copy()
    for name in ("from", "show", "before", "after"):
        kept.pop(name, None)
    return kept.urlencode()


def _in_queue(user: User, query: QueryDict, lead: Lead, back: bool) -> int | None:
    rows, order = queue.asked_for(user, query)
    # Claimed meanwhile, it has left the list; its place there is still known.
    here = waiting.ordered(Handoff.objects.filter(lead=lead)).order_by("-pk").first()
    return _beyond(rows, order, here, back, "lead_id")


def _in_table(user: User, query: QueryDict, lead: Lead, back: bool) -> int | None:
    rows, order = table.asked_for(user, query)
    return _beyond(rows, order, lead, back, "pk")


def _beyond(
    rows: "QuerySet[Handoff] | QuerySet[Lead]",
    order: Order,
    here: Handoff | Lead | None,
    back: bool,
    lead_id: str,
) -> int | None:
    value = attrgetter(order.column.replace("__", "."))(here) if here else None
    if here is None or value is None:
        return None
    way = order.turned() if back else order
    found = way.apply(way.beyond(rows, value, here.pk)).values_list(lead_id, flat=True)
    return found.first()


def _among_mine(user: User, query: QueryDict, lead: Lead, back: bool) -> int | None:
    groups = mine.groups(mine.rows(user), timezone.now(), verdicts.asked_bant())
    ids = [row.lead_id for group in groups for row in group.rows]
    if back:
        ids.reverse()
    # Who is no longer in one's hands leads to the first who is.
    at = ids.index(lead.pk) + 1 if lead.pk in ids else 0
    return ids[at] if at < len(ids) else None


WALKS: Mapping[str, Walk] = {
    "queue": Walk("Queue", "queue", _in_queue),
    "mine": Walk("My leads", "my-leads", _among_mine),
    "leads": Walk("Leads", "leads", _in_table),
}
