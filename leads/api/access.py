"""Who calls: an integration by its key, or a person by the session, who sees what policy allows."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from accounts.models import ApiKey, Integration, User
from leads.models import Handoff, Lead


def integration_of(request: Request) -> Integration | None:
    return request.auth.integration if isinstance(request.auth, ApiKey) else None


def leads_for(request: Request) -> QuerySet[Lead]:
    if isinstance(request.user, User):
        return Lead.objects.visible_to(request.user)
    return Lead.objects.living()


def handoffs_for(request: Request) -> QuerySet[Handoff]:
    if isinstance(request.user, User):
        return Handoff.objects.visible_to(request.user)
    return Handoff.objects.all()


def lead_or_404(request: Request, pk: int) -> Lead:
    """Foreign and missing look the same."""
    return get_object_or_404(leads_for(request), pk=pk)
