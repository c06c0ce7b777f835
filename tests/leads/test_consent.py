"""Which word on consent stands, and which events say no."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from leads import consent
from leads.consent import Cause, Word


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ([], None),
        ([Word(day(1), True, is_firm=False)], True),
        ([Word(day(1), True), Word(day(2), False)], False),
        ([Word(day(2), True), Word(day(1), False)], True),
        ([Word(day(1), True), Word(day(1), False)], False),
        # A bare word never outlasts a withdrawal, whichever was heard of first.
        ([Word(day(2), True, is_firm=False), Word(day(1), False)], False),
        ([Word(day(1), False), Word(day(2), True, is_firm=False), Word(day(3), True)], True),
    ],
)
def test_what_stands_does_not_hang_on_the_order_it_was_heard_in(words, stands):
    assert {consent.stands(order) for order in permutations(words)} == {stands}


@pytest.mark.parametrize(
    ("text", "said", "new"),
    [
        ("", "", False),
        ("I agree", "", True),
        ("I agree", "i  agree ", False),
        ("I agree", "I agree.", True),
    ],
)
def test_words_are_new_where_nobody_agreed_in_them(text, said, new):
    assert consent.are_new(text, [Word(day(1), True, text=said)]) is new


@pytest.mark.parametrize(
    ("type_", "properties", "cause"),
    [
        ("unsubscribed", {}, Cause.UNSUBSCRIBE),
        ("email_unsubscribed", {}, Cause.UNSUBSCRIBE),
        ("contact.unsubscribed", {}, Cause.UNSUBSCRIBE),
        ("group_unsubscribe", {}, Cause.UNSUBSCRIBE),
        ("opt_out", {}, Cause.UNSUBSCRIBE),
        ("spamreport", {}, Cause.COMPLAINT),
        ("email_marked_as_spam", {}, Cause.COMPLAINT),
        ("complained", {}, Cause.COMPLAINT),
        ("hard_bounce", {}, Cause.HARD_BOUNCE),
        ("email_hard_bounced", {}, Cause.HARD_BOUNCE),
        ("email.bounced", {"bounceType": "Permanent"}, Cause.HARD_BOUNCE),
        ("bounce", {"Type": "HardBounce"}, Cause.HARD_BOUNCE),
        ("bounce", {"type": "bounce"}, Cause.HARD_BOUNCE),
        ("failed", {"severity": "permanent"}, Cause.HARD_BOUNCE),
        ("bounce", {"type": "blocked"}, None),
        ("email_bounced", {"bounce_type": "soft_bounce"}, None),
        ("email_bounced", {"type": "Transient"}, None),
        ("bounce", {}, None),
        ("soft_bounce", {}, None),
        ("failed", {}, None),
        ("email_open", {"type": "hard"}, None),
        ("email", {}, None),
    ],
)
def test_events_that_say_no_go_by_the_names_of_many_tools(type_, properties, cause):
    assert consent.cause_of(type_, properties) is cause


def test_an_event_may_name_what_it_is_about():
    assert consent.purposes_of({"purpose": "Product news"}) == ["product_news"]
    assert consent.purposes_of({"purposes": ["news", "offers", 3, "news"]}) == ["news", "offers"]
    assert consent.purposes_of({"purpose": None, "list": "A"}) == []


def test_no_more_mail_is_marketing_and_whatever_agreed_mail_is():
    agreed = {"newsletter": True, "product_news": False, "sales": True, "webinar": True}

    assert consent.of_all_mail(agreed) == ["marketing", "newsletter"]
