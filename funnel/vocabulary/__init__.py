"""The words criteria may use: facts with their types and operators, and event types.

How a fact is read from the tables is not known here (leads/facts.py).
"""

from funnel.vocabulary.events import (
    EVENT_TYPES,
    EventType,
    event_did,
    event_label,
)
from funnel.vocabulary.facts import (
    EVERYWHERE,
    NOT_IN_RULES,
    Fact,
    Use,
    Vocabulary,
    consent,
    days_since,
    days_until,
    uncapital,
)
from funnel.vocabulary.operators import (
    NUMBER_OPERATORS,
    OPERATORS,
    PROPERTY_OPERATORS,
    SAME_OPERATORS,
    FactType,
    Operator,
    Takes,
)
from funnel.vocabulary.standard import (
    STANDARD,
)

__all__ = [
    "EVENT_TYPES",
    "EVERYWHERE",
    "EventType",
    "Fact",
    "FactType",
    "NOT_IN_RULES",
    "NUMBER_OPERATORS",
    "OPERATORS",
    "Operator",
    "PROPERTY_OPERATORS",
    "SAME_OPERATORS",
    "STANDARD",
    "Takes",
    "Use",
    "Vocabulary",
    "consent",
    "days_since",
    "days_until",
    "event_did",
    "event_label",
    "uncapital",
]
