"""Sources and campaigns in words, for the history of the settings and for what a page says."""

from typing import Any

from leadportal.look import formats
from leads.models import Campaign


def said(row: Any) -> str:
    """One in words: “Webinar” (Events and webinars)."""
    about = _of_campaign(row) if isinstance(row, Campaign) else [row.get_channel_display().lower()]
    return f"“{row.name}”" + (f" ({', '.join(about)})" if about else "")


def _of_campaign(row: Campaign) -> list[str]:
    days = [f"from {row.starts_on:%-d %B %Y}"] if row.starts_on else []
    days += [f"until {row.ends_on:%-d %B %Y}"] if row.ends_on else []
    return days + ([f"spent {row.spend:,.2f}"] if row.spend is not None else [])


def moves(leads: int, kind: str) -> str:
    """What merging one moves: "41 leads count under the other then." """
    if not leads:
        return f"No lead came from this {kind} yet."
    return f"{formats.some(leads, 'lead')} will count under the other one."
