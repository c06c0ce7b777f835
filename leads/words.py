"""Phrases that several pages say of a lead and its score."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from funnel.models import CriteriaVersion
from leadportal.look import formats
from leadportal.look.bidi import apart
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
    return ", ".join(filter(None, [apart(lead.job_title), str(lead.company or "")]))


def place(lead: Lead) -> str:
    """ "Malmö, Sweden · 610 people" """
    where = [apart(lead.city), country_name(lead.country) if lead.country else ""]
    people = lead.company.employees if lead.company else None
    size = "" if people is None else "1 person" if people == 1 else f"{people:,} people"
    return " · ".join(filter(None, [", ".join(filter(None, where)), size]))


def do_not_contact(lead: Lead) -> str:
    """Why nobody calls or writes; empty when sales may."""
    sales, marketing = lead.consent.get("sales"), lead.consent.get("marketing")
    if sales is False:
        return "Do not contact: consent to sales contact was withdrawn."
    if marketing is False and not sales:
        return "Do not contact: consent was withdrawn."
    return ""


def purpose(name: str) -> str:
    """A purpose of consent as the end of "consent to …"."""
    return {"sales": "sales contact"}.get(name, name.replace("_", " "))


def came_back(last: Mapping[str, Any] | None, opened_at: datetime | None) -> str:
    """ "Back after 34 days; last time: too small", from what the cycle before ended with."""
    if last is None:
        return ""
    ended = datetime.fromisoformat(last["at"])
    after = f" after {formats.duration(opened_at - ended)}" if opened_at else ""
    reason = last["reason"] or ""
    # A name that is all capitals stays as it is.
    reason = reason if reason[1:2].isupper() else f"{reason[:1].lower()}{reason[1:]}"
    return f"Back{after}; last time: {apart(reason) or 'accepted'}"


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
