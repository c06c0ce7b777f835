"""What is told of the past stays when old leads come again."""

import pytest

from leads.ingest.leads import ingest_leads
from leads.metrics.answers.cohort import cohorts
from leads.metrics.answers.verdicts import rejection_reasons, verdicts
from leads.models import Lead, Outcome
from tests import factories

pytestmark = pytest.mark.django_db


def test_acceptance_by_source_is_the_same_before_and_after(month, settled, now):
    rep = factories.rep()
    for name, outcomes in (
        ("Content: checklist", [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.REJECTED]),
        ("Webinar", [Outcome.ACCEPTED, Outcome.ACCEPTED]),
    ):
        for days, outcome in enumerate(outcomes, start=2):
            settled(
                rep,
                outcome,
                days=days,
                source=factories.source(name),
                campaign=factories.campaign(f"{name} Q1"),
            )
    told = (verdicts(month), cohorts(month), rejection_reasons(month))
    assert {one.name for one in told[0][0].values()} == {"Content: checklist", "Webinar"}

    again = [
        {"email": email, "source": "Newsletter", "campaign": "March issue"}
        for email in Lead.objects.values_list("email", flat=True)
    ]
    ingest_leads(again, integration=factories.integration(), at=now)

    assert Lead.objects.filter(last_source__name="Newsletter").count() == 5
    assert (verdicts(month), cohorts(month), rejection_reasons(month)) == told
