"""The criteria in OpenAPI's words. One story: marketing and sales sign a small second version."""

from typing import Annotated, Any

from funnel.criteria.answers import CriteriaAnswer, CriteriaVersionAnswer
from funnel.criteria.filters import CriteriaFilter
from funnel.text_form import writing
from funnel.versions import editing
from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import (
    CONDITIONAL,
    IF_NONE_MATCH,
    READING,
    UNCHANGED,
    filters_of,
    operation,
)

CONTENT_EXAMPLE: dict[str, Any] = {
    "definitions": {
        "lead": {"condition": {"id": "lead", "fact": "email", "op": "is_known"}},
        "mql": {
            "condition": {"id": "mql", "fact": "consent_marketing", "op": "is", "value": True},
            "line": 20,
        },
        "sql": {
            "condition": {"id": "sql", "event": "demo_request", "within_days": 60},
            "line": 40,
        },
    },
    "disqualifiers": [],
    "rules": [
        {
            "id": "demo",
            "label": "Asked for a demo",
            "kind": "intent",
            "points": 40,
            "when": {"id": "demo-sent", "event": "demo_request", "within_days": 60},
        }
    ],
    "caps": {"fit": 50, "intent": 50},
    "bands": {"fit": [75, 50, 25], "intent": [75, 50, 25]},
}
NOTE = "A demo is enough"
VERSION_EXAMPLE = {
    "number": 2,
    "state": "live",
    "note": NOTE,
    "based_on": 1,
    "shipped_default": False,
    "content_hash": editing.content_hash(CONTENT_EXAMPLE),
    "created_at": "2026-11-16T09:02:11.480Z",
    "proposed_at": "2026-11-16T09:40:27.013Z",
    "scheduled_for": None,
    "live_at": "2026-11-18T08:00:00.204Z",
    "retired_at": None,
    "signatures": [
        {
            "department": "marketing",
            "signed_at": "2026-11-16T14:05:40.771Z",
            "signed_by": "Ines Carvalho",
        },
        {
            "department": "sales",
            "signed_at": "2026-11-17T10:31:09.356Z",
            "signed_by": "Marcus Lindt",
        },
    ],
}
WHO = "A key reads what was proposed at least; drafts are for people who write the criteria."
LIST_CRITERIA = operation(
    "listCriteria",
    "List the versions of the criteria",
    description=f"Newest first, without their content. {WHO}",
    answers={200: PageAnswer[CriteriaVersionAnswer]},
    answer={"results": [VERSION_EXAMPLE], "next": None},
    problems=READING,
    parameters=filters_of(CriteriaFilter, ("-number", "number")),
    tag="criteria",
)
GET_CRITERIA = operation(
    "getCriteria",
    "Read one version of the criteria",
    description=f"With its content as it is stored and was signed. {WHO}",
    answers={200: CriteriaAnswer},
    answer=VERSION_EXAMPLE | {"content": CONTENT_EXAMPLE},
    problems=CONDITIONAL,
    without_body=UNCHANGED,
    parameters=[IF_NONE_MATCH],
    tag="criteria",
)
GET_CRITERIA_TEXT = operation(
    "getCriteriaText",
    "Read one version of the criteria as text",
    description="YAML 1.2 that diffs well and reads back exactly; `curl` needs the `.yaml` at the"
    f" end of the address and no header but the key. {WHO}",
    # What the text says once it is read as YAML.
    answers={200: Annotated[Any, {"description": "The criteria, and which they are."}]},
    answer=writing.written(CONTENT_EXAMPLE, number=2, note=NOTE),
    media_type="application/yaml",
    problems=(*CONDITIONAL, 406),
    without_body=UNCHANGED,
    parameters=[IF_NONE_MATCH],
    tag="criteria",
)
