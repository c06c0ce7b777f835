"""Fields as their pages and the history of the settings tell them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.policy import listed
from funnel.models import CriteriaVersion
from leadportal.look import formats
from leadportal.look.bidi import apart
from leads.models import CustomField, FieldType
from leads.own_fields.counting import Count, Counted
from leads.own_fields.forecast import SHOWN, Forecast
from leads.own_fields.usage import Use

# Of a list of names so many are said.
NAMED = 3
VALUE_SHOWN = 40


def said(one: CustomField) -> str:
    """One in words: “Team size” (number, people, sent as team_size)."""
    about = [FieldType(one.type).label.lower()]
    about += [", ".join(map(one.label_of, one.offered))] if one.has_choices else []
    about += [one.unit] if one.unit else []
    about += [f"sent as {one.api_name}"]
    about += [f"“{one.help}”"] if one.help else []
    about += ["retired"] if one.is_retired else []
    return f"“{one.label}” ({'; '.join(about)})"


def said_of_choice(one: CustomField, choice: str) -> str:
    term = one.term(choice)
    about = [f"also {', '.join(term['also'])}"] if term.get("also") else []
    about += ["retired"] if term.get("retired") else []
    if term.get("is"):
        about = [f"is “{one.label_of(term['is'])}” now"]
    shown = f"“{one.label_of(choice)}” of “{one.label}”"
    return f"{shown} ({'; '.join(about)})" if about else shown


@dataclass(frozen=True)
class Line:
    """A field as a row of the page."""

    field: CustomField
    # What its values are: "Number, people", "Choice of 4".
    kind: str
    uses: Sequence[Use]
    leads: int


def lines(
    found: Iterable[CustomField], uses: Mapping[str, Sequence[Use]], counted: Counted
) -> list[Line]:
    return [
        Line(one, kind_of(one), uses.get(one.name, ()), _leads_of(one, counted)) for one in found
    ]


def kind_of(one: CustomField) -> str:
    kind = str(FieldType(one.type).label)
    if one.has_choices:
        return f"{kind}, {formats.some(len(one.offered), 'choice')}"
    return f"{kind}, {apart(one.unit)}" if one.unit else kind


def _leads_of(one: CustomField, counted: Counted) -> int:
    count = counted.by_name.get(one.name)
    return count.leads if count else 0


@dataclass(frozen=True)
class SeenLine:
    """A name that is no field yet."""

    name: str
    leads: int
    samples: Sequence[str]
    systems: str


def seen_lines(
    names: Iterable[str], counted: Counted, systems: Mapping[str, Sequence[str]]
) -> list[SeenLine]:
    """Those of most leads first."""
    found = [
        SeenLine(name, count.leads, samples(count), _listed(systems.get(name, ())))
        for name in names
        for count in [counted.by_name.get(name, Count())]
    ]
    return sorted(found, key=lambda line: (-line.leads, line.name))


def samples(count: Count) -> list[str]:
    return [shown(value) for value, _ in count.most[:SHOWN]]


def shown(value: Any) -> str:
    """A value as people read it, short."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


def _listed(names: Sequence[str]) -> str:
    few = [apart(name) for name in names[:NAMED]]
    more = len(names) - len(few)
    return ", ".join(few) + (f" and {formats.some(more, 'other')}" if more else "")


def forecast_said(one: Forecast) -> str:
    """ "reads 118 of 120 leads, not “many”, “?”" """
    if not one.leads:
        return ""
    if not one.unread:
        return f"reads all {formats.some(one.leads, 'lead')}" if one.leads > 1 else "reads the lead"
    if not one.read:
        return "reads none"
    wrong = ", ".join(f"“{apart(shown(value))}”" for value, _ in one.unread[:SHOWN])
    return f"reads {one.read:,} of {one.leads:,} leads, not {wrong}"


def counts_on(versions: Sequence[CriteriaVersion]) -> str:
    """What retiring a choice does to criteria that ask for it: nothing."""
    if not versions:
        return ""
    asking = f"{listed([str(one) for one in versions])} ask{'s' if len(versions) == 1 else ''}"
    return f"{asking} for it, and it still counts there where it is retired."


def choice_lines(one: CustomField, count: Count) -> list[dict[str, Any]]:
    """The choices as rows: what is offered in its order, then what is not any more."""
    held: dict[str, int] = {}
    for value, number in count.most:
        for word in value if isinstance(value, list) else [value]:
            held[str(word)] = held.get(str(word), 0) + number
    offered = one.offered
    rest = [choice for choice in one.choices if choice not in offered]
    return [
        {
            "choice": choice,
            "label": one.label_of(choice),
            "also": one.term(choice).get("also", ()),
            "is": one.label_of(one.term(choice)["is"]) if one.term(choice).get("is") else "",
            "retired": bool(one.term(choice).get("retired")),
            "leads": held.get(choice, 0),
            "goes_down": choice in offered[:-1],
        }
        for choice in [*offered, *rest]
    ]
