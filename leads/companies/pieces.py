"""What is known of a company, in pieces that can be carried to another and back.

A piece is one value with whose word it is, and whether a person typed it.
"""

from typing import Any

from leads.ingest.companies import FACTS, twins
from leads.models import Company

# What one may choose of; the domain goes its own way (leads/companies/merging.py).
NAMES = ("name", *(column.name for column in FACTS))
Piece = dict[str, Any]


def is_blank(company: Company, name: str) -> bool:
    return getattr(company, name) in ("", None)


def piece(company: Company, name: str) -> Piece:
    found: Piece = {"value": getattr(company, name)}
    for kept in ("typed", "said"):
        if name in (words := getattr(company, kept) or {}):
            found[kept] = words[name]
    return found


def put(company: Company, name: str, given: Piece) -> None:
    """Set one value of a company in memory to a piece, and what is made of it."""
    setattr(company, name, given["value"])
    for kept in ("typed", "said"):
        words = {key: one for key, one in (getattr(company, kept) or {}).items() if key != name}
        if kept in given:
            words[name] = given[kept]
        setattr(company, kept, words or None)
    finish(company)


def finish(company: Company) -> None:
    row = {name: getattr(company, name) for name in NAMES}
    for name, value in twins(row).items():
        setattr(company, name, value)
