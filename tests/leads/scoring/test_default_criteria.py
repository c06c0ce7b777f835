"""The shipped criteria on three people, brought in as the API would."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.explanation.stored import explain
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import Lead
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
VP = {
    "email": "maya@brightwaterfoods.com",
    "first_name": "Maya",
    "last_name": "Lindqvist",
    "job_title": "VP Operations",
    "country": "SE",
    "company": {"name": "Brightwater Foods", "employees": 600},
    "consent": {"marketing": True},
}


def judged(lead, *events):
    sender = factories.integration()
    (result,) = ingest_leads([lead], integration=sender, at=NOW)
    assert not result.errors
    done = [
        {"lead": {"id": result.lead_id}, "occurred_at": (NOW - timedelta(hours=1)).isoformat()}
        | event
        for event in events
    ]
    assert not any(found.errors for found in ingest_events(done, integration=sender, at=NOW))
    drain(at=NOW)
    return Lead.objects.get(pk=result.lead_id)


def test_a_vp_of_a_large_company_who_asks_for_a_demo_is_an_sql():
    lead = judged(VP, {"type": "demo_request"})

    assert (lead.stage, lead.judgement.fit, lead.judgement.intent) == ("sql", 50, 25)


def test_the_same_person_without_the_request_is_an_mql_at_most():
    visits = {"type": "page_view", "properties": {"path": "/pricing"}}

    lead = judged(VP, visits, visits, visits, {"type": "webinar_attended"})

    assert (lead.stage, lead.judgement.fit, lead.judgement.intent) == ("mql", 50, 23)


def test_the_same_person_without_consent_is_no_mql():
    assert judged({**VP, "consent": {"marketing": False}}, {"type": "demo_request"}).stage == "lead"


def test_a_student_with_a_free_mailbox_who_opened_one_mail_is_no_mql():
    lead = judged(
        {
            "email": "kim@gmail.com",
            "first_name": "Kim",
            "job_title": "Student",
            "country": "SE",
            "consent": {"marketing": True},
        },
        {"type": "email_open"},
    )

    assert (lead.stage, lead.judgement.total) == ("lead", 0)
    lines = explain(lead).lines
    assert sum(line.points for line in lines) == 0
    assert {"Studies or is in training", "Writes from a free mailbox", "Counted as 0"} <= {
        line.label for line in lines
    }


def test_who_uses_a_disposable_address_is_disqualified():
    lead = judged({**VP, "email": "x@mailinator.com"}, {"type": "demo_request"})

    assert (lead.stage, lead.judgement.disqualifier) == ("disqualified", "disposable")
