"""Each fact's SQL: how the tables of the record answer the words of the criteria.

Names in the SQL: `l` the lead, `j` how it was judged, `c` its company, `src` and `cmp` its source
and campaign, `lsrc` and `lcmp` those of the last time, `adj` what people adjusted, `s` its scores;
of its events leads/event_facts.py tells.
"""

import json
import re
import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Portal
from funnel.compile import NO_TIME, leaving
from funnel.conditions.tree import EventTest, Test
from funnel.vocabulary.facts import Fact, Vocabulary, consent
from funnel.vocabulary.operators import FactType
from funnel.vocabulary.standard import STANDARD
from leadportal.db import prepared
from leadportal.db.pieces import Sql, param
from leadportal.world.regions import REGION_OF, SALES_AREA_OF
from leads.columns import AMONG_ATTRIBUTES, COLUMNS, KEPT_COLUMNS, Column, Merge
from leads.event_facts import EventFacts
from leads.models import CustomField, Lead
from leads.text import BETWEEN, key, word_key

CUSTOM = "attributes."
# The first ones seen: a sender that makes up purposes must not make up facts without end.
MOST_PURPOSES = 200

_ASKED = COLUMNS + KEPT_COLUMNS
# Every fact that any installation has, those of the columns first.
FACTS = Vocabulary(
    {**Vocabulary().with_facts(column.fact for column in _ASKED), **STANDARD},
)
# Tables of names.
_POINTED = {"source": "src", "campaign": "cmp", "last_source": "lsrc", "last_campaign": "lcmp"}


def _sql_of(column: Column) -> tuple[str, str]:
    """What SQL compares, and what a person reads. NULL is unknown."""
    if column.merge is Merge.POINTS:
        table = _POINTED[column.name]
        return f"' ' || {table}.key || ' '", f"{table}.name"
    table = "l" if column.of is Lead else "c"
    written = f"{table}.{column.name}"
    if column.kind not in (FactType.TEXT, FactType.CHOICE):
        return written, written
    compared = written
    if column.twin == AMONG_ATTRIBUTES:
        compared = f"{table}.{AMONG_ATTRIBUTES}->>'{column.name}'"
    elif column.twin:
        compared = f"{table}.{column.twin}"
    elif column.is_plain:
        compared = f"lower({written})"
    return f"nullif({compared}, '')", f"nullif({written}, '')"


def _words_of(column: Column) -> str:
    table, name = "l" if column.of is Lead else "c", column.name
    if column.merge is Merge.POINTS:
        table, name = _POINTED[column.name], "name"
    return f"coalesce({table}.word_keys->>'{name}', {_sql_of(column)[0]})"


# By name of the fact.
_COLUMNS: dict[str, tuple[str, str]] = {
    **{column.fact.name: _sql_of(column) for column in _ASKED},
    "email_kind": ("nullif(l.email_kind, '')", "nullif(l.email_kind, '')"),
    "cycle": ("l.cycle", "l.cycle"),
    "fit": ("s.fit", "s.fit"),
    "intent": ("s.intent", "s.intent"),
    "total": ("s.total", "s.total"),
    "grade": ("nullif(s.grade, '?')", "s.grade"),
    "stage": ("l.stage", "l.stage"),
}
# The words of texts with a twin, where they are not those of the twin itself.
_WORDS = {
    column.fact.name: _words_of(column)
    for column in _ASKED
    if column.kind is FactType.TEXT and not column.is_plain
}
# Compared as written but for case; their words are what stands between punctuation.
_PLAIN = frozenset(column.fact.name for column in COLUMNS if column.is_plain)
_NAMES = {
    column.fact.name: f"leads_{column.name.removeprefix('last_')}"
    for column in _ASKED
    if column.merge is Merge.POINTS
}
# Of keys asked for, those of what is called so by now, however it is written; once a statement.
_CALLED = """ARRAY(SELECT ' ' || now.key || ' ' FROM {table} was
    JOIN {table} now ON now.id = coalesce(was.same_as_id, was.id)
    WHERE was.folded = ANY(ARRAY(SELECT coalesce(nullif(translate(btrim(key), {{}}, ''), ''),
        btrim(key)) FROM unnest({{}}) AS key))
    UNION ALL SELECT unnest({{}}))"""
# Who came once came last as they came first.
_LAST = "CASE WHEN l.last_came_at IS NULL THEN l.{name} ELSE l.last_{name} END"
# Tables joined where a fact is read of them.
BESIDE = {
    "c": "LEFT JOIN leads_company c ON c.id = l.company_id",
    "src": "LEFT JOIN leads_source src ON src.id = l.source_id",
    "cmp": "LEFT JOIN leads_campaign cmp ON cmp.id = l.campaign_id",
    "lsrc": f"LEFT JOIN leads_source lsrc ON lsrc.id = {_LAST.format(name='source_id')}",
    "lcmp": f"LEFT JOIN leads_campaign lcmp ON lcmp.id = {_LAST.format(name='campaign_id')}",
}
# Looked up lead by lead: joined, it would be read whole for each lead, where many came in since the
# planner last counted them.
_JUDGEMENT = "SELECT ctid AS place, * FROM leads_judgement WHERE lead_id = l.id OFFSET 0"
_ALIAS = re.compile(r"\b([a-z]+)\.")
_GAPS = str.maketrans(string.punctuation, " " * len(string.punctuation))
# Facts of a country: (its column, the map it is looked up in).
_OF_COUNTRY = {
    "region": ("l.country", "region"),
    "sales_area": ("l.country", "sales_area"),
    "company_region": ("c.country", "region"),
    "company_sales_area": ("c.country", "sales_area"),
}
_MAPS = {"region": REGION_OF, "sales_area": SALES_AREA_OF}


_OWN = """
(SELECT TRUE AS is_field, name, label, type, choices, unit, choice_terms::text
   FROM leads_customfield WHERE same_as_id IS NULL ORDER BY position, label)
UNION ALL
(SELECT FALSE, name, '', '', '{}', '', '' FROM leads_consentpurpose ORDER BY first_seen_at, id
 LIMIT %(most)s)
"""


def custom_fact(field: CustomField) -> Fact:
    return Fact(
        name=f"{CUSTOM}{field.name}",
        type=FactType(field.type),
        label=field.label,
        unit=field.unit,
        choices=tuple((choice, field.label_of(choice)) for choice in field.choices),
    )


def record_vocabulary() -> Vocabulary:
    """Every fact this installation has, also by its fields and purposes of consent: one query."""
    rows = prepared.fetch(_OWN, {"most": MOST_PURPOSES})
    fields = [_field(*row[1:]) for row in rows if row[0]]
    purposes = [row[1] for row in rows if not row[0]]
    return FACTS.with_facts([*map(custom_fact, fields), *map(consent, purposes)])


def _field(
    name: str, label: str, type_: str, choices: list[str], unit: str, terms: str
) -> CustomField:
    return CustomField(
        name=name,
        label=label,
        type=type_,
        choices=choices,
        unit=unit,
        choice_terms=json.loads(terms),
    )


class TableFacts(EventFacts):
    """The facts of some leads at one moment, as SQL. Implements funnel.compile.FactSource."""

    def __init__(self, lead_ids: Sequence[int], at: datetime, portal: Portal) -> None:
        super().__init__(lead_ids, at, ZoneInfo(portal.zone))
        self.portal = portal
        self.maps: dict[str, Sql] = {}
        # Windows in which active colleagues are counted.
        self.companies: dict[int, str] = {}
        # Tables besides the lead's that a fact was read of.
        self.read: set[str] = set()

    # Facts.

    def value(self, test: Test) -> Sql:
        name = test.fact.name
        if name in _COLUMNS:
            return self._column(_COLUMNS[name][0])
        if name == "created":
            return Sql("(l.created_at AT TIME ZONE {})::date") % param(self.zone.key)
        if name.startswith(CUSTOM):
            return self._custom(test.fact)
        if name.startswith("consent_"):
            return Sql("(l.consent->>{})::boolean") % param(name.removeprefix("consent_"))
        if test.fact.days_of is not None:
            return self._days_of(test, test.fact.days_of)
        if name in _OF_COUNTRY:
            return self._of_country(*_OF_COUNTRY[name])
        if name == "country_we_sell_to":
            if not self.portal.sells_to:  # an empty list is: everywhere
                return Sql("(l.country <> '' OR NULL)")
            return Sql("(nullif(l.country, '') = ANY({}))") % param(self.portal.sells_to, "text[]")
        return getattr(self, f"_{name}")(test)

    def raw(self, test: Test) -> Sql:
        name = test.fact.name
        if name in _COLUMNS:
            return self._column(_COLUMNS[name][1])
        if name == "created":
            return Sql("l.created_at")
        if name.startswith(CUSTOM):
            return Sql("l.attributes->{}") % param(name.removeprefix(CUSTOM))
        if name == "country_we_sell_to":
            return Sql("nullif(l.country, '')")
        return self.value(test)

    def _column(self, text: str) -> Sql:
        self.read |= BESIDE.keys() & set(_ALIAS.findall(text))
        return Sql(text)

    def words(self, test: Test) -> Sql:
        if test.fact.name in _WORDS:
            return self._column(_WORDS[test.fact.name])
        if test.fact.name.startswith(CUSTOM):
            name = param(test.fact.name.removeprefix(CUSTOM))
            return Sql("coalesce(l.word_keys->>{}, {})") % (name, self.value(test))
        if test.fact.name not in _PLAIN:
            return self.value(test)
        return Sql("(' ' || translate({}, {}, {}) || ' ')") % (
            self.value(test),
            param(string.punctuation),
            param(" " * len(string.punctuation)),
        )

    def _days_of(self, test: Test, date: Fact) -> Sql:
        day, today = self.value(Test(test.id, date, "is_known")), self.today
        return Sql("({} - {})") % ((day, today) if test.fact.until else (today, day))

    def _of_country(self, column: str, name: str) -> Sql:
        # Each map travels once, whatever the number of tests that look into it.
        self.maps[name] = param(json.dumps(_MAPS[name]), "jsonb")
        return Sql("({}->>{})") % (Sql(f"geo.{name}"), self._column(column))

    def _custom(self, fact: Fact) -> Sql:
        name = param(fact.name.removeprefix(CUSTOM))
        match fact.type:
            case FactType.TEXT:
                return Sql("nullif(l.attribute_keys->>{}, '')") % name
            case FactType.DATE:
                # The twin of a date is there only if it is one, so the cast never fails.
                return Sql("(l.attribute_keys->>{})::date") % name
            case FactType.NUMBER | FactType.MONEY:
                typed = "CASE WHEN jsonb_typeof(l.attributes->{}) = 'number' "
                return Sql(typed + "THEN (l.attributes->>{})::numeric END") % (name, name)
            case FactType.YES_NO:
                typed = "CASE WHEN jsonb_typeof(l.attributes->{}) = 'boolean' "
                return Sql(typed + "THEN (l.attributes->>{})::boolean END") % (name, name)
            case FactType.CHOICES:
                typed = "CASE WHEN jsonb_typeof(l.attributes->{}) = 'array' "
                return Sql(typed + "THEN l.attributes->{} END") % (name, name)
        # A choice that is no longer one (nor ever was) is no answer to anything.
        choices = param([choice for choice, _ in fact.choices], "text[]")
        typed = "CASE WHEN l.attributes->>{} = ANY({}) THEN l.attributes->>{} END"
        return Sql(typed) % (name, choices, name)

    def _days_active(self, test: Test) -> Sql:
        return self.days(self._inside(test), test.within_days)

    def _inside(self, test: Test) -> Sql:
        return Sql("e.occurred_at > {}") % self.opening(test)

    def _last_active(self, test: Test) -> Sql:
        return self._days_after(self._newest(test))

    _days_since = _last_active

    def _colleagues_active(self, test: Test) -> Sql:
        # All of the company, without the lead itself.
        alias = self._company(test)
        return Sql(
            f"CASE WHEN {alias}.active IS NULL THEN 0 ELSE {alias}.active - (EXISTS ("
            "SELECT FROM leads_event oe WHERE oe.lead_id = l.id AND oe.occurred_at > {}))::int END"
        ) % self.opening(test)

    def _company(self, test: Test) -> str:
        days = test.within_days or 0
        return self.companies.setdefault(days, f"co{len(self.companies)}")

    def _newest(self, test: Test) -> Sql:
        newest = Sql("max(e.occurred_at)")
        if test.event:
            newest = Sql("max(e.occurred_at) FILTER (WHERE e.type = {})") % param(test.event)
        return self.over_events(newest)

    def _days_after(self, moment: Sql) -> Sql:
        # The comparison is with now, not with 0: greatest() would make 0 of the NULL of "never".
        return Sql("date_part('day', {} - CASE WHEN {} > {} THEN {} ELSE {} END)::int") % (
            at := param(self.at, "timestamptz"),
            moment,
            at,
            at,
            moment,
        )

    def time_cause(self, test: Test) -> Sql:
        day = param(timedelta(days=1), "interval")
        window = param(timedelta(days=test.within_days or 0), "interval")
        match test.fact.name:
            case "last_active" | "days_since":
                newest = self._newest(test)
                return Sql("{} + ({} + 1) * {}") % (newest, self._days_after(newest), day)
            case "days_active":
                return self.soonest("", self._inside(test), leaving(test.within_days or 0))
            case "colleagues_active":
                # Too early where it is the lead's own, never too late.
                return Sql(f"{self._company(test)}.oldest + {{}}") % window
        return NO_TIME

    def text_key(self, fact: Fact, text: str) -> str:
        return text.strip().lower() if fact.name in _PLAIN else key(text)

    def text_keys(self, fact: Fact, keys: Sequence[str]) -> Sql:
        asked = param(list(keys), "text[]")
        if fact.name not in _NAMES:
            return asked
        called = Sql(_CALLED.format(table=_NAMES[fact.name]))
        return called % (param(BETWEEN), asked, asked)

    def words_key(self, fact: Fact, text: str) -> str:
        if fact.name not in _PLAIN:
            return word_key(text)
        return f" {' '.join(text.lower().translate(_GAPS).split())} "

    # What people adjusted.

    def adjustment(self, kind: str) -> Sql:
        return Sql(f"coalesce(adj.{kind}, 0)")

    def adjustments_end(self) -> Sql:
        return Sql("adj.changes_at")

    # Tables.

    def tables(self, tests: Sequence[Test | EventTest]) -> Sql:
        """FROM … for exactly these leads, with everything asked for so far joined to them."""
        at = param(self.at)
        parts = [Sql(f"leads_lead l CROSS JOIN LATERAL ({_JUDGEMENT}) AS j")]
        parts += [Sql(join) for alias, join in BESIDE.items() if alias in self.read]
        parts.append(
            Sql(
                "CROSS JOIN LATERAL (SELECT "
                "sum(points) FILTER (WHERE kind = 'fit' AND created_at <= {}) AS fit, "
                "sum(points) FILTER (WHERE kind = 'intent' AND created_at <= {}) AS intent, "
                # One said by a clock that is ahead of this one begins, before it ends.
                "min(CASE WHEN created_at <= {} THEN ends_at ELSE created_at END) AS changes_at "
                "FROM leads_adjustment WHERE lead_id = l.id AND ends_at > {}) AS adj"
            )
            % (at, at, at, at)
        )
        if self.maps:
            maps = Sql.join(", ", (map_.named(name) for name, map_ in self.maps.items()))
            parts.append(Sql("CROSS JOIN (SELECT {}) AS geo") % maps)
        parts += self.events(tests)
        parts += [self._colleagues(days, alias) for days, alias in self.companies.items()]
        return Sql.join(" ", parts)

    def _colleagues(self, days: int, alias: str) -> Sql:
        """Of each company, how many did something in the window, and when the first leaves it."""
        return Sql(
            "LEFT JOIN (SELECT o.company_id, count(*) AS active, min(a.newest) AS oldest "
            "FROM leads_lead o CROSS JOIN LATERAL (SELECT max(oe.occurred_at) AS newest "
            "FROM leads_event oe WHERE oe.lead_id = o.id AND oe.occurred_at > {}) AS a "
            "WHERE o.company_id = ANY(ARRAY(SELECT company_id FROM leads_lead WHERE {})) "
            "AND a.newest IS NOT NULL GROUP BY o.company_id) AS {} ON {}.company_id = l.company_id"
        ) % (
            param(self.at - timedelta(days=days)),
            self.among("id"),
            Sql(alias),
            Sql(alias),
        )
