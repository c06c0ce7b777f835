"""Mails about leads: what a form or a portal mails of somebody, "Name: Ana Lopez" line by line."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from django.utils.html import strip_tags

from leads.imports.targets import FULL_NAME
from leads.inbound.systems.flat import PATHS_MAX, clean, label_of
from leads.inbound.systems.said import Raw, Said, Submission, Unreadable
from leads.inbound.systems.surveys import pairs_of

# A line of a form that was mailed. A time, a web address and a sentence are none.
_LINE = re.compile(r"^\s*[*>•-]*\s*([^\W\d][^:\n]{0,60}?)\s*[*]*\s*:\s*[*]*\s*(?!//)(\S.*?)\s*$")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]>\s*<t[dh][^>]*>", re.IGNORECASE)
# Where services that pass mails on put the whole message.
_WHOLE = ("email", "body-mime", "message", "raw")
LINES_MAX, TEXT_MAX = 500, 60_000


def mail(raw: Raw) -> list[Submission]:
    """A message (RFC 5322) as it is, or in a form of a service that received it."""
    message = _message(raw)
    text = _text(message)
    said = _lines(text)
    # Who writes of another is a robot; who writes of nobody else speaks of themselves.
    if not any("@" in one.value for one in said) and (sender := _sender(message)):
        name, address = sender
        said += [
            Said("from.email", "From", address, "email"),
            Said("from.name", "From", name, FULL_NAME),
        ]
    subject = clean(str(message.get("Subject") or "")).strip()
    said.append(Said("subject", "Subject", subject))
    if len(said) <= 3:
        said.append(Said("message", "Message", text.strip()))
    if not any("@" in str(one.value) for one in said):
        raise Unreadable("The mail has no sender, and names no address.")
    key = str(message.get("Message-ID") or "").strip()
    return [
        Submission(
            [one for one in said if one.value][:PATHS_MAX],
            key=key[:200],
            at=_sent_at(message),
            about={"subject": subject} if subject else {},
        )
    ]


def _message(raw: Raw) -> EmailMessage:
    body = raw.body
    if raw.content_type.lower().startswith(("multipart/form-data", "application/x-www-form")):
        said = dict(pairs_of(raw))
        whole = next((said[name] for name in _WHOLE if said.get(name)), "")
        if not whole:
            raise Unreadable("The form holds no message; have the raw mail posted.")
        body = whole.encode()
    return message_from_bytes(body, policy=policy.default)  # type: ignore[return-value]


def _text(message: EmailMessage) -> str:
    part: Any = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):
        text = (part.get_payload(decode=True) or b"").decode("latin-1")
    if part.get_content_type() == "text/html":
        text = strip_tags(_BREAK.sub("\n", _CELL.sub(": ", text)))
    return clean(text)[:TEXT_MAX]


def _lines(text: str) -> list[Said]:
    found: dict[str, Said] = {}
    for line in text.splitlines()[:LINES_MAX]:
        if said := _LINE.match(line):
            label = " ".join(said[1].split())
            path = label.lower()
            found.setdefault(path, Said(path, label_of(label), said[2]))
    return list(found.values())


def _sender(message: EmailMessage) -> tuple[str, str] | None:
    """Name and address of who is to be answered."""
    for header in ("Reply-To", "From"):
        for name, address in getaddresses([str(message.get(header) or "")]):
            if "@" in address:
                return clean(name), clean(address)
    return None


def _sent_at(message: EmailMessage) -> Any:
    try:
        at = parsedate_to_datetime(str(message.get("Date") or ""))
    except (TypeError, ValueError):
        return None
    return at.isoformat() if at.tzinfo else None
