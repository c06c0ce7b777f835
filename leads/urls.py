from django.urls import path

from leads.views import handoffs, lead, leads, overview, quality, queue, standing

urlpatterns = [
    path("queue", queue.queue, name="queue"),
    path("queue/changes", queue.queue_changes, name="queue-changes"),
    path("queue/next", handoffs.claim_next, name="claim-next"),
    path("handoffs/<int:pk>", queue.handoff, name="handoff"),
    path("handoffs/<int:pk>/claim", handoffs.handoff_claim, name="handoff-claim"),
    path("handoffs/<int:pk>/release", handoffs.handoff_release, name="handoff-release"),
    path("handoffs/<int:pk>/touch", handoffs.handoff_touch, name="handoff-touch"),
    path("quality", quality.quality, name="quality"),
    path("overview", overview.overview, name="overview"),
    path("criteria/standing", standing.criteria_standing, name="criteria-standing"),
    path("leads", leads.lead_list, name="leads"),
    path("leads/<int:pk>", lead.lead_page, name="lead"),
]
