"""Leads over REST: found, and read with score, history and events."""

import json

from django.db import transaction
from django.http import HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts import policy
from accounts.keys.authentication import READ, OpenTo, integration_of
from accounts.models import Scope, User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.paging import Order, read_moment
from leadportal.rest.lists import (
    json_text,
    narrowed,
    one_page,
    one_page_of_text,
    refuse_unless_read,
    tagged,
    unless_same,
)
from leadportal.rest.problems import Problem
from leads.checks.reading import Refused
from leads.editing import editing
from leads.explanation.stored import explain
from leads.ingest import openapi as ingest_openapi
from leads.ingest.answers import errors as errors_answer
from leads.ingest.answers import warnings as warnings_answer
from leads.ingest.api import is_strict, send_event, send_lead
from leads.lead import answers, openapi
from leads.lead.as_json import leads_as_json
from leads.lead.filters import EventFilter
from leads.models import Event, Lead
from leads.models.lead import LeadQuerySet
from leads.table.filters import LeadFilter

ORDERS = {
    "-created_at": Order("created_at", read_moment, descending=True),
    "created_at": Order("created_at", read_moment),
    "-total": Order("judgement__total", int, descending=True),
}
HISTORY_ORDERS = {"at": Order("at", read_moment), "-at": Order("at", read_moment, descending=True)}
CONSENT_ORDERS = {"-at": Order("at", read_moment, descending=True)}
EVENT_ORDERS = {"-occurred_at": Order("occurred_at", read_moment, descending=True)}


def leads_for(request: Request) -> LeadQuerySet:
    if isinstance(request.user, User):
        return Lead.objects.visible_to(request.user)
    return Lead.objects.living()


def lead_or_404(request: Request, pk: int) -> Lead:
    """Foreign and missing look the same."""
    return get_object_or_404(leads_for(request).select_related("judgement__version"), pk=pk)


@extend_schema(methods=["GET"], **openapi.LIST_LEADS)
@extend_schema(methods=["POST"], **ingest_openapi.POST_LEAD)
@api_view(["GET", "POST"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ, POST=Scope.LEADS_WRITE)])
def leads(request: Request) -> HttpResponse:
    return list_leads(request) if request.method in READ else send_lead(request)


def list_leads(request: Request) -> HttpResponse:
    found = narrowed(request, LeadFilter, leads_for(request))
    if request.query_params.get("order") == "-total":
        found = found.filter(judgement__total__isnull=False)
    integration = integration_of(request)
    return one_page_of_text(request, found, ORDERS, lambda ids: leads_as_json(ids, integration))


@extend_schema(methods=["GET"], **openapi.GET_LEAD)
@extend_schema(methods=["PATCH"], **openapi.PATCH_LEAD)
@api_view(["GET", "PATCH"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ, PATCH=Scope.LEADS_WRITE)])
def lead(request: Request, pk: int) -> HttpResponse:
    return read_lead(request, pk) if request.method in READ else change_lead(request, pk)


def read_lead(request: Request, pk: int) -> HttpResponse:
    if heir := _heir_of(request, pk):
        return HttpResponsePermanentRedirect(reverse("api-lead", args=[heir]))
    get_object_or_404(leads_for(request).only("pk"), pk=pk)
    return unless_same(request, _shown(request, pk))


@transaction.atomic
def change_lead(request: Request, pk: int) -> HttpResponse:
    """Write what differs for who has read it; the answer is the lead as it is then."""
    found = get_object_or_404(leads_for(request).locked(), pk=pk)
    integration = integration_of(request)
    assert integration is not None  # changing is open to keys alone
    refuse_unless_read(request, _shown(request, pk))
    try:
        unread = editing.change(found, request.data, integration, strict=is_strict(request))
    except Refused as refused:
        raise _refusal(refused) from None
    # The tag is that of the lead, as reading it gives it.
    answer = tagged(_shown(request, pk))
    warnings = json.dumps(warnings_answer(unread))
    answer.content = answer.content.removesuffix(b"}") + f',"warnings":{warnings}}}'.encode()
    return answer


def _shown(request: Request, pk: int) -> HttpResponse:
    return json_text(leads_as_json([pk], integration_of(request))[pk])


def _refusal(refused: Refused) -> Problem:
    errors = errors_answer(refused.errors)
    first = refused.errors[0]
    status = 409 if first.code in ("taken", "erased") else 400
    return Problem(status, f"{first.pointer or 'The body'}: {first.detail}", errors=errors)


def _heir_of(request: Request, pk: int) -> int | None:
    """Whom an id that was merged away means now, if the caller may see them."""
    heir = Lead.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
    return heir if heir and leads_for(request).filter(pk=heir).exists() else None


@extend_schema(**openapi.GET_EXPLANATION)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead_explanation(request: Request, pk: int) -> HttpResponse:
    explained = explain(lead_or_404(request, pk))
    nothing = dict.fromkeys(("total", "fit", "intent", "version")) | {"lines": [], "unscored": []}
    return JsonResponse(explained.as_dict() if explained else nothing)


@extend_schema(**openapi.GET_HISTORY)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead_history(request: Request, pk: int) -> HttpResponse:
    rows = lead_or_404(request, pk).stage_changes.select_related("person", "integration", "version")
    return one_page(request, rows, HISTORY_ORDERS, answers.stage_change_answer)


@extend_schema(**openapi.GET_LEAD_EVENTS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead_events(request: Request, pk: int) -> HttpResponse:
    return one_page(
        request, lead_or_404(request, pk).events.all(), EVENT_ORDERS, answers.event_answer
    )


@extend_schema(**openapi.GET_CONSENTS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def lead_consents(request: Request, pk: int) -> HttpResponse:
    words = lead_or_404(request, pk).consents.that_count().select_related("person", "integration")
    return one_page(request, words, CONSENT_ORDERS, answers.consent_answer)


@extend_schema(**openapi.GET_PREFERENCES)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_WRITE)])
def lead_preferences(request: Request, pk: int) -> HttpResponse:
    """The links act for the person, so reading leads is not enough to have them."""
    if isinstance(request.user, User):
        policy.require(request.user, Action.SHARE_PREFERENCES)
    return JsonResponse(answers.preferences_answer(lead_or_404(request, pk), clock.now()))


@extend_schema(methods=["GET"], **openapi.LIST_EVENTS)
@extend_schema(methods=["POST"], **ingest_openapi.POST_EVENT)
@api_view(["GET", "POST"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ, POST=Scope.EVENTS_WRITE)])
def events(request: Request) -> HttpResponse:
    return list_events(request) if request.method in READ else send_event(request)


def list_events(request: Request) -> HttpResponse:
    rows = Event.objects.filter(lead__in=leads_for(request))
    found = narrowed(request, EventFilter, rows)
    return one_page(request, found, EVENT_ORDERS, answers.event_answer)
