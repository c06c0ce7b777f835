"""Leads and events sent in over REST, one by one or in batches, or tried without writing."""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypedDict

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts.keys.authentication import OpenTo
from accounts.models import ApiKey, Integration, Scope
from leadportal.rest.batches import items_of
from leadportal.rest.idempotency import idempotent, key_of
from leadportal.rest.problems import Problem
from leads.ingest import answers, openapi
from leads.ingest.answers import PostedLeadAnswer
from leads.ingest.decision import WAIT_MAX, decided
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.ingest.results import BatchRefused, IngestResult, Status

# Of a single item: what is not here is a 400.
STATUS_OF = {"not_found": 404, "erased": 409}
_WAIT = re.compile(r'(?:^|,)\s*wait\s*=\s*"?([0-9]{1,6})"?\s*(?=[;,]|$)', re.IGNORECASE)


def answer_batch(
    ingest: Callable[[], list[IngestResult]], show: Callable[[IngestResult], Any]
) -> HttpResponse:
    """200, or 207 where some were refused; 400 where all or none was asked for."""
    try:
        results = ingest()
    except BatchRefused as refused:
        raise Problem(
            400,
            "Nothing was written, as not all items can be taken.",
            errors=[
                error | {"index": result.index}
                for result in refused.refused
                for error in answers.errors(result.errors)
            ],
        ) from None
    summary = dict.fromkeys(Status, 0)
    for result in results:
        summary[result.status] += 1
    status = HTTPStatus.MULTI_STATUS if summary[Status.REFUSED] else HTTPStatus.OK
    body = {"results": [show(result) for result in results], "summary": summary}
    return JsonResponse(body, status=status)


def refusal(result: IngestResult) -> Problem:
    """The problem of a single item."""
    status = next((STATUS_OF[e.code] for e in result.errors if e.code in STATUS_OF), 400)
    return Problem(status, _summary(result), errors=answers.errors(result.errors))


def _summary(result: IngestResult) -> str:
    first, *others = result.errors
    more = f" ({len(others)} more)" if others else ""
    return f"{first.pointer or 'The body'}: {first.detail}{more}"


def seconds_to_wait(request: Request) -> int:
    """`Prefer: wait=N` (RFC 7240), at most WAIT_MAX; 0 when it is not asked for."""
    found = _WAIT.search(request.headers.get("Prefer", ""))
    return min(int(found[1]), WAIT_MAX) if found else 0


def is_dry_run(request: Request) -> bool:
    """`?dry_run=true`. Any other word is an error: nobody writes by a slip of the pen."""
    return _asked(request, "dry_run", default=False)


def is_strict(request: Request) -> bool:
    """Whether a value that is not understood refuses the item: by `?strict`, else by the key."""
    assert isinstance(request.auth, ApiKey)  # what is sent in is open to keys alone
    return _asked(request, "strict", default=request.auth.strict)


def _asked(request: Request, name: str, *, default: bool) -> bool:
    given = request.query_params.get(name)
    if given not in {"true", "false", None}:
        raise _wrong(name, "invalid", "true or false is needed here.")
    return default if given is None else given == "true"


def refuse_dry_run(request: Request) -> None:
    """Where it is not offered, asking for it must not end in writing."""
    if is_dry_run(request):
        detail = "Only POST /api/v1/leads can be tried without writing."
        raise _wrong("dry_run", "not_offered", detail)


def _wrong(parameter: str, code: str, detail: str) -> Problem:
    error = {"parameter": parameter, "code": code, "detail": detail}
    return Problem(400, f"{parameter}: {detail}", errors=[error])


@idempotent
def send_event(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    (result,) = ingest_events([request.data], **sender(request))
    if result.event_id is None or result.lead_id is None:
        raise refusal(result)
    created = result.status is Status.CREATED
    body: answers.PostedEventAnswer = {
        "id": result.event_id,
        "status": "created" if created else "duplicate",
        "lead": result.lead_id,
        "warnings": answers.warnings(result.warnings),
    }
    return JsonResponse(body, status=201 if created else 200)


@extend_schema(**openapi.POST_EVENTS)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.EVENTS_WRITE)])
@idempotent
def event_batch(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    items, all_or_none = items_of(request, "events")
    return answer_batch(
        lambda: ingest_events(items, **sender(request), all_or_none=all_or_none),
        answers.event_result_answer,
    )


def send_lead(request: Request) -> HttpResponse:
    if is_dry_run(request):
        key_of(request)  # not needed, but to be right when it is
        return try_lead(request)
    answer = post_lead(request)
    if seconds := seconds_to_wait(request):
        # Beside the kept answer, which holds ids only; a replay tells how things stand by then.
        body = json.loads(answer.content)
        body["decision"] = decided(body["id"], seconds)
        answer.content = json.dumps(body, cls=DjangoJSONEncoder)
        if body["decision"]:
            answer["Preference-Applied"] = f"wait={seconds}"
    return answer


def try_lead(request: Request) -> HttpResponse:
    """What would become of it: done in full, and undone."""
    with transaction.atomic():
        (result,) = ingest_leads([request.data], **sender_of_leads(request))
        if result.lead_id is None:
            raise refusal(result)
        would_be = decided(result.lead_id)
        transaction.set_rollback(True)
    matched = result.status is Status.MATCHED
    known = result.lead_id if matched else None
    body: PostedLeadAnswer = {
        "id": known,
        "status": "matched" if matched else "created",
        "matched": matched,
        "matched_by": result.how,
        "suggested": result.suggested,
        "warnings": answers.warnings(result.warnings),
        "dry_run": True,
        "decision": would_be,
    }
    return JsonResponse(body)


@idempotent
def post_lead(request: Request) -> HttpResponse:
    (result,) = ingest_leads([request.data], **sender_of_leads(request))
    if result.lead_id is None:
        raise refusal(result)
    matched = result.status is Status.MATCHED
    url = reverse("api-lead", args=[result.lead_id])
    body: PostedLeadAnswer = {
        "id": result.lead_id,
        "status": "matched" if matched else "created",
        "matched": matched,
        "matched_by": result.how,
        "suggested": result.suggested,
        "warnings": answers.warnings(result.warnings),
        "url": url,
    }
    return JsonResponse(body, status=200 if matched else 201, headers={"Location": url})


@extend_schema(**openapi.POST_LEADS)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.LEADS_WRITE)])
@idempotent
def lead_batch(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    items, all_or_none = items_of(request, "leads")
    return answer_batch(
        lambda: ingest_leads(items, **sender_of_leads(request), all_or_none=all_or_none),
        answers.lead_result_answer,
    )


class SentBy(TypedDict):
    """Who sends, for ingest: the integration of the key, and the source the key stands for."""

    integration: Integration
    default_source: str
    strict: bool


def sender(request: Request) -> SentBy:
    key = request.auth
    assert isinstance(key, ApiKey)  # what is sent in is open to keys alone
    return {
        "integration": key.integration,
        "default_source": key.source,
        "strict": is_strict(request),
    }


class SentLeadsBy(SentBy):
    """The same for leads, which may bring their dates along."""

    keeps_dates: bool


def sender_of_leads(request: Request) -> SentLeadsBy:
    by, key = sender(request), request.auth
    assert isinstance(key, ApiKey)
    return {**by, "keeps_dates": Scope.LEADS_IMPORT in key.scopes}
