"""The lists somebody comes to a lead from, like `?from=queue&sort=score`, and who is beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.models import User
from leadportal.db import clock
from leadportal.db.paging import Order
from leads.follow_ups import follow_ups
from leads.handoffs import verdicts
from leads.mine import mine
from leads.models import Handoff, Lead
from leads.queue import pages as queue
from leads.queue import queue as waiting
from leads.rejections import listing
from leads.table import pages as table


@dataclass(frozen=True, slots=True)
class Stop:
    """A lead of a list; `at` is its row, where one lead may stand in several."""

    lead: int
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A list by its label, the name of its page, and who stands behind or before a lead in it."""

    label: str
    url_name: str
    beside: Callable[[User, QueryDict, Lead, bool], Stop | None]


def walk_of(query: QueryDict) -> Walk | None:
    """The list this page was opened from; None when it was opened by itself."""
    return WALKS.get(query.get("from", ""))


def carried(query: QueryDict) -> str:
    """The query string of the list: what it was narrowed to, and its order."""
    kept = query.copy()
    for name in ("from", "show", "before", "after"):
        kept.pop(name, None)
    return kept.urlencode()


def led_on(query: QueryDict, stop: Stop) -> str:
    """The query string with which a walk goes on."""
    changed = query.copy()
    changed.pop("at", None)
    if stop.at is not None:
        changed["at"] = str(stop.at)
    return changed.urlencode()


def _in_queue(user: User, query: QueryDict, lead: Lead, back: bool) -> Stop | None:
    rows, order = queue.asked_for(user, query)
    # Claimed meanwhile, it has left the list; its place there is still known.
    here = waiting.ordered(Handoff.objects.filter(lead=lead)).order_by("-pk").first()
    return _beyond(rows, order, here, back, "lead_id")


def _in_table(user: User, query: QueryDict, lead: Lead, back: bool) -> Stop | None:
    rows, order = table.asked_for(user, query)
    return _beyond(rows, order, lead, back, "pk")


def _in_rejections(user: User, query: QueryDict, lead: Lead, back: bool) -> Stop | None:
    sent_back = listing.for_person(user).filter(lead=lead).order_by("-pk")
    here = next((row for row in sent_back if str(row.pk) == query.get("at")), sent_back.first())
    asked = listing.Asked.read(query, user)
    found = listing.beside(asked, user, here, back=back) if here else None
    return Stop(found.lead_id, found.pk) if found else None


def _beyond(
    rows: "QuerySet[Handoff] | QuerySet[Lead]",
    order: Order,
    here: Handoff | Lead | None,
    back: bool,
    lead_id: str,
) -> Stop | None:
    value = attrgetter(order.column.replace("__", "."))(here) if here else None
    if here is None or value is None:
        return None
    way = order.turned() if back else order
    found = way.apply(way.beyond(rows, value, here.pk)).values_list(lead_id, flat=True).first()
    return Stop(found) if found else None


def _among_mine(user: User, query: QueryDict, lead: Lead, back: bool) -> Stop | None:
    groups = mine.groups(mine.rows(user), clock.now(), verdicts.asked_bant())
    return _among([row.lead_id for group in groups for row in group.rows], lead, back)


def _among_follow_ups(user: User, query: QueryDict, lead: Lead, back: bool) -> Stop | None:
    planned = follow_ups.of_person(user).values_list("lead", flat=True)
    return _among(list(planned), lead, back)


def _among(ids: Sequence[int], lead: Lead, back: bool) -> Stop | None:
    """Who has left the list, as its needs were met, leads to the first who is in it."""
    ids = ids[::-1] if back else ids
    at = ids.index(lead.pk) + 1 if lead.pk in ids else 0
    return Stop(ids[at]) if at < len(ids) else None


WALKS: Mapping[str, Walk] = {
    "queue": Walk("Queue", "queue", _in_queue),
    "mine": Walk("My leads", "my-leads", _among_mine),
    "follow-ups": Walk("Follow-ups", "follow-ups", _among_follow_ups),
    "leads": Walk("Leads", "leads", _in_table),
    "rejections": Walk("Rejections", "rejections", _in_rejections),
}
