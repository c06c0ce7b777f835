"""The people of the reference as rows, and what SQL answers about them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from django.db import connection, transaction

from accounts.models import Portal
from funnel.compile import condition
from funnel.conditions.tree import Condition, walk
from funnel.rulebook.parts import Rulebook
from funnel.scoring import compile_rulebook
from leadportal.db.pieces import Sql, param
from leads.facts.tables import TableFacts
from leads.field_values import twin, twins
from leads.models import Campaign, Company, Event, Lead, Source
from leads.text import folded_key, key, name_key, word_keys
from tests import factories
from tests.leads.scoring.reference import Happening, Moment, Person, Score

_numbers = count(1)


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def write(people: Sequence[Person]) -> list[int]:
    """One lead per person, with company, events and colleagues; their ids in order."""
    leads = [_lead(person) for person in people]
    factories.begun(leads)
    events = []
    for person, lead in zip(people, leads, strict=True):
        events += [_event(lead, happening) for happening in person.events]
        for theirs in person.colleagues if lead.company_id else []:
            (colleague,) = factories.begun(
                [Lead(company_id=lead.company_id, last_name="Colleague")]
            )
            events += [_event(colleague, happening) for happening in theirs]
    Event.objects.bulk_create(events)
    by_id = sorted(zip((e.pk for e in events), range(len(events)), strict=True))
    assert [n for _, n in by_id] == list(range(len(events)))
    for person in people:
        for number, happening in enumerate(person.events):
            happening.number = number
        if person.company is None:
            person.colleagues = []
    return [lead.pk for lead in leads]


def _lead(person: Person) -> Lead:
    fields = dict(person.fields)
    created: date = fields.pop("created", date(2026, 1, 1))
    for name, model, size in (("source", Source, 100), ("campaign", Campaign, 150)):
        for column in (name, f"last_{name}"):
            if column.startswith("last_") and "last_came_at" not in fields:
                fields.pop(column, None)
            elif column in fields:
                label = fields[column]
                fields[column], _ = model.objects.get_or_create(
                    folded=folded_key(label, size),
                    defaults={
                        "name": label,
                        "key": name_key(label, size),
                        "word_keys": word_keys({"name": label}),
                    },
                )
                # However it is written, it is the one that was there first.
                person.fields[column] = fields[column].name
    attributes = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in person.attributes.items()
    } | person.misfits
    # Texts and dates have twins; a date is told by its type, a misfit has none.
    keys = {
        name: value.isoformat() if isinstance(value, date) else twin(value)
        for name, value in person.attributes.items()
        if isinstance(value, str | date)
    } | {name: key(fields[name]) for name in ("first_name", "last_name") if name in fields}
    return Lead(
        **fields,
        created_at=datetime.combine(created, time(23, 59, 59), UTC),
        company=_company(person.company) if person.company else None,
        job_title_key=key(fields.get("job_title", "")),
        department_key=key(fields.get("department", "")),
        city_key=key(fields.get("city", "")),
        attributes=attributes,
        attribute_keys=keys,
        word_keys=word_keys(_texts(person.attributes) | _texts(fields)),
        consent=person.consent,
    )


def _company(known: dict[str, Any]) -> Company:
    number = next(_numbers)
    domain = known.get("domain", "")
    if domain:
        known["domain"] = domain = f"{number}.{domain}"
    return Company.objects.create(
        **{**known, "domain": domain},
        name_key=key(known["name"]),
        match_key=f"company {number}",
        industry_key=key(known.get("industry", "")),
        word_keys=word_keys({"name": known["name"], "industry": known.get("industry", "")}),
    )


def _event(lead: Lead, happening: Happening) -> Event:
    return Event(
        lead=lead,
        type=happening.type,
        occurred_at=happening.occurred_at,
        properties=happening.properties,
        property_keys=twins(happening.properties),
        word_keys=word_keys(_texts(happening.properties)),
    )


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def portal(moment: Moment) -> Portal:
    return Portal(pk=1, sells_to=list(moment.sells_to), zone=moment.zone)


def sql_holds(tree: Condition, ids: Sequence[int], moment: Moment) -> list[bool]:
    source = TableFacts(ids, moment.at, portal(moment))
    answer = condition(tree, source)
    query = Sql("SELECT l.id, {} FROM {} WHERE l.id = ANY({})") % (
        answer,
        source.tables(list(walk(tree))),
        param(list(ids)),
    )
    found = {row[0]: row[1] for row in _rows(query)}
    return [found[pk] for pk in ids]


def sql_scores(
    rulebook: Rulebook, ids: Sequence[int], moment: Moment
) -> list[tuple[Score, datetime | None]]:
    """Each lead's score and the moment at which time alone may change it."""
    source = TableFacts(ids, moment.at, portal(moment))
    scoring = compile_rulebook(rulebook, source)
    query = Sql(
        "SELECT l.id, {}, s.fit, s.intent, s.grade, s.disqualifier, s.target, s.changes_at "
        "FROM {}{} WHERE l.id = ANY({})"
    ) % (scoring.points, source.tables(rulebook.tests()), scoring.lateral, param(list(ids)))
    found = {
        row[0]: (Score(tuple(row[1]), row[2], row[3], row[4], row[5], row[6]), row[7])
        for row in _rows(query)
    }
    return [found[pk] for pk in ids]


def _rows(query: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return cursor.fetchall()
