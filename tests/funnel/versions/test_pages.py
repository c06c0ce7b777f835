"""A draft is proposed, signed by both sides or sent back; who may, who is refused, and why."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Portal
from accounts.roles import Role, Side
from funnel.models import CriteriaVersion, Signature
from funnel.versions import editing, signing, switching
from tests import factories
from tests.funnel.conftest import content, prove

pytestmark = pytest.mark.django_db

PROPOSE = "/criteria/drafts/2/propose"
SIGN = "/criteria/2/sign"
SEND_BACK = "/criteria/2/send-back"
UNSCHEDULE = "/criteria/2/unschedule"


def signs(version, side):
    return {"read_hash": version.content_hash, "side": side}


def state(version):
    version.refresh_from_db()
    return version.state


@pytest.fixture
def signed(proposed, marketing, sales):
    signing.sign(proposed, marketing, Side.MARKETING)
    signing.sign(proposed, sales, Side.SALES)
    return proposed


# Asking for the signatures.


def test_a_draft_is_proposed_with_a_note(as_user, draft, marketing):
    said = {"read_hash": draft.content_hash, "note": "Fewer, better SQLs"}

    answer = as_user(marketing).post(PROPOSE, said)

    assert answer["Location"] == "/criteria/2"
    assert state(draft) == "proposed"
    assert (draft.proposed_by, draft.note) == (marketing, "Fewer, better SQLs")


def test_a_draft_somebody_changed_meanwhile_is_not_proposed(as_user, draft, marketing):
    said = {"read_hash": draft.content_hash, "note": ""}
    editing.edit(draft, content(pricing=20), read_hash=draft.content_hash)

    answer = as_user(marketing).post(PROPOSE, said)

    assert answer.status_code == 409
    assert "v2 was changed since you opened it" in answer.content.decode()
    assert state(draft) == "draft"


def test_a_note_is_not_endless(as_user, draft, marketing):
    said = {"read_hash": draft.content_hash, "note": "x" * 2001}

    assert as_user(marketing).post(PROPOSE, said).status_code == 422
    assert state(draft) == "draft"


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMIN])
def test_who_may_not_draft_does_not_propose(as_user, draft, role):
    answer = as_user(factories.person(role)).post(PROPOSE, {"read_hash": draft.content_hash})

    assert answer.status_code == 403
    assert state(draft) == "draft"


def test_what_is_proposed_already_is_shown(as_user, proposed, marketer):
    assert as_user(marketer).get(PROPOSE)["Location"] == "/criteria/2"
    assert as_user(marketer).get("/criteria/drafts/99/propose").status_code == 404


# Signing.


def test_a_manager_signs_for_their_own_side(as_user, proposed, sales):
    answer = as_user(sales).post(SIGN, signs(proposed, "sales"))

    assert answer["Location"] == "/criteria/2"
    (signature,) = signing.valid_signatures(proposed)
    assert (signature.side, signature.signed_by) == ("sales", sales)


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES, Role.ADMIN])
def test_only_managers_sign(as_user, proposed, role):
    answer = as_user(factories.person(role)).post(SIGN, signs(proposed, "sales"))

    assert answer.status_code == 403
    assert "Only marketing managers and sales managers can sign criteria" in (
        answer.content.decode()
    )
    assert not signing.valid_signatures(proposed)


@pytest.mark.parametrize("side", ["marketing", "everybody", ""])
def test_nobody_signs_for_another_side(as_user, proposed, sales, side):
    answer = as_user(sales).post(SIGN, signs(proposed, side))

    assert answer.status_code == 409
    assert "Nothing was signed" in answer.content.decode()
    assert not signing.valid_signatures(proposed)


def test_what_was_edited_since_it_was_read_is_not_signed(as_user, proposed, sales, marketer):
    read = signs(proposed, "sales")
    editing.edit(proposed, content(pricing=20), read_hash=proposed.content_hash, by=marketer)
    editing.propose(proposed)

    answer = as_user(sales).post(SIGN, read)

    assert answer.status_code == 409
    assert "Ines Carvalho changed v2 after you opened it" in answer.content.decode()
    assert not signing.valid_signatures(proposed)


def test_who_comes_second_is_told_that_their_side_signed(as_user, proposed, sales):
    signing.sign(proposed, sales, Side.SALES)

    answer = as_user(factories.person(Role.SALES_MANAGER)).post(SIGN, signs(proposed, "sales"))

    assert answer.status_code == 409
    assert "Sales has signed v2 already" in answer.content.decode()


def test_a_signature_is_no_link_and_needs_a_version(as_user, proposed, sales):
    client = as_user(sales)

    assert client.get(SIGN)["Location"] == "/criteria/2"
    assert not proposed.signatures.exists()
    assert client.post("/criteria/99/sign", signs(proposed, "sales")).status_code == 404


def test_both_hats_sign_both_sides_only_where_the_settings_say_so(as_user, proposed):
    both = factories.person(Role.MARKETING_MANAGER, Role.SALES_MANAGER)
    client = as_user(both)
    client.post(SIGN, signs(proposed, "marketing"))

    assert client.get("/criteria/1..2").context["bar"].yours == []
    answer = client.post(SIGN, signs(proposed, "sales"))
    assert answer.status_code == 409
    assert "the settings can allow both" in answer.content.decode()

    Portal.objects.update(both_hats=True)
    client.post(SIGN, signs(proposed, "sales"))
    assert Signature.objects.get(version=proposed, side="sales").both_hats
    assert "for both departments" in client.get("/criteria/2").content.decode()


# Who signed in too long ago proves again who they are.


def test_a_session_older_than_15_minutes_signs_in_again_and_then_has_signed(as_user, proposed):
    person = factories.person(Role.SALES_MANAGER)
    person.set_password("fernhill-demo")
    person.save()
    client = as_user(person)
    prove(client, person, minutes_ago=16)

    asked = client.post(SIGN, signs(proposed, "sales"))
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/reauthenticate/")
    assert not signing.valid_signatures(proposed)

    wrong = client.post(asked["Location"], {"password": "fernhill"})
    assert "This is not your password" in wrong.content.decode()
    assert not signing.valid_signatures(proposed)

    done = client.post(asked["Location"], {"password": "fernhill-demo"})
    assert done["Location"] == "/criteria/2"
    assert [one.signed_by for one in signing.valid_signatures(proposed)] == [person]


def test_a_younger_session_signs_at_once(as_user, proposed, sales):
    client = as_user(sales)
    prove(client, sales, minutes_ago=14)

    client.post(SIGN, signs(proposed, "sales"))

    assert signing.valid_signatures(proposed)


# Sending back.


def test_who_does_not_agree_sends_it_back_with_a_note(as_user, proposed, sales, marketing):
    signing.sign(proposed, marketing, Side.MARKETING)
    client = as_user(sales)
    assert "The signature of Tomasz Zieliński is lost" in client.get(SEND_BACK).content.decode()

    answer = client.post(SEND_BACK, {"note": "75 is too high for us"})

    assert answer["Location"] == "/criteria/drafts/2"
    assert state(proposed) == "draft"
    html = as_user(marketing).get("/criteria/drafts/2").content.decode()
    assert "75 is too high for us" in html
    assert "Ruth Bakker</b> sent it back" in html


def test_sending_back_says_why(as_user, proposed, sales):
    answer = as_user(sales).post(SEND_BACK, {"note": " "})

    assert answer.status_code == 422
    assert "Write what has to change" in answer.content.decode()
    assert state(proposed) == "proposed"


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES, Role.ADMIN])
def test_only_managers_send_back(as_user, proposed, role):
    assert as_user(factories.person(role)).get(SEND_BACK).status_code == 403
    assert as_user(factories.person(role)).post(SEND_BACK, {"note": "No"}).status_code == 403
    assert state(proposed) == "proposed"


def test_what_is_no_proposal_any_more_is_not_sent_back(as_user, signed, sales):
    switching.switch_on(signed)
    client = as_user(sales)

    assert client.get(SEND_BACK)["Location"] == "/criteria/2"
    assert client.post(SEND_BACK, {"note": "No"}).status_code == 409
    assert client.get("/criteria/99/send-back").status_code == 404


# Taking the schedule back.


def test_a_schedule_is_taken_back(as_user, signed, sales):
    switching.schedule(signed, timezone.now() + timedelta(days=1), by=sales, confirmed_sqls=3)
    client = as_user(sales)
    assert "Take the schedule back" in client.get("/criteria/2").content.decode()

    answer = client.post(UNSCHEDULE)

    assert answer["Location"] == "/criteria/2"
    assert state(signed) == "proposed"
    assert len(signing.valid_signatures(signed)) == 2


def test_a_schedule_that_came_true_stands(as_user, signed, sales):
    when = timezone.now()
    switching.schedule(signed, when)
    switching.switch_on_scheduled(at=when)

    answer = as_user(sales).post(UNSCHEDULE)

    assert answer.status_code == 409
    assert CriteriaVersion.objects.live().get() == signed


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES, Role.ADMIN])
def test_only_managers_take_a_schedule_back(as_user, signed, role):
    switching.schedule(signed, timezone.now() + timedelta(days=1))

    assert as_user(factories.person(role)).post(UNSCHEDULE).status_code == 403
    assert state(signed) == "scheduled"


def test_a_schedule_is_taken_back_by_a_form(as_user, signed, sales):
    assert as_user(sales).get(UNSCHEDULE)["Location"] == "/criteria/2"
    assert as_user(sales).post("/criteria/99/unschedule").status_code == 404
