"""Settings and address of the yardstick: the same server and middleware, one view, one row."""

from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from leadportal.settings import *  # noqa: F403

ROOT_URLCONF = "_bare"


@csrf_exempt
def insert(request: HttpRequest) -> JsonResponse:
    if request.method == "GET":
        return JsonResponse({"ready": True})
    row = apps.get_model("leads", "Lead").objects.create(phone=request.headers["X-Number"])
    return JsonResponse({"id": row.pk}, status=201)


insert.login_required = False
urlpatterns = [path("bare", insert)]
