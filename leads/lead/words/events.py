"""What somebody did, in the words of the event: "Visited Pricing", and what else it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from funnel.vocabulary.events import event_did
from leadportal.look.bidi import apart

# Where events say in their own words what was wanted, and what the thing was called.
WORDS = ("message", "question", "comment", "text", "note")
TITLES = ("title", "subject", "name", "path", "url", "file", "form")
# What people did to the thing that is called so: "visited Pricing".
VERBS = {
    "page_view": "visited",
    "email_open": "opened",
    "email_click": "clicked in",
    "webinar_signup": "signed up for",
    "webinar_attended": "attended",
    "download": "downloaded",
}
SHOWN_PROPERTIES = 4
SHOWN_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Told:
    """The end of a sentence that begins with who did it, what else was sent, and their words."""

    did: str | SafeString
    text: str
    quote: str

    @property
    def sentence(self) -> str:
        """The same as one that needs no subject: "Visited Pricing"."""
        alone = self.did[:1].upper() + self.did[1:]
        return SafeString(alone) if isinstance(self.did, SafeString) else alone


def told(type_: str, properties: Mapping[str, Any]) -> Told:
    words = next((str(properties[name]) for name in WORDS if properties.get(name)), "")
    title = next((str(properties[name]) for name in TITLES if properties.get(name)), "")
    rest = [
        f"{name.replace('_', ' ').capitalize()}: {shown(value)}"
        for name, value in properties.items()
        if name not in (*WORDS, *TITLES) and not isinstance(value, dict | list)
    ]
    rest = rest[:SHOWN_PROPERTIES]
    if title and type_ in VERBS:
        did = format_html("{} <b>{}</b>", VERBS[type_], shown(title))
        return Told(did, " · ".join(rest), words)
    return Told(event_did(type_), " · ".join([shown(title)] * bool(title) + rest), words)


def shown(value: Any) -> str:
    """A value as a page has it: not too long, and apart from the text around it."""
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return apart(text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…")
