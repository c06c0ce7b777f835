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
from leads.companies.merging import MERGED
from leads.companies.reading import doubts, whose
from leads.lead.words.entries import Entry
from leads.lead.words.events import told
from leads.lead.words.timeline import Day, day_label
from leads.lead.words.who import with_word
from leads.models import Company, CompanyChange, Event

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
    return _by_day([_did(event) for event in events])


def history(changes: Sequence[CompanyChange], company: Company) -> list[Day]:
    """What was changed of a company, by whom, the newest first."""
    return _by_day([_changed(change, company) for change in changes])


def _by_day(entries: Sequence[Entry]) -> list[Day]:
    today = timezone.localdate(clock.now())
    by_day = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [
        Day("" if day == today else day_label(day, today), list(of_day)) for day, of_day in by_day
    ]


def _changed(change: CompanyChange, company: Company) -> Entry:
    fields = dict(change.fields)
    came, went = reversed(fields.pop(MERGED, ["", ""]))
    did = "merged" if came else "parted" if went else "changed"
    what = came or went or ("it" if change.company_id == company.pk else change.company.name)
    title = format_html("<b>{}</b> {} {}", apart(change.person.name), did, apart(what))
    told = [_field(name, *fields[name]) for name in _COLUMNS if name in fields]
    return Entry(change.at, title, text=" · ".join(told))


def _field(name: str, old: Any, new: Any) -> str:
    """ "Industry: Fish → Bread" """
    label = _COLUMNS[name].label
    before, after = (_said(name, one) for one in (old, new))
    return f"{label}: {before} → {after or 'nothing'}" if before else f"{label}: {after}"


def _said(name: str, value: Any) -> str:
    if value in ("", None):
        return ""
    return country_name(value) if name == "country" else apart(str(value))


def _did(event: Event) -> Entry:
    about = told(event.type, event.properties)
    title = format_html(
        '<a class="link" href="{}"><bdi>{}</bdi></a> {}',
        event.lead.get_absolute_url(),
        event.lead.name,
        about.did,
    )
    return Entry(event.occurred_at, title, text=about.text, quote=about.quote)
