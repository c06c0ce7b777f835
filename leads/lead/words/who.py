"""Who a lead is, where it came from, and how it was handed over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.html import format_html

from funnel.vocabulary.events import event_label
from funnel.vocabulary.facts import Fact, Vocabulary, uncapital
from leadportal.look import formats
from leadportal.look.bidi import apart
from leads import tags
from leads.columns import COMPANY_COLUMNS, KEPT_COLUMNS, LEAD_COLUMNS, Column, Section
from leads.editing.said import Doubt, Said, doubts
from leads.facts.known import CUSTOM
from leads.lead.words.events import WORDS
from leads.lead.words.unread import Notes, noted
from leads.models import Company, Handoff, Lead
from leads.words import against, place

# Attributes of a lead beyond these are read through the API.
ATTRIBUTES_SHOWN = 40
# Told with its currency, beside where the lead came from.
VALUE = "estimated_value"
# Told together, under "Where".
OF_PLACE = frozenset({"country", "city"})
OF_COMPANY = "company."


def contact(
    lead: Lead,
    words: Mapping[str, Said],
    unread: Notes,
    *,
    may_reach: bool,
) -> list[tuple[str, Any]]:
    """Facts for partials/facts.html; a pair without a value is left out.

    Mail and phone are links with a button that copies them, where one may call or write.
    """
    facts = _listed(
        LEAD_COLUMNS, lead, Section.CONTACT, words, doubts(lead), unread, may_reach=may_reach
    )
    where = place(lead).split(" · ")[0] if lead.city or lead.country else ""
    return [
        *facts,
        ("Where", noted(where, unread, "country", "city")),
        ("External id", noted("", unread, "external_id")),
        *([] if lead.company else _no_company(unread)),
    ]


def _no_company(unread: Notes) -> list[tuple[str, Any]]:
    """What was sent of a company that nobody named."""
    fields = ["company", *(f"{OF_COMPANY}{column.name}" for column in COMPANY_COLUMNS)]
    return [("Company", noted("", unread, *fields))]


def _reach(scheme: str, value: str) -> str:
    return format_html(
        '<a class="link" href="{}{}"><bdi>{}</bdi></a> '
        '<button class="btn plain sm" type="button" hidden data-copies="{}">'
        'Copy<span class="vh"> {}</span></button>',
        scheme, value, value, value, value,
    )  # fmt: skip


def own_words(told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What they wrote last, in their own words: {text, where, at}."""
    for event in told:
        properties = event["properties"]
        text = next((str(properties[name]) for name in WORDS if properties.get(name)), "")
        if text:
            at = datetime.fromisoformat(event["at"])
            return {"text": text, "where": event_label(event["type"]), "at": at}
    return None


# How one reaches somebody by a value.
_WAYS = {"email": "mailto:", "phone": "tel:"}


def _listed(
    columns: Sequence[Column],
    row: Lead | Company,
    section: Section,
    words: Mapping[str, Said] = MappingProxyType({}),
    against: Mapping[str, Doubt] = MappingProxyType({}),
    unread: Notes = MappingProxyType({}),
    *,
    may_reach: bool = False,
) -> list[tuple[str, Any]]:
    """What is known of the columns of a section, each by its label, with whose word it is."""
    facts = []
    for column in columns:
        if column.section is not section:
            continue
        value, shown = column.told(row), ""
        if value is not None:
            shown = str(column.on_page(value))
            way = _WAYS.get(column.name) if may_reach else None
            shown = _reach(way, shown) if way else apart(shown)
            shown = with_word(column.name, shown, words, against)
        of_company = OF_COMPANY if column.of is Company else ""
        facts.append((column.label, noted(shown, unread, f"{of_company}{column.name}")))
    return [fact for fact in facts if fact[1]]


def with_word(
    name: str, shown: Any, words: Mapping[str, Said], against: Mapping[str, Doubt]
) -> Any:
    """A value, whose word it is where not of who made the lead, and what a machine says instead."""
    if (said := words.get(name)) is not None:
        who, when = apart(said.who), formats.when(said.at)
        shown = format_html('{}<span class="xs mut said">{}, {}</span>', shown, who, when)
    if (doubt := against.get(name)) is not None:
        who, when = apart(doubt.who), formats.when(doubt.at)
        says = apart(str(doubt.value or "nothing"))
        told = '{}<span class="xs warn-ink said">{} says: {}, {}</span>'
        shown = format_html(told, shown, who, says, when)
    return shown


def at_first(words: Mapping[str, Said]) -> str:
    """Whose word all is that says nothing else: "All else: Website, 3 Nov"."""
    first = words.get("")
    if first is None:
        return ""
    begins = "All else" if len(words) > 1 else "Said by"
    return f"{begins}{':' * (begins != 'Said by')} {apart(first.who)}, {formats.when(first.at)}"


def elsewhere(lead: Lead, words: Mapping[str, Said], unread: Notes) -> list[tuple[str, Any]]:
    """Whose word the values are that the heading of the page shows, and what was not understood."""
    against = doubts(lead)
    rest = {name: note for name, note in unread.items() if name not in OF_PLACE}
    told = (words.keys() | against.keys() | rest.keys()) - {VALUE}
    return [
        (column.label, noted(_doubted(column, lead, words, against), rest, column.name))
        for column in LEAD_COLUMNS
        if column.section is None and column.name in told
    ]


def _doubted(
    column: Column, lead: Lead, words: Mapping[str, Said], against: Mapping[str, Doubt]
) -> Any:
    return with_word(column.name, apart(str(column.told(lead) or "")), words, against)


def company(lead: Lead, unread: Notes) -> list[tuple[str, Any]]:
    if not lead.company:
        return []
    facts = _listed(COMPANY_COLUMNS, lead.company, Section.COMPANY, unread=unread)
    # What no line of its own shows.
    return [*facts, ("Also sent", noted("", unread, "company", f"{OF_COMPANY}country"))]


def origin(
    lead: Lead, currency: str, words: Mapping[str, Said], unread: Notes
) -> list[tuple[str, Any]]:
    value, against = lead.estimated_value, doubts(lead)
    amount = "" if value is None else formats.amount(value, currency)
    return [
        ("Estimated value", noted(with_word(VALUE, amount, words, against), unread, VALUE)),
        ("First seen", formats.when(lead.created_at)),
        *_listed(LEAD_COLUMNS, lead, Section.ORIGIN, words, against, unread),
        *_tags(lead.tags or {}, unread),
        *_last(lead),
        ("Owner", lead.owner),
        ("Cycle", f"{lead.cycle}, came back before" if lead.cycle > 1 else ""),
    ]


def _tags(told: Mapping[str, str], unread: Notes = MappingProxyType({})) -> list[tuple[str, Any]]:
    """How the link was marked that brought them; in the order of their table."""
    return [
        (label, noted(apart(told.get(name, "")), unread, name))
        for name, label in tags.LABELS.items()
        if name in told or name in unread
    ]


def _last(lead: Lead) -> list[tuple[str, Any]]:
    """Where they came from the last time, if they came again."""
    if lead.last_came_at is None:
        return []
    again = _listed(KEPT_COLUMNS, lead, Section.ORIGIN)
    marked = [(f"Last {uncapital(label)}", value) for label, value in _tags(lead.last_tags or {})]
    return [("Came again", formats.when(lead.last_came_at)), *again, *marked]


def attributes(lead: Lead, words: Vocabulary, unread: Notes) -> list[tuple[str, Any]]:
    """Custom fields by their labels, then what came in and is no field yet."""
    known, others = [], []
    unknown = {name.removeprefix(CUSTOM) for name in unread if name.startswith(CUSTOM)}
    for name in lead.attributes.keys() | unknown:
        fact, value = words.get(f"{CUSTOM}{name}"), lead.attributes.get(name, "")
        if fact:
            shown = choices_said(fact, value) if fact.choices else _plain(value)
            known.append((fact.label, name, shown))
        else:
            others.append((name, name, _plain(value)))
    rows = [*sorted(known), *sorted(others)][:ATTRIBUTES_SHOWN]
    facts = [
        (label, noted(apart(value) if value else "", unread, f"{CUSTOM}{name}"))
        for label, name, value in rows
    ]
    return [*facts, *([("Also sent", unread["attributes"])] if "attributes" in unread else [])]


def choices_said(fact: Fact, value: Any) -> str:
    """A choice by its label; where it has none it may be a name like "this_quarter"."""
    many = value if isinstance(value, list) else [value]
    labels = [fact.shown(one) for one in many]
    if labels == [str(one) for one in many]:
        return _plain(value).replace("_", " ").capitalize()
    return ", ".join(labels)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def handoff_facts(handoff: Handoff) -> list[tuple[str, Any]]:
    version = format_html(
        '<a class="link" href="{}">{}</a>', handoff.version.get_absolute_url(), handoff.version
    )
    waited = (
        f"{formats.duration(handoff.claimed_at - handoff.opened_at)} after"
        if handoff.claimed_at
        else ""
    )
    touched = (
        f"{formats.duration(handoff.first_touch_at - handoff.opened_at)} after"
        if handoff.first_touch_at
        else ""
    )
    return [
        ("Queue", handoff.queue),
        ("Handed over", formats.when(handoff.opened_at)),
        ("Score then", f"{handoff.total}, {against(handoff.total, handoff.line)}"),
        ("Criteria", version),
        ("Claimed", waited),
        ("First touch", touched),
        ("Outcome", handoff.get_outcome_display()),
    ]
