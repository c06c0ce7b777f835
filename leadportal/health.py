"""What a load balancer and an operator's monitor ask; no page for people."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leadportal.db import sweeps


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
    """Whether to send traffic here: only the database decides, Redis merely makes things prompt.

    For each kind of background work it says how long the oldest that is due has waited, or null.
    """
    state: dict[str, object] = {"database": "ok", "redis": redis_state()}
    try:
        state["oldest_due_seconds"] = {
            name: seconds_since(sweep.oldest_due()) for name, sweep in sweeps.SWEEPS.items()
        }
    except DatabaseError:
        state |= {"database": "down", "oldest_due_seconds": None}
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)


def redis_state() -> str:
    try:
        caches["hints"].get("readyz")
    # Every library below has its own errors, and whichever it is means the same here.
    except Exception:
        return "degraded"
    return "ok"


def seconds_since(at: datetime | None) -> float | None:
    return round((timezone.now() - at).total_seconds(), 1) if at else None
