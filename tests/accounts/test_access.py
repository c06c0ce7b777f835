from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django.asserts import assertContains

from accounts.models import Portal, User
from accounts.roles import Role
from leadportal.web.answers import safe_next


def test_a_refused_page_names_who_may_and_who_can_grant_it(client_of, person):
    person(Role.ADMIN, name="Ada Berg")
    rep = client_of(Role.SALES)

    page = rep.get("/settings")

    assert page.status_code == 403
    text = page.content.decode()
    assert "Only marketing managers, sales managers and admins can open the settings." in text
    assert "Ada Berg can give you that role." in text


def test_a_part_of_a_page_says_where_to_sign_in_and_moves_nobody(client: Client, db):
    answer = client.get("/settings", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer["Sign-In"] == "/account/login/"
    assert "HX-Redirect" not in answer


def test_what_came_after_the_visit_is_told_in_words_without_a_script(client: Client, db):
    answer = client.post("/settings", {"hold_until": "2027-01-04", "take.job_title": "first"})

    assert answer.status_code == 401
    assertContains(answer, '<dt data-name="hold_until">Hold until</dt>', status_code=401, html=True)
    assertContains(answer, ">Take job title</dt>", status_code=401)


def test_pages_are_kept_by_no_cache(client_of: Callable[..., Client]):
    page = client_of(Role.ADMIN).get("/settings")

    assert page["Cache-Control"] == "private, no-store"


def test_the_sign_in_page_is_kept_by_no_cache(client: Client, db):
    assert "no-store" in client.get("/account/login/")["Cache-Control"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "",
    ],
)
def test_next_leads_only_to_ourselves(rf: RequestFactory, url: str):
    assert safe_next(rf.post("/theme", {"next": url}), "/queue") == "/queue"


def test_next_keeps_our_own_page_with_its_query(rf: RequestFactory):
    assert safe_next(rf.post("/theme", {"next": "/leads?stage=sql"})) == "/leads?stage=sql"


def test_the_theme_is_a_cookie_and_leads_back(client: Client, db):
    answer = client.post("/theme", {"theme": "dark", "next": "/account/login/"})

    assert answer["Location"] == "/account/login/"
    assert 'data-theme="dark"' in client.get("/account/login/").content.decode()


def test_another_theme_than_light_and_dark_is_refused(client: Client, db):
    answer = client.post("/theme", {"theme": '"><script>'})

    assert answer.status_code == 400
    assert not answer.cookies


def test_the_theme_cookie_of_a_stranger_is_not_believed(client: Client, db):
    client.cookies["theme"] = "neon"

    assert 'data-theme="' not in client.get("/account/login/").content.decode()


def test_the_theme_is_only_posted(client: Client, db):
    assert client.get("/theme")["Location"] == "/"
    assert client.put("/theme").status_code == 405


@pytest.mark.usefixtures("database_travels")
def test_an_admin_is_signed_out_after_half_an_hour_without_a_click(client_of):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        admin = client_of(Role.ADMIN)
        assert admin.get("/settings").status_code == 200
        clock.shift(timedelta(minutes=29))
        assert admin.get("/settings").status_code == 200
        clock.shift(timedelta(minutes=29))
        assert admin.get("/settings").status_code == 200

        clock.shift(timedelta(minutes=31))
        page = admin.get("/settings", follow=True)

    assert page.redirect_chain == [("/account/login/?next=/settings", 302)]
    assert "signed out after 30 minutes" in page.content.decode()


@pytest.mark.usefixtures("database_travels")
@pytest.mark.parametrize("role", [Role.SALES_MANAGER, Role.ADMIN])
def test_a_visit_ends_twelve_hours_after_signing_in_however_busy(client_of, role):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        manager = client_of(role)
        for _ in range(36):
            assert manager.get("/settings").status_code == 200
            clock.shift(timedelta(minutes=20))

        clock.shift(timedelta(seconds=1))
        assert manager.get("/settings").status_code == 302


@pytest.mark.usefixtures("database_travels")
def test_an_admins_visit_is_not_written_with_every_click(client_of, django_assert_num_queries):
    with time_machine.travel(timezone.now(), tick=False):
        admin = client_of(Role.ADMIN)
        admin.get("/settings/keys")

        # Session, person, settings for the zone, keys in use, keys deleted.
        with django_assert_num_queries(5):
            admin.get("/settings/keys")


def test_times_are_in_the_zone_of_the_person_else_of_the_company(client_of, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "accounts.policy.NAV_COUNTS",
        {
            "leads": lambda user, until: (
                seen.append(timezone.get_current_timezone_name()) or User.objects.none()
            )
        },
    )
    Portal.objects.create(pk=1, zone="Asia/Tokyo")

    client_of(Role.ADMIN).get("/settings")
    client_of(Role.SALES_MANAGER, zone="America/Lima").get("/settings")

    assert seen == ["Asia/Tokyo", "America/Lima"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd"])
def test_a_zone_this_machine_does_not_know_locks_nobody_out(client_of, zone):
    Portal.objects.create(pk=1, zone=zone)

    assert client_of(Role.ADMIN).get("/settings").status_code == 200


def test_a_form_from_an_old_page_is_refused_in_words(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.ADMIN))

    answer: HttpResponse = client.post("/settings", {"company_name": "X"})

    assert answer.status_code == 403
    assert "This was not saved" in answer.content.decode()
