"""What criteria ask of the events of leads, as SQL: collected, so that a batch's are read once.

Names in the SQL: `e` an event, `ev0`, `ev1` … and `pv0` … what is asked of the events of one lead.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from funnel.conditions.tree import EventTest, Test
from leadportal.db.pieces import Sql, param

# PostgreSQL selects at most 1,664 columns at once.
MOST_COLUMNS = 1000
# Days before today that the bits of a number hold, and a day on which the clocks change.
MOST_BITS = 62
# More than any number of days elapsed.
ONE_DAY = 10**7

# Whose properties are asked is read apart, of the few events that are asked for them: the others
# need no more than the index event_of_lead.
_RELATIONS: dict[str, Callable[[Test | EventTest], bool]] = {
    "ev": lambda test: not (isinstance(test, EventTest) and test.where),
    "pv": lambda test: isinstance(test, EventTest) and bool(test.where),
}


def _relation_of(asked: Sql) -> str:
    return "pv" if re.search(r"\be\.(propert|word_keys)", asked.text) else "ev"


class EventFacts:
    """What is asked of the events of some leads at one moment."""

    def __init__(self, lead_ids: Sequence[int], at: datetime, zone: ZoneInfo) -> None:
        self.lead_ids = lead_ids
        self.at = at.astimezone(UTC)
        self.zone = zone
        # What is asked, by the relation that answers it.
        self.aggregates: dict[str, dict[Sql, int]] = {name: {} for name in _RELATIONS}
        # When that may change, by the type of event, or blank for any.
        self.moments: dict[str, dict[str, dict[Sql, None]]] = {name: {} for name in _RELATIONS}

    def among(self, column: str) -> Sql:
        """Whether a column names one of these leads; a range of ids stays two numbers."""
        ids = self.lead_ids
        if isinstance(ids, range):
            return Sql(f"{column} BETWEEN {{}} AND {{}}") % (param(ids.start), param(ids.stop - 1))
        return Sql(f"{column} = ANY({{}})") % param(list(ids), "bigint[]")

    @property
    def today(self) -> Sql:
        return param(self.at.astimezone(self.zone).date(), "date")

    @property
    def _days_ago(self) -> Sql:
        """How many days of the company's zone ago the event `e` was."""
        day = Sql("(e.occurred_at AT TIME ZONE {})::date") % param(self.zone.key)
        return Sql("greatest({} - {}, 0)") % (self.today, day)

    def opening(self, test: Test) -> Sql:
        return param(self.at - timedelta(days=test.within_days or 0))

    def property_key(self, name: str) -> Sql:
        return Sql("(e.property_keys->>{})") % param(name)

    def property_words(self, name: str) -> Sql:
        return Sql("coalesce(e.word_keys->>{}, {})") % (param(name), self.property_key(name))

    def property_known(self, name: str) -> Sql:
        return Sql("coalesce(e.properties->{} NOT IN ('null', '\"\"'), FALSE)") % param(name)

    def property_number(self, name: str) -> Sql:
        typed = "(CASE WHEN jsonb_typeof(e.properties->{}) = 'number' "
        return Sql(typed + "THEN (e.properties->>{})::numeric END)") % (param(name), param(name))

    def property_yes_no(self, name: str) -> Sql:
        typed = "(CASE WHEN jsonb_typeof(e.properties->{}) = 'boolean' "
        return Sql(typed + "THEN (e.properties->>{})::boolean END)") % (param(name), param(name))

    def over_events(self, aggregate: Sql) -> Sql:
        relation = _relation_of(aggregate)
        known = self.aggregates[relation]
        number = known.setdefault(aggregate, len(known))
        return Sql(f"{relation}{number // MOST_COLUMNS}.a{number}")

    def days(self, match: Sql, within_days: int | None) -> Sql:
        if within_days is None or within_days > MOST_BITS:
            counted = Sql("count(DISTINCT {}) FILTER (WHERE {})") % (self._days_ago, match)
            return Sql("coalesce({}, 0)") % self.over_events(counted)
        bits = Sql("bit_or(1::bigint << {}) FILTER (WHERE {})") % (self._days_ago, match)
        return Sql("coalesce(bit_count({}::bit(64)), 0)") % self.over_events(bits)

    def over_newest(
        self, match: Sql, factors: Sequence[int], *, per_day: int | None, in_all: int | None
    ) -> tuple[Sql, Sql]:
        # Days ago and whole days elapsed as one number; of two the newer has the smaller ones, and
        # those with equal ones have equal shares.
        age = Sql("greatest(date_part('day', {} - e.occurred_at)::int, 0)") % param(
            self.at, "timestamptz"
        )
        days = self.over_events(
            Sql("array_agg({}::bigint * {} + least({}, {})) FILTER (WHERE {})")
            % (
                self._days_ago,
                param(ONE_DAY),
                age,
                param(len(factors) - 1),
                match,
            )
        )
        newest = Sql("unnest({}) AS seen (day)") % days
        if per_day is not None:
            newest = Sql(
                "(SELECT day, row_number() OVER (PARTITION BY day / {} ORDER BY day) AS place "
                "FROM {}) AS seen WHERE place <= {}"
            ) % (param(ONE_DAY), newest, param(per_day))
        if in_all is not None:
            newest = Sql("(SELECT day FROM {} ORDER BY mod(day, {}) LIMIT {}) AS seen") % (
                newest,
                param(ONE_DAY),
                param(in_all),
            )
        shares = Sql("(SELECT sum(({})[mod(day, {}) + 1]) FROM {})") % (
            param(list(factors), "int[]"),
            param(ONE_DAY),
            newest,
        )
        happened = Sql("{} IS NOT NULL") % days
        return happened, Sql("CASE WHEN {} THEN {} ELSE 0 END") % (happened, shares)

    def soonest(self, event: str, match: Sql, moment: Sql) -> Sql:
        relation = _relation_of(match)
        of_one = Sql("CASE WHEN {} THEN {} END") % (match, moment)
        self.moments[relation].setdefault(event, {})[of_one] = None
        return Sql(f"{relation}0.soonest")

    def _soonest(self, relation: str) -> Sql:
        """The column of `soonest`: each event is asked only what is asked of its type."""
        moments = self.moments[relation]
        any_type = list(moments.get("", ()))
        types = {name: [*found, *any_type] for name, found in moments.items() if name}
        cases = [
            Sql("WHEN {} THEN least({})") % (param(name), Sql.join(", ", found))
            for name, found in types.items()
        ]
        rest = Sql("least({})") % Sql.join(", ", any_type) if any_type else Sql("NULL")
        moment = Sql("CASE e.type {} ELSE {} END") % (Sql.join(" ", cases), rest) if cases else rest
        return (Sql("min({})") % moment).named("soonest")

    def events(self, tests: Sequence[Test | EventTest]) -> Iterator[Sql]:
        """The joins of all that was asked of events so far; `tests`: all that asked."""
        for relation, reads in _RELATIONS.items():
            yield from self._joins(relation, [test for test in tests if reads(test)])

    def _joins(self, relation: str, asked: Sequence[Test | EventTest]) -> Iterator[Sql]:
        columns = [aggregate.named(f"a{n}") for aggregate, n in self.aggregates[relation].items()]
        chunks = [
            columns[first : first + MOST_COLUMNS] for first in range(0, len(columns), MOST_COLUMNS)
        ]
        if self.moments[relation]:
            chunks[:1] = [[*(chunks[0] if chunks else []), self._soonest(relation)]]
        for number, chunk in enumerate(chunks):
            alias = f"{relation}{number}"
            # Lead by lead through the index: as quick for many as for one, and whatever the planner
            # knows of the table, which right after a large import is nothing.
            yield Sql("CROSS JOIN LATERAL (SELECT {} FROM leads_event e WHERE {}) AS {}") % (
                Sql.join(", ", chunk),
                self._scope(asked),
                Sql(alias),
            )

    def _scope(self, tests: Sequence[Test | EventTest]) -> Sql:
        """Only the events any test can count: by lead, by type, and by the widest window."""
        scope = [Sql("e.lead_id = l.id")]
        events = [test for test in tests if isinstance(test, EventTest)]
        others = [test for test in tests if isinstance(test, Test)]
        types = {test.event for test in events} | {test.event for test in others if test.event}
        any_type = any(test.fact.name in ("days_active", "last_active") for test in others)
        if not any_type:
            scope.append(Sql("e.type = ANY({})") % param(sorted(types), "text[]"))
        windows = [test.within_days for test in events]
        windows += [test.within_days for test in others if test.fact.name == "days_active"]
        endless = any(test.fact.name in ("last_active", "days_since") for test in others)
        if windows and None not in windows and not endless:
            widest = max(days for days in windows if days is not None)
            scope.append(Sql("e.occurred_at > {}") % param(self.at - timedelta(days=widest)))
        return Sql.join(" AND ", scope)
