"""Settings in words: their names, their values, and what somebody changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unicodedata import combining, normalize

from accounts.models import SettingChange
from leadportal.look import formats
from leadportal.world.countries import country_name
from leadportal.world.currencies import CURRENCIES

LABELS = {
    "company_name": "Company name",
    "currency": "Currency",
    "zone": "Time zone",
    "sells_to": "Countries we sell to",
    "grace_days": "Days of grace when only score or time fell",
    "override_days": "Days a person’s override holds",
    "both_hats": "One person may sign for both departments",
    "claim_minutes": "Minutes to claim",
    "touch_minutes": "Minutes to first touch",
    "rejection_reasons": "Reason for rejecting",
    "sources": "Source",
    "campaigns": "Campaign",
    "held_limit": "Leads a rep may hold without first touch",
}


@dataclass(frozen=True, slots=True)
class ChangeInWords:
    """One line of the history: who changed which setting when, and "30 min → 45 min"."""

    at: datetime
    person: str
    setting: str
    said: str


def changes(rows: Iterable[SettingChange]) -> list[ChangeInWords]:
    """Rows with their person, in the order given."""
    return [
        ChangeInWords(
            row.at, row.person.name, label(row.setting), _said(row.setting, row.old, row.new)
        )
        for row in rows
    ]


def label(name: str) -> str:
    """What the page calls a setting; one that is gone keeps the name it had."""
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def shown(name: str, value: Any) -> str:
    """The value of a setting as a person reads it: "Sweden", "30 min", "Yes"."""
    match name:
        case "sells_to":
            return named_countries(value) or "Everywhere"
        case "currency":
            return f"{value}, {CURRENCIES[value]}" if value in CURRENCIES else value
        case "both_hats":
            return "Yes" if value else "No"
        case "zone":
            return value.replace("_", " ")
        case "claim_minutes" | "touch_minutes":
            return formats.duration(timedelta(minutes=value))
        case "grace_days" | "override_days":
            return formats.some(value, "day")
    return f"{value}"


def _said(name: str, old: Any, new: Any) -> str:
    if name == "sells_to" and old and new:
        # All of two long lists would hide the one country that is new.
        came = named_countries(country for country in new if country not in old)
        went = named_countries(country for country in old if country not in new)
        return "; ".join([f"added {came}"] * bool(came) + [f"removed {went}"] * bool(went))
    return f"{shown(name, old)} → {shown(name, new)}"


def named_countries(codes: Iterable[str]) -> str:
    """By name and in their order; empty for none."""
    return ", ".join(sorted(map(country_name, codes), key=plain_letters))


def plain_letters(name: str) -> str:
    """For sorting: Åland stands among the A, not after Zimbabwe."""
    return "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
