import gzip
import re

import pytest

from accounts import policy
from accounts.models import Portal
from accounts.roles import Role

TYPED = {
    "company_name": "Brightwater Systems",
    "currency": "SEK",
    "zone": "Europe/Stockholm",
    "sells_to": ["SE", "DE", "NO"],
    "grace_days": "5",
    "override_days": "14",
    "both_hats": "on",
    "claim_minutes": "45",
    "touch_minutes": "90",
    "held_limit": "8",
}


def test_an_admin_changes_every_setting(client_of):
    admin = client_of(Role.ADMIN)

    page = admin.post("/settings", TYPED, follow=True)

    row = Portal.load()
    assert (row.company_name, row.currency, row.zone) == (
        "Brightwater Systems",
        "SEK",
        "Europe/Stockholm",
    )
    assert row.sells_to == ["DE", "NO", "SE"]
    assert (row.grace_days, row.override_days, row.both_hats) == (5, 14, True)
    assert (row.claim_minutes, row.touch_minutes, row.held_limit) == (45, 90, 8)
    assert "Saved." in page.content.decode()


def test_a_sales_manager_changes_the_promises_and_nothing_else(client_of):
    before = Portal.load()

    client_of(Role.SALES_MANAGER).post("/settings", TYPED)

    row = Portal.load()
    assert (row.claim_minutes, row.touch_minutes, row.held_limit) == (45, 90, 8)
    assert (row.company_name, row.sells_to, row.both_hats) == (
        before.company_name,
        before.sells_to,
        before.both_hats,
    )


def test_a_marketing_manager_reads(client_of):
    manager = client_of(Role.MARKETING_MANAGER)

    page = manager.get("/settings").content.decode()

    assert "Your company" in page
    assert "Save settings" not in page
    assert manager.post("/settings", TYPED).status_code == 403
    assert Portal.load().company_name == "Your company"


@pytest.mark.parametrize("role", [Role.SALES, Role.MARKETING])
def test_others_do_not_see_the_settings(client_of, role):
    client = client_of(role)

    assert client.get("/settings").status_code == 403
    assert client.post("/settings", TYPED).status_code == 403


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("company_name", "", "Enter the name of the company, like Brightwater."),
        ("company_name", "a\0b", "Null characters"),
        ("company_name", "a\nb", "Leave out line breaks"),
        ("currency", "XXX", "Select a valid choice"),
        ("zone", "Mars/Olympus", "Select a valid choice"),
        ("sells_to", ["SE", "XX"], "Select a valid choice"),
        ("grace_days", "soon", "Enter the days of grace as a whole number from 0 to 90, like 3."),
        ("grace_days", "91", "Enter the days of grace as a whole number from 0 to 90, like 3."),
        (
            "claim_minutes",
            "0",
            "Enter the minutes to claim as a whole number from 1 to 10,080, like 30.",
        ),
        (
            "held_limit",
            "9" * 5000,
            "Enter the leads a rep may hold as a whole number from 1 to 500, like 10.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_on_top_and_nothing_is_saved(
    client_of, field, typed, said
):
    answer = client_of(Role.ADMIN).post("/settings", TYPED | {field: typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert page.count(said) == 2
    assert "<title>Error: Settings" in page
    assert Portal.load().currency == "EUR"


def test_who_depends_on_a_setting_hears_what_changed(client_of, monkeypatch):
    heard = []
    monkeypatch.setattr(
        policy, "ON_SETTINGS_CHANGED", [lambda row, changed: heard.append((row.sells_to, changed))]
    )
    admin = client_of(Role.ADMIN)

    admin.post("/settings", TYPED | {"sells_to": ["SE"]})
    admin.post("/settings", TYPED)
    admin.post("/settings", TYPED)

    assert heard[0][1] == set(TYPED)
    assert heard[1:] == [(["DE", "NO", "SE"], {"sells_to"})]


def test_a_change_that_what_depends_on_it_refuses_is_not_saved(client_of, monkeypatch):
    def refuse(row: Portal, changed: frozenset[str]) -> None:
        raise RuntimeError

    monkeypatch.setattr(policy, "ON_SETTINGS_CHANGED", [refuse])

    with pytest.raises(RuntimeError):
        client_of(Role.ADMIN).post("/settings", TYPED)

    assert Portal.load().company_name == "Your company"


def test_the_page_asks_the_database_five_questions(client_of, django_assert_num_queries):
    admin = client_of(Role.ADMIN)
    admin.get("/settings")

    # Session, person, settings for the zone, settings for the form, who changed them.
    with django_assert_num_queries(5):
        admin.get("/settings")


def test_a_zone_of_an_older_name_stays_until_it_is_changed(client_of):
    Portal.objects.create(pk=1, zone="US/Eastern")
    admin = client_of(Role.ADMIN)

    admin.post("/settings", TYPED | {"zone": "US/Eastern"})

    assert Portal.load().zone == "US/Eastern"
    assert Portal.load().currency == "SEK"


def test_what_is_chosen_is_ticked(client_of):
    Portal.objects.create(pk=1, sells_to=["SE", "CI"])

    page = client_of(Role.ADMIN).get("/settings").content.decode()

    assert re.findall(r'checked value="(\w+)">', page) == ["CI", "SE"]
    assert "Côte d’Ivoire, Sweden" in page


def test_the_page_fits_into_one_round_trip(client_of):
    page = client_of(Role.ADMIN).get("/settings").content

    assert len(gzip.compress(page)) < 14_000
