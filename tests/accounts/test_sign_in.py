import re
from importlib import import_module

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core import mail
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.accounts.conftest import PASSWORD, code_of
from tests.mails import delivered, link_sent

SIGN_IN = "/account/login/"


def type_in(
    client: Client, email: str, password: str = PASSWORD, *, forwarded_for: str = "", **more: str
) -> HttpResponse:
    headers = {"X-Forwarded-For": forwarded_for} if forwarded_for else None
    return client.post(SIGN_IN, {"login": email, "password": password, **more}, headers=headers)


def test_a_person_signs_in_with_mail_and_password(client, person):
    rep = person(Role.SALES)

    answer = type_in(client, rep.email.upper())

    assert answer["Location"] == "/"
    assert client.get("/")["Location"] == "/queue"


def test_a_wrong_password_is_told_in_words_and_signs_nobody_in(client, person):
    rep = person(Role.SALES)

    page = type_in(client, rep.email, "wrong horse battery")

    assert "The email or the password is not right." in page.content.decode()
    assert client.get("/")["Location"].startswith(SIGN_IN)


def test_a_closed_account_does_not_sign_in(client, person):
    rep = person(Role.SALES, is_active=False)

    type_in(client, rep.email)

    assert client.get("/")["Location"].startswith(SIGN_IN)


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, person):
    rep = person(Role.SALES)

    assert type_in(client, rep.email, next="/leads?stage=sql")["Location"] == "/leads?stage=sql"


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_signing_in_never_leads_to_another_site(client, person, next_page):
    rep = person(Role.SALES)

    assert type_in(client, rep.email, next=next_page)["Location"] == "/"


def test_signing_out_ends_the_visit(client_of):
    rep = client_of(Role.SALES)

    rep.post("/account/logout/")

    assert rep.get("/")["Location"].startswith(SIGN_IN)


def test_closing_an_account_ends_its_visits_at_once(client, person):
    rep = person(Role.SALES)
    type_in(client, rep.email)

    User.objects.update(is_active=False)

    assert client.get("/")["Location"].startswith(SIGN_IN)


def test_a_role_that_was_taken_away_opens_nothing_more(client, person):
    person(Role.ADMIN, Role.SALES)
    admin = person(Role.ADMIN)
    type_in(client, admin.email)

    User.objects.filter(pk=admin.pk).update(roles=[Role.SALES])

    assert client.get("/settings").status_code == 403


def test_nobody_signs_up_or_changes_their_address(client, db):
    for path in ("/account/signup/", "/account/email/", "/account/login/code/"):
        assert client.get(path).status_code == 404


def test_the_counters_of_guesses_are_in_the_database():
    # Not in Redis, whose loss would open the door.
    assert isinstance(caches["default"], DatabaseCache)


def test_a_new_password_comes_by_mail(client, person):
    rep = person(Role.SALES)

    client.post("/account/password/reset/", {"email": rep.email})
    link = link_sent()
    form = client.get(link, follow=True)
    assert mail.outbox[0].subject == "LeadPortal: Choose a new password"
    done = client.post(
        form.request["PATH_INFO"],
        {"password1": "staple battery 9", "password2": "staple battery 9"},
    )

    assert done.status_code == 302
    assert type_in(client, rep.email, "staple battery 9")["Location"] == "/"


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(client, person):
    known = client.post("/account/password/reset/", {"email": person(Role.SALES).email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in delivered()] == [["sales@example.com"]]


def test_a_second_factor_is_set_up_and_then_asked_for(client, person):
    rep = person(Role.SALES)
    type_in(client, rep.email)
    # Who changes how the door opens shows the password again.
    again = client.get("/account/mfa/totp/activate/")["Location"]
    assert again.startswith("/account/reauthenticate/")
    page = client.post(again, {"password": PASSWORD}, follow=True)
    secret = page.context["form"].secret
    assert "<svg" in page.content.decode()

    client.post("/account/mfa/totp/activate/", {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=rep, type=Authenticator.Type.TOTP).exists()

    other = Client()
    answer = type_in(other, rep.email)
    assert answer["Location"].startswith("/account/mfa/authenticate/")
    assert other.get("/")["Location"].startswith(SIGN_IN)
    # The code of the set-up is used up; a recovery code opens once.
    assert other.post("/account/mfa/authenticate/", {"code": "000000"}).status_code == 200
    recovery = RecoveryCodes(
        Authenticator.objects.get(user=rep, type=Authenticator.Type.RECOVERY_CODES)
    ).get_unused_codes()[0]
    assert other.post("/account/mfa/authenticate/", {"code": recovery})["Location"] == "/"
    assert other.get("/")["Location"] == "/queue"

    third = Client()
    type_in(third, rep.email)
    assert third.post("/account/mfa/authenticate/", {"code": recovery}).status_code == 200
    assert third.get("/")["Location"].startswith(SIGN_IN)


def test_the_code_of_the_app_signs_in(client, person):
    rep = person(Role.SALES)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(rep, get_adapter().encrypt(secret))
    type_in(client, rep.email)

    answer = client.post("/account/mfa/authenticate/", {"code": code_of(secret)})

    assert answer["Location"] == "/"
    assert client.get("/")["Location"] == "/queue"


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_that_just_ended_signs_in_and_an_older_one_does_not(client, person, steps, opens):
    rep = person(Role.SALES)
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(rep, get_adapter().encrypt(secret))
    type_in(client, rep.email)

    with time_machine.travel(timezone.now(), tick=False):
        client.post("/account/mfa/authenticate/", {"code": code_of(secret, steps)})

    assert (client.get("/")["Location"] == "/queue") is opens


def test_asking_for_somebodys_password_forbids_them_no_second_factor(client, person):
    rep = person(Role.SALES)
    Client().post("/account/password/reset/", {"email": rep.email})
    type_in(client, rep.email)

    again = client.get("/account/mfa/totp/activate/")["Location"]
    page = client.post(again, {"password": PASSWORD}, follow=True)
    client.post("/account/mfa/totp/activate/", {"code": code_of(page.context["form"].secret)})

    assert Authenticator.objects.filter(user=rep, type=Authenticator.Type.TOTP).exists()


def test_an_address_that_was_left_unverified_forbids_it_neither(client, person):
    rep = person(Role.SALES)
    EmailAddress.objects.create(user=rep, email=rep.email, verified=False)
    type_in(client, rep.email)

    assert client.get("/account/mfa/totp/activate/")["Location"].startswith(
        "/account/reauthenticate/"
    )


def test_no_page_about_oneself_writes_an_address_a_second_time(client, person):
    rep = person(Role.SALES)
    new = {"password1": "staple battery 9", "password2": "staple battery 9"}

    client.post("/account/password/reset/", {"email": rep.email})
    link = link_sent()
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, new)
    type_in(client, rep.email, "staple battery 9")
    client.post("/account/reauthenticate/", {"password": "staple battery 9"})
    client.post("/account/password/change/", {"oldpassword": "staple battery 9"} | new)
    type_in(client, rep.email, "staple battery 9")

    assert client.get("/")["Location"] == "/queue"
    assert not EmailAddress.objects.exists()


def test_addresses_that_were_left_are_gone_after_the_upgrade(person):
    EmailAddress.objects.create(user=person(Role.SALES), email="old@example.com")

    migration = import_module("accounts.migrations.0006_sign_in")
    migration.forget_addresses(apps, None)

    assert not EmailAddress.objects.exists()


# --- a password says nothing that others know --------------------------------------------------

OF_THE_NAME = [
    *("zielinska-anna", "Anna.Zielinska.2026", "aniazielinska@", "ANIA.ZIELINSKA"),
    *("2026example!anna", "annaannaanna", "Zielińska2026!"),
]


@pytest.mark.parametrize("password", OF_THE_NAME)
def test_a_password_made_of_the_name_or_the_address_is_refused_wherever_one_is_chosen(
    client, person, password
):
    anna = person(Role.SALES, name="Anna Zielinska", email="ania.zielinska@example.com")
    typed = {"oldpassword": PASSWORD, "password1": password, "password2": password}

    client.post("/account/password/reset/", {"email": anna.email})
    link = link_sent()
    form = client.get(link, follow=True).request["PATH_INFO"]
    reset = client.post(form, typed)
    client.force_login(anna)
    change = client.post("/account/password/change/", typed)
    anna.set_unusable_password()
    anna.save()
    client.force_login(anna)
    first = client.post("/account/password/set/", typed)

    for page in (reset, change, first):
        assert page.status_code == 200
        assert re.search("too similar to the|little more than the", page.content.decode())


def test_a_password_with_a_name_of_somebody_else_will_do(client, person):
    dana = person(Role.SALES, name="Dana Okafor")
    client.force_login(dana)
    new = "zielinska-anna"

    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    dana.refresh_from_db()
    assert dana.check_password(new)


def test_guessing_codes_is_stopped_too(client, person):
    rep = person(Role.SALES)
    TOTP.activate(rep, "JBSWY3DPEHPK3PXP")
    type_in(client, rep.email)

    tries = [
        client.post("/account/mfa/authenticate/", {"code": f"{number:06}"}) for number in range(12)
    ]

    assert "Too many" in tries[-1].content.decode()
