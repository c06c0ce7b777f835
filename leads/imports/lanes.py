"""Two workers take in one file beside each other, each a lane of its lines.

Lines that may tell of one person or one company are in one lane and come in in their order, so that
of several words the later counts, as if the lines had come one by one. The one thing lanes cannot
tell is that two lines mean one lead by what only the portal knows of it, as by its number and by
the address it had before.

Whoever works in a lane holds it until the transaction ends; a verb (imports.py) waits for all.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any
from zlib import crc32

from django.db import connection

from leads.domains.lists import site_domain
from leads.matching import company_key, email_identity, international_phone, work_domain
from leads.models import Import
from leads.models.imports import LANES
from leads.no_company import says_nothing

_ENTER = "SELECT pg_try_advisory_xact_lock(hashtext('leads_import'), %s)"
_CLOSE = "SELECT pg_advisory_xact_lock(hashtext('leads_import'), %s)"
# The lines that share a name, of every name that several have.
_ALIKE = """
SELECT array_agg(number) FROM leads_importline, unnest(names) AS name
 WHERE of_id = %s GROUP BY name HAVING count(*) > 1
"""


def enter(import_id: int, lane: int) -> bool:
    """Hold a lane until the transaction ends; False where somebody else is in it."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [import_id * LANES + lane])
        (entered,) = cursor.fetchone()
    return bool(entered)


def close(import_id: int) -> None:
    """Wait until nobody is in a lane, and let nobody in until the transaction ends.

    A batch may take longer than pages wait for a lock, but not longer than for a statement.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '4500ms'")
        for lane in range(LANES):
            cursor.execute(_CLOSE, [import_id * LANES + lane])


def names(values: Mapping[str, Any]) -> list[int]:
    """By what another line would be taken to tell of the same person or company: numbers that stand
    for it. `values` are those of a line, checked.

    Lines that share one by chance come in in one lane, and that is all.
    """
    address, company = values.get("email", ""), values.get("company") or {}
    phone, called = values.get("phone", ""), company.get("name", "")
    named = (
        ("id", values.get("external_id", "")),
        ("mail", email_identity(address)[1]),
        ("phone", international_phone(phone, values.get("country", "")) if phone else ""),
        ("site", site_domain(company.get("domain", "")) or work_domain(address)),
        ("firm", company_key(called) if called and not says_nothing(called) else ""),
    )
    return [crc32(f"{kind} {name}".encode()) for kind, name in named if name]


def beside(one: Import) -> list[int]:
    """The numbers of the lines that come in in the second lane, beside the others: about half."""
    numbers = array("l", one.lines.order_by("number").values_list("number", flat=True).iterator())
    kin = _Kin(numbers[-1])
    for alike in _alike(one):
        for number in alike[1:]:
            kin.join(alike[0], number)
    sizes = array("l", bytes(len(kin.parents) * kin.parents.itemsize))
    for number in numbers:
        sizes[kin.of(number)] += 1
    loads = [0] * LANES
    lane_of = array("b", bytes(len(sizes)))
    # The large ones first, so that lanes end up equally long.
    for root in sorted((n for n in numbers if sizes[n]), key=lambda n: -sizes[n]):
        lane_of[root] = lane = loads.index(min(loads))
        loads[lane] += sizes[root]
    return [number for number in numbers if lane_of[kin.of(number)]]


def _alike(one: Import) -> Iterator[Sequence[int]]:
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(_ALIKE, [one.pk])
        for (alike,) in cursor:
            yield alike


class _Kin:
    """Which numbers belong together (disjoint sets: Tarjan 1975)."""

    def __init__(self, last: int) -> None:
        self.parents = array("l", range(last + 1))

    def of(self, number: int) -> int:
        """The first of those it belongs to."""
        parents = self.parents
        while parents[number] != number:
            parents[number] = number = parents[parents[number]]
        return number

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.of(one), self.of(other)))
        self.parents[second] = first
