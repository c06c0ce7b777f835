"""The reasons a rep chooses from, those that sales uses most first."""

from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from funnel.models import Reason
from leads.models import Handoff

# What counts as used: a habit of last year is none.
LATELY = timedelta(days=90)


def reasons(at: datetime) -> QuerySet[Reason]:
    """Those that are not retired, the most used of the last 90 days first; then as listed."""
    lately = Handoff.objects.filter(reason=OuterRef("pk"), closed_at__gt=at - LATELY)
    used = lately.order_by().values("reason").annotate(count=Count("pk")).values("count")
    offered = Reason.objects.filter(is_active=True).annotate(used=Coalesce(Subquery(used), 0))
    return offered.order_by("-used", "position", "label")
