"""A rulebook to SQL: points per rule, the two scores, the definitions, and when time may change it.

Arithmetic (SPEC 1), all of it integer: points times the ageing factor of each counted event, in
ten-thousandths → sum of the rule, clamped, rounded half up to a whole number → sum of the kind
with what people adjusted, clamped to 0..cap → total = fit + intent.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from funnel.compile import FactSource, condition, elapsed_days, event_count, event_match
from funnel.conditions.tree import EventTest, Test, walk
from funnel.next_change import changes_at
from funnel.rulebook.parts import RUNGS, WHOLE, Ageing, Rule, Rulebook
from funnel.stages import LADDER
from funnel.vocabulary.operators import FactType
from leadportal.db.pieces import Sql, param

# Points of one rule fit a smallint whatever the events.
MOST = 30_000
# Makes the rounded division see only positive numbers; a multiple of WHOLE.
LIFT = 10**15
LETTERS = "ABCD"
UNKNOWN_GRADE = "?"
# A lead whose fit is known by less than half of its rules has no grade.
LEAST_KNOWN = 50


@dataclass(frozen=True, slots=True)
class Scoring:
    """The lateral to put behind the record's tables, and the names it gives.

    `s.r0 … s.rn`: points per rule, NULL where a fact is unknown. `s.fit`, `s.intent`, `s.total`,
    `s.grade`. `s.disqualifier` (an id or ''), `s.target` (the stage the rulebook puts the lead
    on), `s.allowed` (the highest that no missing consent forbids), `s.changes_at` (timestamptz or
    NULL).
    """

    lateral: Sql
    rules: int

    @property
    def points(self) -> Sql:
        """The points per rule as one array, in the order of the rules."""
        columns = ", ".join(f"s.r{i}" for i in range(self.rules))
        return Sql(f"ARRAY[{columns}]::smallint[]")


def compile_rulebook(rulebook: Rulebook, source: FactSource) -> Scoring:
    columns = [points(rule, source).named(f"r{i}") for i, rule in enumerate(rulebook.rules)]
    # Each step is worked out from the one inside it. OFFSET 0 keeps the planner from pulling a step
    # up and computing its columns again and again.
    lateral = Sql("(SELECT {} OFFSET 0) p") % (
        Sql.join(", ", columns) if columns else Sql("0 AS none")
    )
    for inner, outer, step in (
        ("p", "k", _kinds(rulebook, source)),
        ("k", "s", _totals(rulebook)),
        ("s", "s", _judgement(rulebook, source)),
    ):
        lateral = Sql("(SELECT {}.*, {} FROM {} OFFSET 0) {}") % (
            Sql(inner),
            step,
            lateral,
            Sql(outer),
        )
    return Scoring(Sql(" CROSS JOIN LATERAL {}") % lateral, len(rulebook.rules))


# Points of one rule.


def points(rule: Rule, source: FactSource) -> Sql:
    """Whole points of the rule, NULL when it did not fire and a fact it asks is unknown."""
    if rule.event is not None and rule.table is None:
        return _event_points(rule, rule.event, source)
    if rule.table is not None:
        return _table_points(rule, source)
    assert rule.when is not None
    unknown = _unknown(rule, source)
    return Sql("CASE WHEN {} THEN {}{} ELSE 0 END") % (
        condition(rule.when, source),
        param(rule.points),
        unknown,
    )


def _unknown(rule: Rule, source: FactSource) -> Sql:
    """A branch ` WHEN … THEN NULL` for the facts nobody knows; empty when every one is known."""
    values = {
        source.value(test)
        for test in rule.tests
        if isinstance(test, Test)
        and test.op not in ("is_known", "is_unknown")
        and test.fact.type is not FactType.COUNT
    }
    if not values:
        return Sql("")
    nulls = Sql.join(" OR ", (Sql("{} IS NULL") % value for value in sorted(values, key=str)))
    return Sql(" WHEN {} THEN NULL") % nulls


def _table_points(rule: Rule, source: FactSource) -> Sql:
    assert rule.table is not None
    test, bands = rule.table
    value = source.value(test)
    cases = [Sql("WHEN {} IS NULL THEN NULL") % value]
    for band in bands:
        if band.choices:
            wanted = param(list(band.choices), "text[]")
            if test.fact.type is FactType.TEXT:
                keys = [source.text_key(test.fact, choice) for choice in band.choices]
                wanted = source.text_keys(test.fact, keys)
            inside = Sql("{}::text = ANY({})") % (value, wanted)
        else:
            edges = []
            if band.low is not None:
                edges.append(Sql("{} >= {}") % (value, param(band.low)))
            if band.high is not None:
                edges.append(Sql("{} <= {}") % (value, param(band.high)))
            inside = Sql.join(" AND ", edges) if edges else Sql("TRUE")
        cases.append(Sql("WHEN {} THEN {}") % (inside, param(band.points)))
    found = Sql("CASE {} ELSE 0 END") % Sql.join(" ", cases)
    if rule.when is None:
        return found
    return Sql("CASE WHEN {} THEN {}{} ELSE 0 END") % (
        condition(rule.when, source),
        found,
        _unknown(rule, source),
    )


def _event_points(rule: Rule, event: EventTest, source: FactSource) -> Sql:
    fired, shares = _counted(rule, event, source)
    if rule.frequency.count == "once" and rule.ageing is None:
        result = param(_clamped(rule, rule.points))
    else:
        result = _rounded(rule, shares)
    return Sql("CASE WHEN {} THEN {} ELSE 0 END") % (fired, result)


def _clamped(rule: Rule, value: int) -> int:
    low = -MOST if rule.minimum is None else rule.minimum
    high = MOST if rule.maximum is None else rule.maximum
    return max(low, min(high, value))


def _counted(rule: Rule, event: EventTest, source: FactSource) -> tuple[Sql, Sql]:
    """Whether the rule fires, and the sum of the counted events' factors, in ten-thousandths."""
    match, frequency, ageing = event_match(event, source), rule.frequency, rule.ageing
    count = event_count(event, source)
    enough = Sql("{} >= {}") % (count, param(event.at_least))
    if frequency.per_day == 1 and ageing is None:
        days = source.days(match, event.within_days)
        fired = Sql("{} > 0") % days if event.at_least == 1 else enough
        return fired, _whole(days, frequency.in_all)
    if ageing is None and frequency.per_day is None:
        counted = param(1) if frequency.count == "once" else count
        return enough, _whole(counted, frequency.in_all)
    if frequency.is_capped:
        factors = (WHOLE,) if ageing is None else (*ageing.factors, 0)
        happened, shares = source.over_newest(
            match, factors, per_day=frequency.per_day, in_all=frequency.in_all
        )
    else:
        assert ageing is not None
        # The newest event has the highest factor, since factors only fall.
        aggregate = "max" if frequency.count == "once" else "sum"
        found = source.over_events(
            Sql(f"{aggregate}({{}}) FILTER (WHERE {{}})") % (factor(ageing, source), match)
        )
        happened, shares = Sql("{} IS NOT NULL") % found, Sql("coalesce({}, 0)") % found
    # One is enough where there is any sum, so nothing else is counted.
    return (happened if event.at_least == 1 else enough), shares


def _whole(counted: Sql, most: int | None) -> Sql:
    if most is not None:
        counted = Sql("least({}, {})") % (counted, param(most))
    return Sql("{} * {}") % (counted, param(WHOLE))


def counted(rule: Rule, event: EventTest, source: FactSource) -> Sql:
    """How many of the events that match its test an event rule counts."""
    _, shares = _counted(replace(rule, ageing=None), event, source)
    return Sql("({} / {})::int") % (shares, param(WHOLE))


def unclamped(rule: Rule, event: EventTest, source: FactSource) -> Sql:
    """The points of an event rule that fired, had it no minimum and no maximum."""
    free = replace(rule, minimum=None, maximum=None)
    return _rounded(free, _counted(free, event, source)[1])


def factor(ageing: Ageing, source: FactSource) -> Sql:
    """The share of the points that the event `e` still has."""
    return Sql("coalesce(({})[{} + 1], 0)") % (
        param(list(ageing.factors), "int[]"),
        elapsed_days(source),
    )


def _rounded(rule: Rule, shares: Sql) -> Sql:
    low, high = _clamped(rule, -MOST) * WHOLE, _clamped(rule, MOST) * WHOLE
    exact = Sql("least(greatest({}::bigint * {}, {}), {})") % (
        param(rule.points),
        shares,
        param(low),
        param(high),
    )
    # Half up: floor(x + 0.5), with the dividend lifted above zero, where division is floor.
    return Sql("(({} + {}) / {} - {})::int") % (
        exact,
        param(LIFT + WHOLE // 2),
        param(WHOLE),
        param(LIFT // WHOLE),
    )


# The two scores, the total and the grade.


def _kinds(rulebook: Rulebook, source: FactSource) -> Sql:
    columns = []
    for kind in ("fit", "intent"):
        names = [f"p.r{i}" for i, _ in rulebook.rules_of(kind)]
        total = " + ".join(f"coalesce({name}, 0)" for name in names) or "0"
        columns.append(
            Sql(f"least(greatest({total} + {{}}, 0), {{}})::int AS {kind}")
            % (source.adjustment(kind), param(rulebook.caps[kind]))
        )
        if kind == "fit":
            known = " + ".join(f"({name} IS NOT NULL)::int" for name in names) or "1"
            share = f"({known}) * 100 / {max(len(names), 1)}"
            columns.append(Sql(f"{share} >= {{}} AS is_known") % param(LEAST_KNOWN))
    return Sql.join(", ", columns)


def _totals(rulebook: Rulebook) -> Sql:
    bands = {}
    for kind, names in (("fit", LETTERS), ("intent", "1234")):
        # Cut-offs are percent of the cap; on the cut-off is the better band.
        cases = Sql.join(
            " ",
            (
                Sql(f"WHEN k.{kind} * 100 >= {{}} THEN '{name}'") % param(cut * rulebook.caps[kind])
                for cut, name in zip(rulebook.bands[kind], names, strict=False)
            ),
        )
        bands[kind] = Sql(f"CASE {{}} ELSE '{names[-1]}' END") % cases
    return Sql(
        "k.fit + k.intent AS total, "
        f"CASE WHEN k.is_known THEN {{}} || {{}} ELSE '{UNKNOWN_GRADE}' END AS grade"
    ) % (bands["fit"], bands["intent"])


# The judgement: which stage the rulebook puts the lead on.


def _judgement(rulebook: Rulebook, source: FactSource) -> Sql:
    disqualified = [
        Sql("WHEN {} THEN {}") % (condition(item.condition, source), param(item.id))
        for item in rulebook.disqualifiers
    ]
    disqualifier = (
        Sql("CASE {} ELSE '' END") % Sql.join(" ", disqualified) if disqualified else Sql("''")
    )
    return Sql("{} AS disqualifier, {} AS target, {} AS allowed, {} AS changes_at") % (
        disqualifier,
        _rung(rulebook, source),
        _allowed(rulebook, source),
        changes_at(rulebook, source),
    )


def _rung(rulebook: Rulebook, source: FactSource) -> Sql:
    """The highest definition that holds together with all lower ones."""
    lead, mql, sql = (holds(rulebook, rung, source) for rung in RUNGS)
    return Sql(
        "CASE WHEN NOT {} THEN 'inquiry' WHEN NOT {} THEN 'lead' WHEN NOT {} THEN 'mql' "
        "ELSE 'sql' END"
    ) % (lead, mql, sql)


def _allowed(rulebook: Rulebook, source: FactSource) -> Sql:
    """The rung below the first definition that fails and asks for a consent nobody gave.

    Whether a line is reached is left out: a low score does not stand in for a consent.
    """
    cases = []
    for below, rung in pairwise(LADDER):
        asked = rulebook.definitions[rung].condition
        consents = {
            source.value(test)
            for test in walk(asked)
            if isinstance(test, Test) and test.fact.name.startswith("consent_")
        }
        if consents:
            given = (Sql("{} IS TRUE") % consent for consent in sorted(consents, key=str))
            cases.append(
                Sql("WHEN NOT ({} OR ({})) THEN {}")
                % (condition(asked, source), Sql.join(" AND ", given), param(below))
            )
    return Sql("CASE {} ELSE 'sql' END") % Sql.join(" ", cases) if cases else Sql("'sql'")


def holds(rulebook: Rulebook, rung: str, source: FactSource) -> Sql:
    """Whether one definition holds: its condition, and its line reached (on it is above it)."""
    definition = rulebook.definitions[rung]
    found = condition(definition.condition, source)
    if definition.line is None:
        return found
    return Sql("({} AND s.total >= {})") % (found, param(definition.line))
