"""Leads over HTTP: send them in, read them with score, history and events."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts.authentication import READ, OpenTo
from accounts.models import Scope
from leadportal.db.paging import Order, moment
from leadportal.rest.batches import items_of
from leadportal.rest.lists import narrowed, one_page, unless_known
from leads.api import schema, shapes
from leads.api.access import integration_of, lead_or_404, leads_for
from leads.api.batches import answer_batch, answer_refusal
from leads.api.decision import (
    PostedLeadAnswer,
    decided,
    decision,
    is_dry_run,
    refuse_dry_run,
    seconds_to_wait,
)
from leads.api.idempotency import idempotent
from leads.explanation import explain
from leads.filters import LeadFilter
from leads.ingest import Status, ingest_leads
from leads.models import Lead
from leads.qualification import qualify

ORDERS = {
    "-created_at": Order("created_at", moment, descending=True),
    "created_at": Order("created_at", moment),
    "-total": Order("total", int, descending=True),
}
HISTORY_ORDERS = {"at": Order("at", moment), "-at": Order("at", moment, descending=True)}
EVENT_ORDERS = {"-occurred_at": Order("occurred_at", moment, descending=True)}


@extend_schema(methods=["GET"], **schema.LIST_LEADS)
@extend_schema(methods=["POST"], **schema.POST_LEAD)
@api_view(["GET", "POST"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ, POST=Scope.LEADS_WRITE)])
def leads(request: Request) -> HttpResponse:
    return list_leads(request) if request.method in READ else send_lead(request)


def list_leads(request: Request) -> HttpResponse:
    found = narrowed(request, LeadFilter, leads_for(request))
    if request.query_params.get("order") == "-total":
        found = found.exclude(total=None)
    return one_page(
        request, shapes.leads_to_show(found, integration_of(request)), ORDERS, shapes.lead
    )


def send_lead(request: Request) -> HttpResponse:
    if is_dry_run(request):
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
        (result,) = ingest_leads([request.data], **sender(request))
        if result.status is Status.REFUSED:
            return answer_refusal(result)
        qualify([result.lead_id])
        would_be = decision(result.lead_id)
        transaction.set_rollback(True)
    matched = result.status is Status.MATCHED
    known = result.lead_id if matched else None
    body: PostedLeadAnswer = {
        "id": known,
        "status": result.status,
        "matched": matched,
        "dry_run": True,
        "decision": would_be,
    }
    return JsonResponse(body)


@idempotent
def post_lead(request: Request) -> HttpResponse:
    (result,) = ingest_leads([request.data], **sender(request))
    if result.status is Status.REFUSED:
        return answer_refusal(result)
    matched = result.status is Status.MATCHED
    url = reverse("api-lead", args=[result.lead_id])
    body: PostedLeadAnswer = {
        "id": result.lead_id,
        "status": result.status,
        "matched": matched,
        "url": url,
    }
    return JsonResponse(body, status=200 if matched else 201, headers={"Location": url})


@extend_schema(**schema.POST_LEADS)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.LEADS_WRITE)])
@idempotent
def lead_batch(request: Request) -> HttpResponse:
    refuse_dry_run(request)
    items, options = items_of(request, "leads")
    return answer_batch(lambda: ingest_leads(items, **sender(request), **options), shapes.result)


@extend_schema(**schema.GET_LEAD)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead(request: Request, pk: int) -> HttpResponse:
    if heir := heir_of(request, pk):
        return HttpResponsePermanentRedirect(reverse("api-lead", args=[heir]))
    rows = shapes.leads_to_show(leads_for(request), integration_of(request))
    return unless_known(request, shapes.lead(get_object_or_404(rows, pk=pk)))


def heir_of(request: Request, pk: int) -> int | None:
    """Whom an id that was merged away means now, if the caller may see them."""
    heir = Lead.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
    return heir if heir and leads_for(request).filter(pk=heir).exists() else None


@extend_schema(**schema.GET_EXPLANATION)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def explanation(request: Request, pk: int) -> HttpResponse:
    explained = explain(lead_or_404(request, pk))
    nothing = dict.fromkeys(("total", "fit", "intent", "version")) | {"lines": [], "unscored": []}
    return JsonResponse(explained.as_dict() if explained else nothing)


@extend_schema(**schema.GET_HISTORY)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def history(request: Request, pk: int) -> HttpResponse:
    rows = lead_or_404(request, pk).stage_changes.select_related("person", "integration", "version")
    return one_page(request, rows, HISTORY_ORDERS, shapes.stage_change)


@extend_schema(**schema.GET_LEAD_EVENTS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead_events(request: Request, pk: int) -> HttpResponse:
    return one_page(request, lead_or_404(request, pk).events.all(), EVENT_ORDERS, shapes.event)


def sender(request: Request) -> dict[str, Any]:
    """Who sends, for ingest: the integration of the key, and the source the key stands for."""
    return {"integration": request.auth.integration, "default_source": request.auth.source}
