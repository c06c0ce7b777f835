"""Marketing's answer, and what an integration says became of a lead."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts.keys.authentication import READ, OpenTo
from accounts.models import Scope, User
from accounts.policy import Action
from funnel.models import Reason
from funnel.stages import MoveNotAllowed, Stage
from leadportal.db.paging import Order, read_moment
from leadportal.rest.idempotency import idempotent
from leadportal.rest.lists import one_page
from leadportal.rest.problems import Problem
from leads.checks.handoffs import ANSWER
from leads.handoffs.api import asked, wrong
from leads.lead.api import lead_or_404, leads_for
from leads.models import Handoff, Nurture
from leads.nurture.nurture import NurtureRefused
from leads.rejections import answers, openapi
from leads.rejections.rejections import AnswerRefused, answer

NURTURE_ORDERS = {"-since": Order("since", read_moment, descending=True)}


@extend_schema(**openapi.POST_ANSWER)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def answer_lead(request: Request, pk: int) -> HttpResponse:
    person, values = asked(request, ANSWER, Action.ANSWER_REJECTIONS)
    if "kind" not in values:
        raise wrong("/kind", "required", "Say nurture, close or dispute.")
    lead = lead_or_404(request, pk)
    handoff = Handoff.objects.filter(lead=lead).order_by("-pk").first()
    if handoff is None or lead.stage != Stage.REJECTED:
        raise Problem(409, f"Lead {lead.pk} is not waiting for an answer.")
    if "arbiter" in values:
        values["arbiter"] = _arbiter(values["arbiter"])
    try:
        return JsonResponse(answers.given(answer(handoff, person, **values)), status=201)
    except (AnswerRefused, NurtureRefused, MoveNotAllowed) as refusal:
        raise Problem(409, str(refusal)) from None


def _arbiter(email: str) -> User:
    arbiter = User.objects.active().filter(email=email.lower()).first()
    if arbiter is None:
        raise wrong("/arbiter", "not_found", "Name an active manager by mail.")
    return arbiter


@extend_schema(**openapi.LIST_REASONS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.HANDOFFS_READ)])
def reasons(request: Request) -> HttpResponse:
    rows: Any = Reason.objects.all()
    return JsonResponse({"results": [answers.reason_answer(row) for row in rows], "next": None})


@extend_schema(**openapi.LIST_NURTURE)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def nurture(request: Request) -> HttpResponse:
    rows = Nurture.objects.filter(lead__in=leads_for(request), ended_at=None)
    shown = rows.select_related("handoff__reason")
    return one_page(request, shown, NURTURE_ORDERS, answers.nurture_answer)
