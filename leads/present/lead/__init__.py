"""One lead turned into what its page shows: path, next step, score, contact, origin."""

from leads.present.lead.hand import ByHand, by_hand
from leads.present.lead.next import Next, next_step
from leads.present.lead.path import lane
from leads.present.lead.who import (
    attributes,
    company,
    contact,
    do_not_contact,
    handoff_facts,
    origin,
)
from leads.present.lead.why import Group, Why, freshness, why
from leads.present.words import place

__all__ = [
    "ByHand",
    "Group",
    "Next",
    "Why",
    "attributes",
    "by_hand",
    "company",
    "contact",
    "do_not_contact",
    "freshness",
    "handoff_facts",
    "lane",
    "next_step",
    "origin",
    "place",
    "why",
]
