"""Forms made here: their fields are named by what they are, their consents by the text's number."""

from collections.abc import Mapping
from typing import Any

from leads import tags
from leads.inbound.systems.flat import label_of
from leads.inbound.systems.said import Raw, Said, Submission, Unreadable
from leads.inbound.systems.surveys import TRAP, pairs_of
from leads.models import ConsentText

TOKEN, CONSENT = "form_token", "consent"
_OF_THE_FORM = frozenset({TOKEN, CONSENT, TRAP})
_ORIGIN = {"utm_source": "source", "utm_campaign": "campaign"}


def form(raw: Raw) -> list[Submission]:
    said: dict[str, list[str]] = {}
    for name, value in pairs_of(raw):
        if value.strip() and name not in _OF_THE_FORM:
            said.setdefault(name, []).append(value.strip())
    if not said:
        raise Unreadable("No field of the form says anything.")
    found = [_said(name, values) for name, values in said.items()]
    agreed = [value for name, value in pairs_of(raw) if name == CONSENT]
    return [Submission(found, consent=_consent(agreed, raw))]


def _said(name: str, values: list[str]) -> Said:
    value = values if len(values) > 1 else values[0]
    if name in tags.NAMES:
        return Said(name, name, value, _ORIGIN.get(name, ""))
    return Said(name, label_of(name), value, name)


def token_of(raw: Raw) -> str:
    """The token of the page that was sent; blank where it had none."""
    return dict(pairs_of(raw)).get(TOKEN, "")


def trap_of(raw: Raw) -> str:
    return dict(pairs_of(raw)).get(TRAP, "")


def _consent(agreed: list[str], raw: Raw) -> Mapping[str, Any]:
    """What was ticked, with the words that were read, when, and by which page from where."""
    numbers = [int(one) for one in agreed if one.isdecimal() and len(one) < 18]
    texts = ConsentText.objects.filter(pk__in=numbers, form__inlet=raw.inlet_id)
    whence = f" from {raw.address}" if raw.address else ""
    return {
        one.purpose: {
            "given": True,
            "at": raw.received_at.isoformat(),
            "text": one.text,
            "channel": f"/f/{one.form.slug} v{one.version}{whence}",
        }
        for one in texts.select_related("form")
    }
