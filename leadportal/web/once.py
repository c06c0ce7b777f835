"""One intent, one act: a form that is sent twice does once what it says.

Each form a page shows carries a token of its own, beside Django's secret (`{% csrf_token %}`,
leadportal/look/page_tags.py). The first post with a token is remembered before it acts; a second
one with the same token, address, fields and files waits for the first answer and is sent to the
same place. Whatever the first did not do (a mistake in the form, a refusal) may be tried again.
"""

import json
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from leadportal.db import clock, rows, sweeps
from leadportal.models import SentForm
from leadportal.web.answers import GetResponse, HtmxRequest, came_from, go, refused

FIELD = "once"
MOST_LETTERS = 64
# Where other systems post what they like; their bodies are kept as they come, unread.
OF_OTHERS = "/in/"
KEPT = timedelta(hours=24)
# A second post waits this long for the answer to the first, looking this often.
WAIT_SECONDS, LOOK_SECONDS = 5.0, 0.05
# Sooner than this, a second post is the same press of a button and is not worth a word.
SAME_PRESS = timedelta(seconds=10)


def new_token() -> str:
    """The name of one form on one page; nobody guesses it, and it says nothing."""
    return secrets.token_urlsafe(12)


class OnceMiddleware:
    """Stands next to the views: whatever view a form of a signed-in person is posted to."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        stop = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < stop:
            if _begin(key):
                return self._first(request, key)
            if before := SentForm.objects.filter(key=key).exclude(done_at=None).first():
                return _again(request, before)
            time.sleep(LOOK_SECONDS)
        text = "It was sent twice, and the first is still being worked on. Look at the page again."
        return refused(request, "This was sent already", text, came_from(request))

    def _first(self, request: HtmxRequest, key: str) -> HttpResponse:
        response = self.get_response(request)
        sent = SentForm.objects.filter(key=key)
        if is_act(response):
            sent.update(place=_place(response), said=_said(request), done_at=clock.now())
        else:
            sent.delete()
        return response


def key_of(request: HttpRequest) -> str | None:
    """What two posts of one intent have in common; None where nobody said what the intent is."""
    if request.method != "POST" or request.path_info.startswith(OF_OTHERS):
        return None
    if not request.user.is_authenticated:
        return None
    if not 0 < len(request.POST.get(FIELD, "")) <= MOST_LETTERS:
        return None
    # Other fields from the same page, as after going back and correcting, are another intent.
    fields = sorted(item for item in request.POST.lists() if item[0] != "csrfmiddlewaretoken")
    said = json.dumps([request.user.pk, request.path, fields, _files(request)])
    return sha256(said.encode()).hexdigest()


def _files(request: HttpRequest) -> list[list[str]]:
    """What is in the files that came along; each is left to be read from its beginning."""
    found = []
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest = sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            found.append([name, str(file.name), digest.hexdigest()])
    return found


def _begin(key: str) -> bool:
    """Whether this post is the first."""
    return bool(rows.insert(SentForm, [{"key": key, "at": clock.now()}], skip_conflicts=True))


def is_act(response: HttpResponse) -> bool:
    """Whether something was done: an answer leads on to another page, or says 201.

    To be asked to sign in, or to prove again who one is, means that nothing was done yet.
    """
    place = _place(response)
    if not place:
        return response.status_code == 201
    return not any(place.startswith(reverse(name)) for name in settings.SIGN_IN_PAGES)


def _place(response: HttpResponse) -> str:
    """Where an answer sends the browser; empty when it stays."""
    leads_on = response.status_code in (301, 302, 303, 307, 308)
    return response.headers.get("HX-Redirect") or (response["Location"] if leads_on else "")


def _again(request: HtmxRequest, before: SentForm) -> HttpResponse:
    """The answer to a second post: that to the first."""
    if not before.place:
        text = "The form was sent twice. It was done the first time, and nothing was done again."
        return refused(request, "This was done already", text, came_from(request))
    assert before.done_at is not None
    if clock.now() - before.done_at > SAME_PRESS:
        messages.info(request, "You had done this already. Nothing was done again.")
    else:
        _say_again(request, before)
    return go(request, before.place)


def _say_again(request: HttpRequest, before: SentForm) -> None:
    """What a browser that pressed twice may never have seen, unless it waits there already."""
    waiting = {str(one.message) for one in _messages(request, "_loaded_messages")}
    for level, text, tags in before.said:
        if text not in waiting:
            messages.add_message(request, level, text, extra_tags=tags)


def _said(request: HttpRequest) -> list[tuple[int, str, str]]:
    """The messages of this request alone."""
    queued = _messages(request, "_queued_messages")
    return [(one.level, str(one.message), one.extra_tags or "") for one in queued]


def _messages(request: HttpRequest, which: str) -> list[Message]:
    """Some of the messages, without their counting as shown."""
    found: list[Message] = getattr(get_messages(request), which)
    return found


def forget_forms(at: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete what nobody sends a second time any more, a batch at a time; gives how many."""
    return sweeps.forget(SentForm, "at", kept=KEPT, now=at, seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the oldest one was to be forgotten; None when none is due."""
    return sweeps.oldest_kept_too_long(SentForm, "at", kept=KEPT, now=at)


# Fields that belong to one page and not to what somebody typed.
OF_THE_PAGE = ("csrfmiddlewaretoken", FIELD, "next")


def typed(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """What a post says besides, to be sent once more; never a password."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name not in OF_THE_PAGE and "password" not in name
    ]
