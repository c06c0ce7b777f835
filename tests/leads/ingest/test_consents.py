"""Consent follows the person: what is said of it by leads and events that come in."""

from datetime import UTC, datetime, timedelta

import pytest

from leads.invariants import invariants
from leads.models import Alias, Consent, ConsentPurpose, Event, Lead
from tests import factories

pytestmark = pytest.mark.django_db
MAIL = "maya@brightwater.example"
THEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def given(made):
    return Lead.objects.get(pk=made.pk).consent


def holds():
    found = [a.offences for a in invariants.violations() if a.name == "consent_is_as_said"]
    return found == [[]]


def say(event, mail=MAIL, **more):
    return {"type": event, "lead": {"email": mail}} | more


# --- lists and forms ---------------------------------------------------------------------------


def test_a_bare_yes_gives_nothing_again_and_says_so(one, send):
    maya = one(email=MAIL, consent={"marketing": True})
    one(email=MAIL, consent={"marketing": False})

    (again,) = send({"email": MAIL, "consent": {"marketing": True}})

    assert given(maya) == {"marketing": False}
    assert [(w.pointer, w.code) for w in again.warnings] == [("/consent/marketing", "withdrawn")]
    assert Consent.objects.count() == 2
    assert holds()


def test_a_later_date_gives_it_again_and_an_earlier_one_does_not(one):
    maya = one(email=MAIL, consent={"marketing": {"given": False, "at": THEN.isoformat()}})

    one(email=MAIL, consent={"marketing": {"given": True, "at": "2026-02-01T00:00:00Z"}})
    assert given(maya) == {"marketing": False}

    one(email=MAIL, consent={"marketing": {"given": True, "at": "2026-03-02T00:00:00Z"}})
    assert given(maya) == {"marketing": True}
    assert holds()


def test_new_words_give_it_again_and_the_same_words_do_not(one):
    words = {"given": True, "text": "Send me the news."}
    maya = one(email=MAIL, consent={"marketing": words})
    one(email=MAIL, consent={"marketing": False})

    one(email=MAIL, consent={"marketing": words | {"text": "send me  the news."}})
    assert given(maya) == {"marketing": False}

    one(email=MAIL, consent={"marketing": words | {"text": "Yes, write to me again."}})
    assert given(maya) == {"marketing": True}
    assert holds()


def test_words_in_which_somebody_agrees_once_more_are_kept_as_proof(one):
    one(email=MAIL, consent={"marketing": True})
    text = {"marketing": {"given": True, "text": "Send me the news."}}

    one(email=MAIL, consent=text)
    one(email=MAIL, consent=text)

    assert list(Consent.objects.order_by("id").values_list("text", "is_firm")) == [
        ("", False),
        ("Send me the news.", True),
    ]


def test_a_withdrawal_heard_of_late_outlasts_a_bare_yes(one, send_events):
    maya = one(email=MAIL, consent={"marketing": True})

    send_events(say("unsubscribed", occurred_at=(THEN).isoformat()))

    assert given(maya) == {"marketing": False}
    assert holds()


def test_a_word_says_who_told_us_and_through_which_address(one, integration):
    one(email=MAIL, consent={"marketing": {"given": True, "channel": "fair"}})

    told = Consent.objects.get()
    assert (told.integration, told.person, told.address) == (integration, None, MAIL)
    assert told.channel == "fair"


def test_twice_in_one_batch_is_as_two_calls(send):
    send(
        *({"email": MAIL, "consent": {"marketing": yes}} for yes in (True, False, True)),
    )

    assert Lead.objects.get().consent == {"marketing": False}
    assert holds()


# --- events ------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["unsubscribed", "spam_complaint", "hard_bounce"])
def test_an_event_that_says_no_withdraws_with_proof(one, send_events, integration, event):
    maya = one(email=MAIL, consent={"marketing": True, "sales": True, "newsletter": True})

    send_events(say(event, occurred_at=THEN.isoformat()))

    assert given(maya) == {"marketing": False, "sales": True, "newsletter": False}
    word = Consent.objects.get(purpose="marketing", given=False)
    assert (word.at, word.channel, word.address) == (THEN, event, MAIL)
    assert word.integration == integration
    assert Event.objects.get().type == event
    assert factories.due() == {maya.pk}
    assert holds()


def test_an_event_withdraws_what_it_names_alone(one, send_events):
    maya = one(email=MAIL, consent={"marketing": True, "newsletter": True})

    send_events(say("unsubscribed", properties={"purpose": "Newsletter"}))

    assert given(maya) == {"marketing": True, "newsletter": False}


def test_a_mail_that_may_still_arrive_withdraws_nothing(one, send_events):
    maya = one(email=MAIL, consent={"marketing": True})

    send_events(say("bounce", properties={"type": "soft"}), say("bounce"))

    assert given(maya) == {"marketing": True}


def test_it_withdraws_under_every_address_of_the_person(one, send_events):
    maya = one(external_id="1", email=MAIL, consent={"marketing": True})
    Alias.objects.create(lead=maya, email_key="maya@old.example")
    merged = factories.lead(email="maya@other.example")
    factories.merged(merged, maya)

    send_events(say("unsubscribed", "maya@old.example"))
    assert given(maya) == {"marketing": False}
    assert Consent.objects.get(given=False).address == "maya@old.example"

    one(external_id="1", consent={"marketing": {"given": True, "text": "Yes, again"}})
    send_events(say("complaint", "Maya@Other.example"))
    assert given(maya) == {"marketing": False}
    assert holds()


def test_an_address_they_left_may_be_dead(one, send_events):
    maya = one(email=MAIL, consent={"marketing": True})
    Alias.objects.create(lead=maya, email_key="maya@old.example")

    send_events(say("hard_bounce", "maya@old.example"))

    assert given(maya) == {"marketing": True}
    assert Event.objects.get().lead == maya


def test_somebody_unknown_who_says_no_is_kept_from_the_next_list(send_events, one):
    send_events(say("unsubscribed", occurred_at=THEN.isoformat()))

    lead = one(email=MAIL, consent={"marketing": True}, first_name="Maya")

    assert Lead.objects.count() == 1
    assert lead.consent == {"marketing": False}
    assert holds()


def test_an_event_that_comes_twice_withdraws_once(one, send_events):
    maya = one(email=MAIL, consent={"marketing": True})
    event = say("unsubscribed", external_id="e-1")
    send_events(event, event)
    again = {"given": True, "at": (datetime.now(UTC) + timedelta(seconds=1)).isoformat()}
    one(email=MAIL, consent={"marketing": again | {"text": "Yes, again"}})

    send_events(event | {"occurred_at": datetime.now(UTC).isoformat()})

    assert Consent.objects.filter(given=False).count() == 1
    assert Event.objects.filter(lead=maya).count() == 1


def test_an_event_that_withdraws_nothing_costs_no_query(
    one, send_events, django_assert_num_queries
):
    one(email=MAIL, consent={"marketing": True})
    send_events(say("page_view"))

    # The transaction, whose mail it is, and the event with its news.
    with django_assert_num_queries(4):
        send_events(say("page_view"))


def test_scoring_is_no_fact_that_criteria_ask_for(one):
    one(email=MAIL, consent={"scoring": False, "newsletter": True})

    assert list(ConsentPurpose.objects.values_list("name", flat=True)) == ["newsletter"]
