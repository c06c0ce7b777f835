"""What leads name, over REST. People read it by the session, of what they may see."""

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts import policy
from accounts.keys.authentication import READ, OpenTo
from accounts.models import Scope, User
from funnel.models import Queue
from leadportal.db import clock
from leadportal.db.paging import Order
from leadportal.rest.lists import narrowed, one_page, unless_known
from leads.directory import answers, directory, openapi
from leads.directory.filters import CampaignFilter, CompanyFilter, SourceFilter
from leads.handoffs.api import handoffs_for
from leads.lead.api import leads_for
from leads.models import Campaign, Company, Source

NAMED_ORDERS = {"name": Order("name", str), "-id": Order("id", int, descending=True)}
# Newest first by the primary key, so that the first page is as quick among a million.
COMPANY_ORDERS = {
    "-id": Order("id", int, descending=True),
    "id": Order("id", int),
    "name": Order("name", str),
}


@extend_schema(**openapi.LIST_FIELDS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def fields(request: Request) -> HttpResponse:
    shown = [answers.field_answer(field) for field in directory.all_fields()]
    return JsonResponse({"results": shown, "next": None})


@extend_schema(**openapi.LIST_SOURCES)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def sources(request: Request) -> HttpResponse:
    rows = narrowed(request, SourceFilter, Source.objects.standing())
    return one_page(request, rows, NAMED_ORDERS, answers.source_answer)


@extend_schema(**openapi.LIST_CAMPAIGNS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def campaigns(request: Request) -> HttpResponse:
    rows = narrowed(request, CampaignFilter, Campaign.objects.standing().select_related("source"))
    return one_page(request, rows, NAMED_ORDERS, answers.campaign_answer)


@extend_schema(**openapi.LIST_COMPANIES)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def companies(request: Request) -> HttpResponse:
    rows = narrowed(request, CompanyFilter, companies_for(request))
    return one_page(request, rows, COMPANY_ORDERS, answers.company_answer)


@extend_schema(**openapi.GET_COMPANY)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.LEADS_READ)])
def company(request: Request, pk: int) -> HttpResponse:
    # Under the id of one that was merged away, its heir.
    heir = Company.objects.filter(pk=pk, merged_into__isnull=False).values("merged_into")
    found = get_object_or_404(companies_for(request), pk=Coalesce(Subquery(heir), pk))
    stages = directory.stages_of(found, leads_for(request))
    return unless_known(request, answers.one_company_answer(found, stages))


@extend_schema(**openapi.LIST_QUEUES)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.HANDOFFS_READ)])
def queues(request: Request) -> HttpResponse:
    rows = directory.queues(queues_for(request), handoffs_for(request), clock.now())
    shown = [answers.queue_answer(row) for row in rows]
    return JsonResponse({"results": shown, "next": None})


def companies_for(request: Request) -> QuerySet[Company]:
    """A rep's are those that people they see work for."""
    person = _person(request)
    sees_all = person is None or person.has_role(*policy.SEES_EVERY_LEAD)
    return directory.companies(leads_for(request), all_of_them=sees_all)


def queues_for(request: Request) -> QuerySet[Queue]:
    """A rep's are their own; whoever sees every handoff, and an integration, reads of all."""
    person = _person(request)
    if person is None or person.has_role(*policy.SEES_EVERY_HANDOFF):
        return Queue.objects.all()
    return person.queues.all()


def _person(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None
