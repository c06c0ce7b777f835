"""Hypothesis strategies: vocabularies, conditions, rulebooks as people would write them, people.

Criteria and people draw from the same small pools, so that tests hold about as often as not.
Strategies are kept where they can be: to build one, and have it check itself, takes longer than to
draw from it.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from funnel.vocabulary.facts import Fact, Use, Vocabulary, consent
from funnel.vocabulary.operators import (
    NUMBER_OPERATORS,
    PROPERTY_OPERATORS,
    SAME_OPERATORS,
    FactType,
    Takes,
)
from leadportal.world.regions import REGION_OF, SALES_AREA_OF
from leads.facts.known import FACTS
from tests.leads.scoring.reference import PLAIN, Happening, Moment, Person, words

MOMENTS = (
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 34, 56, 789_000, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 0, 1, tzinfo=UTC),
    # The evenings before clocks change, at midnight in some places.
    datetime(2026, 10, 24, 20, 30, tzinfo=UTC),
    datetime(2026, 10, 31, 18, tzinfo=UTC),
    datetime(2026, 3, 28, 21, 45, tzinfo=UTC),
)
# Half and quarter hours, both sides of the date line, clocks that change at midnight.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "America/Havana",
    "Atlantic/Azores",
    "Asia/Beirut",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
TEXTS = (
    "VP", "vp of Sales", "VP, Sales & Ops", "vice-president", "Vice President", "Zoë", "ZOE",
    "ÉCOLE", "ecole", "straße", "STRASSE", "İstanbul", "東京 支社", "директор",
    "Директор по продажам",
    "50%", "50", "a_b", "a b", "ab", "%", "_", "\\", "c:\\temp", "100% _real_", "{}", "{0}", "%s",
    "it's", '"quoted"', "ﬁnance", "finance", "m²", "١٢٣", "co\u00adoperate", "cooperate", "\u0301",
    "VPsales", "svp", "  vp  ", "e\u0301cole", "नमस्ते", "नमसत", "हिन्दी भाषा", "हि", "かき", "かぎ",
    "שָׁלוֹם", "שלום", "🚀 CEO🚀", "🚀", "O’Brien", "C++", "/pricing", "/pricing/enterprise",
    "Vice-President", "Vice\u2010President, EMEA", "V.P.", "V. P.", "Sr. V.P., Sales",
    "F. V.P. H.R.", "VP/Sales", "v.p.sales", "\uff36\uff0e\uff30\uff0e", "R&D", "r d", "C", "C#",
    "C#/.NET", "C++17", "к.т.н.",
)  # fmt: skip
PARTS = ("v", "p", "vp", "Vice", "President", "C", "é", "2", "हि", "東")
GAPS = (
    " ",
    ".",
    ". ",
    ".  ",
    ".,",
    "-",
    "\u2011",
    "/",
    "&",
    "++",
    "+",
    "#",
    "’",
    "．",
    "\u3000",
    "_",
)
PLAIN_TEXTS = ("Maya@Brightwater.example", "maya@brightwater.example", "info@x.example",
               "x_y%z@a.example", "+46401234567", "+46 40 ext 12X", "12x", "brightwater.example",
               "%", "_", "@", "brightwater", "holm", "maya@brightwater", "a.example")  # fmt: skip
NUMBERS = (0, 1, -1, 9, 10, 49, 50, 200, 1000, 2.5, 0.1, 0.30000000000000004, -0.5, 1e22, 10**12)
CHOICES = ("Now", "This quarter", "no plans", "%", "it's", "Ünïcode", "a,b", '{"x"}')
COUNTRIES = ("SE", "NO", "DE", "US", "AQ")
# The choices of people's countries, and of where those lie.
COMMON = {*COUNTRIES, *(found.get(c) for c in COUNTRIES for found in (REGION_OF, SALES_AREA_OF))}
SAME = (1, 2.5, 10, 10.0, "10", "2.50", "-1", "1e1", True, False, "true", "/pricing", "many")
TYPES = ("page_view", "demo_request", "odd_thing")
WINDOWS = (1, 2, 3, 7, 30)
DAY = 86_400

CUSTOM = tuple(
    Fact(f"attributes.{kind.value}-{n}", kind, f"A {kind.value} {n}", choices=choices)
    for n in (1, 2)
    for kind, choices in (
        (FactType.TEXT, ()),
        (FactType.NUMBER, ()),
        (FactType.MONEY, ()),
        (FactType.DATE, ()),
        (FactType.YES_NO, ()),
        (FactType.CHOICE, tuple((item, item) for item in CHOICES)),
        (FactType.CHOICES, tuple((item, item) for item in CHOICES)),
    )
)


@cache
def moments() -> st.SearchStrategy[Moment]:
    return st.builds(
        Moment,
        at=st.sampled_from(MOMENTS),
        sells_to=st.sampled_from([(), ("SE", "DE"), ("NO",)]),
        zone=st.sampled_from(ZONES),
    )


@cache
def custom_fields() -> st.SearchStrategy[list[str]]:
    """Names of some custom fields, of every type."""
    return st.lists(st.sampled_from([fact.name for fact in CUSTOM]), unique=True)


def vocabulary(custom: Collection[str]) -> Vocabulary:
    """The standard facts, these fields and a purpose. Not drawn, for the sake of its long repr."""
    asked = [fact for fact in CUSTOM if fact.name in custom]
    return FACTS.with_facts([*asked, consent("news-letter_2")])


@cache
def tricky_text() -> st.SearchStrategy[str]:
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
    return st.sampled_from(TEXTS) | st.text(alphabet, min_size=1, max_size=8) | words_and_signs()


@cache
def solid_text() -> st.SearchStrategy[str]:
    return tricky_text().filter(lambda text: text.strip())


@cache
def words_and_signs() -> st.SearchStrategy[str]:
    """Words as people join them in titles and names: "Sr.V.P.-C++"."""
    pairs = st.tuples(st.sampled_from(PARTS), st.sampled_from(GAPS))
    return st.lists(pairs, min_size=1, max_size=5).map(
        lambda several: "".join(part + gap for part, gap in several)
    )


@cache
def days(at: datetime) -> st.SearchStrategy[date]:
    offsets = [0, *(sign * (n + more) for n in WINDOWS for more in (0, 1) for sign in (1, -1))]
    near = st.sampled_from(offsets).map(lambda n: at.date() + timedelta(days=n))
    return near | st.sampled_from([date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)])


# Conditions, as JSON.


@cache
@st.composite
def scalar(draw: Any, fact: Fact, at: datetime) -> Any:
    match fact.type:
        case FactType.TEXT if fact.name in PLAIN:
            return draw(st.sampled_from(PLAIN_TEXTS))
        case FactType.TEXT:
            return draw(solid_text())
        case FactType.DATE:
            return draw(days(at)).isoformat()
        case FactType.YES_NO:
            return draw(st.booleans())
        case FactType.CHOICE | FactType.CHOICES:
            names = [name for name, _ in fact.choices]
            common = [name for name in names if name in COMMON]
            return draw(st.sampled_from(common or names))
        case FactType.COUNT:
            return draw(st.integers(0, 4) | st.sampled_from([6, 7, 29, 30, 1.5]))
        case FactType.NUMBER if fact.days_of is not None:
            return draw(day_counts())
    return draw(st.sampled_from(NUMBERS))


@cache
def day_counts() -> st.SearchStrategy[float]:
    """Days to or from a date, about where the dates of people are, and far beyond."""
    near = st.integers(-8, 8) | st.sampled_from([-31, -30, -29, 29, 30, 31, -0.5, 0.5, 6.5])
    return near | st.sampled_from([3_652_058, -3_652_058, 10**9, -(10**22), 1e29])


@cache
@st.composite
def operands(draw: Any, takes: Takes, fact: Fact, at: datetime) -> dict[str, Any]:
    """The key `value` as the operator takes it, or no key."""
    match takes:
        case Takes.NOTHING:
            return {}
        case Takes.ONE:
            return {"value": draw(scalar(fact, at))}
        case Takes.MANY:
            return {"value": draw(st.lists(scalar(fact, at), min_size=1, max_size=3))}
        case Takes.RANGE:
            pair = draw(st.lists(scalar(fact, at), min_size=2, max_size=2))
            return {"value": sorted(pair)}
    return {"value": draw(st.sampled_from([*WINDOWS, 3650]))}


@st.composite
def fact_tests(draw: Any, vocabulary: Vocabulary, use: Use, at: datetime) -> dict[str, Any]:
    usable = [fact for fact in vocabulary.values() if use in fact.uses]
    fact = draw(st.sampled_from(usable))
    operator = draw(st.sampled_from(list(fact.operators.values())))
    data = {"fact": fact.name, "op": operator.name} | draw(operands(operator.takes, fact, at))
    if fact.takes_window:
        data["within_days"] = draw(st.sampled_from(WINDOWS))
    if fact.takes_event:
        data["event"] = draw(st.sampled_from(TYPES))
    return data


@cache
@st.composite
def property_tests(draw: Any, at: datetime) -> dict[str, Any]:
    operator = draw(st.sampled_from(list(PROPERTY_OPERATORS.values())))
    kind = FactType.NUMBER if operator.name in NUMBER_OPERATORS else FactType.TEXT
    data = {"property": draw(st.sampled_from(["path", "pages"])), "op": operator.name}
    if operator.name in SAME_OPERATORS:
        same = st.sampled_from(SAME) | solid_text()
        one = operator.takes is Takes.ONE
        return data | {"value": draw(same if one else st.lists(same, min_size=1, max_size=3))}
    return data | draw(operands(operator.takes, Fact("property", kind, ""), at))


@cache
@st.composite
def event_tests(draw: Any, at: datetime) -> dict[str, Any]:
    data: dict[str, Any] = {"event": draw(st.sampled_from(TYPES))}
    if where := draw(st.lists(property_tests(at), max_size=2)):
        data["where"] = where
    if (at_least := draw(st.integers(1, 3))) > 1:
        data["at_least"] = at_least
    if (within := draw(st.sampled_from([None, *WINDOWS]))) is not None:
        data["within_days"] = within
    return data


def conditions(
    vocabulary: Vocabulary, use: Use, at: datetime, depth: int = 4
) -> st.SearchStrategy[dict[str, Any]]:
    leaves = fact_tests(vocabulary, use, at) | event_tests(at)
    if depth == 1:
        return leaves
    inner = conditions(vocabulary, use, at, depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        leaves
        | leaves
        | several.map(lambda items: {"all": items})
        | several.map(lambda items: {"any": items})
        | inner.map(lambda item: {"not": item})
    )


# Rulebooks, as JSON.


@st.composite
def rules(draw: Any, vocabulary: Vocabulary, at: datetime, number: int) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": f"rule-{number}",
        "label": f"Rule {number}",
        "kind": draw(st.sampled_from(["fit", "intent"])),
    }
    shape = draw(st.sampled_from(["event", "event", "condition", "table"]))
    if shape == "table":
        rule["table"] = draw(tables(vocabulary))
        if draw(st.booleans()):
            rule["when"] = draw(conditions(vocabulary, Use.RULE, at, 2))
        return rule
    rule["points"] = draw(st.integers(-40, 40))
    if shape == "condition":
        rule["when"] = draw(conditions(vocabulary, Use.RULE, at, 3))
        return rule
    rule["when"] = draw(event_tests(at))
    if draw(st.booleans()):
        rule["frequency"] = draw(frequencies())
    if draw(st.booleans()):
        kind, over = draw(st.sampled_from(["linear", "half_life"])), draw(st.integers(1, 40))
        rule["ageing"] = {"kind": kind, "days": over}
    if draw(st.booleans()):
        low, high = sorted(draw(st.lists(st.integers(-30, 30), min_size=2, max_size=2)))
        rule |= draw(st.sampled_from([{"minimum": low}, {"maximum": high}]))
    return rule


@cache
def frequencies() -> st.SearchStrategy[dict[str, Any]]:
    few = st.integers(1, 3)
    each = st.fixed_dictionaries(
        {"count": st.just("each")}, optional={"per_day": few, "in_all": few}
    )
    return each | st.just({"count": "once"})


@st.composite
def tables(draw: Any, vocabulary: Vocabulary) -> dict[str, Any]:
    names = [
        name
        for name in ("company_employees", "estimated_value", "cycle", "last_active", "country",
                     "job_title", "consent_marketing", "region", "days_since.created",
                     *(fact.name for fact in CUSTOM),
                     *(f"days_until.{f.name}" for f in CUSTOM if f.type is FactType.DATE))
        if name in vocabulary
        and vocabulary[name].type not in (FactType.CHOICES, FactType.DATE)
    ]  # fmt: skip
    fact = vocabulary[draw(st.sampled_from(names))]
    points = st.integers(-20, 20)
    if fact.type in (FactType.NUMBER, FactType.MONEY, FactType.COUNT):
        edge = st.none() | st.sampled_from([0, 1, 2, 10, 49.5, 200])
        if fact.days_of is not None:
            edge = st.none() | day_counts()
        bands = st.fixed_dictionaries({"points": points, "from": edge, "to": edge}).filter(
            lambda band: None in (band["from"], band["to"]) or band["from"] <= band["to"]
        )
        return {"fact": fact.name, "bands": draw(st.lists(bands, min_size=1, max_size=3))}
    known = {FactType.YES_NO: ["true", "false"], FactType.TEXT: TEXTS[:12]}.get(
        fact.type,
        [name for name, _ in fact.choices if fact.name.startswith("attr") or name in COMMON],
    )
    choices = st.dictionaries(st.sampled_from(known), points, min_size=1, max_size=3)
    return {"fact": fact.name, "choices": draw(choices)}


@st.composite
def contents(draw: Any, vocabulary: Vocabulary, at: datetime) -> dict[str, Any]:
    count = draw(st.integers(0, 6))
    lines = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=2)))
    definition = conditions(vocabulary, Use.DEFINITION, at, 2)
    cuts = st.lists(st.integers(1, 100), min_size=3, max_size=3, unique=True)
    return {
        "definitions": {
            "lead": {"condition": draw(definition)},
            "mql": {"condition": draw(definition), "line": lines[0]},
            "sql": {"condition": draw(definition), "line": lines[1]},
        },
        "disqualifiers": [
            {"id": f"dq-{n}", "label": f"Disqualifier {n}", "condition": draw(definition)}
            for n in range(draw(st.integers(0, 2)))
        ],
        "rules": [draw(rules(vocabulary, at, n)) for n in range(count)],
        "caps": {"fit": draw(st.integers(30, 60)), "intent": draw(st.integers(30, 60))},
        "bands": {kind: sorted(draw(cuts), reverse=True) for kind in ("fit", "intent")},
    }


# People.


@cache
@st.composite
def happenings(draw: Any, at: datetime) -> Happening:
    age, micro = draw(ages()), draw(st.sampled_from([0, 0, 1, 999_999]))
    happened = min(at, at - timedelta(seconds=age, microseconds=micro))
    return Happening(draw(st.sampled_from(TYPES)), happened, draw(properties()))


@cache
def ages() -> st.SearchStrategy[int]:
    """Seconds since something happened, often at the edge of a window."""
    edges = [n * DAY + more for n in (0, 1, *WINDOWS, 31, 60) for more in (-1, 0, 1)]
    quarters = st.integers(0, 4 * 24 * 45).map(lambda n: 900 * n)
    return st.sampled_from(edges) | quarters | st.integers(0, 45 * DAY)


@cache
def properties() -> st.SearchStrategy[dict[str, Any]]:
    paths = st.sampled_from(["/pricing", "/Pricing/enterprise", "/blog", "", "50%", "a_b"])
    pages = st.sampled_from([1, 2.5, -1, 10, "10", "2.5", True, False, "many", [1], None])
    return st.fixed_dictionaries({}, optional={"path": paths | words_and_signs(), "pages": pages})


@cache
@st.composite
def people(draw: Any, at: datetime) -> Person:
    known, misfits = draw(attributes(at)), draw(junk())
    return Person(
        fields=draw(fields())
        | {"cycle": draw(st.integers(1, 3)), "created": draw(plausible_days(at))},
        attributes=known,
        misfits={name: value for name, value in misfits.items() if name not in known},
        consent=draw(consents()),
        company=draw(st.none() | companies()),
        events=draw(st.lists(happenings(at), max_size=8)),
        colleagues=draw(st.lists(st.lists(happenings(at), max_size=2), max_size=2)),
    )


@cache
def named() -> st.SearchStrategy[str]:
    return tricky_text().filter(words)


@cache
def fields() -> st.SearchStrategy[dict[str, Any]]:
    text = tricky_text()
    known = {
        "email": st.sampled_from(PLAIN_TEXTS[:4]),
        "email_kind": st.sampled_from(["work", "free", "role", "disposable"]),
        "phone": st.sampled_from(PLAIN_TEXTS[4:7]),
        "first_name": text,
        "last_name": text,
        "job_title": text,
        "department": text,
        "website": st.sampled_from(PLAIN_TEXTS[:8]),
        "linkedin": st.sampled_from(PLAIN_TEXTS[:8]),
        "city": text,
        "country": st.sampled_from(COUNTRIES),
        "source": named(),
        "campaign": named(),
        "last_source": named(),
        "last_campaign": named(),
        "last_came_at": st.just(datetime(2026, 2, 1, tzinfo=UTC)),
        "estimated_value": st.sampled_from([Decimal("0.10"), Decimal("200"), Decimal("49.99")]),
    }
    return st.fixed_dictionaries({}, optional=known)


@cache
def companies() -> st.SearchStrategy[dict[str, Any]]:
    known = {
        "industry": tricky_text(),
        "employees": st.sampled_from([0, 9, 10, 49, 50, 200, 1000]),
        "founded": st.sampled_from([0, 9, 10, 49, 50, 200, 1000]),
        "phone": st.sampled_from(PLAIN_TEXTS[4:7]),
        "country": st.sampled_from(COUNTRIES),
        "domain": st.sampled_from(PLAIN_TEXTS[7:8]),
    }
    return st.fixed_dictionaries({"name": named()}, optional=known)


@cache
def attributes(at: datetime) -> st.SearchStrategy[dict[str, Any]]:
    known = {fact.name.removeprefix("attributes."): custom_values(fact, at) for fact in CUSTOM}
    return st.fixed_dictionaries({}, optional=known)


@cache
def junk() -> st.SearchStrategy[dict[str, Any]]:
    """What stands in a custom field and is not of its type."""
    words_in = {f"{kind}-2": st.just("soon") for kind in ("number", "date", "yes_no", "choice")}
    others = {
        "choices-2": st.sampled_from(["Now", 1, {"Now": 1}]),
        "text-2": st.sampled_from([5, True]),
    }
    return st.fixed_dictionaries({}, optional=words_in | others)


@cache
def consents() -> st.SearchStrategy[dict[str, bool]]:
    purposes = st.sampled_from(["marketing", "sales", "news-letter_2"])
    return st.dictionaries(purposes, st.booleans())


@cache
def plausible_days(at: datetime) -> st.SearchStrategy[date]:
    return days(at).filter(_is_plausible)


def _is_plausible(day: date) -> bool:
    return 2000 < day.year < 2100


@cache
def custom_values(fact: Fact, at: datetime) -> st.SearchStrategy[Any]:
    match fact.type:
        case FactType.TEXT:
            return tricky_text()
        case FactType.DATE:
            return days(at)
        case FactType.YES_NO:
            return st.booleans()
        case FactType.CHOICE:
            return st.sampled_from(CHOICES)
        case FactType.CHOICES:
            return st.lists(st.sampled_from(CHOICES), unique=True, max_size=3)
    return st.sampled_from(NUMBERS)
