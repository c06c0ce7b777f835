"""Events over HTTP."""

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts.authentication import OpenTo
from accounts.models import Scope
from leadportal.rest.batches import items_of
from leads.api import schema, shapes
from leads.api.batches import answer_batch, answer_refusal
from leads.api.decision import refuse_dry_run
from leads.api.idempotency import idempotent
from leads.api.leads import sender
from leads.ingest import Status, ingest_events


@extend_schema(**schema.POST_EVENT)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.EVENTS_WRITE)])
@idempotent
def event(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    (result,) = ingest_events([request.data], **sender(request))
    if result.status is Status.REFUSED:
        return answer_refusal(result)
    body: shapes.PostedEventAnswer = {
        "id": result.event_id,
        "status": result.status,
        "lead": result.lead_id,
    }
    return JsonResponse(body, status=201 if result.status is Status.CREATED else 200)


@extend_schema(**schema.POST_EVENTS)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.EVENTS_WRITE)])
@idempotent
def event_batch(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    items, options = items_of(request, "events")
    return answer_batch(
        lambda: ingest_events(items, **sender(request), **options), shapes.event_result
    )
