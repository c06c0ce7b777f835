"""Who changed which setting from what to what: written with the change, for ever, and shown."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from accounts import policy
from accounts.models import Portal, SettingChange, User
from accounts.portal import portal
from accounts.portal.words import changes
from accounts.roles import Role
from tests import factories
from tests.accounts.portal.test_pages import TYPED

AT = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> & \"Sons\" 'n' {{ x }}"


def setting(by=None, at=None, **values):
    """Change these settings."""
    row = Portal.load()
    for name, value in values.items():
        setattr(row, name, value)
    return portal.change(row, values, by=by or factories.admin(), at=at)


def told():
    return [(row.setting, row.old, row.new) for row in SettingChange.objects.order_by("setting")]


# --- written -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_changed_setting_is_a_row_of_who_when_and_from_what_to_what():
    sanna = factories.admin()

    setting(sanna, AT, claim_minutes=45, sells_to=["SE"], both_hats=True)

    assert told() == [
        ("both_hats", False, True),
        ("claim_minutes", 30, 45),
        ("sells_to", [], ["SE"]),
    ]
    assert set(SettingChange.objects.values_list("person", "at")) == {(sanna.pk, AT)}


@pytest.mark.django_db
def test_what_stays_as_it_was_leaves_no_row_and_nobody_hears_of_it(monkeypatch):
    heard = []
    monkeypatch.setattr(policy, "ON_SETTINGS_CHANGED", [lambda row, changed: heard.append(changed)])

    setting(claim_minutes=30, grace_days=5)
    setting(claim_minutes=30, grace_days=5)

    assert told() == [("grace_days", 3, 5)]
    assert heard == [{"grace_days"}]


@pytest.mark.django_db
def test_the_second_of_two_people_changes_what_the_first_left():
    stale = Portal.load()
    setting(factories.person(Role.SALES_MANAGER, name="Tomasz"), claim_minutes=45)

    stale.claim_minutes = 60
    portal.change(stale, ["claim_minutes"], by=factories.admin())

    rows = SettingChange.objects.order_by("pk")
    assert [(row.person.name, row.old, row.new) for row in rows] == [
        ("Tomasz", 30, 45),
        (factories.admin().name, 45, 60),
    ]


@pytest.mark.django_db
def test_two_people_who_wanted_the_same_leave_one_row():
    stale = Portal.load()
    setting(claim_minutes=45)

    stale.claim_minutes = 45
    portal.change(stale, ["claim_minutes"], by=factories.admin())

    assert told() == [("claim_minutes", 30, 45)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.ADMIN, {"company_name", "claim_minutes"}),
        (Role.SALES_MANAGER, {"claim_minutes"}),
        (Role.MARKETING_MANAGER, set()),
        (Role.MARKETING, set()),
        (Role.SALES, set()),
    ],
)
def test_a_person_changes_what_the_policy_lets_them_and_nothing_else(role, may):
    person = factories.person(role)
    for name, value in (("company_name", "Brightwater"), ("claim_minutes", 45)):
        if name in may:
            setting(person, **{name: value})
            continue
        with pytest.raises(PermissionDenied, match="Only .* can change"):
            setting(person, **{name: value})

    assert {row.setting for row in SettingChange.objects.all()} == may


@pytest.mark.django_db
def test_one_setting_that_is_not_theirs_and_none_is_saved():
    with pytest.raises(PermissionDenied):
        setting(factories.sales_manager(), claim_minutes=45, currency="SEK")

    assert (Portal.load().claim_minutes, Portal.load().currency) == (30, "EUR")
    assert told() == []


@pytest.mark.django_db
def test_a_change_that_fails_leaves_no_trace(monkeypatch):
    def refuse(row, changed):
        raise RuntimeError

    monkeypatch.setattr(policy, "ON_SETTINGS_CHANGED", [refuse])

    with pytest.raises(RuntimeError), transaction.atomic():
        setting(claim_minutes=45)

    assert told() == []


@pytest.mark.django_db
def test_a_row_from_a_value_to_itself_is_refused():
    with pytest.raises(IntegrityError, match="setting_change_changes"):
        SettingChange.objects.create(
            person=factories.admin(), setting="sells_to", old=["SE"], new=["SE"]
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_settingchange SET new = '1'",
        "DELETE FROM accounts_settingchange",
        "TRUNCATE accounts_settingchange",
    ],
)
@pytest.mark.usefixtures("as_owner")
def test_the_history_takes_new_rows_and_nothing_else(statement):
    setting(claim_minutes=45)
    connection.check_constraints()  # nothing may be pending when a table is emptied

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert told() == [("claim_minutes", 30, 45)]


# --- in words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("company_name", "Your company", "Brightwater", "Your company → Brightwater"),
        ("currency", "EUR", "SEK", "EUR, Euro → SEK, Swedish krona"),
        ("zone", "UTC", "America/New_York", "UTC → America/New York"),
        ("both_hats", False, True, "No → Yes"),
        ("claim_minutes", 30, 45, "30 min → 45 min"),
        ("touch_minutes", 120, 90, "2 h → 1 h 30"),
        ("grace_days", 0, 1, "0 days → 1 day"),
        ("held_limit", 10, 8, "10 → 8"),
        ("sells_to", [], ["SE", "CI"], "Everywhere → Côte d’Ivoire, Sweden"),
        ("sells_to", ["SE"], [], "Sweden → Everywhere"),
        ("sells_to", ["CL", "SE"], ["DE", "NO", "SE"], "added Germany, Norway; removed Chile"),
        ("sells_to", ["SE"], ["AX", "SE"], "added Åland Islands"),
        ("an_old_setting", 1, 2, "1 → 2"),
    ],
)
def test_a_change_reads_as_people_say_it(name, old, new, said):
    row = SettingChange(at=AT, person=User(name="Sanna"), setting=name, old=old, new=new)

    (change,) = changes([row])

    assert change.said == said
    assert change.person == "Sanna"


# --- shown -------------------------------------------------------------------------------------


def lines(page):
    """The rows of the history as text, the newest first."""
    body = page.content.decode().partition('id="changes"')[2]
    return [unescape(row) for row in body.split("<tr>")[2:]]


def test_the_page_says_who_changed_what(client_of):
    admin = client_of(Role.ADMIN, name="Sanna Virtanen")

    page = admin.post("/settings", TYPED, follow=True)

    rows = lines(page)
    assert len(rows) == len(TYPED)
    (claim,) = [row for row in rows if "Minutes to claim" in row]
    assert "30 min → 45 min" in claim
    assert "Sanna Virtanen" in claim
    assert "today" in claim


def test_the_newest_change_comes_first_and_each_names_its_person(client_of):
    client_of(Role.ADMIN, name="Sanna").post("/settings", TYPED)
    manager = client_of(Role.SALES_MANAGER, name="Tomasz")

    rows = lines(manager.post("/settings", TYPED | {"claim_minutes": "60"}, follow=True))

    assert "45 min → 1 h" in rows[0]
    assert "Tomasz" in rows[0]
    assert all("Sanna" in row for row in rows[1:])


def test_a_page_without_changes_says_so(client_of):
    page = client_of(Role.MARKETING_MANAGER).get("/settings").content.decode()

    assert "Nobody has changed a setting yet." in page


@pytest.mark.parametrize("role", [Role.SALES, Role.MARKETING])
def test_who_may_not_open_the_settings_sees_no_changes(client_of, role):
    setting(company_name="Brightwater Secret")

    answer = client_of(role).get("/settings")

    assert answer.status_code == 403
    assert "Brightwater Secret" not in answer.content.decode()


def test_hostile_words_stay_words(client_of):
    setting(factories.person(Role.ADMIN, name=HOSTILE), company_name=HOSTILE)

    page = client_of(Role.ADMIN).get("/settings")

    assert "<script>alert" not in page.content.decode()
    assert f"Your company → {HOSTILE}" in lines(page)[0]


def test_older_changes_are_one_page_away(client_of, django_assert_num_queries):
    sanna = factories.admin()
    for minutes in range(31, 61):
        setting(sanna, claim_minutes=minutes)
    admin = client_of(Role.ADMIN)
    admin.get("/settings")

    # As many as with one row: session, person, settings twice, changes.
    with django_assert_num_queries(5):
        newest = admin.get("/settings")
    older = newest.context["older"]
    rest = admin.get(f"/settings{older.removesuffix('#changes')}")

    assert older.endswith("#changes")
    assert len(lines(newest)) == 25
    assert "59 min → 1 h" in lines(newest)[0]
    assert len(lines(rest)) == 5
    assert "30 min → 31 min" in lines(rest)[-1]
    assert not rest.context["older"]
    assert lines(admin.get(f"/settings{rest.context['newer']}")) == lines(newest)


def test_what_is_saved_on_an_older_page_is_seen_on_the_newest(client_of):
    admin = client_of(Role.ADMIN)

    answer = admin.post("/settings?after=2020-01-01T00:00:00%2B00:00~1", TYPED)

    assert answer["Location"] == "/settings"
