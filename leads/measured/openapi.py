"""The metrics in OpenAPI's words."""

from drf_spectacular.utils import OpenApiParameter

from leadportal.rest.openapi import READING, operation
from leads.examples import NOW
from leads.measured.answers import MetricsAnswer
from leads.metrics.catalogue import ACCEPTED
from leads.metrics.periods import DEFAULT, SPANS

LIST_METRICS = operation(
    "listMetrics",
    "The numbers both departments read",
    description="Those of the pages Quality and Overview, each with its formula in words. `before`"
    " is the value of as many days before; `share_of` names the metric it is a part of. Medians"
    " and the age of the oldest are seconds, null where there is no case.",
    answers={200: MetricsAnswer},
    answer={
        "period": {
            "key": "30",
            "first_day": "2026-10-24",
            "last_day": "2026-11-22",
            "zone": "Europe/Berlin",
            "as_of": NOW,
        },
        "results": [
            {
                "name": ACCEPTED.name,
                "label": ACCEPTED.label,
                "formula": ACCEPTED.formula,
                "unit": "handoffs",
                "value": 31,
                "before": 24,
                "share_of": "decided",
            }
        ],
    },
    problems=READING,
    parameters=[
        OpenApiParameter(
            "period",
            str,
            enum=list(SPANS),
            default=DEFAULT,
            description="Days up to and with today, in the company's zone; a quarter is 13 weeks.",
        )
    ],
    tag="metrics",
)
