"""The words criteria may use: facts with their types and operators, and event types.

How a fact is read from the tables is not known here (leads/facts.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from accounts.countries import COUNTRIES
from accounts.regions import REGIONS, SALES_AREAS


class FactType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    COUNT = "count"


class Use(StrEnum):
    """Where a condition stands, and so which facts it may ask about."""

    RULE = "scoring rules"
    DEFINITION = "definitions"
    ROUTING = "routing and filters"


class Takes(StrEnum):
    """What an operator wants as its value."""

    NOTHING = "nothing"
    ONE = "one value"
    MANY = "a list of values"
    RANGE = "two values, the lower first"
    DAYS = "a whole number of days"


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    label: str
    takes: Takes


def _operators(*rows: tuple[str, str, Takes]) -> dict[str, Operator]:
    return {name: Operator(name, label, takes) for name, label, takes in rows}


_KNOWN = (
    ("is_known", "is known", Takes.NOTHING),
    ("is_unknown", "is unknown", Takes.NOTHING),
)
_EQUAL = (
    ("is", "is", Takes.ONE),
    ("is_not", "is not", Takes.ONE),
    ("is_any_of", "is any of", Takes.MANY),
    ("is_none_of", "is none of", Takes.MANY),
)
_TEXT = _operators(
    *_EQUAL,
    ("contains_any_word", "contains any of the words", Takes.MANY),
    ("contains", "contains", Takes.ONE),
    ("starts_with", "starts with", Takes.ONE),
    *_KNOWN,
)
_NUMBER = _operators(
    ("is", "is", Takes.ONE),
    ("at_least", "is at least", Takes.ONE),
    ("at_most", "is at most", Takes.ONE),
    ("more_than", "is more than", Takes.ONE),
    ("less_than", "is less than", Takes.ONE),
    ("between", "is between", Takes.RANGE),
    *_KNOWN,
)
OPERATORS: dict[FactType, dict[str, Operator]] = {
    FactType.TEXT: _TEXT,
    FactType.NUMBER: _NUMBER,
    FactType.MONEY: _NUMBER,
    FactType.COUNT: _NUMBER,
    FactType.DATE: _operators(
        ("is", "is", Takes.ONE),
        ("before", "is before", Takes.ONE),
        ("after", "is after", Takes.ONE),
        ("between", "is between", Takes.RANGE),
        ("within_next", "is within the next", Takes.DAYS),
        ("within_last", "is within the last", Takes.DAYS),
        ("more_than_days_ago", "was more days ago than", Takes.DAYS),
        *_KNOWN,
    ),
    FactType.YES_NO: _operators(("is", "is", Takes.ONE), *_KNOWN),
    FactType.CHOICE: _operators(*_EQUAL, *_KNOWN),
    FactType.CHOICES: _operators(
        ("includes_any_of", "includes any of", Takes.MANY),
        ("includes_all_of", "includes all of", Takes.MANY),
        ("includes_none_of", "includes none of", Takes.MANY),
        *_KNOWN,
    ),
}
# Tests on a property of an event: a number where the operator compares, a text where it looks
# inside, and either, or yes or no, where it says what the property is.
PROPERTY_OPERATORS: dict[str, Operator] = {
    name: operator
    for name, operator in {**_NUMBER, **_TEXT}.items()
    if name not in {"is_unknown", "is_none_of", "is_not"}
}
NUMBER_OPERATORS = frozenset({"at_least", "at_most", "more_than", "less_than", "between"})
SAME_OPERATORS = frozenset({"is", "is_any_of"})

EVERYWHERE = frozenset(Use)
NOT_IN_RULES = frozenset({Use.DEFINITION, Use.ROUTING})


@dataclass(frozen=True, slots=True)
class Fact:
    """A named, typed thing the criteria may ask about."""

    name: str
    type: FactType
    label: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    uses: frozenset[Use] = EVERYWHERE
    # A fact may need a window ("active on 3 days in 30") or an event ("days since a download").
    takes_window: bool = False
    takes_event: bool = False
    # A number of days may be the distance to a date: after it, or with `until` before it.
    days_of: "Fact | None" = None
    until: bool = False

    @property
    def operators(self) -> dict[str, Operator]:
        return OPERATORS[self.type]

    def shown(self, value: object) -> str:
        """A value of this fact as a person writes it."""
        for name, label in self.choices:
            if name == value:
                return label
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = f"{value:,}"
            return f"{text} {self.unit}" if self.unit else text
        return str(value)


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event with a phrase for what the person did; others are stored, unscored."""

    name: str
    label: str
    did: str


EVENT_TYPES: dict[str, EventType] = {
    row.name: row
    for row in (
        EventType("demo_request", "Demo request", "asked for a demo"),
        EventType("form_sent", "Form sent", "sent a form"),
        EventType("page_view", "Page view", "visited a page"),
        EventType("email_open", "E-mail opened", "opened an e-mail"),
        EventType("email_click", "E-mail clicked", "clicked in an e-mail"),
        EventType("webinar_signup", "Webinar sign-up", "signed up for a webinar"),
        EventType("webinar_attended", "Webinar attended", "attended a webinar"),
        EventType("download", "Download", "downloaded something"),
        EventType("chat", "Chat", "asked in the chat"),
        EventType("call_booked", "Call booked", "booked a call"),
        EventType("trial_started", "Trial started", "started a trial"),
        EventType("unsubscribed", "Unsubscribed", "unsubscribed"),
    )
}


def event_label(name: str) -> str:
    known = EVENT_TYPES.get(name)
    return known.label if known else name.replace("_", " ").capitalize()


def event_did(name: str) -> str:
    """What somebody did, as the end of a sentence: "asked for a demo"."""
    known = EVENT_TYPES.get(name)
    return known.did if known else f"did “{name.replace('_', ' ')}”"


def uncapital(label: str) -> str:
    """A label inside a sentence: "company size", but "MQL" as it is."""
    return f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() else label


def days_since(date: Fact) -> Fact:
    """The whole UTC days since a date; negative while it is ahead."""
    label = f"Days since {uncapital(date.label)}"
    name = f"days_since.{date.name}"
    return Fact(name, FactType.NUMBER, label, unit="days", uses=date.uses, days_of=date)


def days_until(date: Fact) -> Fact:
    """The whole UTC days until a date; negative once it has passed."""
    label = f"Days until {uncapital(date.label)}"
    name = f"days_until.{date.name}"
    return Fact(name, FactType.NUMBER, label, unit="days", uses=date.uses, days_of=date, until=True)


def consent(purpose: str, label: str = "") -> Fact:
    """Whether consent to one purpose was given; unknown where nobody said."""
    label = label or f"Consent to {purpose.replace('_', ' ')}"
    return Fact(f"consent_{purpose}", FactType.YES_NO, label)


@dataclass(frozen=True, slots=True)
class Vocabulary(Mapping[str, Fact]):
    """The facts one installation has: the standard ones and its custom fields."""

    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Fact:
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def with_facts(self, extra: Iterable[Fact]) -> "Vocabulary":
        """These facts too; a date brings the days since and until it along."""
        facts = dict(self.facts)
        for fact in extra:
            facts[fact.name] = fact
            if fact.type is FactType.DATE:
                facts |= {days.name: days for days in (days_since(fact), days_until(fact))}
        return Vocabulary(facts)


_STAGES = (
    ("inquiry", "Inquiry"),
    ("lead", "Lead"),
    ("mql", "MQL"),
    ("sql", "SQL"),
    ("claimed", "Claimed"),
    ("accepted", "Accepted"),
    ("opportunity", "Opportunity"),
    ("won", "Won"),
    ("lost", "Lost"),
    ("rejected", "Rejected"),
    ("nurture", "Nurture"),
    ("disqualified", "Disqualified"),
)
_EMAIL_KINDS = (
    ("work", "a work address"),
    ("free", "a free mailbox"),
    ("role", "a role address"),
    ("disposable", "a disposable address"),
)
_COUNTRIES = tuple(COUNTRIES.items())
_REGIONS = tuple((name, name) for name in REGIONS)
_SALES_AREAS = tuple((name, name) for name in SALES_AREAS)
_GRADES = tuple((f"{fit}{intent}", f"{fit}{intent}") for fit in "ABCD" for intent in "1234")

_CREATED = Fact("created", FactType.DATE, "Created")

STANDARD = Vocabulary(
    {
        fact.name: fact
        for fact in (
            Fact("email", FactType.TEXT, "E-mail"),
            Fact("email_kind", FactType.CHOICE, "E-mail address", choices=_EMAIL_KINDS),
            Fact("phone", FactType.TEXT, "Phone"),
            Fact("first_name", FactType.TEXT, "First name"),
            Fact("last_name", FactType.TEXT, "Last name"),
            Fact("job_title", FactType.TEXT, "Job title"),
            Fact("city", FactType.TEXT, "City"),
            Fact("country", FactType.CHOICE, "Country", choices=_COUNTRIES),
            Fact(
                "country_we_sell_to",
                FactType.YES_NO,
                "In a country we sell to",
                choices=_COUNTRIES,
            ),
            Fact("region", FactType.CHOICE, "Region", choices=_REGIONS),
            Fact("sales_area", FactType.CHOICE, "Sales area", choices=_SALES_AREAS),
            Fact("source", FactType.TEXT, "Source"),
            Fact("campaign", FactType.TEXT, "Campaign"),
            Fact("estimated_value", FactType.MONEY, "Estimated value"),
            _CREATED,
            days_since(_CREATED),
            Fact("cycle", FactType.NUMBER, "Cycle"),
            Fact("company", FactType.TEXT, "Company"),
            Fact("company_domain", FactType.TEXT, "Company domain"),
            Fact("company_industry", FactType.TEXT, "Industry"),
            Fact("company_employees", FactType.NUMBER, "Company size", unit="people"),
            Fact("company_country", FactType.CHOICE, "Company country", choices=_COUNTRIES),
            Fact("company_region", FactType.CHOICE, "Company region", choices=_REGIONS),
            Fact("company_sales_area", FactType.CHOICE, "Company sales area", choices=_SALES_AREAS),
            consent("marketing"),
            consent("sales", "Consent to sales contact"),
            Fact("days_active", FactType.COUNT, "Days active", unit="days", takes_window=True),
            Fact("last_active", FactType.COUNT, "Days since last active", unit="days"),
            Fact(
                "days_since", FactType.COUNT, "Days since the event", unit="days", takes_event=True
            ),
            Fact(
                "colleagues_active",
                FactType.COUNT,
                "Active colleagues",
                unit="people",
                takes_window=True,
            ),
            Fact("fit", FactType.NUMBER, "Fit", unit="points", uses=NOT_IN_RULES),
            Fact("intent", FactType.NUMBER, "Intent", unit="points", uses=NOT_IN_RULES),
            Fact("total", FactType.NUMBER, "Score", unit="points", uses=NOT_IN_RULES),
            Fact("grade", FactType.CHOICE, "Grade", choices=_GRADES, uses=NOT_IN_RULES),
            Fact("stage", FactType.CHOICE, "Stage", choices=_STAGES, uses=frozenset({Use.ROUTING})),
        )
    }
)
