"""Where the leads stand by the live criteria: a part of the criteria page that needs the record."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts import policy
from accounts.http import AuthenticatedRequest, fragment, permission_required
from accounts.policy import Action
from funnel.stages import LIVING
from leads.metrics import answers
from leads.metrics.kept import kept


@require_safe
@permission_required(Action.OPEN_CRITERIA)
def criteria_standing(request: AuthenticatedRequest) -> HttpResponse:
    """The counts alone for htmx, a page of them for a plain link."""
    counts = kept("standing", answers.standing)
    largest = max(counts.values(), default=0) or 1
    rows = [
        {"stage": stage, "count": counts[stage], "share": 100 * counts[stage] / largest}
        for stage in LIVING
        if counts.get(stage)
    ]
    part = "leads/partials/standing.html"
    template = part if request.htmx else "leads/standing.html"
    # The list of a rep shows fewer, and a number must not lead to another one.
    sees_all = request.user.has_role(*policy.SEES_EVERY_LEAD)
    return fragment(request, template, {"rows": rows, "sees_all": sees_all})
