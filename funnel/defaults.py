"""The criteria every new installation starts with: version 1, until people sign their own."""

from typing import Any

DECIDERS = [
    "vp",
    "vice president",
    "head",
    "director",
    "chief",
    "ceo",
    "coo",
    "cfo",
    "cto",
    "cio",
    "cmo",
    "owner",
    "founder",
    "president",
]
LEARNERS = ["student", "intern", "trainee", "apprentice", "phd"]
# The choices of the shipped field "Purchase timeline"; the first three mean soon.
TIMELINES = ["Now", "This quarter", "Within 6 months", "Within a year", "No plans"]
SOON = TIMELINES[:3]


def _fact(id_: str, fact: str, op: str, value: Any = None, **more: Any) -> dict[str, Any]:
    test = {"id": id_, "fact": fact, "op": op}
    return test | ({} if value is None else {"value": value}) | more


def _event(id_: str, event: str, days: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "event": event, "within_days": days} | more


def _rule(id_: str, label: str, kind: str, points: int, when: dict[str, Any], **more: Any) -> Any:
    return {"id": id_, "label": label, "kind": kind, "points": points, "when": when} | more


EACH_DAY = {"count": "each", "per_day": 1}

CONTENT: dict[str, Any] = {
    "definitions": {
        "lead": {
            "condition": {
                "id": "lead",
                "all": [
                    {
                        "id": "lead-reach",
                        "any": [
                            _fact("lead-mail", "email", "is_known"),
                            _fact("lead-phone", "phone", "is_known"),
                        ],
                    },
                    {
                        "id": "lead-who",
                        "any": [
                            _fact("lead-name", "last_name", "is_known"),
                            _fact("lead-first-name", "first_name", "is_known"),
                            _fact("lead-company", "company", "is_known"),
                        ],
                    },
                ],
            }
        },
        "mql": {
            "condition": {
                "id": "mql",
                "all": [
                    _fact("mql-consent", "consent_marketing", "is", True),
                    _fact("mql-mail", "email_kind", "is_not", "disposable"),
                ],
            },
            "line": 45,
        },
        "sql": {
            "condition": {
                "id": "sql",
                "all": [
                    _fact("sql-intent", "intent", "at_least", 20),
                    {
                        "id": "sql-contact",
                        "any": [
                            _fact("sql-mail", "email", "is_known"),
                            _fact("sql-phone", "phone", "is_known"),
                        ],
                    },
                    {
                        "id": "sql-ready",
                        "any": [
                            _event("sql-demo", "demo_request", 60),
                            _fact("sql-when", "attributes.purchase_timeline", "is_any_of", SOON),
                        ],
                    },
                ],
            },
            "line": 70,
        },
    },
    "disqualifiers": [
        {
            "id": "disposable",
            "label": "Uses a disposable e-mail address",
            "condition": _fact("dq-mail", "email_kind", "is", "disposable"),
        }
    ],
    "rules": [
        _rule(
            "decides",
            "Decides or signs",
            "fit",
            15,
            _fact("decides-1", "job_title", "contains_any_word", DECIDERS),
        ),
        {
            "id": "size",
            "label": "Company size",
            "kind": "fit",
            "table": {
                "fact": "company_employees",
                "bands": [
                    {"from": 10, "to": 49, "points": 4},
                    {"from": 50, "to": 199, "points": 10},
                    {"from": 200, "to": 1000, "points": 15},
                    {"from": 1001, "points": 12},
                ],
            },
        },
        _rule(
            "country",
            "In a country we sell to",
            "fit",
            10,
            _fact("country-1", "country_we_sell_to", "is", True),
        ),
        _rule(
            "work-mail",
            "Writes from work",
            "fit",
            10,
            _fact("work-mail-1", "email_kind", "is", "work"),
        ),
        _rule(
            "free-mail",
            "Writes from a free mailbox",
            "fit",
            -5,
            _fact("free-mail-1", "email_kind", "is", "free"),
        ),
        _rule(
            "learner",
            "Studies or is in training",
            "fit",
            -30,
            _fact("learner-1", "job_title", "contains_any_word", LEARNERS),
        ),
        _rule(
            "demo",
            "Asked for a demo",
            "intent",
            25,
            _event("demo-1", "demo_request", 90),
            ageing={"kind": "half_life", "days": 30},
        ),
        _rule("call", "Booked a call", "intent", 20, _event("call-1", "call_booked", 30)),
        _rule(
            "pricing",
            "Visited pricing 3 times in a week",
            "intent",
            15,
            _event(
                "pricing-1",
                "page_view",
                7,
                where=[{"property": "path", "op": "starts_with", "value": "/pricing"}],
                at_least=3,
            ),
        ),
        _rule(
            "webinar",
            "Attended a webinar",
            "intent",
            8,
            _event("webinar-1", "webinar_attended", 90),
            frequency={"count": "each"},
            ageing={"kind": "half_life", "days": 45},
            maximum=16,
        ),
        _rule(
            "download",
            "Downloaded material",
            "intent",
            5,
            _event("download-1", "download", 60),
            frequency=EACH_DAY,
            ageing={"kind": "linear", "days": 60},
            maximum=10,
        ),
        _rule(
            "click",
            "Clicked in our e-mails",
            "intent",
            2,
            _event("click-1", "email_click", 30),
            frequency=EACH_DAY,
            maximum=6,
        ),
        _rule("chat", "Asked in the chat", "intent", 6, _event("chat-1", "chat", 30)),
        _rule(
            "active",
            "Active on 3 days in two weeks",
            "intent",
            6,
            _fact("active-1", "days_active", "at_least", 3, within_days=14),
        ),
        _rule(
            "timeline",
            "Wants to buy within 6 months",
            "intent",
            10,
            _fact("timeline-1", "attributes.purchase_timeline", "is_any_of", SOON),
        ),
        _rule(
            "unsubscribed",
            "Unsubscribed from our e-mails",
            "intent",
            -15,
            _event("unsubscribed-1", "unsubscribed", 180),
        ),
    ],
    "caps": {"fit": 50, "intent": 50},
    "bands": {"fit": [75, 50, 25], "intent": [75, 50, 25]},
}
