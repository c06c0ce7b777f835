"""Who calls: an integration by its key, or a person by the session, who sees what policy allows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts import policy
from accounts.keys.authentication import READ, OpenTo, integration_of
from accounts.models import Scope, User
from accounts.policy import Action
from funnel.models import Reason
from funnel.stages import MoveNotAllowed, Stage
from leadportal.db import rows
from leadportal.db.paging import Order, read_moment
from leadportal.rest.idempotency import idempotent
from leadportal.rest.lists import narrowed, one_page, unless_known
from leadportal.rest.problems import Problem
from leads.checks.handoffs import (
    ACCEPT,
    CLAIM,
    NAMED_OUTCOME,
    OUTCOME,
    REJECT,
    RELEASE,
    TOUCH,
)
from leads.checks.reading import Field, Refused, read_object
from leads.handoffs import answers, openapi
from leads.handoffs.claims import (
    AlreadyClaimed,
    NotAMember,
    NotClaimable,
    ReleaseRefused,
    claim,
    release,
)
from leads.handoffs.filters import HandoffFilter
from leads.handoffs.touches import TouchRefused, log_touch
from leads.handoffs.verdicts import (
    NeedsBant,
    VerdictRefused,
    accept,
    advance,
    reject,
    report,
)
from leads.models import Handoff, Lead
from leads.models.handoff import HandoffQuerySet


def handoffs_for(request: Request) -> HandoffQuerySet:
    if isinstance(request.user, User):
        return Handoff.objects.visible_to(request.user)
    return Handoff.objects.all()


def one_handoff(request: Request, pk: int) -> Handoff:
    """That of which a verb speaks. Raises Http404 where it is not for these eyes."""
    if isinstance(request.user, User):
        return get_object_or_404(Handoff.objects.visible_to(request.user), pk=pk)
    handoff = rows.one(Handoff, "id", pk)
    if handoff is None:
        raise Http404
    return handoff


ORDERS = {
    "-opened_at": Order("opened_at", read_moment, descending=True),
    "due_at": Order("due_at", read_moment),
}


@extend_schema(**openapi.LIST_HANDOFFS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.HANDOFFS_READ)])
def handoffs(request: Request) -> HttpResponse:
    return one_page(
        request, narrowed(request, HandoffFilter, to_show(request)), ORDERS, answers.handoff_answer
    )


@extend_schema(**openapi.GET_HANDOFF)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.HANDOFFS_READ)])
def handoff(request: Request, pk: int) -> HttpResponse:
    return unless_known(request, answers.handoff_answer(get_object_or_404(to_show(request), pk=pk)))


@extend_schema(**openapi.POST_CLAIM)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def claim_handoff(request: Request, pk: int) -> HttpResponse:
    rep, _ = asked(request, CLAIM)
    # Nothing is hidden from a key, and the claim itself finds out whether there is such a handoff.
    by_person = isinstance(request.user, User)
    handoff = one_handoff(request, pk) if by_person else Handoff.from_db(None, ["id"], [pk])
    try:
        return JsonResponse(answers.handoff_state_answer(claim(handoff, rep)))
    except Handoff.DoesNotExist:
        raise Http404 from None
    except NotAMember:
        raise wrong("/rep", "not_a_member", "This person is not in the handoff's queue.") from None
    except AlreadyClaimed as late:
        raise Problem(
            409, "Another rep was faster.", claimed_by=late.by.email, claimed_at=late.at
        ) from None
    except NotClaimable as refusal:
        raise Problem(409, str(refusal)) from None


@extend_schema(**openapi.POST_RELEASE)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def release_handoff(request: Request, pk: int) -> HttpResponse:
    rep, values = asked(request, RELEASE)
    handoff = one_handoff(request, pk)
    try:
        released = release(handoff, rep, reason=values.get("reason", ""))
        return JsonResponse(answers.handoff_state_answer(released))
    except ReleaseRefused as refusal:
        raise Problem(409, str(refusal)) from None


@extend_schema(**openapi.POST_TOUCH)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def touch_handoff(request: Request, pk: int) -> HttpResponse:
    rep, values = asked(request, TOUCH)
    for name in ("channel", "result"):
        if name not in values:
            raise wrong(f"/{name}", "required", "This is needed.")
    handoff = one_handoff(request, pk)
    try:
        touch = log_touch(handoff, rep, **values)
    except TouchRefused as refusal:
        raise Problem(409, str(refusal)) from None
    body: answers.TouchAnswer = {"id": touch.pk, "handoff": pk, "at": touch.at}
    return JsonResponse(body, status=201)


@extend_schema(**openapi.POST_ACCEPT)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def accept_handoff(request: Request, pk: int) -> HttpResponse:
    rep, values = asked(request, ACCEPT)
    handoff = get_object_or_404(handoffs_for(request).select_related("lead"), pk=pk)
    try:
        return JsonResponse(answers.verdict_answer(accept(handoff, rep, **values)))
    except NeedsBant as refusal:
        raise Problem(409, str(refusal), missing=[str(item) for item in refusal.missing]) from None
    except VerdictRefused as refusal:
        raise Problem(409, str(refusal)) from None


@extend_schema(**openapi.POST_REJECT)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def reject_handoff(request: Request, pk: int) -> HttpResponse:
    rep, values = asked(request, REJECT)
    reason = Reason.objects.filter(label__iexact=values.pop("reason", "")).first()
    if reason is None:
        raise wrong("/reason", "not_a_choice", "Give one of the reasons of GET /reasons.")
    handoff = get_object_or_404(handoffs_for(request).select_related("lead"), pk=pk)
    try:
        return JsonResponse(answers.verdict_answer(reject(handoff, rep, reason=reason, **values)))
    except VerdictRefused as refusal:
        raise Problem(409, str(refusal)) from None


@extend_schema(**openapi.POST_OUTCOME)
@api_view(["POST"])
@permission_classes([OpenTo(people=("POST",), POST=Scope.HANDOFFS_WRITE)])
@idempotent
def lead_outcome(request: Request, pk: int) -> HttpResponse:
    return _outcome(request, get_object_or_404(_leads_for(request), pk=pk), OUTCOME)


@extend_schema(**openapi.POST_NAMED_OUTCOME)
@api_view(["POST"])
@permission_classes([OpenTo(POST=Scope.HANDOFFS_WRITE)])
@idempotent
def named_outcome(request: Request) -> HttpResponse:
    """The lead is named by the id that this integration gave it."""
    value = read_body(request, NAMED_OUTCOME).get("external_id", "")
    if not value:
        raise wrong("/external_id", "required", "This is needed.")
    known = {"external_ids__integration": integration_of(request), "external_ids__value": value}
    return _outcome(request, get_object_or_404(_leads_for(request), **known), NAMED_OUTCOME)


def _leads_for(request: Request) -> QuerySet[Lead]:
    rows = Lead.objects.living()
    if isinstance(request.user, User):
        rows = Lead.objects.visible_to(request.user)
    return rows.select_related("judgement", "owner")


def _outcome(request: Request, lead: Lead, fields: Mapping[str, Field]) -> HttpResponse:
    values = read_body(request, fields)
    values.pop("external_id", None)
    if "outcome" not in values:
        raise wrong("/outcome", "required", "Say opportunity, won or lost.")
    told = {"to": Stage(values.pop("outcome")), **values}
    try:
        if isinstance(request.user, User):
            moved = advance(lead, request.user, **told)
        else:
            moved = report(lead, integration=integration_of(request), **told)
    except (VerdictRefused, MoveNotAllowed) as refusal:
        raise Problem(409, str(refusal)) from None
    body: answers.OutcomeAnswer = {"lead": moved.pk, "stage": Stage(moved.stage)}
    return JsonResponse(body)


def to_show(request: Request) -> Any:
    # Of the version its number only: its document takes longer to parse than all the rest.
    shown = handoffs_for(request).select_related(
        "queue", "version", "claimed_by", "reason", "source", "campaign"
    )
    return shown.defer("version__content")


def read_body(request: Request, fields: Mapping[str, Field]) -> dict[str, Any]:
    try:
        return read_object(request.data or {}, fields)
    except Refused as refused:
        first = refused.errors[0]
        raise wrong(first.pointer, first.code, first.detail) from None


def asked(
    request: Request, fields: Mapping[str, Field], action: Action = Action.WORK_HANDOFFS
) -> tuple[User, dict[str, Any]]:
    """Who acts, and the other values: a key names who may, a person is it themselves."""
    values = read_body(request, fields)
    email = values.pop("rep", "")
    if isinstance(request.user, User):
        policy.require(request.user, action)
        if email and email.lower() != request.user.email:
            raise wrong("/rep", "not_you", "Signed in, you act for yourself only.")
        return request.user, values
    rep = rows.one(User, "email", email.lower()) if email else None
    if rep is None or not rep.is_active or not policy.can(rep, action):
        raise wrong("/rep", "not_found", "Name an active person by mail who may do this.")
    return rep, values


def wrong(pointer: str, code: str, detail: str) -> Problem:
    error = {"pointer": pointer, "code": code, "detail": detail}
    return Problem(400, f"{pointer or 'The body'}: {detail}", errors=[error])
