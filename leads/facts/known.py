"""Which facts this installation has: those of every one, its own fields, purposes of consent."""

import json

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

_OWN = """
(SELECT TRUE AS is_field, name, label, type, choices, unit, choice_terms::text
   FROM leads_customfield WHERE same_as_id IS NULL ORDER BY position, label)
UNION ALL
(SELECT FALSE, name, '', '', '{}', '', '' FROM leads_consentpurpose ORDER BY first_seen_at, id
 LIMIT %(most)s)
"""


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
    rows = prepared.fetch(_OWN, {"most": MOST_PURPOSES})
    fields = [_field(*row[1:]) for row in rows if row[0]]
    purposes = [row[1] for row in rows if not row[0]]
    return FACTS.with_facts([*map(custom_fact, fields), *map(consent, purposes)])


def _field(
    name: str, label: str, type_: str, choices: list[str], unit: str, terms: str
) -> CustomField:
    return CustomField(
        name=name,
        label=label,
        type=type_,
        choices=choices,
        unit=unit,
        choice_terms=json.loads(terms),
    )
