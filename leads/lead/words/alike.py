"""Why two leads may be one person."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.policy import listed
from leads.models import Duplicate, Lead, Why


def reasons(codes: Iterable[str]) -> str:
    """ "the same phone number and name, and the same name in the same company" """
    return listed([str(Why(code).label) for code in codes], last="and")


def notes(told: Iterable[Mapping[str, Any]], lead: Lead) -> list[Mapping[str, Any]]:
    """Of the page of a lead: who may be the same person, and why."""
    said: list[Mapping[str, Any]] = []
    for one in told:
        other = one["second"] if one["first"] == lead.pk else one["first"]
        url = Duplicate(pk=one["id"]).get_absolute_url()
        said.append({"url": url, "other": other, "why": reasons(one["why"])})
    return said
