"""Which facts this installation has: those of every one, its own fields, purposes of consent."""

import json
from functools import lru_cache

from funnel.vocabulary.facts import Fact, Vocabulary, consent
from funnel.vocabulary.operators import FactType
from funnel.vocabulary.standard import STANDARD
from leadportal.db import prepared
from leads.columns import COLUMNS, KEPT_COLUMNS
from leads.models import CustomField

CUSTOM = "attributes."
# The first ones seen: a sender that makes up purposes must not make up facts without end.
MOST_PURPOSES = 200
# Columns that criteria may ask about.
ASKED = COLUMNS + KEPT_COLUMNS
# Every fact that any installation has, those of the columns first.
FACTS = Vocabulary(
    {**Vocabulary().with_facts(column.fact for column in ASKED), **STANDARD},
)

# An installation's own facts as one text, for a statement that reads them beside other things.
OWN = """(SELECT json_build_array(
    (SELECT json_agg(json_build_array(name, label, type, choices, unit, choice_terms)
                     ORDER BY position, label)
     FROM leads_customfield WHERE same_as_id IS NULL),
    (SELECT json_agg(name) FROM (
        SELECT name FROM leads_consentpurpose ORDER BY first_seen_at, id LIMIT %(most)s) AS seen)
)::text)"""
MOST = {"most": MOST_PURPOSES}


def custom_fact(field: CustomField) -> Fact:
    return Fact(
        name=f"{CUSTOM}{field.name}",
        type=FactType(field.type),
        label=field.label,
        unit=field.unit,
        choices=tuple((choice, field.label_of(choice)) for choice in field.choices),
    )


def record_vocabulary() -> Vocabulary:
    """Every fact this installation has, also by its fields and purposes of consent: one query."""
    ((own,),) = prepared.fetch(f"SELECT {OWN}", MOST)
    return vocabulary_of(own)


@lru_cache(maxsize=8)
def vocabulary_of(own: str) -> Vocabulary:
    """Every fact of an installation that has these of its own, as OWN says them."""
    fields, purposes = json.loads(own)
    mine = [custom_fact(_field(*one)) for one in fields or ()]
    return FACTS.with_facts([*mine, *map(consent, purposes or ())])


def _field(
    name: str, label: str, type_: str, choices: list[str], unit: str, terms: dict[str, list[str]]
) -> CustomField:
    return CustomField(
        name=name, label=label, type=type_, choices=choices, unit=unit, choice_terms=terms
    )
