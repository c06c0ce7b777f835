"""Answers, reasons and nurture in OpenAPI's words."""

from leadportal.rest.lists import PageAnswer
from leadportal.rest.openapi import POSTING, READING, operation
from leads.checks.handoffs import ANSWER_SCHEMA
from leads.examples import NOW
from leads.rejections.answers import GivenAnswer, NurtureAnswer, ReasonList

POST_ANSWER = operation(
    "answerLead",
    "Answer the rejection of a lead",
    description="Nurture needs a day or an event (`anything`, or a kind of event); a dispute needs"
    " a sentence, and goes to the arbiter named by mail, or to the first who may decide.",
    body=ANSWER_SCHEMA,
    sent={
        "rep": "ines@ourcompany.example",
        "kind": "nurture",
        "return_on": "2027-05-21",
        "return_event": "anything",
    },
    answers={201: GivenAnswer},
    answer={"id": 3, "lead": 12, "handoff": 7, "kind": "nurture", "at": NOW, "due_at": None},
    problems=(*POSTING, 404, 409),
    tag="leads",
)
LIST_REASONS = operation(
    "listReasons",
    "List the reasons for rejecting a lead",
    description="Those that are not active are not given any more.",
    answers={200: ReasonList},
    answer={
        "results": [
            {
                "id": 1,
                "label": "Too small",
                "family": "profile",
                "destination": "nurture",
                "may_return": True,
                "active": True,
            }
        ],
        "next": None,
    },
    problems=READING,
    tag="handoffs",
)
LIST_NURTURE = operation(
    "listNurture",
    "List the leads that wait in nurture",
    answers={200: PageAnswer[NurtureAnswer]},
    answer={
        "results": [
            {
                "id": 5,
                "lead": 12,
                "handoff": 7,
                "reason": "Too small",
                "since": NOW,
                "cycle": 1,
                "return_on": "2027-05-21",
                "return_event": "anything",
                "by_hand_only": False,
            }
        ],
        "next": None,
    },
    problems=READING,
    tag="leads",
)
