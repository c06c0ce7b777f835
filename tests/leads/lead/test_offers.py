"""What the page of a lead offers fits its stage: every form that it shows can be sent."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from funnel.stages import LIVING, Stage
from leads.handoffs import claims, verdicts
from leads.models import Handoff, Lead
from tests import factories
from tests.leads.offered import offered

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
NEVER_HANDED_OVER = {Stage.INQUIRY, Stage.LEAD, Stage.MQL, Stage.DISQUALIFIED}


def at_stage(stage: Stage, holder: User) -> Lead:
    """A lead where people brought it by what the product lets them do."""
    if stage in NEVER_HANDED_OVER:
        return factories.lead(stage=stage, fit=30, intent=20, country="SE")
    if stage == Stage.REJECTED:
        return factories.rejected(holder).lead
    if stage == Stage.NURTURE:
        return factories.nurtured(holder).lead
    handoff = factories.handoff()
    if stage != Stage.SQL:
        handoff = claims.claim(handoff, holder)
    factories.bant(handoff.lead, holder)
    if stage not in (Stage.SQL, Stage.CLAIMED):
        verdicts.accept(handoff, holder)
    if stage in (Stage.OPPORTUNITY, Stage.WON, Stage.LOST):
        verdicts.advance(handoff.lead, holder, to=stage, amount=900, reason="Another product")
    return Lead.objects.get(pk=handoff.lead_id)


PEOPLE: dict[str, Callable[[], User]] = {
    "a teammate": lambda: factories.rep("Marcus Bell"),
    "a marketer": factories.marketer,
    "a marketing manager": factories.marketing_manager,
    "a sales manager": factories.sales_manager,
    "an admin": factories.admin,
}


@pytest.fixture
def holder(db: None) -> User:
    factories.reason()
    return factories.rep()


@pytest.mark.parametrize("who", ["its holder", *PEOPLE])
@pytest.mark.parametrize("stage", LIVING)
def test_what_is_offered_can_be_done(as_user: As, holder: User, stage: Stage, who: str) -> None:
    lead = at_stage(stage, holder)
    # Without it nobody is moved to MQL by hand.
    Lead.objects.filter(pk=lead.pk).update(consent={"marketing": True})
    client = as_user(PEOPLE[who]() if who in PEOPLE else holder)
    if who in ("its holder", "a teammate") and stage in NEVER_HANDED_OVER:
        assert client.get(lead.get_absolute_url()).status_code == 404
        return

    for url, values in offered(client, lead.get_absolute_url()):
        with transaction.atomic():
            answer = client.post(url, values)
            transaction.set_rollback(True)
        wrong = re.findall(r'class="e[" ][^>]*>([^<]*)', answer.content.decode())
        assert answer.status_code == 302, (url, values, wrong)


@pytest.mark.parametrize("stage", [Stage.WON, Stage.LOST, Stage.REJECTED, Stage.NURTURE])
def test_a_settled_lead_is_asked_nothing_more(as_user: As, holder: User, stage: Stage) -> None:
    lead = at_stage(stage, holder)

    page = as_user(holder).get(lead.get_absolute_url()).content.decode()

    assert "/bant" not in page
    assert "/follow-up" not in page
    assert "Plan one" not in page


def test_who_still_has_the_page_of_a_lead_that_was_lost_is_told(as_user: As, holder: User) -> None:
    lead = at_stage(Stage.OPPORTUNITY, holder)
    client = as_user(holder)
    forms = dict(offered(client, lead.get_absolute_url()))
    verdicts.advance(lead, holder, to=Stage.LOST, reason="Another product")

    known = client.post(f"/leads/{lead.pk}/bant", forms[f"/leads/{lead.pk}/bant"])
    planned = client.post(f"/leads/{lead.pk}/follow-up", forms[f"/leads/{lead.pk}/follow-up"])

    assert known.status_code == 409
    assert "is lost; its BANT stays as it is." in known.content.decode()
    assert planned.status_code == 422
    assert "is lost. There is nothing to try next." in planned.content.decode()


def test_what_was_planned_with_a_lead_that_is_lost_is_not_owed(as_user: As, holder: User) -> None:
    lead = at_stage(Stage.OPPORTUNITY, holder)
    factories.follow_up(holder, lead)
    client = as_user(holder)

    before = client.get(reverse("follow-ups")).content.decode()
    verdicts.advance(lead, holder, to=Stage.LOST, reason="Another product")
    after = client.get(reverse("follow-ups")).content.decode()

    assert lead.get_absolute_url() in before
    assert lead.get_absolute_url() not in after


def test_who_is_to_answer_a_rejection_or_to_decide_is_led_there(as_user: As, holder: User) -> None:
    marketer, helena = factories.marketer(), factories.marketing_manager()
    rejected = factories.rejected(holder)
    disputed = factories.disputed(holder, arbiter=helena).handoff

    def led(person: User, handoff: Handoff) -> str:
        page = as_user(person).get(handoff.get_absolute_url())
        first = page.context["next"].first
        if first is None:
            return ""
        assert as_user(person).get(first.url).status_code == 200
        assert f'href="{first.url}"' in page.content.decode()
        return f"{first.label} {first.url}"

    assert led(marketer, rejected) == f"Answer /rejections/{rejected.pk}"
    assert led(helena, disputed) == f"Decide /rejections/{disputed.pk}"
    assert [led(holder, rejected), led(marketer, disputed)] == ["", ""]
