"""Guessing is slowed down for who guesses, locks nobody else out, and is logged."""

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as django_settings
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import tries
from accounts.browsers import network_of
from accounts.models import SignInTries
from accounts.roles import Role
from accounts.tries import OF_ACCOUNT, Patience
from tests.accounts.conftest import PASSWORD
from tests.concurrently import at_once
from tests.mails import delivered, link_sent

HERE, THERE = "198.51.100.7", "203.0.113.9"
SIGN_IN = "/account/login/"


def type_in(email, password=PASSWORD, *, at=HERE, client=None):
    client = client or Client()
    return client.post(SIGN_IN, {"login": email, "password": password}, REMOTE_ADDR=at)


def guess(email, times=1, *, at=HERE):
    """Wrong ones without a pause between them."""
    for _ in range(times):
        assert type_in(email, "wrong", at=at).status_code == 200
        pass_by(timedelta(minutes=6))


def pass_by(time):
    """Let all tries be so much longer ago."""
    SignInTries.objects.update(at=F("at") - time)


def no_pause_is_over():
    """However long this machine took for the tries."""
    pass_by(-timedelta(minutes=1))


@pytest.fixture
def lines(caplog):
    """What was logged of signing in: event, account, address."""
    caplog.set_level("INFO", "accounts.sign_in")
    return lambda: [
        (record.msg["event"], record.msg["user_id"], record.msg["address"])
        for record in caplog.records
        if record.name == "accounts.sign_in"
    ]


# --- nobody else is locked out -----------------------------------------------------------------


def test_wrong_passwords_from_one_place_close_the_account_at_no_other(person):
    rep = person(Role.SALES)
    for _ in range(40):
        type_in(rep.email, "wrong", at=HERE)
    no_pause_is_over()

    assert type_in(rep.email, at=HERE).status_code == 429
    assert type_in(rep.email, at=THERE)["Location"] == "/"


def test_guessing_one_account_locks_no_other(person):
    rep, manager = person(Role.SALES), person(Role.SALES_MANAGER)
    for _ in range(8):
        type_in(rep.email, "wrong")

    assert type_in(manager.email)["Location"] == "/"


def test_behind_a_proxy_guesses_count_for_the_browser_not_for_the_proxy(person, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    rep = person(Role.SALES)
    typed = {"login": rep.email, "password": "wrong"}
    for _ in range(8):
        Client().post(SIGN_IN, typed, headers={"X-Forwarded-For": HERE})
    no_pause_is_over()

    typed["password"] = PASSWORD
    refused = Client().post(SIGN_IN, typed, headers={"X-Forwarded-For": HERE})
    let_in = Client().post(SIGN_IN, typed, headers={"X-Forwarded-For": THERE})

    assert (refused.status_code, let_in.status_code) == (429, 302)


def test_a_visit_is_never_refused_for_what_others_guess(person, client):
    rep = person(Role.SALES)
    type_in(rep.email, client=client)
    for _ in range(40):
        type_in(rep.email, "wrong")

    assert client.get("/queue").status_code == 200
    again = client.get("/account/mfa/totp/activate/")["Location"]
    proven = client.post(again, {"password": PASSWORD}, REMOTE_ADDR=HERE)
    assert proven["Location"] == "/account/mfa/totp/activate/"


def test_a_browser_that_is_known_signs_in_whatever_others_guess_at_the_same_place(person, client):
    rep = person(Role.SALES)
    type_in(rep.email, client=client)
    client.post("/account/logout/")
    for number in range(60):
        type_in(rep.email if number % 2 else f"{number}@example.com", "wrong")
    no_pause_is_over()

    assert type_in(rep.email).status_code == 429
    assert type_in(rep.email, client=client)["Location"] == "/"


def test_a_known_browser_guesses_no_more_than_another(person, client):
    rep = person(Role.SALES)
    type_in(rep.email, client=client)
    client.post("/account/logout/")
    for _ in range(8):
        type_in(rep.email, "wrong", client=client)
    no_pause_is_over()

    assert type_in(rep.email, client=client).status_code == 429


def test_a_browser_is_known_to_whom_it_signed_in_and_says_nothing_that_can_be_made_up(person):
    rep, manager = person(Role.SALES), person(Role.SALES_MANAGER)
    browser = Client()
    cookie = type_in(rep.email, client=browser).cookies["browser"]
    assert cookie["httponly"]
    browser.post("/account/logout/")
    for _ in range(8):
        type_in(manager.email, "wrong")
    no_pause_is_over()

    assert type_in(manager.email, client=browser).status_code == 429
    browser.cookies["browser"] = "made-up"
    assert type_in(rep.email, client=browser)["Location"] == "/"


# --- slower and slower -------------------------------------------------------------------------


def test_a_pause_says_how_long_and_what_else_to_do(person):
    rep = person(Role.SALES)
    guess(rep.email, 12)
    SignInTries.objects.update(at=timezone.now())

    page = type_in(rep.email)

    assert page.status_code == 429
    assert 120 <= int(page["Retry-After"]) <= 128
    text = page.content.decode()
    assert "Wait 3 minutes, then try again." in text
    assert "ask for a new one by mail" in text


def test_pauses_double_and_a_try_that_is_too_early_makes_none_longer(person):
    rep = person(Role.SALES)
    guess(rep.email, 5)

    for pause in (1, 2, 4, 8):
        SignInTries.objects.update(at=timezone.now())
        early = [type_in(rep.email, "wrong") for _ in range(2)] if pause > 1 else []
        assert [page.status_code for page in early] == [429] * len(early)
        pass_by(timedelta(seconds=pause))
        assert type_in(rep.email, "wrong").status_code == 200


def test_the_longest_pause_is_five_minutes(person):
    rep = person(Role.SALES)
    guess(rep.email)
    SignInTries.objects.update(tries=2_000_000_000, at=timezone.now())

    assert 295 <= int(type_in(rep.email)["Retry-After"]) <= 300


def test_after_the_pause_the_right_password_signs_in_and_all_is_forgiven(person):
    rep = person(Role.SALES)
    guess(rep.email, 9)

    assert type_in(rep.email)["Location"] == "/"

    for _ in range(5):
        assert type_in(rep.email, "wrong").status_code == 200


def test_a_quarter_of_an_hour_forgives_too(person):
    rep = person(Role.SALES)
    guess(rep.email, 9)
    pass_by(timedelta(minutes=16))

    for _ in range(5):
        assert type_in(rep.email, "wrong").status_code == 200


def test_one_place_that_tries_many_accounts_is_slowed_down_as_a_whole(person):
    rep = person(Role.SALES)
    for number in range(30):
        assert type_in(f"{number}@example.com", "wrong").status_code == 200
    SignInTries.objects.filter(tries=30).update(tries=40, at=timezone.now())

    refused = type_in(rep.email)

    assert refused.status_code == 429
    assert 55 <= int(refused["Retry-After"]) <= 60
    assert type_in(rep.email, at=THERE)["Location"] == "/"


def test_good_sign_ins_of_a_whole_office_slow_nobody_down(person):
    rep = person(Role.SALES)

    for _ in range(40):
        assert type_in(rep.email)["Location"] == "/"


def test_who_does_not_exist_is_slowed_down_alike(db):
    for _ in range(8):
        type_in("nobody@example.com", "wrong")
    no_pause_is_over()

    assert type_in("nobody@example.com", "wrong").status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_looked_at_than_one_after_another():
    waits = at_once([lambda: tries.begin("k", Patience(free=5, longest=300))] * 12)

    assert sorted(waits)[:5] == [0] * 5
    assert min(sorted(waits)[5:]) >= 1


def test_counters_say_nobodys_name_and_are_forgotten(person):
    rep = person(Role.SALES)
    type_in(rep.email, "wrong")

    assert all(re.fullmatch("[0-9a-f]{64}", row.key) for row in SignInTries.objects.all())
    assert tries.oldest_due() is None
    pass_by(timedelta(days=1, minutes=1))
    assert tries.oldest_due() is not None
    assert tries.forget_tries() == 2


def test_a_line_has_one_place_however_many_addresses_it_has():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of(HERE) != network_of(THERE)
    # As a server that listens to IPv6 and IPv4 at once writes them.
    assert network_of(f"::ffff:{HERE}") == network_of(HERE)
    assert network_of(f"::ffff:{THERE}") != network_of(HERE)


# --- forgotten passwords -----------------------------------------------------------------------


def test_who_asks_for_links_in_somebodys_name_fills_no_mailbox_and_locks_nobody_out(person):
    rep = person(Role.SALES)

    answers = [
        Client().post("/account/password/reset/", {"email": rep.email}, REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(8)
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/account/password/reset/done/")
    }
    assert len(delivered()) == 3


def test_a_new_password_by_mail_lets_in_at_once(person, client):
    rep = person(Role.SALES)
    for _ in range(8):
        type_in(rep.email, "wrong")
    client.post("/account/password/reset/", {"email": rep.email}, REMOTE_ADDR=HERE)
    link = link_sent()
    form = client.get(link, follow=True).request["PATH_INFO"]
    no_pause_is_over()
    assert type_in(rep.email).status_code == 429

    new = {"password1": "staple battery 9", "password2": "staple battery 9"}
    client.post(form, new, REMOTE_ADDR=HERE)

    assert type_in(rep.email, "staple battery 9")["Location"] == "/"


# --- logged ------------------------------------------------------------------------------------


def test_good_failed_and_refused_sign_ins_are_logged_by_account_and_address(person, lines):
    rep = person(Role.SALES)

    type_in(rep.email)
    type_in(rep.email, "wrong", at=THERE)
    type_in("nobody@example.com", "wrong", at=THERE)
    for _ in range(5):
        type_in(rep.email, "wrong", at=THERE)

    said = lines()
    assert said[:3] == [
        ("signed_in", rep.pk, HERE),
        ("sign_in_failed", rep.pk, THERE),
        ("sign_in_failed", None, THERE),
    ]
    assert said[-1] == ("sign_in_refused", rep.pk, THERE)


def test_an_account_that_is_switched_off_is_logged_as_failed(person, lines):
    rep = person(Role.SALES, is_active=False)

    type_in(rep.email)

    assert lines() == [("sign_in_failed", rep.pk, HERE)]


def test_a_wrong_code_is_logged_as_failed(person, client, lines):
    rep = person(Role.SALES)
    TOTP.activate(rep, "JBSWY3DPEHPK3PXP")
    type_in(rep.email, client=client)

    client.post("/account/mfa/authenticate/", {"code": "000000"}, REMOTE_ADDR=HERE)

    assert lines() == [("sign_in_failed", rep.pk, HERE)]


def test_the_filter_of_the_docs_finds_who_failed_and_nobody_else(person, caplog):
    caplog.set_level("INFO", "accounts.sign_in")
    rep = person(Role.SALES)
    docs = (Path(django_settings.BASE_DIR) / "docs/operations.md").read_text()
    failregex = re.search(r"^failregex = (.+)$", docs, re.M)[1].replace(
        "<HOST>", r"(?P<host>[0-9a-f.:]+)"
    )

    type_in(rep.email)
    type_in(rep.email, "wrong", at=THERE)

    (written,) = [one.formatter for one in logging.getLogger().handlers if is_ours(one)]
    good, failed = [
        written.format(record) for record in caplog.records if record.name == "accounts.sign_in"
    ]
    assert re.search(failregex, good) is None
    assert re.search(failregex, failed)["host"] == THERE
    assert rep.email not in good + failed
    # What every line has, and these two.
    assert json.loads(failed).keys() == {
        *("event", "level", "logger", "request_id", "timestamp"),
        *("user_id", "address"),
    }


def is_ours(handler):
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def test_patience_is_what_the_docs_say():
    assert (OF_ACCOUNT.free, OF_ACCOUNT.longest) == (5, 300)
