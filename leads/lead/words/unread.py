"""What was sent of a lead and not understood, where the value would stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join

from leadportal.look import formats
from leadportal.look.bidi import apart

SHOWN = 120
# What is told of values that were read in part; all else was not understood at all.
_SAID = {"range": "a range was sent", "too_long": "too long, cut where it fits"}
# By field, for people to read.
Notes = Mapping[str, Any]


def notes(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{"country": "Not understood: “Asia/Pacific Region”, Website forms, 3 Nov"}"""
    fields: dict[str, list[Any]] = {}
    for one in told:
        fields.setdefault(one["field"], []).append(_note(one))
    return {
        field: format_html_join("", "{}", ((note,) for note in ns)) for field, ns in fields.items()
    }


def _note(one: Mapping[str, Any]) -> Any:
    said = _SAID.get(one["code"], "not understood")
    value = one["value"] if len(one["value"]) <= SHOWN else f"{one['value'][:SHOWN]}…"
    who, when = apart(one["who"]), formats.when(datetime.fromisoformat(one["at"]))
    told = '<span class="xs warn-ink said">{}: “{}”, sent by {}, {}</span>'
    return format_html(told, said.capitalize(), apart(value), who, when)


def noted(shown: Any, notes: Notes, *fields: str) -> Any:
    """A value with what was not understood of it behind; a note alone where there is none."""
    found = [notes[field] for field in fields if field in notes]
    return format_html_join("", "{}", ((part,) for part in [shown, *found])) if found else shown


def of_consent(notes: Notes) -> list[Any]:
    return [note for field, note in notes.items() if field.partition(".")[0] == "consent"]
