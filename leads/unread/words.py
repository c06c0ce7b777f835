"""Values that were not understood, as their page tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from leadportal.look.bidi import apart
from leads.models import CustomField
from leads.unread import choices
from leads.unread.listing import Group

SHOWN = 120


@dataclass(frozen=True, slots=True)
class Line:
    """A group as a row of the page."""

    group: Group
    field: str
    value: str
    leads_url: str
    # Blank where nothing can be said of it.
    meaning_url: str
    forget_url: str
    means: str = ""


def lines(groups: Iterable[Group], defined: Mapping[str, CustomField]) -> list[Line]:
    return [line(group, defined) for group in groups]


def line(group: Group, defined: Mapping[str, CustomField]) -> Line:
    asked: dict[str, str | int] = {
        "system": group.integration_id,
        "field": group.field,
        "value": group.key,
    }
    query = urlencode(asked)
    return Line(
        group,
        apart(choices.label(group.field, defined)),
        "Texts that were too long, and cut" if group.is_cut else _short(group.value),
        f"{reverse('leads')}?{urlencode({'not_understood': group.name})}",
        "" if group.is_cut or not group.key else f"{reverse('value-meaning')}?{query}",
        f"{reverse('value-forget')}?{query}",
        _means(group),
    )


def _means(group: Group) -> str:
    """Blank where it has no meaning, or none any more."""
    now = group.meaning.now if group.meaning else {}
    return choices.shown(now, group.field) if "is" in now else ""


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


def said(group: Group, defined: Mapping[str, CustomField], *, gone: bool = False) -> str:
    """What the toast says once it is done."""
    value = apart(_short(group.value))
    if gone:
        return f"“{value}” means nothing we know again. Leads are read again within a minute."
    means = choices.shown(group.meaning.now, group.field) if group.meaning else "nothing"
    does = "says nothing" if means == "nothing" else f"means {apart(means)}"
    who = apart(group.system)
    return f"“{value}” {does}, for {who}. Leads are read again within a minute."
