"""One story for all examples: Maya asks for a demo."""

from leads.ingest.results import Status

NOW = "2026-11-22T13:37:04.120Z"
SCORE_EXAMPLE = {"total": 89, "fit": 49, "intent": 40}
LINE_EXAMPLE = {
    "kind": "intent",
    "label": "Asked for a demo",
    "evidence": "22 Nov 2026, 13:37",
    "points": 40,
    "rule": "demo",
    "unknown": False,
    "late": False,
    "cut": False,
}
LEAD_EXAMPLE = {
    "external_id": "crm-4711",
    "email": "maya.lindqvist@brightwater.example",
    "first_name": "Maya",
    "last_name": "Lindqvist",
    "job_title": "VP Operations",
    "phone": "+46401234567",
    "company": {"name": "Brightwater Foods", "employees": 610, "country": "SE"},
    "country": "SE",
    "source": "Demo form",
    "campaign": "Nordic food Q4",
    "attributes": {"purchase_timeline": "This quarter"},
    "consent": {"marketing": True},
}


def summary_of(**counts: int) -> dict[str, int]:
    return dict.fromkeys(map(str, Status), 0) | counts
