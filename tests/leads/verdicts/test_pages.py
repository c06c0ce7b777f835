"""BANT, accept, reject, undo, won and lost on their pages: works, refused, lost race, no script."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import User
from funnel.models import Reason
from funnel.stages import Stage
from leads.handoffs import claims, touches, verdicts
from leads.ledger import UNDONE
from leads.models import BantItem, Handoff, HandoffState, Lead, Outcome, StageChange
from leads.verdicts import offering
from tests import factories
from tests.leads.conftest import HTMX

As = Callable[[User], Client]


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def undo_of(response: object) -> str:
    """Where the toast's Undo posts to."""
    (message,) = get_messages(response.wsgi_request)
    return message.extra_tags.removeprefix("undo:")


@pytest.fixture
def held(rep: User) -> Handoff:
    """A handoff the rep claimed a moment ago, by the verb."""
    handoff = factories.handoff()
    return claims.claim(handoff, rep)


# --- BANT --------------------------------------------------------------------------------------


def test_a_row_of_bant_is_saved_with_who_and_when(as_user: As, rep: User, held: Handoff) -> None:
    row = {"item": "budget", "state": "known", "note": "Signs up to €60k"}

    answer = as_user(rep).post(f"/leads/{held.lead_id}/bant", row, headers=HTMX)

    html = answer.content.decode()
    saved = BantItem.objects.get()
    assert (saved.item, saved.state, saved.note, saved.by) == (
        "budget",
        "known",
        "Signs up to €60k",
        rep,
    )
    assert "Dana Okafor" in html
    assert "1 of 4 known; Accept asks for 3" in html
    assert "<html" not in html


def test_without_a_script_a_row_leads_back_to_the_sheet(
    as_user: As, rep: User, held: Handoff
) -> None:
    answer = as_user(rep).post(
        f"/leads/{held.lead_id}/bant", {"item": "need", "state": "partly", "note": ""}
    )

    assert answer.status_code == 302
    assert answer["Location"] == f"/leads/{held.lead_id}#bant"


def test_a_row_that_is_changed_back_on_the_same_page_is_saved_again(
    as_user: As, rep: User, held: Handoff
) -> None:
    client, url = as_user(rep), f"/leads/{held.lead_id}/bant"
    row = {"item": "need", "note": "", "once": "abc"}

    for state in ("known", "partly", "known"):
        client.post(url, row | {"state": state}, headers=HTMX)
        assert BantItem.objects.get().state == state


@pytest.mark.parametrize("row", [{"item": "budget", "state": "perhaps"}, {"item": "luck"}])
def test_a_row_that_says_nothing_known_is_not_saved(
    as_user: As, rep: User, held: Handoff, row: dict[str, str]
) -> None:
    by_htmx = as_user(rep).post(f"/leads/{held.lead_id}/bant", row, headers=HTMX)
    plain = as_user(rep).post(f"/leads/{held.lead_id}/bant", row)

    assert (by_htmx.status_code, plain.status_code) == (422, 409)
    assert not BantItem.objects.exists()


def test_before_a_claim_nobody_fills_in_bant(as_user: As, rep: User) -> None:
    handoff = factories.handoff()

    answer = as_user(rep).post(
        f"/leads/{handoff.lead_id}/bant", {"item": "need", "state": "known"}, headers=HTMX
    )

    assert answer.status_code == 409
    assert "Claim the lead first" in answer.content.decode()


# --- accept ------------------------------------------------------------------------------------


def test_with_enough_bant_a_lead_is_accepted_with_its_value_and_day(
    as_user: As, rep: User, held: Handoff
) -> None:
    factories.bant(held.lead, rep, known=3)
    day = timezone.localdate() + timedelta(days=30)

    answer = as_user(rep).post(
        f"/handoffs/{held.pk}/accept", {"value": "48000", "expected_on": day.isoformat()}
    )

    held.refresh_from_db()
    held.lead.refresh_from_db()
    assert answer["Location"] == f"/leads/{held.lead_id}"
    assert (held.outcome, held.expected_on) == (Outcome.ACCEPTED, day)
    assert held.lead.stage == Stage.ACCEPTED
    assert held.lead.estimated_value == Decimal(48000)
    assert "Accepted." in said(answer)
    assert undo_of(answer) == f"/handoffs/{held.pk}/undo"


def test_with_too_little_bant_the_drawer_opens_on_what_is_missing(
    as_user: As, rep: User, held: Handoff
) -> None:
    factories.bant(held.lead, rep, known=2)

    drawer = as_user(rep).get(f"/handoffs/{held.pk}/accept", headers=HTMX)

    html = drawer.content.decode()
    assert "2 of 4 known; Accept asks for 3" in html
    assert [state.name for state, _ in drawer.context["form"].bant_fields()] == ["need", "timing"]
    assert 'name="need"' in html
    assert 'name="budget"' not in html


def test_the_value_stands_there_as_somebody_would_type_it(
    as_user: As, rep: User, held: Handoff
) -> None:
    Lead.objects.update(estimated_value=Decimal(62000))

    html = as_user(rep).get(f"/handoffs/{held.pk}/accept", headers=HTMX).content.decode()

    assert 'value="62000"' in html


def test_what_is_missing_is_filled_in_and_the_lead_accepted_in_one_go(
    as_user: As, rep: User, held: Handoff
) -> None:
    factories.bant(held.lead, rep, known=2)
    typed = {"need": "known", "need_note": "Paper logs", "timing": "unknown", "timing_note": ""}

    answer = as_user(rep).post(f"/handoffs/{held.pk}/accept", typed)

    held.refresh_from_db()
    assert answer.status_code == 302
    assert held.outcome == Outcome.ACCEPTED
    assert BantItem.objects.get(item="need").note == "Paper logs"


def test_too_little_all_the_same_is_said_and_what_was_found_out_stays(
    as_user: As, rep: User, held: Handoff
) -> None:
    typed = dict.fromkeys(("authority", "need", "timing"), "unknown") | {
        "budget": "known",
        "budget_note": "€60k",
    }

    answer = as_user(rep).post(f"/handoffs/{held.pk}/accept", typed, headers=HTMX)

    held.refresh_from_db()
    assert answer.status_code == 422
    assert "1 of 4 known; Accept asks for 3." in answer.content.decode()
    assert held.state == HandoffState.CLAIMED
    assert BantItem.objects.get().note == "€60k"


def test_where_the_criteria_ask_for_no_bant_none_is_asked(
    as_user: As, rep: User, held: Handoff
) -> None:
    content = factories.live_version().content | {"accept": {"bant": 0}}
    factories.switched_on(content)

    answer = as_user(rep).post(f"/handoffs/{held.pk}/accept", {"value": ""})

    assert answer.status_code == 302


def test_who_lost_the_lead_meanwhile_is_told(as_user: As, rep: User, held: Handoff) -> None:
    factories.bant(held.lead, rep)
    claims.release(held, rep, reason="On leave")

    answer = as_user(rep).post(f"/handoffs/{held.pk}/accept", {"value": ""}, headers=HTMX)

    assert answer.status_code == 409
    assert "is not in your hands." in answer.content.decode()


@pytest.mark.parametrize("typed", [{"value": "a lot"}, {"value": "-1"}, {"expected_on": "soon"}])
def test_a_value_or_day_that_is_none_is_refused_with_an_example(
    as_user: As, rep: User, held: Handoff, typed: dict[str, str]
) -> None:
    factories.bant(held.lead, rep)

    answer = as_user(rep).post(f"/handoffs/{held.pk}/accept", typed)

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    held.refresh_from_db()
    assert held.state == HandoffState.CLAIMED


# --- reject ------------------------------------------------------------------------------------


def test_a_lead_goes_back_with_reason_note_and_what_was_wrong(as_user: As, rep: User) -> None:
    lines = [{"kind": "fit", "label": "Decides", "evidence": "", "points": 22, "rule": "decides"}]
    handoff = claims.claim(factories.handoff(reasons=lines), rep)
    reason = factories.reason()

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/reject",
        {"reason": reason.pk, "note": "An intern", "flaw_0": "wrong", "may_return": "no"},
    )

    handoff.refresh_from_db()
    handoff.lead.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/queue")
    assert (handoff.outcome, handoff.reason, handoff.note) == (
        Outcome.REJECTED,
        reason,
        "An intern",
    )
    assert handoff.may_return is False
    assert handoff.lead.stage == Stage.REJECTED
    (wrong,) = handoff.wrong_criteria.all()
    assert (wrong.rule, wrong.flaw) == ("decides", "wrong")
    assert said(answer) == "Maya Lindqvist is back with Marketing: Wrong profile."
    assert undo_of(answer) == f"/handoffs/{handoff.pk}/undo"


def test_whether_it_may_come_back_is_as_usual_for_the_reason(
    as_user: As, rep: User, held: Handoff
) -> None:
    reason = factories.reason("A student", Reason.Family.NOT_A_BUYER)
    Reason.objects.filter(pk=reason.pk).update(may_return=False)

    as_user(rep).post(f"/handoffs/{held.pk}/reject", {"reason": reason.pk})

    held.refresh_from_db()
    assert held.may_return is False


def test_the_reasons_used_most_in_the_last_90_days_come_first(rep: User) -> None:
    now = timezone.now()
    old, new = factories.reason("Of old"), factories.reason("Of late")
    for days in (91, 92, 93):
        factories.rejected(rep, at=now - timedelta(days=days), reason=old)
    factories.rejected(rep, at=now - timedelta(days=89), reason=new)
    retired = factories.reason("Retired")
    Reason.objects.filter(pk=retired.pk).update(is_active=False)

    offered = list(offering.reasons(now))

    assert offered[0] == new
    assert retired not in offered
    listed = [reason.position for reason in offered[1:]]
    assert listed == sorted(listed)


def test_digits_choose_among_the_reasons(as_user: As, rep: User, held: Handoff) -> None:
    html = as_user(rep).get(f"/handoffs/{held.pk}/reject", headers=HTMX).content.decode()

    assert 'data-digits="reason"' in html
    assert '<kbd aria-hidden="true">1</kbd>' in html
    assert '<kbd aria-hidden="true">10</kbd>' not in html


def test_other_needs_a_sentence(as_user: As, rep: User, held: Handoff) -> None:
    other = factories.reason("Something else", Reason.Family.OTHER)

    answer = as_user(rep).post(f"/handoffs/{held.pk}/reject", {"reason": other.pk}, headers=HTMX)

    assert answer.status_code == 422
    assert "Say in a sentence what was wrong." in answer.content.decode()


def test_unreachable_asks_for_six_attempts_and_takes_fewer_once_it_was_said(
    as_user: As, rep: User, held: Handoff
) -> None:
    reason = factories.reason("Cannot be reached", Reason.Family.UNREACHABLE)
    for result in ("no_answer", "message", "talked"):
        touches.log_touch(held, rep, channel="call", result=result)
    url, typed = f"/handoffs/{held.pk}/reject", {"reason": reason.pk}

    drawer = as_user(rep).get(url, headers=HTMX).content.decode()
    asked = as_user(rep).post(url, typed, headers=HTMX)
    sent = as_user(rep).post(url, typed | {"fewer": "on"})

    assert "2 of 6 attempts logged" in drawer
    assert asked.status_code == 422
    html = asked.content.decode()
    assert "2 attempts are logged; try 6 times before you say that nobody can be reached." in html
    assert "Send it back after 2 attempts" in html
    assert sent.status_code == 302


def test_a_rejection_without_a_reason_is_none(as_user: As, rep: User, held: Handoff) -> None:
    answer = as_user(rep).post(f"/handoffs/{held.pk}/reject", {"note": "No"}, headers=HTMX)

    assert answer.status_code == 422
    assert "Choose a reason." in answer.content.decode()


def test_a_lead_of_a_colleague_is_not_rejected(as_user: As, rep: User) -> None:
    handoff = factories.claimed(factories.rep("Marcus Bell"))

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/reject", {"reason": factories.reason().pk}, headers=HTMX
    )

    assert answer.status_code == 409
    assert "is not in your hands." in answer.content.decode()


def test_an_opportunity_is_lost_and_not_rejected(as_user: As, rep: User, held: Handoff) -> None:
    factories.bant(held.lead, rep)
    verdicts.accept(held, rep)
    verdicts.advance(held.lead, rep, to=Stage.OPPORTUNITY)

    answer = as_user(rep).post(f"/handoffs/{held.pk}/reject", {"reason": factories.reason().pk})

    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.outcome == Outcome.ACCEPTED


# --- undo --------------------------------------------------------------------------------------


def test_a_claim_is_undone_from_its_toast(as_user: As, rep: User) -> None:
    handoff = factories.handoff()
    browser = as_user(rep)
    claimed = browser.post(f"/handoffs/{handoff.pk}/claim")

    answer = browser.post(undo_of(claimed))

    handoff.refresh_from_db()
    assert answer.status_code == 302
    assert handoff.state == HandoffState.OPEN
    assert StageChange.objects.order_by("pk").last().reason == UNDONE


def test_the_toast_of_taking_the_next_has_undo_too(as_user: As, rep: User) -> None:
    handoff = factories.handoff()

    answer = as_user(rep).post("/queue/next")

    assert undo_of(answer) == f"/handoffs/{handoff.pk}/undo"


def test_the_undo_is_a_form_that_needs_no_script(as_user: As, rep: User, held: Handoff) -> None:
    factories.bant(held.lead, rep)
    browser = as_user(rep)

    page = browser.post(f"/handoffs/{held.pk}/accept", {"value": ""}, follow=True)
    undone = browser.post(f"/handoffs/{held.pk}/undo", follow=True)

    assert f'<form method="post" action="/handoffs/{held.pk}/undo">' in page.content.decode()
    assert "Undone. Maya Lindqvist is in your hands again." in undone.content.decode()


def test_a_rejection_is_undone_with_what_it_said(as_user: As, rep: User, held: Handoff) -> None:
    browser = as_user(rep)
    browser.post(f"/handoffs/{held.pk}/reject", {"reason": factories.reason().pk})

    answer = browser.post(f"/handoffs/{held.pk}/undo")

    held.refresh_from_db()
    assert answer.status_code == 302
    assert (held.state, held.reason) == (HandoffState.CLAIMED, None)


def test_what_comes_too_late_says_so(as_user: As, rep: User, held: Handoff) -> None:
    factories.bant(held.lead, rep)
    verdicts.accept(held, rep, at=timezone.now() - timedelta(minutes=1))

    answer = as_user(rep).post(f"/handoffs/{held.pk}/undo")

    assert answer.status_code == 409
    assert "This was not undone" in answer.content.decode()
    assert "That was more than ten seconds ago." in answer.content.decode()


def test_nobody_undoes_what_a_colleague_did(as_user: As, rep: User, held: Handoff) -> None:
    answer = as_user(factories.rep("Marcus Bell")).post(f"/handoffs/{held.pk}/undo")

    assert answer.status_code == 409
    held.refresh_from_db()
    assert held.claimed_by == rep


# --- won and lost --------------------------------------------------------------------------------


@pytest.fixture
def accepted(rep: User, held: Handoff) -> Lead:
    factories.bant(held.lead, rep)
    return verdicts.accept(held, rep).lead


def test_an_accepted_lead_becomes_an_opportunity_and_is_won(
    as_user: As, rep: User, accepted: Lead
) -> None:
    browser = as_user(rep)
    typed = {"amount": "62500.50", "bought_because": "The audit", "competitor": "Paper"}

    opportunity = browser.post(f"/leads/{accepted.pk}/opportunity")
    won = browser.post(f"/leads/{accepted.pk}/won", typed)

    accepted.refresh_from_db()
    handoff = Handoff.objects.get()
    assert opportunity.status_code == won.status_code == 302
    assert accepted.stage == Stage.WON
    assert (handoff.bought_because, handoff.competitor) == ("The audit", "Paper")
    assert StageChange.objects.get(target=Stage.WON).amount == Decimal("62500.50")


def test_an_accepted_lead_is_lost_for_a_reason(as_user: As, rep: User, accepted: Lead) -> None:
    browser = as_user(rep)

    without = browser.post(f"/leads/{accepted.pk}/lost", {"competitor": "Paper"}, headers=HTMX)
    lost = browser.post(f"/leads/{accepted.pk}/lost", {"reason": "They stay with paper"})

    accepted.refresh_from_db()
    assert without.status_code == 422
    assert lost.status_code == 302
    assert accepted.stage == Stage.LOST


def test_a_deal_of_a_colleague_is_not_won(as_user: As, accepted: Lead) -> None:
    browser = as_user(factories.rep("Marcus Bell"))

    won = browser.post(f"/leads/{accepted.pk}/won", {"amount": "1"}, headers=HTMX)
    opportunity = browser.post(f"/leads/{accepted.pk}/opportunity")

    assert won.status_code == 422
    assert "Dana Okafor" in won.content.decode()
    assert opportunity.status_code == 409


def test_a_deal_is_won_once(as_user: As, rep: User, accepted: Lead) -> None:
    browser = as_user(rep)
    browser.post(f"/leads/{accepted.pk}/won", {"amount": "1"})

    again = browser.post(f"/leads/{accepted.pk}/won", {"amount": "2"}, headers=HTMX)

    assert again.status_code == 422
    assert StageChange.objects.filter(target=Stage.WON).count() == 1
