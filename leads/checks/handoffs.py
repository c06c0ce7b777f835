"""What may be said of a handoff: who acts, and what they did."""

from leads.checks.reading import Field, object_of
from leads.checks.values import MOMENT, choice, text
from leads.models import Touch

CLAIM: dict[str, Field] = {
    "rep": Field(
        text(254).check,
        {
            "type": ["string", "null"],
            "format": "email",
            "maxLength": 254,
            "description": "Mail of the rep who acts.",
        },
    )
}
RELEASE = CLAIM | {"reason": text(300)}
TOUCH = CLAIM | {
    "channel": choice(Touch.Channel),
    "result": choice(Touch.Result),
    "note": text(2_000),
    "touched_at": MOMENT,
}

CLAIM_SCHEMA, RELEASE_SCHEMA = object_of(CLAIM), object_of(RELEASE)
TOUCH_SCHEMA = object_of(TOUCH, required=["channel", "result"])
