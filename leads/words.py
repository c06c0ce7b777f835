"""Phrases that several pages say of a lead and its score."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from funnel.models import CriteriaVersion
from leadportal.look import formats
from leadportal.world.countries import country_name
from leads.models import Lead


def short(moment: datetime) -> str:
    """The clock for today, else the day: "13:38", "12 Nov"."""
    text = formats.when(moment)
    return text.removeprefix("today ")


def at(moment: datetime) -> str:
    """When something was, in a sentence: "at 13:38", "yesterday 13:38", "on 12 Nov"."""
    text = short(moment)
    if text[0].isalpha():
        return text
    return f"at {text}" if ":" in text else f"on {text}"


def by_when(moment: datetime) -> str:
    """The end of "due by …": "15:38", "tomorrow 09:12"."""
    return short(moment)


def against(total: int, line: int, name: str = "the line") -> str:
    """ "19 above the line" """
    if total == line:
        return f"on {name}"
    side = "above" if total > line else "below"
    return f"{abs(total - line)} {side} {name}"


def role(lead: Lead) -> str:
    """ "VP Operations, Brightwater Foods" """
    return ", ".join(filter(None, [lead.job_title, lead.company.name if lead.company else ""]))


def place(lead: Lead) -> str:
    """ "Malmö, Sweden · 610 people" """
    where = [lead.city, country_name(lead.country) if lead.country else ""]
    people = lead.company.employees if lead.company else None
    size = "" if people is None else "1 person" if people == 1 else f"{people:,} people"
    return " · ".join(filter(None, [", ".join(filter(None, where)), size]))


def signed_by(version: CriteriaVersion) -> str:
    if version.is_shipped_default:
        return f"Criteria {version}, shipped with the product."
    return f"Criteria {version}, signed by Marketing and Sales."


def biggest(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that count, what adds most first."""
    return sorted((line for line in lines if line["points"]), key=lambda line: -line["points"])


def largest(lines: Sequence[Any]) -> int:
    """Points of the largest line, which every bar is drawn against."""
    points = [line["points"] if isinstance(line, dict) else line.points for line in lines]
    return max(map(abs, points), default=0)
