"""The metrics over REST."""

from django.http import HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request

from accounts import policy
from accounts.keys.authentication import READ, OpenTo
from accounts.models import Portal, Scope, User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.rest.lists import wrong_parameter
from leads.measured import openapi
from leads.measured.answers import metrics_answer
from leads.measured.measured import measured
from leads.metrics.periods import DEFAULT, SPANS


@extend_schema(**openapi.LIST_METRICS)
@api_view(["GET"])
@permission_classes([OpenTo(people=READ, GET=Scope.METRICS_READ)])
def metrics(request: Request) -> HttpResponse:
    if isinstance(request.user, User):
        policy.require(request.user, Action.OPEN_QUALITY)
    key = request.query_params.get("period", DEFAULT)
    if key not in SPANS:
        raise wrong_parameter(
            "period", "not_a_choice", f"One of these is needed: {', '.join(SPANS)}."
        )
    return JsonResponse(metrics_answer(*measured(clock.now(), key=key, portal=Portal.load())))
