"""What pages say of companies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.html import format_html

from funnel.stages import Stage
from leadportal.db import clock
from leadportal.look import formats
from leadportal.look.bidi import apart
from leadportal.world.countries import country_name
from leads.columns import COMPANY_COLUMNS, Column
from leads.companies import pieces
from leads.companies.reading import doubts, whose
from leads.lead.words.entries import Entry
from leads.lead.words.events import told
from leads.lead.words.timeline import Day, day_label
from leads.lead.words.who import with_word
from leads.models import Company, Event

_COLUMNS = {column.name: column for column in COMPANY_COLUMNS}


def facts(company: Company) -> list[tuple[str, Any]]:
    """What is known, each with whose word it is and what a machine says against it."""
    said, against = whose(company), doubts(company)
    return [
        (column.label, with_word(column.name, apart(shown(company, column)), said, against))
        for column in COMPANY_COLUMNS
        if column.name != "name" and (column.told(company) is not None or column.name in against)
    ]


def shown(company: Company, column: Column) -> str:
    value = column.told(company)
    if value is None:
        return ""
    return country_name(value) if column.name == "country" else str(column.on_page(value))


def stages(counts: dict[str, int]) -> str:
    """ "3 MQL, 1 accepted" in the order of the path."""
    return ", ".join(
        f"{formats.number(counts[stage])} {stage.label}" for stage in Stage if stage in counts
    )


@dataclass(frozen=True)
class Row:
    """A line of the comparison: what each says, and which of the two counts."""

    name: str
    label: str
    stays: str
    goes: str
    takes_theirs: bool
    is_open: bool


def rows(heir: Company, company: Company) -> Iterator[Row]:
    """All that either says. One chooses where both say something, and not the same."""
    for name in pieces.NAMES:
        ours, theirs = (shown(one, _COLUMNS[name]) for one in (heir, company))
        if ours or theirs:
            is_open = bool(ours and theirs and ours != theirs)
            yield Row(name, _COLUMNS[name].label, ours, theirs, not ours, is_open)


def days(events: Sequence[Event]) -> list[Day]:
    """What people of a company did, by day, the newest first."""
    today = timezone.localdate(clock.now())
    by_day = groupby(events, key=lambda event: timezone.localtime(event.occurred_at).date())
    return [
        Day("" if day == today else day_label(day, today), [_entry(event) for event in of_day])
        for day, of_day in by_day
    ]


def _entry(event: Event) -> Entry:
    about = told(event.type, event.properties)
    title = format_html(
        '<a class="link" href="{}"><bdi>{}</bdi></a> {}',
        event.lead.get_absolute_url(),
        event.lead.name,
        about.did,
    )
    return Entry(event.occurred_at, title, text=about.text, quote=about.quote)
