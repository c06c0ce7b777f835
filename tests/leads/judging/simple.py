"""Criteria small enough to be computed in one's head."""

from copy import deepcopy
from typing import Any

CONTENT: dict[str, Any] = {
    "definitions": {
        "lead": {"condition": {"id": "mail", "fact": "email", "op": "is_known"}},
        "mql": {
            "condition": {"id": "yes", "fact": "consent_marketing", "op": "is", "value": True},
            "line": 10,
        },
        "sql": {"condition": {"id": "mail", "fact": "email", "op": "is_known"}, "line": 25},
    },
    "disqualifiers": [
        {
            # An id that is also a word the machine uses.
            "id": "free",
            "label": "Sells the same",
            "condition": {"id": "rival", "fact": "job_title", "op": "contains", "value": "rival"},
        }
    ],
    "rules": [
        {
            "id": "decides",
            "label": "Decides",
            "kind": "fit",
            "points": 10,
            "when": {"id": "vp", "fact": "job_title", "op": "contains_any_word", "value": ["vp"]},
        },
        {
            "id": "chat",
            "label": "Asked in the chat",
            "kind": "intent",
            "points": 15,
            "when": {"id": "chat", "event": "chat", "within_days": 7},
        },
        {
            "id": "demo",
            "label": "Asked for a demo",
            "kind": "intent",
            "points": 20,
            "when": {"id": "demo", "event": "demo_request", "within_days": 30},
        },
    ],
    "caps": {"fit": 50, "intent": 50},
}


def content(**lines: int) -> dict[str, Any]:
    """The criteria with other lines: content(sql=40)."""
    made = deepcopy(CONTENT)
    for rung, line in lines.items():
        made["definitions"][rung]["line"] = line
    return made
