"""Who is judged for news of a company or of everybody, and what becomes of other news."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Portal
from accounts.portal.portal import change
from funnel.stages import Stage
from leads import news
from leads.judging import due
from leads.judging.due import drain
from leads.models import Judgement, Lead, News, StageChange
from tests import factories
from tests.concurrently import meanwhile, rolled_back
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
AT = timezone.now()


def later(**span):
    return AT + timedelta(**span)


def people(count=2, **fields):
    """Colleagues of whom all is known that there is to know."""
    company = factories.company()
    return [factories.lead(f"Person {n}", company=company, fit=10, **fields) for n in range(count)]


def test_news_of_a_company_has_everybody_judged_who_works_there():
    first, second = people()
    factories.lead(fit=10)

    news.of_companies([first.company_id], AT)

    assert drain(at=AT) == 2
    assert factories.judged_as_of(AT) == {first.pk, second.pk}
    assert not News.objects.exists()


def test_news_of_a_company_passes_by_whoever_is_nobody_any_more():
    living, erased = people()
    factories.moved(erased, Stage.ERASED)

    news.of_companies([living.company_id], AT)

    assert drain(at=AT) == 1
    assert factories.judged_as_of(AT) == {living.pk}
    assert not News.objects.exists()


@pytest.mark.parametrize(("setting", "value"), [("zone", "Asia/Tokyo"), ("sells_to", ["SE"])])
def test_where_and_whom_we_sell_to_has_everybody_judged(setting, value):
    everybody = {lead.pk for lead in [*people(), factories.lead(company=None, fit=10)]}
    portal = Portal.load()
    setattr(portal, setting, value)

    change(portal, [setting], by=factories.admin())

    (said,) = News.objects.all()
    assert (said.lead, said.company) == (None, None)
    assert drain(at=said.at) == 3
    assert factories.judged_as_of(said.at) == everybody
    assert not News.objects.exists()


def test_what_sales_promises_is_no_news():
    portal = Portal.load()
    portal.claim_minutes += 5

    change(portal, ["claim_minutes"], by=factories.sales_manager())

    assert not News.objects.exists()


def test_news_of_the_future_waits():
    lead, _ = people()
    factories.news(lead, at=later(seconds=1))

    assert drain(at=AT) == 0
    assert drain(at=later(seconds=1)) == 1


def test_much_news_of_one_lead_is_heard_at_once():
    lead, _ = people()
    factories.news(*[lead] * 5, at=AT)

    assert drain(at=AT) == 1
    assert not News.objects.exists()


def test_news_of_whom_nobody_judges_is_taken_away_unheard_and_is_in_nobodys_way(monkeypatch):
    parked, erased, living = people(3)
    factories.judged(parked, parked_error="DataError", attempts=5)
    factories.moved(erased, Stage.ERASED)
    factories.news(parked, erased, living, at=AT)
    monkeypatch.setattr(due, "BATCH", 2)

    looks = [drain(at=AT), drain(at=AT)]

    assert sum(looks) == 1
    assert factories.judged_as_of(AT) == {living.pk}
    assert not News.objects.exists()
    parked.refresh_from_db()
    assert (parked.judgement.parked_error, parked.judgement.attempts) == ("DataError", 5)


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_somebody_writes_when_it_should_move_is_left_alone_and_moved_later():
    factories.switched_on(simple.content(), at=later(days=-1))
    lead = factories.lead(rescore_at=None)
    factories.consent(lead)
    factories.event(lead, occurred_at=AT)
    factories.news(lead, at=AT)

    with rolled_back():
        Lead.objects.locked().get(pk=lead.pk)
        with meanwhile(lambda: drain(at=AT)) as drained:
            assert drained.result(5) == 0

    untouched = Judgement.objects.get(pk=lead.pk)
    assert (untouched.version, untouched.scored_at, untouched.total) == (None, None, None)
    assert [change.target for change in StageChange.objects.filter(lead=lead)] == ["inquiry"]
    assert not lead.handoffs.exists()
    assert lead.news.get().at == later(seconds=1)
    assert drain(at=AT) == 0

    assert drain(at=later(seconds=1)) == 1
    lead.refresh_from_db()
    assert (lead.stage, lead.judgement.total) == (Stage.SQL, 30)
    assert lead.handoffs.get().state == "open"
    assert not News.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_lead_that_stays_where_it_is_needs_nobody_to_let_go_of_it():
    factories.switched_on(simple.content(), at=later(days=-1))
    lead = factories.lead(email="", rescore_at=None)
    factories.news(lead, at=AT)

    with rolled_back():
        Lead.objects.locked().get(pk=lead.pk)
        with meanwhile(lambda: drain(at=AT)) as drained:
            assert drained.result(5) == 1

    assert factories.judged_as_of(AT) == {lead.pk}
    assert not News.objects.exists()
