"""What marks a link that brings people: UTM parameters, and the ids that ad platforms give a click.

Sent beside source and campaign or, as many forms do, among the attributes; kept of the first time
somebody came and of the last.
"""

from collections.abc import Mapping
from typing import Any

LABELS: dict[str, str] = {
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "utm_term": "UTM term",
    "utm_content": "UTM content",
    "utm_id": "UTM id",
    "gclid": "Google click",
    "gbraid": "Google click (app)",
    "wbraid": "Google click (web to app)",
    "dclid": "Display click",
    "fbclid": "Meta click",
    "msclkid": "Microsoft click",
    "li_fat_id": "LinkedIn click",
    "ttclid": "TikTok click",
    "twclid": "X click",
}
NAMES = frozenset(LABELS)
# Longer ids are no ids.
LENGTH = 500


def told(values: Mapping[str, Any]) -> dict[str, str]:
    """The tags of one checked item: those of the lead itself before those of its attributes."""
    attributes = values.get("attributes") or {}
    # Of most leads nothing of the kind is told, and every lead is asked.
    if NAMES.isdisjoint(values) and NAMES.isdisjoint(attributes):
        return {}
    said = {name: values.get(name, attributes.get(name)) for name in LABELS}
    return {name: str(value)[:LENGTH] for name, value in said.items() if value not in (None, "")}
