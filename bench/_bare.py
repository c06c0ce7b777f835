"""Settings and addresses of the yardstick: the same server and middleware, one statement a view.

It goes the way of a call with a key (leadportal.rest.middleware), but asks for none.
"""

from django.apps import apps
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from leadportal.settings import *  # noqa: F403

ROOT_URLCONF = "bench._bare"
# The claim of bench/claim.py without limit, move and ledger: one row, found and marked.
CLAIM = """
UPDATE leads_handoff SET state = 'claimed', claimed_by_id = %s, claimed_at = now(),
    touch_due_at = now()
WHERE id = (SELECT id FROM leads_handoff WHERE id = %s AND state = 'open' FOR UPDATE SKIP LOCKED)
"""


@csrf_exempt
def insert(request: HttpRequest) -> JsonResponse:
    if request.method == "GET":
        return JsonResponse({"ready": True})
    row = apps.get_model("leads", "Lead").objects.create(phone=request.headers["X-Number"])
    return JsonResponse({"id": row.pk}, status=201)


@csrf_exempt
def claim(request: HttpRequest, pk: int) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [request.headers["X-Rep"], pk])
        return JsonResponse({"claimed": cursor.rowcount}, status=200 if cursor.rowcount else 409)


insert.login_required = claim.login_required = False
insert.cls = claim.cls = None  # as views of the API
urlpatterns = [path("api/v1/bare", insert), path("api/v1/bare/<int:pk>/claim", claim)]
