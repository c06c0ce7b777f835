"""A retried POST does nothing twice: the first answer is kept with its write, and given again."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from leadportal.db import clock, prepared, rows, sweeps
from leadportal.db.races import again_when_raced
from leadportal.models import IdempotentAnswer
from leadportal.rest.problems import Problem

KEPT = timedelta(hours=72)
KEY_MAX = 255
# idempotent_answer_once; plain SQL, as every POST asks it.
_KEPT_ANSWER = """
SELECT id, fingerprint, status, body, created_at FROM leads_idempotentanswer
 WHERE api_key_id = %(api_key_id)s AND key = %(key)s AND route = %(route)s
"""
ApiView = Callable[..., HttpResponse]


class _Faster(Exception):
    """A parallel request with this key committed first; its answer is there now."""


def idempotent(view: ApiView) -> ApiView:
    """Honour `Idempotency-Key`. Only answers to something written are kept.

    Whatever raised wrote nothing, so the same key may try again.
    """

    @wraps(view)
    def answer_once(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        name = key_of(request)
        if name is None or request.auth is None:
            return view(request, *args, **kwargs)
        asked = _Asked(request, name)
        if kept := asked.kept_answer():
            return kept

        def work() -> HttpResponse:
            response = view(request, *args, **kwargs)
            asked.keep(response)
            return response

        try:
            return again_when_raced(work)
        except _Faster:
            if kept := asked.kept_answer():
                return kept
            raise Problem(409, "The same request is being worked on; try again.") from None

    return answer_once


def key_of(request: Request) -> str | None:
    """The key a request came with, if any. Raises Problem for one that is none."""
    name = request.headers.get("Idempotency-Key")
    if name is not None and not (
        0 < len(name) <= KEY_MAX and name.isascii() and name.isprintable()
    ):
        raise Problem(400, f"Idempotency-Key must be 1 to {KEY_MAX} characters of ASCII.")
    return name


class _Asked:
    """One request under one key."""

    def __init__(self, request: Request, name: str) -> None:
        self.at = clock.now()
        self.identity = {
            "api_key_id": request.auth.pk,
            "key": name,
            "route": f"{request.method} {request.path}"[:120],
        }
        self.fingerprint = sha256(
            request.get_full_path().encode() + b"\n" + request.body
        ).hexdigest()

    def kept_answer(self) -> HttpResponse | None:
        found = prepared.fetch(_KEPT_ANSWER, self.identity)
        if not found:
            return None
        ((pk, fingerprint, status, body, created_at),) = found
        if created_at < self.at - KEPT:
            IdempotentAnswer.objects.filter(pk=pk).delete()
            return None
        if fingerprint != self.fingerprint:
            raise Problem(422, "This Idempotency-Key was used for another request.")
        return HttpResponse(
            body,
            status=status,
            content_type="application/json",
            headers={"Idempotency-Replayed": "true", **_location(body)},
        )

    def keep(self, response: HttpResponse) -> None:
        """In the transaction of the write: both are there or neither is."""
        answer = self.identity | {
            "fingerprint": self.fingerprint,
            "status": response.status_code,
            "body": response.content.decode(),
            "created_at": self.at,
        }
        # Waits for a parallel request with this key, and knows by the count who was first.
        if not rows.insert(IdempotentAnswer, [answer], skip_conflicts=True):
            raise _Faster


def _location(body: str) -> dict[str, str]:
    """The header of what was made: an answer that has its address as `url` had it there too."""
    said = json.loads(body) if body else None
    url = said.get("url") if isinstance(said, dict) else None
    return {"Location": url} if url else {}


def forget_answers(at: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete answers that nobody can ask for any more, a batch at a time; gives how many."""
    return sweeps.forget(IdempotentAnswer, "created_at", kept=KEPT, now=at, seconds=seconds)


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the oldest answer that nobody can ask for was to be forgotten; None without one."""
    return sweeps.oldest_kept_too_long(IdempotentAnswer, "created_at", kept=KEPT, now=at)
