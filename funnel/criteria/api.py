"""The criteria over REST: the versions, one with its content, and one as text."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes, renderer_classes
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.keys.authentication import READ, OpenTo
from accounts.models import Scope, User
from funnel.criteria import openapi
from funnel.criteria.answers import criteria_answer, version_answer
from funnel.criteria.filters import CriteriaFilter
from funnel.models import CriteriaVersion
from funnel.models.criteria import CriteriaVersionQuerySet
from funnel.text_form import writing
from leadportal.db.paging import Order
from leadportal.rest.lists import narrowed, one_page, unless_known, unless_same

ORDERS = {"-number": Order("number", int, descending=True), "number": Order("number", int)}


class YamlRenderer(BaseRenderer):
    """Lets who asks for YAML in; the text itself is written by the view."""

    media_type = "application/yaml"
    format = "yaml"


@extend_schema(**openapi.LIST_CRITERIA)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.CRITERIA_READ)])
def list_criteria(request: Request) -> HttpResponse:
    rows = narrowed(request, CriteriaFilter, versions_for(request))
    return one_page(request, rows.for_api().defer("content"), ORDERS, version_answer)


@extend_schema(**openapi.GET_CRITERIA)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.CRITERIA_READ)])
def read_criteria(request: Request, number: int) -> HttpResponse:
    version = get_object_or_404(versions_for(request).for_api(), number=number)
    return unless_known(request, criteria_answer(version))


@extend_schema(**openapi.GET_CRITERIA_TEXT)
@api_view(["GET"])
@renderer_classes([YamlRenderer])
@permission_classes([OpenTo(people=READ, GET=Scope.CRITERIA_READ)])
def read_criteria_text(request: Request, number: int) -> HttpResponse:
    version = get_object_or_404(versions_for(request), number=number)
    text = writing.export(version)
    return unless_same(request, HttpResponse(text, content_type=YamlRenderer.media_type))


def versions_for(request: Request) -> CriteriaVersionQuerySet:
    """A person's by policy; a key's are those that were at least proposed."""
    if isinstance(request.user, User):
        return CriteriaVersion.objects.visible_to(request.user)
    return CriteriaVersion.objects.without_drafts()
