"""What a load balancer and an operator's monitor ask; no page for people."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadportal import readiness


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked, so a broken database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether to send traffic here, and what is not as it should be, in `problems`.

    503 where no page could be made or no lead be kept: the database is down, full, read only or of
    another version, or static files are missing. The rest, as late work, is told with 200.
    """
    state = readiness.state()
    return JsonResponse(state, status=503 if state["status"] == "down" else 200)
