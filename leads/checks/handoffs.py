"""What may be said of a handoff: who acts, what they did, and what became of it."""

from typing import Any

from funnel.stages import Stage
from leads.checks.reading import Field, Wrong, object_of
from leads.checks.values import AMOUNT, DAY, ID, MOMENT, YES_NO, choice, text
from leads.models import Answer, Touch, WrongCriterion

NOTE_MAX = 2_000


def _lines(value: Any) -> str | None:
    if not isinstance(value, str):
        raise Wrong("wrong_type", "A text is needed here.")
    if len(value) > NOTE_MAX:
        raise Wrong("too_long", f"At most {NOTE_MAX} characters fit here.")
    return value.strip() or None


_NOTE = Field(_lines, {"type": ["string", "null"], "maxLength": NOTE_MAX})


CLAIM: dict[str, Field] = {
    "rep": Field(
        text(254).check,
        {
            "type": ["string", "null"],
            "format": "email",
            "maxLength": 254,
            "description": "Mail of the person who acts.",
        },
    )
}
RELEASE = CLAIM | {"reason": text(300)}
TOUCH = CLAIM | {
    "channel": choice(Touch.Channel),
    "result": choice(Touch.Result),
    "note": _NOTE,
    "touched_at": MOMENT,
}

_FLAWS = {"type": "string", "enum": [str(flaw) for flaw in WrongCriterion.Flaw]}


def _flaws(value: Any) -> dict[str, str]:
    """{id of a rule: what was wrong with it}"""
    if not isinstance(value, dict):
        raise Wrong("wrong_type", "An object from ids of rules to flaws is needed here.")
    for rule, flaw in value.items():
        if flaw not in WrongCriterion.Flaw:
            raise Wrong("not_a_choice", f"One of these is needed: {', '.join(_FLAWS['enum'])}.")
        if not isinstance(rule, str) or len(rule) > 40:
            raise Wrong("invalid_name", "The id of a rule is a text of up to 40 characters.")
    return value


ACCEPT = CLAIM | {"value": AMOUNT, "expected_on": DAY}
REJECT = CLAIM | {
    "reason": text(80),
    "note": _NOTE,
    "wrong": Field(_flaws, {"type": ["object", "null"], "additionalProperties": _FLAWS}),
    "may_return": YES_NO,
}
ANSWER = CLAIM | {
    "kind": choice(Answer.Kind),
    "text": text(300),
    "return_on": DAY,
    "return_event": text(60),
    "arbiter": CLAIM["rep"],
}
OUTCOME = {
    "outcome": choice([Stage.OPPORTUNITY, Stage.WON, Stage.LOST]),
    "amount": AMOUNT,
    "reason": text(300),
    "bought_because": _NOTE,
    "competitor": text(120),
    "at": MOMENT,
}
NAMED_OUTCOME = OUTCOME | {"external_id": ID}

CLAIM_SCHEMA, RELEASE_SCHEMA = object_of(CLAIM), object_of(RELEASE)
ACCEPT_SCHEMA = object_of(ACCEPT)
REJECT_SCHEMA = object_of(REJECT, required=["reason"])
ANSWER_SCHEMA = object_of(ANSWER, required=["kind"])
OUTCOME_SCHEMA = object_of(OUTCOME, required=["outcome"])
NAMED_OUTCOME_SCHEMA = object_of(NAMED_OUTCOME, required=["outcome", "external_id"])
TOUCH_SCHEMA = object_of(TOUCH, required=["channel", "result"])
