"""All invariants, in the order of their numbers, asked of the database."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from leadportal.db.pieces import Sql, param
from leads.invariants import consent, criteria, handoffs, history, judgements, names, people
from leads.invariants.questions import Invariant

# How many rows of one kind are named; the rest is only said to exist.
MOST_NAMED = 20
TOPICS = (criteria, judgements, consent, handoffs, history, people, names)
INVARIANTS: list[Invariant] = sorted(
    (one for topic in TOPICS for one in topic.invariant), key=lambda one: one.number
)


@dataclass(frozen=True, slots=True)
class Offence:
    """One row that breaks an invariant."""

    table: str
    id: int
    found: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question found; `is_cut` says that there are more."""

    number: int
    name: str
    says: str
    offences: list[Offence]
    is_cut: bool


def violations(limit: int = MOST_NAMED) -> Iterator[Answer]:
    """Ask every question, in order; each answer as it comes."""
    for one in INVARIANTS:
        found = [offence for query in one.ask() for offence in _offences(query, limit)]
        yield Answer(one.number, one.name, one.says, found[:limit], len(found) > limit)


def _offences(query: Sql, limit: int) -> list[Offence]:
    query = Sql("SELECT * FROM ({}) AS offence LIMIT {}") % (query, param(limit + 1))
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return [Offence(*row) for row in cursor.fetchall()]
