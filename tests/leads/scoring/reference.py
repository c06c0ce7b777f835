"""What the criteria mean, said the slow and obvious way: SQL has to agree with this.

Written from the rules themselves, over plain Python values; nothing here is shared with the SQL
but the frozen classes of a parsed condition or rulebook.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from funnel.conditions.tree import All, Any_, Condition, EventTest, Not, PropertyTest, Test
from funnel.rulebook.parts import Ageing, Rule, Rulebook
from funnel.vocabulary.operators import FactType
from leadportal.world.regions import REGION_OF, SALES_AREA_OF

PLAIN = {"email", "phone", "website", "linkedin", "company_domain", "company_phone"}
# Facts that are the name of a source or a campaign.
NAMES = {"source", "campaign", "last_source", "last_campaign"}
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@dataclass
class Happening:
    """An event: `number` says which of two at the same time came later."""

    type: str
    occurred_at: datetime
    properties: dict[str, Any] = field(default_factory=dict)
    number: int = 0


@dataclass
class Person:
    """Everything known about a lead, as somebody wrote it; what is not in a dict is unknown."""

    fields: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    # Stored under a field's name but not of its type, so unknown.
    misfits: dict[str, Any] = field(default_factory=dict)
    consent: dict[str, bool] = field(default_factory=dict)
    company: dict[str, Any] | None = None
    events: list[Happening] = field(default_factory=list)
    colleagues: list[list[Happening]] = field(default_factory=list)


@dataclass(frozen=True)
class Moment:
    """When somebody looks, and the settings that matter."""

    at: datetime
    sells_to: tuple[str, ...] = ()
    zone: str = "UTC"

    def day_of(self, at: datetime) -> date:
        """The day it is where the company is."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def today(self) -> date:
        return self.day_of(self.at)


@dataclass(frozen=True)
class Score:
    points: tuple[int | None, ...]
    fit: int
    intent: int
    grade: str
    disqualifier: str = ""
    target: str = ""

    @property
    def total(self) -> int:
        return self.fit + self.intent


# Text: case and accents do not count, a word is a run of letters or digits of any script.


def words(text: str) -> list[str]:
    """The words and the signs between them."""
    return [run for kind, run in runs(text) if kind != "space"]


def runs(text: str) -> list[tuple[str, str]]:
    """The folded text in pieces of one kind each: words, spaces, others."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    found: list[tuple[str, str]] = []
    for char in folded:
        kind = unicodedata.category(char)
        accent = unicodedata.combining(char)
        if kind in {"Me", "Cf"} or accent >= 200 or accent in range(10, 37):
            continue
        if "\ufe00" <= char <= "\ufe0f":
            continue
        is_word = char.isalnum() or kind in {"Mn", "Mc"}
        kind = "space" if char.isspace() else "word" if is_word else "other"
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + char)
        else:
            found.append((kind, char))
    return found


# In a list of words signs are gaps, but for those of "V.P.", "C++" and "C#".


def listed_words(text: str) -> list[str]:
    """The words one after the other, whatever stands between them."""
    had, gaps = words_and_gaps(text)
    found, n = [], 0
    while n < len(had):
        end = max(dotted_end(had, gaps, n), spaced_end(had, gaps, n))
        if end > n:
            found.append("".join(had[n : end + 1]))
        else:
            found.append(had[n] + signs_of(had[n], gaps[n], is_last=n + 1 == len(had)))
        n = end + 1
    return found


def words_and_gaps(text: str) -> tuple[list[str], list[str]]:
    """The words, and what follows each up to the next; a space is one of whatever kind."""
    had: list[str] = []
    gaps: list[str] = []
    for kind, run in runs(text):
        if kind == "word":
            had.append(run)
            gaps.append("")
        elif gaps:
            gaps[-1] += " " if kind == "space" else run
    return had, gaps


def is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalnum() and not word.isdecimal()


def dotted_end(had: list[str], gaps: list[str], n: int) -> int:
    """The last of the letters from the nth word on with nothing but a dot between them."""
    while gaps[n] == "." and is_letter(had[n]) and n + 1 < len(had) and is_letter(had[n + 1]):
        n += 1
    return n


def spaced_end(had: list[str], gaps: list[str], n: int) -> int:
    """The last of the letters from the nth word on with a dot and a space behind each."""
    end = n
    while (
        gaps[end] == ". "
        and is_letter(had[end])
        and end + 1 < len(had)
        and is_letter(had[end + 1])
        and gaps[end + 1].startswith(".")
    ):
        end += 1
    # The dot of the last one is not that before another word, as in "F. V.P.".
    if end > n and gaps[end] == "." and end + 1 < len(had):
        end -= 1
    return end


def signs_of(word: str, gap: str, *, is_last: bool) -> str:
    """The signs that make another word of a letter."""
    if not is_letter(word):
        return ""
    if gap.startswith("#"):
        return "#"
    pluses = len(gap) - len(gap.lstrip("+"))
    return "" if gap == "+" and not is_last else "+" * pluses


def fact_holds(op: str, wanted: Any, text: str, name: str) -> bool:
    if name in NAMES and op in ("is", "is_not", "is_any_of", "is_none_of"):
        several = wanted if isinstance(wanted, tuple) else (wanted,)
        is_one = name_of(text) in [name_of(item) for item in several if words(item)]
        return is_one if op in ("is", "is_any_of") else not is_one
    return text_holds(op, wanted, text, plain=name in PLAIN)


def name_of(text: str) -> str:
    """A name without what may stand between its words; one of nothing else is itself."""
    joined = " ".join(words(text))
    return "".join(c for c in joined if c not in " -_\u2010\u2011\u2012\u2013\u2014") or joined


def text_holds(op: str, wanted: Any, text: str, *, plain: bool) -> bool:
    if plain:
        return plain_text_holds(op, wanted, text)
    have = words(text)
    match op:
        case "is":
            return have == words(wanted)
        case "is_not":
            return have != words(wanted)
        case "is_any_of":
            return have in [words(item) for item in wanted]
        case "is_none_of":
            return have not in [words(item) for item in wanted]
        case "contains_any_word":
            listed = listed_words(text)
            return any(has_run(listed, listed_words(item)) for item in wanted)
    # What has no word is contained nowhere, and begins nothing.
    begins = " ".join(words(wanted))
    if op == "contains":
        return bool(begins) and begins in " ".join(have)
    assert op == "starts_with"
    return bool(begins) and " ".join(have).startswith(begins)


def has_run(have: Sequence[str], wanted: Sequence[str]) -> bool:
    if not wanted:
        return False
    starts = range(len(have) - len(wanted) + 1)
    return any(list(have[i : i + len(wanted)]) == list(wanted) for i in starts)


def plain_words(text: str) -> list[str]:
    """The words of an address or a number: what stands between spaces and ASCII punctuation."""
    return "".join(" " if char in PUNCTUATION else char for char in text).split(" ")


def plain_text_holds(op: str, wanted: Any, text: str) -> bool:
    have = text.lower()
    several = [item.strip().lower() for item in wanted] if isinstance(wanted, tuple) else []
    one = "" if several else wanted.strip().lower()
    return {
        "is": have == one,
        "is_not": have != one,
        "is_any_of": have in several,
        "is_none_of": have not in several,
        "contains_any_word": any(has_run(plain_words(have), plain_words(w)) for w in several),
        "contains": one in have,
        "starts_with": have.startswith(one),
    }[op]


# Numbers, dates, choices.


def exact(number: Any) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(repr(number))


def number_holds(op: str, wanted: Any, number: Any) -> bool:
    have = exact(number)
    if op == "between":
        return exact(wanted[0]) <= have <= exact(wanted[1])
    limit = exact(wanted)
    return {
        "is": have == limit,
        "at_least": have >= limit,
        "at_most": have <= limit,
        "more_than": have > limit,
        "less_than": have < limit,
    }[op]


def date_holds(op: str, wanted: Any, day: date, today: date) -> bool:
    match op:
        case "is":
            return day == wanted
        case "before":
            return day < wanted
        case "after":
            return day > wanted
        case "between":
            return wanted[0] <= day <= wanted[1]
        case "within_next":
            return 0 <= (day - today).days <= wanted
        case "within_last":
            return 0 <= (today - day).days <= wanted
    assert op == "more_than_days_ago"
    return (today - day).days > wanted


def choices_hold(op: str, wanted: Sequence[str], chosen: Sequence[str]) -> bool:
    match op:
        case "includes_any_of":
            return any(item in chosen for item in wanted)
        case "includes_all_of":
            return all(item in chosen for item in wanted)
    assert op == "includes_none_of"
    return not any(item in chosen for item in wanted)


def choice_holds(op: str, wanted: Any, chosen: str) -> bool:
    match op:
        case "is":
            return chosen == wanted
        case "is_not":
            return chosen != wanted
        case "is_any_of":
            return chosen in wanted
    assert op == "is_none_of"
    return chosen not in wanted


# Facts.


def value(test: Test, person: Person, moment: Moment, score: Score | None = None) -> Any:
    """The value of the fact a test asks about; None is unknown."""
    found = stated(test, person, moment, score)
    if test.fact.type is FactType.TEXT and test.fact.name not in PLAIN and found is not None:
        return found if words(found) else None
    return found


def stated(test: Test, person: Person, moment: Moment, score: Score | None) -> Any:
    name = test.fact.name
    if test.fact.days_of is not None:
        day = stated(Test("", test.fact.days_of, "is_known"), person, moment, score)
        if day is None:
            return None
        ahead = (day - moment.today).days
        return ahead if test.fact.until else -ahead
    if name.endswith(("region", "sales_area")):
        known = (person.company or {}) if name.startswith("company_") else person.fields
        return (REGION_OF if "region" in name else SALES_AREA_OF).get(known.get("country", ""))
    if name.startswith("attributes."):
        return person.attributes.get(name.removeprefix("attributes."))
    if name.startswith("consent_"):
        return person.consent.get(name.removeprefix("consent_"))
    if name == "country_we_sell_to":
        country = person.fields.get("country")
        return None if not country else not moment.sells_to or country in moment.sells_to
    if name.startswith("last_") and name in NAMES and "last_came_at" not in person.fields:
        # Who came once.
        return person.fields.get(name.removeprefix("last_"))
    if name == "company":
        return (person.company or {}).get("name")
    if name.startswith("company_"):
        return (person.company or {}).get(name.removeprefix("company_"))
    if name == "created":
        # The last second of a day of Greenwich is another day elsewhere.
        day = person.fields.get(name)
        return day and moment.day_of(datetime.combine(day, time(23, 59, 59), UTC))
    if name == "days_active":
        inside = [e for e in person.events if in_window(e, test.within_days, moment.at)]
        return len({moment.day_of(e.occurred_at) for e in inside})
    if name in ("last_active", "days_since"):
        mine = [e for e in person.events if not test.event or e.type == test.event]
        return min((elapsed_days(e, moment.at) for e in mine), default=None)
    if name == "colleagues_active":
        return sum(
            any(in_window(e, test.within_days, moment.at) for e in theirs)
            for theirs in person.colleagues
        )
    if name in ("fit", "intent", "total"):
        return getattr(score, name)
    if name == "grade":
        return None if score is None or score.grade == "?" else score.grade
    return person.fields.get(name)


def elapsed_days(event: Happening, at: datetime) -> int:
    return max(0, (at - event.occurred_at) // timedelta(seconds=86_400))


def in_window(event: Happening, days: int | None, at: datetime) -> bool:
    return days is None or elapsed_days(event, at) < days


# Conditions.


def holds(node: Condition, person: Person, moment: Moment, score: Score | None = None) -> bool:
    if isinstance(node, All):
        return all(holds(item, person, moment, score) for item in node.items)
    if isinstance(node, Any_):
        return any(holds(item, person, moment, score) for item in node.items)
    if isinstance(node, Not):
        return not holds(node.item, person, moment, score)
    if isinstance(node, EventTest):
        return len(counted(node, person, moment)) >= node.at_least
    return test_holds(node, person, moment, score)


def test_holds(test: Test, person: Person, moment: Moment, score: Score | None) -> bool:
    have = value(test, person, moment, score)
    if test.op in ("is_known", "is_unknown"):
        return (have is not None) == (test.op == "is_known")
    if have is None:
        return False
    match test.fact.type:
        case FactType.TEXT:
            return fact_holds(test.op, test.value, have, test.fact.name)
        case FactType.DATE:
            return date_holds(test.op, test.value, have, moment.today)
        case FactType.CHOICE:
            return choice_holds(test.op, test.value, have)
        case FactType.CHOICES:
            return choices_hold(test.op, test.value, have)
        case FactType.YES_NO:
            return have is test.value
    return number_holds(test.op, test.value, have)


test_holds.__test__ = False  # type: ignore[attr-defined]


def counted(test: EventTest, person: Person, moment: Moment) -> list[Happening]:
    """The events a test counts, newest first."""
    found = [
        event
        for event in person.events
        if event.type == test.event
        and in_window(event, test.within_days, moment.at)
        and all(property_holds(item, event.properties) for item in test.where)
    ]
    return sorted(found, key=lambda event: (event.occurred_at, event.number), reverse=True)


def property_holds(test: PropertyTest, properties: dict[str, Any]) -> bool:
    have = properties.get(test.property)
    if test.op == "is_known":
        return have is not None and have != ""
    if test.op in ("at_least", "at_most", "more_than", "less_than", "between"):
        is_number = isinstance(have, int | float) and not isinstance(have, bool)
        return is_number and number_holds(test.op, test.value, have)
    if test.op in ("is", "is_any_of"):
        wanted = test.value if isinstance(test.value, tuple) else (test.value,)
        return any(property_is(item, have) for item in wanted)
    return isinstance(have, str) and text_holds(test.op, test.value, have, plain=False)


def property_is(wanted: Any, have: Any) -> bool:
    """A text, a number, yes or no; a number may also have been sent as a text, and named as one."""
    if isinstance(wanted, bool) or isinstance(have, bool):
        return have is wanted
    if isinstance(have, str):
        return bool(words(str(wanted))) and words(have) == words(str(wanted))
    if not isinstance(have, int | float):
        return False
    if isinstance(wanted, str):
        digits = wanted.removeprefix("-").split(".")
        if len(digits) > 2 or not all(part.isascii() and part.isdigit() for part in digits):
            return False
    return exact(have) == Decimal(str(wanted))


# Rules and scores.


def share(ageing: Ageing | None, points: int, days: int) -> int:
    """What is left of the points after so many days, in whole ten-thousandths."""
    if ageing is None:
        return 10_000
    if ageing.kind == "linear":
        left = max(0, 10_000 * (ageing.days - days) // ageing.days)
    else:
        left = int(
            Decimal(10_000) * Decimal("0.5") ** (Decimal(days) / ageing.days) + Decimal("0.5")
        )
    return left if abs(points) * left >= 500 else 0


def rule_points(rule: Rule, person: Person, moment: Moment) -> int | None:
    if rule.table is not None:
        return table_points(rule, person, moment)
    if isinstance(rule.when, EventTest):
        return event_points(rule, rule.when, person, moment)
    assert rule.when is not None
    if holds(rule.when, person, moment):
        return rule.points
    return None if asks_unknown(rule, person, moment) else 0


def asks_unknown(rule: Rule, person: Person, moment: Moment) -> bool:
    """Whether a rule that did not fire asks a fact nobody knows; a count is always known."""
    return any(
        value(test, person, moment) is None
        for test in rule.tests
        if isinstance(test, Test)
        and test.op not in ("is_known", "is_unknown")
        and test.fact.type is not FactType.COUNT
    )


def table_points(rule: Rule, person: Person, moment: Moment) -> int | None:
    assert rule.table is not None
    if rule.when is not None and not holds(rule.when, person, moment):
        return None if asks_unknown(rule, person, moment) else 0
    test, bands = rule.table
    have = value(test, person, moment)
    if have is None:
        return None
    for band in bands:
        if band.choices:
            if test.fact.type is FactType.TEXT:
                name = test.fact.name
                inside = any(fact_holds("is", item, have, name) for item in band.choices)
            else:
                said = {True: "true", False: "false"}.get(have, have)
                inside = said in band.choices
        else:
            inside = (band.low is None or exact(have) >= exact(band.low)) and (
                band.high is None or exact(have) <= exact(band.high)
            )
        if inside:
            return band.points
    return 0


def event_points(rule: Rule, test: EventTest, person: Person, moment: Moment) -> int:
    events = counted(test, person, moment)
    if len(events) < test.at_least:
        return 0
    exact_sum = sum(
        Fraction(rule.points * share(rule.ageing, rule.points, elapsed_days(e, moment.at)), 10_000)
        for e in frequent(rule, events, moment)
    )
    if rule.minimum is not None:
        exact_sum = max(exact_sum, Fraction(rule.minimum))
    if rule.maximum is not None:
        exact_sum = min(exact_sum, Fraction(rule.maximum))
    return (exact_sum + Fraction(1, 2)).__floor__()


def frequent(rule: Rule, events: list[Happening], moment: Moment) -> list[Happening]:
    """Which of the matching events count, given newest first."""
    if rule.frequency.count == "once":
        return events[:1]
    per_day, in_all = rule.frequency.per_day, rule.frequency.in_all
    if per_day is not None:
        of_day: dict[date, int] = {}
        kept = []
        for event in events:
            day = moment.day_of(event.occurred_at)
            of_day[day] = of_day.get(day, 0) + 1
            if of_day[day] <= per_day:
                kept.append(event)
        events = kept
    return events if in_all is None else events[:in_all]


def judge(rulebook: Rulebook, person: Person, moment: Moment) -> Score:
    points = tuple(rule_points(rule, person, moment) for rule in rulebook.rules)
    sums = {}
    for kind in ("fit", "intent"):
        total = sum(points[i] or 0 for i, _ in rulebook.rules_of(kind))
        sums[kind] = min(max(total, 0), rulebook.caps[kind])
    score = Score(points, sums["fit"], sums["intent"], grade(rulebook, points, sums))
    return Score(
        points,
        score.fit,
        score.intent,
        score.grade,
        next(
            (d.id for d in rulebook.disqualifiers if holds(d.condition, person, moment, score)), ""
        ),
        target(rulebook, person, moment, score),
    )


def grade(rulebook: Rulebook, points: Sequence[int | None], sums: dict[str, int]) -> str:
    asked = [points[i] for i, _ in rulebook.rules_of("fit")]
    if asked and 2 * sum(answer is not None for answer in asked) < len(asked):
        return "?"
    letters = []
    for kind, names in (("fit", "ABCD"), ("intent", "1234")):
        percent = Fraction(100 * sums[kind], rulebook.caps[kind])
        missed = sum(percent < cut for cut in rulebook.bands[kind])
        letters.append(names[missed])
    return "".join(letters)


def target(rulebook: Rulebook, person: Person, moment: Moment, score: Score) -> str:
    reached = "inquiry"
    for rung in ("lead", "mql", "sql"):
        definition = rulebook.definitions[rung]
        if not holds(definition.condition, person, moment, score):
            break
        if definition.line is not None and score.total < definition.line:
            break
        reached = rung
    return reached
