"""What the columns of a file are, guessed by their heads as the usual systems export them.

A file that came in before with the same head is read as it was then: its recipe is that import.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leads.checks import spellings
from leads.field_values import Definitions
from leads.imports import dates
from leads.imports.heads import head_key, meant_by
from leads.imports.lists import columns_of, recognise_lists
from leads.imports.reading import Line
from leads.imports.targets import (
    CREATED,
    DETAIL,
    DID_AT,
    EXTERNAL_ID,
    FIELD,
    FULL_NAME,
    LEFT_OUT,
    NOT_AGREED_SINCE,
    OUTCOME_AT,
)
from leads.models import CustomField, FieldType, Import, ImportState, Lists

# What a sales system keeps for itself, and nobody asks a lead about.
_OWN = re.compile(
    r"(is deleted|master record id|.*owner( id)?|created by( id)?|last modified.*|system modstamp"
    r"|last (viewed|referenced|activity) date|converted.*|is converted|photo url|jigsaw.*"
    r"|euid|gmtoff|dstoff|.*\bip|latitude|longitude|associated company ids?)"
)
# Columns that only one system writes, and how many of them tell it; a file's ids are that system's.
SYSTEMS: Mapping[str, tuple[int, Sequence[str]]] = {
    "Salesforce": (
        1,
        (
            *("isconverted", "lastmodifiedbyid", "company account", "systemmodstamp"),
            *("stagename", "opportunity name", "whoid", "leadorcontactid", "tasksubtype"),
        ),
    ),
    "HubSpot": (
        2,
        (
            *("lifecycle stage", "number of form submissions", "record id", "deal stage"),
            *("associated contact", "associatedcontactids", "engagement type"),
        ),
    ),
    "Mailchimp": (2, ("leid", "euid", "member rating")),
    "LinkedIn": (1, ("connected on",)),
    "Meta": (2, ("adset id", "ad id", "form id")),
    "Pipedrive": (
        1,
        (
            *("person name", "person organization", "person phone work", "deal title"),
            *("marked as done time", "activity subject"),
        ),
    ),
    "Dynamics": (
        1,
        (
            *("do not modify lead", "do not modify row checksum", "do not modify activity"),
            "do not modify opportunity",
        ),
    ),
    "Google contacts": (1, ("e mail 1 value", "organization 1 name")),
    "Zoho": (1, ("lead owner id", "converted date time")),
}
# Lines looked at for the first values of their columns.
SAMPLED, FIRST_VALUES = 200, 3


@dataclass(frozen=True)
class Guess:
    """What each line and column seems to be, how dates are written, and what is said of all."""

    lists: str
    columns: list[str]
    day_first: bool
    source: str = ""
    activity: str = ""


def recognise(
    header: Sequence[str], lines: Sequence[Line], defined: Mapping[str, CustomField]
) -> Guess:
    """By the last import of a file with this head; else by its heads and values."""
    if before := recipe(header):
        return Guess(before.lists, before.columns, before.day_first, before.source, before.activity)
    return guessed(header, lines, defined, recognise_lists(header))


def guessed(
    header: Sequence[str],
    lines: Sequence[Line],
    defined: Mapping[str, CustomField],
    lists: str,
) -> Guess:
    """By the heads and values of a file whose lines are people, activities or outcomes."""
    samples = first_values(header, (cells for _, cells in lines[:SAMPLED]))
    columns = guess(header, samples, defined)
    if lists != Lists.PEOPLE:
        columns = columns_of(header, samples, columns, lists)
    return Guess(lists, columns, _reads_day_first(columns, lines, defined))


def first_values(header: Sequence[str], lines: Iterable[Sequence[str]]) -> list[list[str]]:
    """The first few values of each column that say something, no two alike."""
    found: list[list[str]] = [[] for _ in header]
    for cells in lines:
        for values, cell in zip(found, cells, strict=True):
            if cell and len(values) < FIRST_VALUES and cell not in values:
                values.append(cell)
    return found


def guess(
    header: Sequence[str], samples: Sequence[Sequence[str]], defined: Mapping[str, CustomField]
) -> list[str]:
    """`samples` has the first values of each column; one without any is left out."""
    columns = [
        _target(head, head_key(head), values, defined)
        for head, values in zip(header, samples, strict=True)
    ]
    # A first name beside it makes a column "Name" a last one, or says the same again.
    if {"first_name", "last_name"} <= set(columns):
        columns = [LEFT_OUT if name == FULL_NAME else name for name in columns]
    elif "first_name" in columns:
        columns = ["last_name" if name == FULL_NAME else name for name in columns]
    return _no_second_id(columns)


def by_head(head: str, defined: Mapping[str, CustomField]) -> str:
    """What a column of this head is; "" where the head alone does not say."""
    key = head_key(head)
    if found := meant_by(key):
        return found
    for field in defined.values():
        if key in (head_key(field.label), head_key(field.name)):
            return FIELD + field.name
    if isinstance(defined, Definitions):
        for other, name in defined.other_names.items():
            if key == head_key(other):
                return FIELD + name
    return ""


def _target(head: str, key: str, values: Sequence[str], defined: Mapping[str, CustomField]) -> str:
    if not any(values):
        return LEFT_OUT
    if found := by_head(head, defined):
        return found
    if "linkedin.com/in/" in values[0]:
        return "linkedin"
    if looks_like_mail(values):
        return "email"
    if _OWN.fullmatch(key) or not spellings.name(head):
        return LEFT_OUT
    return DETAIL


def looks_like_mail(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", value.lower()) for value in given)


def _no_second_id(columns: list[str]) -> list[str]:
    """The first id is the file's own."""
    first = columns.index(EXTERNAL_ID) if EXTERNAL_ID in columns else None
    return [
        DETAIL if name == EXTERNAL_ID and place != first else name
        for place, name in enumerate(columns)
    ]


def system(header: Sequence[str]) -> str:
    """The system a file with this head is from; "" where it is not known."""
    keys = [head_key(head) for head in header]
    have = set(keys) | {key.replace(" ", "") for key in keys}
    for name, (enough, heads) in SYSTEMS.items():
        if sum(head in have for head in heads) >= enough:
            return name
    return ""


def recipe(header: Sequence[str]) -> Import | None:
    """The last import with this head that somebody started; its columns are known to be right."""
    started = Import.objects.exclude(began_at=None).filter(
        header=list(header),
        state__in=[ImportState.RUNNING, ImportState.PAUSED, ImportState.DONE, ImportState.UNDONE],
    )
    return started.select_related("integration").first()


def _reads_day_first(
    columns: Sequence[str], lines: Sequence[Line], defined: Mapping[str, CustomField]
) -> bool:
    """Whether dates begin with their day, told by all values of all columns of dates."""
    dated = {CREATED, NOT_AGREED_SINCE, OUTCOME_AT, DID_AT}
    dated |= {FIELD + one.name for one in defined.values() if one.type == FieldType.DATE}
    places = [place for place, name in enumerate(columns) if name in dated]
    return bool(dates.day_is_first(cells[place] for _, cells in lines for place in places))
