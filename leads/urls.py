from django.urls import path

from leads.views import by_hand, handoffs, lead, leads, overview, quality, queue, standing
from leads.views.criteria import impact, rescoring, switching

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
    path("criteria/progress", rescoring.criteria_progress, name="criteria-progress"),
    path("criteria/<int:number>/impact", impact.criteria_impact, name="criteria-impact"),
    path("criteria/<int:number>/movers", impact.criteria_movers, name="criteria-movers"),
    path(
        "criteria/<int:number>/switch-on", switching.criteria_switch_on, name="criteria-switch-on"
    ),
    path("criteria/<int:number>/count", switching.criteria_count, name="criteria-count"),
    path("criteria/<int:number>/rescore", rescoring.criteria_rescore, name="criteria-rescore"),
    path("criteria/<int:number>/replay", rescoring.criteria_replay, name="criteria-replay"),
    path("leads", leads.lead_list, name="leads"),
    path("leads/<int:pk>", lead.lead_page, name="lead"),
    path("leads/<int:pk>/override", by_hand.lead_override, name="lead-override"),
    path("leads/<int:pk>/override/end", by_hand.override_end, name="override-end"),
    path("leads/<int:pk>/adjust", by_hand.lead_adjust, name="lead-adjust"),
    path(
        "leads/<int:pk>/adjustments/<int:adjustment>/end",
        by_hand.adjustment_end,
        name="adjustment-end",
    ),
    path("leads/<int:pk>/disqualify", by_hand.lead_disqualify, name="lead-disqualify"),
    path("leads/<int:pk>/readmit", by_hand.lead_readmit, name="lead-readmit"),
]
