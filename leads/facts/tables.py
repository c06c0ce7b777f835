"""Each fact's SQL: how the tables of the record answer the words of the criteria.

Names in the SQL: `l` the lead, `j` how it was judged, `c` its company, `src` and `cmp` its source
and campaign, `lsrc` and `lcmp` those of the last time, `adj` what people adjusted, `s` its scores;
of its events leads/facts/events.py tells.
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
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType
from leadportal.db.pieces import Sql, param
from leadportal.world.regions import REGION_OF, SALES_AREA_OF
from leads.facts.columns import BESIDE, CALLED, COMPARED, NAMES, PLAIN, WORDS
from leads.facts.events import EventFacts
from leads.facts.known import CUSTOM
from leads.text import BETWEEN, key, word_key

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
        if name in COMPARED:
            return self._column(COMPARED[name][0])
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
        if name in COMPARED:
            return self._column(COMPARED[name][1])
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
        if test.fact.name in WORDS:
            return self._column(WORDS[test.fact.name])
        if test.fact.name.startswith(CUSTOM):
            name = param(test.fact.name.removeprefix(CUSTOM))
            return Sql("coalesce(l.word_keys->>{}, {})") % (name, self.value(test))
        if test.fact.name not in PLAIN:
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
        return text.strip().lower() if fact.name in PLAIN else key(text)

    def text_keys(self, fact: Fact, keys: Sequence[str]) -> Sql:
        asked = param(list(keys), "text[]")
        if fact.name not in NAMES:
            return asked
        called = Sql(CALLED.format(table=NAMES[fact.name]))
        return called % (param(BETWEEN), asked, asked)

    def words_key(self, fact: Fact, text: str) -> str:
        if fact.name not in PLAIN:
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
