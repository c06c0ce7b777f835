"""What the checks refuse, in the words of somebody who fills in a form."""

from leads.checks.reading import FieldError

OFFERED_NO_MORE = "Choose from what is offered; this is not, or no more."
# By code, as the fields of the form meet it; what is not here reads well as it is.
_SAID = {
    "required": "Give an email or a phone, so that this lead can be found again.",
    "taken": "Another lead has this address already. Search for it to see who.",
    # What is typed is text, which only numbers refuse.
    "wrong_type": "Enter a number, like 1250.",
    "range": "Enter one number, like 1250.",
    "not_finite": "Enter a number, like 1250.",
    "not_a_choice": OFFERED_NO_MORE,
    "invalid_date": "Enter the day as 2026-11-22.",
    "too_many": "That is more than fits in the details of one lead.",
}


def refused(error: FieldError) -> str:
    """What stands at the field it is about."""
    return _SAID.get(error.code, error.detail)
