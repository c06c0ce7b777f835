"""Verdicts, answers and outcomes over REST: a key names who acts, and that person must may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Scope
from funnel.stages import Stage
from leads.models import ExternalId, Handoff, Lead, Nurture, StageChange
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db
DAY = (timezone.now() + timedelta(days=90)).date()


@pytest.fixture
def rep():
    return factories.rep("Dana Okafor")


@pytest.fixture
def held(rep):
    held = factories.claimed(rep)
    factories.bant(held.lead, rep)
    return held


@pytest.fixture
def won(held, rep):
    """An accepted lead that the CRM calls crm-1."""
    Handoff.objects.update(state="closed", outcome="accepted", closed_at=timezone.now())
    return factories.moved(held.lead, Stage.ACCEPTED)


def test_a_rep_accepts_with_value_and_day(api, held, rep):
    sent = {"rep": rep.email, "value": "40000", "expected_on": "2027-03-01"}

    answer = api.post(f"/handoffs/{held.pk}/accept", sent)

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["outcome"], answer.json()["lead"]) == ("accepted", held.lead_id)
    assert Lead.objects.get().estimated_value == 40_000


def test_too_little_bant_names_what_is_missing(api, held, rep, as_problem):
    factories.bant(held.lead, rep, known=2)

    problem = as_problem(api.post(f"/handoffs/{held.pk}/accept", {"rep": rep.email}), 409)

    assert problem["missing"] == ["need", "timing"]


def test_a_rep_rejects_with_a_reason_of_the_list(api, held, rep):
    Handoff.objects.update(reasons=[{**held.reasons[0], "rule": "size"}])
    sent = {"rep": rep.email, "reason": "too small", "note": "Nine people\n\nOne site"}

    answer = api.post(f"/handoffs/{held.pk}/reject", sent | {"wrong": {"size": "stale"}})

    assert answer.status_code == 200, answer.json()
    assert answer.json()["answer_due_at"]
    closed = Handoff.objects.get()
    assert (closed.reason.label, closed.note) == ("Too small", "Nine people\n\nOne site")
    assert closed.wrong_criteria.get().flaw == "stale"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"reason": "Ugly"}, "/reason"),
        ({}, "/reason"),
        ({"reason": "Too small", "wrong": {"size": "ugly"}}, "/wrong"),
        ({"reason": "Too small", "may_return": "perhaps"}, "/may_return"),
        ({"reason": "Too small", "colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_with_a_reject_is_said_by_name(api, held, rep, as_problem, sent, pointer):
    problem = as_problem(api.post(f"/handoffs/{held.pk}/reject", {"rep": rep.email} | sent), 400)

    assert problem["errors"][0]["pointer"] == pointer
    assert Lead.objects.get().stage == "claimed"


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_a_key_names_somebody_who_may(api, held, as_problem, verb):
    marketer = factories.marketer()
    sent = {"reason": "Too small"} if verb == "reject" else {}

    for email in (marketer.email, "nobody@example.com", ""):
        problem = as_problem(api.post(f"/handoffs/{held.pk}/{verb}", sent | {"rep": email}), 400)
        assert problem["errors"][0]["pointer"] == "/rep"


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_somebody_elses_lead_is_a_409(api, held, as_problem, verb):
    sent = {"rep": factories.rep("Marcus Weil").email, "reason": "Too small"}
    if verb == "accept":
        del sent["reason"]

    as_problem(api.post(f"/handoffs/{held.pk}/{verb}", sent), 409)


def test_an_answer_puts_a_lead_in_nurture_until_a_day(api):
    handoff, ines = factories.rejected(), factories.marketer()
    sent = {"rep": ines.email, "kind": "nurture", "return_on": str(DAY), "return_event": "chat"}

    answer = api.post(f"/leads/{handoff.lead_id}/answer", sent)

    assert answer.status_code == 201, answer.json()
    assert (Nurture.objects.get().return_on, Nurture.objects.get().by) == (DAY, ines)
    waiting = api.get("/nurture").json()["results"]
    assert [(row["lead"], row["return_on"]) for row in waiting] == [(handoff.lead_id, str(DAY))]


def test_a_dispute_names_its_arbiter(api):
    handoff, tomasz = factories.rejected(), factories.sales_manager()
    sent = {"rep": factories.marketer().email, "kind": "dispute", "text": "They asked twice"}

    answer = api.post(f"/leads/{handoff.lead_id}/answer", sent | {"arbiter": tomasz.email})

    assert answer.json()["due_at"]
    assert handoff.answers.get().arbiter == tomasz


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"kind": "nurture"}, 409),
        ({"kind": "forget"}, 400),
        ({}, 400),
        ({"kind": "nurture", "return_on": "soon"}, 400),
        ({"kind": "nurture", "return_event": "moon_landing"}, 409),
        ({"kind": "dispute", "arbiter": "nobody@example.com", "text": "But"}, 400),
    ],
)
def test_an_answer_that_says_too_little_changes_nothing(api, as_problem, sent, status):
    handoff = factories.rejected()

    sent = {"rep": factories.marketer().email} | sent
    as_problem(api.post(f"/leads/{handoff.lead_id}/answer", sent), status)

    assert Lead.objects.get().stage == "rejected"


def test_a_rep_does_not_answer_for_marketing(api, as_problem, rep):
    handoff = factories.rejected(rep)

    as_problem(
        api.post(f"/leads/{handoff.lead_id}/answer", {"rep": rep.email, "kind": "close"}), 400
    )


def test_a_crm_says_what_became_of_a_lead_by_its_own_id(api, won):
    ExternalId.objects.create(lead=won, integration=api.integration, value="crm-1")
    sent = {"external_id": "crm-1", "outcome": "won", "amount": 38_500, "competitor": "Paper"}

    answer = api.post("/leads/outcome", sent)

    assert (answer.status_code, answer.json()) == (200, {"lead": won.pk, "stage": "won"})
    last = StageChange.objects.latest("pk")
    assert (last.actor, last.integration, last.amount) == ("integration", api.integration, 38_500)
    assert Handoff.objects.get().competitor == "Paper"


def test_the_id_of_another_integration_is_nobody(api, won, as_problem):
    other = factories.integration("CRM")
    ExternalId.objects.create(lead=won, integration=other, value="crm-1")

    as_problem(api.post("/leads/outcome", {"external_id": "crm-1", "outcome": "lost"}), 404)


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"outcome": "won"}, 409), ({"outcome": "lost"}, 409), ({}, 400), ({"outcome": "sql"}, 400)],
)
def test_an_outcome_says_amount_or_reason(api, won, as_problem, sent, status):
    as_problem(api.post(f"/leads/{won.pk}/outcome", sent), status)
    assert Lead.objects.get().stage == "accepted"


def test_an_outcome_of_the_past_keeps_its_time(api, won):
    Handoff.objects.update(closed_at=timezone.now() - timedelta(days=2))
    at = timezone.now() - timedelta(days=1)

    api.post(f"/leads/{won.pk}/outcome", {"outcome": "opportunity", "at": at.isoformat()})

    assert Lead.objects.get().stage_since == at


@pytest.mark.parametrize("days", [-30, 1])
def test_an_outcome_lies_between_the_accept_and_now(api, won, as_problem, days):
    at = timezone.now() + timedelta(days=days)

    sent = {"outcome": "opportunity", "at": at.isoformat()}
    as_problem(api.post(f"/leads/{won.pk}/outcome", sent), 409)


def test_a_verdict_is_given_once_however_often_it_is_sent(api, held, rep):
    sent, key = {"rep": rep.email}, {"Idempotency-Key": "a-1"}

    answers = [api.post(f"/handoffs/{held.pk}/accept", sent, **key) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_the_reasons_are_listed(api):
    listed = api.get("/reasons").json()["results"]

    assert "Too small" in [row["label"] for row in listed]
    assert {row["destination"] for row in listed} == {"nurture", "close"}


def test_without_the_scope_nothing_is_given(held, rep, as_problem):
    reader = Api(Scope.HANDOFFS_READ, integration="Reader")

    as_problem(reader.post(f"/handoffs/{held.pk}/accept", {"rep": rep.email}), 403)
    as_problem(reader.post(f"/leads/{held.lead_id}/outcome", {"outcome": "won"}), 403)
    as_problem(reader.post(f"/leads/{held.lead_id}/answer", {"kind": "close"}), 403)


def test_a_deal_that_is_told_again_changes_nothing(api, won, as_problem):
    sent = {"outcome": "won", "amount": 38_500, "competitor": "Paper"}
    assert api.post(f"/leads/{won.pk}/outcome", sent).status_code == 200
    told = won.stage_changes.count()

    again = api.post(f"/leads/{won.pk}/outcome", sent | {"competitor": "Nobody"})
    problem = as_problem(api.post(f"/leads/{won.pk}/outcome", sent | {"amount": 1}), 409)

    assert (again.status_code, again.json()["stage"]) == (200, "won")
    assert "won already, for 38500" in problem["detail"]
    assert won.stage_changes.count() == told
    assert won.handoffs.get().competitor == "Paper"
