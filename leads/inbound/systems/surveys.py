"""Forms: Typeform, Webflow, forms of a website, and plain JSON of whatever sends it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from typing import Any, cast
from urllib.parse import parse_qsl

from leads.inbound.systems.flat import (
    PATHS_MAX,
    clean,
    dict_of,
    json_of,
    label_of,
    list_of,
    object_of,
    said_in,
    text_of,
    words,
)
from leads.inbound.systems.said import Raw, Said, Submission, Unreadable

# No person sees this field of a form, so who fills it is a program.
TRAP = "your_homepage"
# Each of its letters is one byte, and back.
_BYTES = "latin-1"

# --- Typeform ----------------------------------------------------------------------------------

_BY_TYPE = {"email": "email", "phone_number": "phone"}
# "Work email, {{field:first_name}}?"
_RECALL = re.compile(r"\s*,?\s*\{\{[^}]*\}\}")


def typeform(raw: Raw) -> list[Submission]:
    sent = object_of(raw)
    if sent.get("event_type") not in (None, "form_response"):
        return [Submission(passed_over="It is about something else than an answer to a form.")]
    response = dict_of(sent.get("form_response"))
    if not response:
        raise Unreadable("Typeform sends a form_response.")
    form = dict_of(response.get("definition"))
    titles = {words(one.get("id")): words(one.get("title")) for one in list_of(form.get("fields"))}
    said = [_typeform_answer(one, titles) for one in list_of(response.get("answers"))]
    for name, value in dict_of(response.get("hidden")).items():
        said.append(Said(f"hidden.{name}", name, words(value)))
    for variable in list_of(response.get("variables")):
        name, kind = words(variable.get("key")), words(variable.get("type"))
        said.append(Said(f"variables.{name}", name, variable.get(kind)))
    return [
        Submission(
            said,
            key=words(response.get("token")),
            at=response.get("submitted_at"),
            about={"form": words(form.get("title"))} if form.get("title") else {},
        )
    ]


def _typeform_answer(answer: Mapping[str, Any], titles: Mapping[str, str]) -> Said:
    field, kind = dict_of(answer.get("field")), words(answer.get("type"))
    path = words(field.get("ref")) or words(field.get("id"))
    title = _RECALL.sub("", titles.get(words(field.get("id")), ""))
    value = answer.get(kind)
    if kind == "choice":
        value = dict_of(value).get("label") or dict_of(value).get("other")
    elif kind == "choices":
        chosen = dict_of(value)
        labels = chosen.get("labels")
        value = [*(labels if isinstance(labels, list) else []), chosen.get("other")]
        value = [one for one in value if one]
    elif kind == "payment":
        value = words(dict_of(value).get("amount"))
    target = _BY_TYPE.get(kind, "")
    return Said(path, title or path, value if not isinstance(value, dict) else "", target)


# --- Webflow -----------------------------------------------------------------------------------


def webflow(raw: Raw) -> list[Submission]:
    """Its second version wraps the form in a trigger and a payload, its first does not."""
    sent = object_of(raw)
    if sent.get("triggerType") not in (None, "form_submission"):
        return [Submission(passed_over="It is about something else than a form.")]
    form = dict_of(sent.get("payload")) or sent
    data = dict_of(form.get("data"))
    if not data:
        raise Unreadable("Webflow sends the fields of a form as data.")
    return [
        Submission(
            [Said(name, name, value) for name, value in data.items()][:PATHS_MAX],
            key=words(form.get("id")) or words(form.get("_id")),
            at=form.get("submittedAt") or form.get("d"),
            about={"form": words(form.get("name"))} if form.get("name") else {},
        )
    ]


# --- forms of a website ------------------------------------------------------------------------


def html(raw: Raw) -> list[Submission]:
    """A form as a browser posts it; as JSON, where a script of the page does."""
    if "json" in raw.content_type:
        return plain(raw)
    said: dict[str, list[str]] = {}
    for name, value in pairs_of(raw):
        if value.strip() and name != TRAP:
            said.setdefault(name, []).append(value.strip())
    found = [
        Said(name, label_of(name), values if len(values) > 1 else values[0])
        for name, values in said.items()
    ]
    if not found:
        raise Unreadable("No field of the form says anything.")
    return [Submission(found[:PATHS_MAX])]


def pairs_of(raw: Raw) -> list[tuple[str, str]]:
    """Names and values of a form, in both ways in which browsers write them. Raises Unreadable."""
    if raw.content_type.lower().startswith("multipart/"):
        return _parts(raw)
    try:
        # Letter by letter a byte, for each part is to say itself whose letters it has.
        pairs = parse_qsl(
            raw.body.decode(_BYTES), keep_blank_values=True, max_num_fields=1_000, encoding=_BYTES
        )
    except ValueError:
        raise Unreadable("This form has more than 1,000 fields.") from None
    return [
        (_read(name.encode(_BYTES), raw), _read(value.encode(_BYTES), raw)) for name, value in pairs
    ]


def _read(text: bytes, raw: Raw) -> str:
    return clean(text_of(replace(raw, body=text)))


def _parts(raw: Raw) -> list[tuple[str, str]]:
    head = f"Content-Type: {raw.content_type}\r\n\r\n".encode()
    message = message_from_bytes(head + raw.body, policy=HTTP)
    pairs = []
    for part in cast(list[Message], message.get_payload()) if message.is_multipart() else []:
        name = part.get_param("name", header="content-disposition")
        # Of a file its name is enough.
        file = part.get_filename()
        body = part.get_payload(decode=True)
        text = clean(file) if file else _read(body, raw) if isinstance(body, bytes) else ""
        if isinstance(name, str):
            pairs.append((clean(name), text))
    return pairs


# --- whatever sends JSON -----------------------------------------------------------------------


def plain(raw: Raw) -> list[Submission]:
    """An object of any names, or a list of such; a form where that is what came."""
    if "json" not in raw.content_type and raw.body.lstrip()[:1] not in (b"{", b"["):
        return html(raw)
    sent = json_of(raw)
    people = list_of(sent) if isinstance(sent, list) else [dict_of(sent)]
    found = [Submission(said_in(one)) for one in people]
    if not any(one.said for one in found):
        raise Unreadable("This JSON says nothing of anybody.")
    return found
