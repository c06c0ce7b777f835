"""Duplicates over REST: listed, refused, merged, and a merge undone."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts.keys.authentication import READ, OpenTo
from accounts.models import Scope, User
from accounts.policy import Action
from leadportal.db.paging import Order
from leadportal.rest.idempotency import idempotent
from leadportal.rest.lists import narrowed, one_page
from leadportal.rest.problems import Problem
from leads.checks.duplicates import MERGE, PERSON
from leads.duplicates import answers, merging, openapi, undoing
from leads.duplicates.filters import DuplicateFilter
from leads.handoffs.api import asked, wrong
from leads.lead.api import lead_or_404, leads_for
from leads.models import Duplicate, Merge
from leads.models.duplicates import DuplicateQuerySet

ORDERS = {"rank": Order("rank", int)}


def pairs_for(request: Request) -> DuplicateQuerySet:
    """The pairs of which the caller sees both leads."""
    if isinstance(request.user, User):
        return Duplicate.objects.visible_to(request.user)
    seen = leads_for(request).order_by().values("pk")
    return Duplicate.objects.filter(first__in=seen, second__in=seen)


@extend_schema(**openapi.LIST_DUPLICATES)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def duplicate_pairs(request: Request) -> HttpResponse:
    rows = narrowed(request, DuplicateFilter, pairs_for(request).open())
    return one_page(request, rows, ORDERS, answers.duplicate_answer)


@extend_schema(**openapi.REFUSE_DUPLICATE)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.LEADS_WRITE)])
@idempotent
def refuse_duplicate(request: Request, pk: int) -> HttpResponse:
    person, _ = asked(request, PERSON, Action.MERGE_LEADS)
    pair = get_object_or_404(pairs_for(request), pk=pk)
    try:
        merging.refuse(pair, person)
    except merging.MergeRefused as refusal:
        raise Problem(409, str(refusal)) from None
    return JsonResponse(answers.decided_answer(pair))


@extend_schema(**openapi.MERGE_LEAD)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.LEADS_WRITE)])
@idempotent
def merge_lead(request: Request, pk: int) -> HttpResponse:
    person, values = asked(request, MERGE, Action.MERGE_LEADS)
    if "into" not in values:
        raise wrong("/into", "required", "Say by its id which lead stays.")
    lead = lead_or_404(request, pk)
    heir = leads_for(request).filter(pk=values["into"]).first()
    if heir is None:
        raise wrong("/into", "not_found", "There is no such lead.")
    try:
        done = merging.merge(
            lead,
            heir,
            person,
            chosen=values.get("take", {}),
            ends_work=values.get("ends_work", False),
        )
    except merging.MergeRefused as refusal:
        raise Problem(409, str(refusal)) from None
    return JsonResponse(answers.merge_answer(done), status=201)


@extend_schema(**openapi.UNDO_MERGE)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.LEADS_WRITE)])
@idempotent
def undo_merge(request: Request, pk: int) -> HttpResponse:
    person, _ = asked(request, PERSON, Action.MERGE_LEADS)
    heirs = leads_for(request).order_by().values("pk")
    done = get_object_or_404(Merge.objects.filter(heir__in=heirs), pk=pk)
    try:
        undoing.undo(done, person)
    except merging.MergeRefused as refusal:
        raise Problem(409, str(refusal)) from None
    done.refresh_from_db()
    return JsonResponse(answers.merge_answer(done))
