"""Evidence as people read it: the value, or the events with their first and last time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from funnel.conditions.tree import EventTest, Test
from funnel.rulebook.parts import Rule
from funnel.vocabulary.operators import FactType


def evidence_text(
    rule: Rule, evidence: Mapping[str, Any], zone: ZoneInfo, points: int | None = None
) -> str:
    """What a rule saw; `points` are those it gave, for the note of a cap."""
    parts = []
    for test in rule.tests:
        if test.id not in evidence:
            continue  # what it saw was not written down
        if isinstance(test, EventTest):
            texts = _events_text(evidence[test.id] or {}, points, zone)
        else:
            texts = [_value_text(test, evidence[test.id], said=rule.label)]
        parts += [text for text in texts if text and text not in parts]
    return "; ".join(parts)


def _events_text(seen: Mapping[str, Any], points: int | None, zone: ZoneInfo) -> list[str]:
    if not seen.get("count"):
        late = seen.get("late")
        return [span(late, zone)] if late and late["count"] else []
    notes = [span(seen, zone)]
    if seen.get("counted", seen["count"]) < seen["count"]:
        notes.append(f"counts {seen['counted']:,} of {seen['count']:,}")
    exact = seen.get("exact", points)
    if points is not None and exact > points:
        notes.append(f"capped: {points} of {exact:,}")
    elif points is not None and exact < points:
        notes.append(f"no less than {points}, not {exact:,}")
    return notes


def span(seen: Mapping[str, Any], zone: ZoneInfo) -> str:
    """ "3 times, 20 to 22 October 2026, 14:05" """
    first, last = (
        datetime.fromisoformat(seen[name]).astimezone(zone) for name in ("first", "last")
    )
    if seen["count"] == 1:
        return _moment(last)
    return f"{seen['count']:,} times, {_until(first, last)}{_moment(last)}"


def _until(first: datetime, last: datetime) -> str:
    """ "20 to ", "30 October to ", "30 December 2025 to "; nothing on the day of the last."""
    if first.date() == last.date():
        return ""
    if first.year != last.year:
        return f"{day(first)} to "
    return f"{first.day} to " if first.month == last.month else f"{first.day} {first:%B} to "


def _moment(moment: datetime) -> str:
    return f"{day(moment)}, {moment:%H:%M}"


def day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _value_text(test: Test, value: Any, said: str) -> str:
    label = test.fact.label
    if value is None:
        return f"{label}: unknown"
    if isinstance(value, list):
        shown = ", ".join(test.fact.shown(item) for item in value)
    elif test.fact.type is FactType.DATE:
        shown = day(date.fromisoformat(str(value)[:10]))
    else:
        shown = test.fact.shown(value)
    # What the line's own label says already is not said twice.
    return shown[:1].upper() + shown[1:] if label == said else f"{label}: {shown}"
