"""A dispute about a rejection on the timeline: what marketing said, and what was decided."""

from django.utils.html import format_html

from leadportal.look.bidi import apart
from leads.lead.timeline import Happened
from leads.lead.words.entries import MARKETING, Entry, Reader, who
from leads.models import Answer

DECIDED = {
    Answer.Decision.UPHELD: "upheld the rejection",
    Answer.Decision.OVERTURNED: "overturned the rejection",
    Answer.Decision.UNCLEAR: "called the definition unclear",
}


def dispute(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    title = format_html("<b>{}</b> disputed the rejection", who(about, reading.reader))
    asked = f"{apart(about['arbiter'])} decides" if about["arbiter"] else ""
    return [Entry(thing.at, title, MARKETING, text=asked, quote=about["text"])]


def decision(thing: Happened, reading: Reader) -> list[Entry]:
    about = thing.about
    did = DECIDED[Answer.Decision(about["decision"])]
    title = format_html("<b>{}</b> {}", who(about, reading.reader), did)
    # Why it was overturned stands at the override that it made.
    because = "" if about["decision"] == Answer.Decision.OVERTURNED else about["because"]
    return [Entry(thing.at, title, "", strong=True, quote=because)]
