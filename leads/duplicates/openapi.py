"""Duplicates and merges in OpenAPI's words."""

from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import POSTING, READING, filters_of, operation
from leads.checks.duplicates import MERGE_SCHEMA, PERSON_SCHEMA
from leads.duplicates.answers import DecidedAnswer, DuplicateAnswer, MergeAnswer
from leads.duplicates.filters import DuplicateFilter
from leads.examples import NOW

_MERGED = {
    "id": 4,
    "lead": 19,
    "into": 12,
    "at": NOW,
    "undo_until": "2026-12-22T13:37:04.120Z",
    "undone_at": None,
}
_PERSON = {"rep": "ines@ourcompany.example"}
LIST_DUPLICATES = operation(
    "listDuplicates",
    "List pairs of leads that may be one person",
    description="Those that nobody decided yet, the surest first. Whoever is new, or has another"
    " name, number, address or company, is compared within seconds.",
    answers={200: PageAnswer[DuplicateAnswer]},
    answer={
        "results": [
            {
                "id": 3,
                "leads": [12, 19],
                "why": ["phone_and_name", "name_and_company"],
                "rank": "certain",
                "found_at": NOW,
            }
        ],
        "next": None,
    },
    parameters=filters_of(DuplicateFilter, ("rank",)),
    problems=READING,
    tag="leads",
)
REFUSE_DUPLICATE = operation(
    "refuseDuplicate",
    "Say that two leads are two people",
    description="Remembered for ever: no search brings the two up again.",
    body=PERSON_SCHEMA,
    sent=_PERSON,
    answers={200: DecidedAnswer},
    answer={"id": 3, "leads": [12, 19], "decision": "refused"},
    problems=(*POSTING, 404, 409),
    tag="leads",
)
MERGE_LEAD = operation(
    "mergeLead",
    "Merge a lead into another",
    description="The lead becomes a part of `into`, which takes what it does not know, its events,"
    " consents, notes and ids, and is judged anew. Reading the id that went leads to the one that"
    " stayed. Where sales works with one of the two, that one stays (409); where with both, say"
    " that the work with this one ends (`ends_work`). For 30 days it can be undone.",
    body=MERGE_SCHEMA,
    sent=_PERSON | {"into": 12, "take": {"phone": True}},
    answers={201: MergeAnswer},
    answer=_MERGED,
    problems=(*POSTING, 404, 409),
    tag="leads",
)
UNDO_MERGE = operation(
    "undoMerge",
    "Undo a merge",
    description="Both are as they were; what came since stays with the one that stayed.",
    body=PERSON_SCHEMA,
    sent=_PERSON,
    answers={200: MergeAnswer},
    answer=_MERGED | {"undone_at": NOW},
    problems=(*POSTING, 404, 409),
    tag="leads",
)
