"""What a CRM that polls `updated_since` sees: every lead whose answer is another than before."""

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts.models import Scope
from funnel.stages import Stage
from leads.handoffs import claims
from leads.judging import due
from leads.models import Lead
from tests import factories
from tests.api import Api
from tests.described import description

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
LONG_AGO, BEFORE, ASKED, LATER = (NOW - timedelta(hours=hours) for hours in (72, 2, 1, 0))


@pytest.fixture
def old() -> Lead:
    """A lead nothing became of for long."""
    made = factories.lead("Old Lead", fit=30, intent=10, created_at=LONG_AGO, updated_at=LONG_AGO)
    return factories.judged(made, scored_at=LONG_AGO)


def asked(api: Api, query: str) -> list[int]:
    answer = api.get(f"/leads?{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def since(api: Api, at: datetime = ASKED) -> list[int]:
    return asked(api, f"updated_since={quote(at.isoformat())}")


def until(api: Api, at: datetime = ASKED) -> list[int]:
    return asked(api, f"updated_until={quote(at.isoformat())}")


def updated_at(api: Api, lead: Lead) -> datetime:
    return datetime.fromisoformat(api.get(f"/leads/{lead.pk}").json()["updated_at"])


def test_a_lead_of_which_nothing_changed_is_not_there(api: Api, old: Lead) -> None:
    assert (since(api), until(api), updated_at(api, old)) == ([], [old.pk], LONG_AGO)


def test_a_field_moves_it(api: Api, old: Lead) -> None:
    body = {"email": old.email, "job_title": "CFO"}
    assert api.post("/leads", body).json()["id"] == old.pk

    assert (since(api), until(api)) == ([old.pk], [])
    assert updated_at(api, old) > ASKED


def test_a_stage_moves_it(api: Api, old: Lead) -> None:
    factories.moved(old, Stage.LEAD, at=LATER)

    assert (since(api), until(api), updated_at(api, old)) == ([old.pk], [], LATER)


def test_a_new_owner_moves_it(api: Api) -> None:
    dana = factories.rep()
    lead = factories.lead(stage=Stage.SQL, fit=30, created_at=LONG_AGO, updated_at=LONG_AGO)
    claims.claim(factories.handoff(lead), dana)

    assert since(api) == [lead.pk]
    assert api.get(f"/leads/{lead.pk}").json()["owner"] == dana.email


def test_a_score_moves_it_and_the_answer_says_when(api: Api, old: Lead) -> None:
    factories.event(old, "demo_request", occurred_at=ASKED)
    factories.news(old, at=ASKED)
    due.drain(at=LATER)
    answer = api.get(f"/leads/{old.pk}").json()

    assert answer["updated_at"] == answer["scored_at"]
    assert (since(api), until(api), updated_at(api, old)) == ([old.pk], [], LATER)


def test_what_was_never_judged_is_told_by_when_it_came(api: Api) -> None:
    new = factories.lead(created_at=BEFORE, updated_at=BEFORE)

    assert (since(api, BEFORE), since(api), until(api)) == ([new.pk], [], [new.pk])


def test_since_and_until_together_page_by_cursor_without_a_gap(api: Api) -> None:
    moments = [NOW - timedelta(minutes=minutes) for minutes in range(8)]
    made = [factories.lead(f"P {n}", created_at=at, updated_at=at) for n, at in enumerate(moments)]
    # The oldest of them was judged last.
    factories.judged(made[7], **factories.scored(1, 1, NOW))
    first, last = quote(moments[5].isoformat()), quote((NOW + timedelta(seconds=1)).isoformat())

    seen: list[int] = []
    url = f"/leads?updated_since={first}&updated_until={last}&order=created_at&limit=2"
    while url:
        answer = api.get(url).json()
        seen += [row["id"] for row in answer["results"]]
        url = (answer["next"] or "").partition("/api/v1")[2]

    assert seen == [lead.pk for lead in (made[7], *reversed(made[:6]))]


def test_a_rep_polls_no_leads_but_theirs(client, old: Lead) -> None:
    factories.moved(old, Stage.LEAD, at=LATER)
    client.force_login(factories.rep())
    answer = client.get(f"/api/v1/leads?updated_since={quote(ASKED.isoformat())}")

    assert answer.json()["results"] == []


def test_a_key_that_may_not_read_leads_polls_nothing(db, as_problem) -> None:
    as_problem(Api(Scope.LEADS_WRITE).get("/leads?updated_since=2026-01-01T00:00:00Z"), 403)


def test_the_description_says_what_moves_it() -> None:
    parameters = description()["paths"]["/api/v1/leads"]["get"]["parameters"]
    (said,) = (one for one in parameters if one["name"] == "updated_since")

    assert said["schema"]["format"] == "date-time"
    assert all(word in said["description"] for word in ("field", "stage", "owner", "score"))
