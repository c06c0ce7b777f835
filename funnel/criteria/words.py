"""Criteria as people read them: conditions as nested lists, rules with their small print."""

from collections.abc import Iterator
from dataclasses import dataclass

from funnel.conditions.describing import describe
from funnel.conditions.tree import All, Any_, Condition, Not
from funnel.rulebook.parts import BANT, KINDS, RUNGS, Band, Rule, Rulebook
from funnel.stages import Stage
from funnel.vocabulary.facts import Fact, uncapital
from leadportal.look import formats

KIND_SAYS = {"fit": "who they are", "intent": "what they did"}
GRADES = {"fit": "ABCD", "intent": "1234"}
ALL, ANY, ONE = "All of these", "At least one of these", "This"


@dataclass(frozen=True, slots=True)
class Clause:
    """One item of a list: a test in words, or a heading with the items below it."""

    text: str
    parts: "tuple[Clause, ...]" = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One definition: what must hold, and the points it takes, if any."""

    name: str
    clause: Clause
    line: int | None

    @property
    def makes(self) -> str:
        return makes(self.name)

    @property
    def besides(self) -> str:
        """Who the definition below makes, which must hold too: "a lead"; empty for the lowest."""
        at = RUNGS.index(self.name)
        return Stage(RUNGS[at - 1]).one if at else ""


@dataclass(frozen=True, slots=True)
class RuleText:
    id: str
    label: str
    sentence: str
    # What one firing gives at most, and at least: they differ for a table and for repeats.
    points: int
    # "each time, one a day at most", "halves every 30 days": small print in words.
    notes: tuple[str, ...]
    # Points by value, for a table.
    bands: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleGroup:
    kind: str
    says: str
    cap: int
    rules: tuple[RuleText, ...]
    largest: int


@dataclass(frozen=True, slots=True)
class RulebookText:
    """A whole rulebook in words."""

    rungs: tuple[Rung, ...]
    disqualifiers: tuple[tuple[str, str], ...]
    groups: tuple[RuleGroup, ...]
    # (letter or digit, kind, from how many points of its cap).
    bands: tuple[tuple[str, str, int], ...]
    # What sales has to know before it accepts a lead.
    accept: str


def in_words(rulebook: Rulebook) -> RulebookText:
    definitions = rulebook.definitions
    return RulebookText(
        rungs=tuple(
            Rung(rung, top(definitions[rung].condition), definitions[rung].line) for rung in RUNGS
        ),
        disqualifiers=tuple(
            (item.label, _capital(describe(item.condition))) for item in rulebook.disqualifiers
        ),
        groups=tuple(_group(rulebook, kind) for kind in KINDS),
        bands=tuple(_bands(rulebook)),
        accept=accept_asks(rulebook.accept_bant),
    )


def accept_asks(known: int) -> str:
    """ "Accept asks for 3 of 4: budget, authority, need, timing." """
    if known == 0:
        return "Accept asks for none of budget, authority, need and timing."
    return f"Accept asks for {known} of {BANT}: budget, authority, need, timing."


# Conditions.


def clause(condition: Condition) -> Clause:
    match condition:
        case All(items=items) | Any_(items=items) if len(items) == 1:
            return clause(items[0])
        case All(items=items):
            return Clause(ALL, tuple(clause(item) for item in items))
        case Any_(items=items):
            return Clause(ANY, tuple(clause(item) for item in items))
        case Not(item=All() | Any_() as item) if len(item.items) > 1:
            heading = "Not all of these" if isinstance(item, All) else "None of these"
            return Clause(heading, tuple(clause(part) for part in item.items))
    return Clause(_capital(describe(condition)))


def top(condition: Condition) -> Clause:
    """A definition always reads as a heading with items, also when it is a single test."""
    found = clause(condition)
    return found if found.parts else Clause(ONE, (found,))


def makes(rung: str) -> str:
    """Who a definition is about, as a heading: "An MQL"."""
    return _capital(Stage(rung).one)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# Rules.


def _group(rulebook: Rulebook, kind: str) -> RuleGroup:
    rules = tuple(rule_text(rule) for _, rule in rulebook.rules_of(kind))
    largest = max((abs(rule.points) for rule in rules), default=0)
    return RuleGroup(kind, KIND_SAYS[kind], rulebook.caps[kind], rules, largest)


def rule_text(rule: Rule) -> RuleText:
    sentence = _capital(describe(rule.when)) if rule.when else ""
    bands: tuple[tuple[str, int], ...] = ()
    if rule.table:
        fact, table = rule.table[0].fact, rule.table[1]
        by = f"points by {uncapital(fact.label)}"
        sentence = f"{sentence}, then {by}" if sentence else _capital(by)
        bands = tuple((_band(band, fact), band.points) for band in table)
    return RuleText(rule.id, rule.label, sentence, _most(rule), tuple(_notes(rule)), bands)


def _most(rule: Rule) -> int:
    """The points a lead can get by the rule; for a table the most of them."""
    if rule.table:
        return max((band.points for band in rule.table[1]), key=abs)
    return rule.points


def _band(band: Band, fact: Fact) -> str:
    if band.choices:
        return ", ".join(map(fact.shown, band.choices))
    unit = f" {fact.unit}" if fact.unit else ""
    low, high = (None if edge is None else formats.number(edge) for edge in (band.low, band.high))
    if low is None:
        return f"up to {high}{unit}" if high else "any number"
    return f"{low} to {high}{unit}" if high else f"{low}{unit} or more"


def _notes(rule: Rule) -> Iterator[str]:
    """The small print of an event rule, in the order people ask for it."""
    frequency, ageing = rule.frequency, rule.ageing
    if frequency.count == "each":
        limits = []
        if frequency.per_day is not None:
            limits.append("once a day" if frequency.per_day == 1 else f"{frequency.per_day} a day")
        if frequency.in_all is not None:
            limits.append(f"{frequency.in_all} in all")
        yield f"counts each time, at most {' and '.join(limits)}" if limits else "counts each time"
    if ageing is not None:
        days = "day" if ageing.days == 1 else f"{ageing.days} days"
        if ageing.kind == "linear":
            yield f"fades evenly to nothing over {days}"
        else:
            yield f"halves every {days}"
    if rule.maximum is not None:
        yield f"{formats.signed(rule.maximum)} in all at most"
    if rule.minimum is not None:
        yield f"{formats.signed(rule.minimum)} at least"


def _bands(rulebook: Rulebook) -> Iterator[tuple[str, str, int]]:
    for kind, names in GRADES.items():
        for name, cut in zip(names, (*rulebook.bands[kind], 0), strict=True):
            # On the cut-off is the better band, so the least whole points that reach it.
            yield name, kind, -(-cut * rulebook.caps[kind] // 100)
