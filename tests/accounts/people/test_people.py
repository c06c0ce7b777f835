"""Accounts: added, changed, switched off and on; the last admin stays; every change is kept."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts import policy
from accounts.keys import keys
from accounts.models import PersonChange, Team, User
from accounts.people import people
from accounts.people.people import PersonRefused
from accounts.people.words import changes
from accounts.policy import NotAllowed
from accounts.roles import Role
from funnel.models import Queue
from leadportal.db.meanwhile import ChangedMeanwhile
from leads.handoffs import claims
from leads.models import Handoff, Lead
from tests import factories
from tests.concurrently import at_once

pytestmark = pytest.mark.django_db


def told(person):
    rows = PersonChange.objects.filter(person=person).order_by("pk")
    return [(row.what, row.old, row.new) for row in rows]


# --- added and changed -------------------------------------------------------------------------


def test_somebody_new_has_no_password_and_a_rep_works_the_default_queue():
    admin = factories.admin()

    maya = people.add("Maya@Brightwater.example", by=admin, name="Maya", roles=["sales"])

    assert (maya.email, maya.roles) == ("maya@brightwater.example", ["sales"])
    assert not maya.has_usable_password()
    assert list(maya.queues.all()) == [Queue.default()]
    assert told(maya) == [("account", None, "added")]
    assert maya.changes.get().by == admin


def test_a_marketer_works_no_queue():
    maya = people.add("m@b.example", by=factories.admin(), name="Maya", roles=["marketing"])

    assert not maya.queues.exists()


def test_an_address_is_given_once_and_nothing_is_left_of_the_second():
    admin = factories.admin()
    people.add("m@b.example", by=admin, name="Maya", roles=["sales"])

    with pytest.raises(PersonRefused, match="already"):
        people.add("M@b.example", by=admin, name="Other", roles=["sales"], team="New team")

    assert not Team.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_somebody_at_once_one_succeeds():
    Queue.default()

    def add():
        return people.add("m@b.example", by=None, name="Maya", roles=["sales"])

    answers = at_once([add, add])

    assert sorted(type(one).__name__ for one in answers) == ["PersonRefused", "User"]


def test_what_is_no_address_is_said_so():
    with pytest.raises(ValidationError, match="valid email"):
        people.add("nobody", by=None, name="Maya", roles=["sales"])


def test_only_what_is_new_is_changed_and_kept_with_who_changed_it():
    admin, rep = factories.admin(), factories.rep("Dana")
    emea = Queue.objects.create(name="EMEA")

    changed = people.change(
        rep, by=admin, name="Dana Okafor", roles=["sales"], team="Nordics", queues=[emea.pk]
    )

    rep = User.objects.get(pk=rep.pk)
    assert changed == {"name", "team", "queues"}
    assert (rep.name, str(rep.team), list(rep.queues.all())) == ("Dana Okafor", "Nordics", [emea])
    assert sorted(told(rep)) == [
        ("name", "Dana", "Dana Okafor"),
        ("queues", ["Sales"], ["EMEA"]),
        ("team", "", "Nordics"),
    ]


def test_a_team_of_the_other_department_is_another_team():
    admin, rep = factories.admin(), factories.rep()
    people.change(rep, by=admin, team="Nordics")

    people.change(rep, by=admin, roles=["marketing"])

    team = User.objects.get(pk=rep.pk).team
    assert (team.name, team.side) == ("Nordics", "marketing")


def test_a_new_name_leaves_the_team_alone():
    admin, both = factories.admin(), factories.person(Role.SALES, Role.MARKETING)
    both.team = Team.objects.create(name="Nordics", side="sales")
    both.save()

    people.change(both, by=admin, name="Mika")

    assert User.objects.get(pk=both.pk).team == both.team


def test_two_admins_who_change_two_things_both_succeed():
    admin, rep = factories.admin(), factories.rep("Dana")
    read = people.state(rep)
    people.change(rep, by=admin, read=read, name="Dana Okafor", roles=["sales"])

    people.change(rep, by=admin, read=read, name="Dana", roles=["sales", "sales_manager"])

    rep.refresh_from_db()
    assert (rep.name, rep.roles) == ("Dana Okafor", ["sales", "sales_manager"])


def test_nobody_writes_over_what_another_admin_saved_since():
    admin, rep = factories.admin(), factories.rep("Dana")
    read = people.state(rep)
    people.change(rep, by=admin, read=read, name="Dana Okafor")

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        people.change(rep, by=admin, read=read, name="Dana O.", team="Nordics")

    rep.refresh_from_db()
    assert (rep.name, rep.team) == ("Dana Okafor", None)
    assert meanwhile.value.names == ("name",)


def test_nobody_is_left_without_a_role():
    rep = factories.rep()

    with pytest.raises(PersonRefused, match="without a role"):
        people.change(rep, by=factories.admin(), roles=[])


# --- switched off ------------------------------------------------------------------------------


def test_switching_off_ends_visits_and_keys_and_gives_claims_back(client):
    admin, rep = factories.admin(), factories.rep()
    held = factories.claimed(rep)
    key, _ = keys.create(factories.integration(), scopes=["leads:read"])
    key.created_by = rep
    key.save()
    client.force_login(rep)
    assert client.get("/queue").status_code == 200

    people.deactivate(rep, by=admin)
    claims.give_back_left()

    key.refresh_from_db()
    assert client.get("/queue")["Location"].startswith("/account/login/")
    assert keys.key_state(key) is keys.State.REVOKED
    assert Handoff.objects.get(pk=held.pk).state == "open"
    assert Lead.objects.get(pk=held.lead_id).owner is None
    assert told(rep) == [("access", True, False), ("keys", [str(key)], [])]


def test_the_sweep_hears_at_once(monkeypatch, django_capture_on_commit_callbacks):
    heard = []
    monkeypatch.setattr("leadportal.db.sweeps.SENDERS", [lambda sweep: heard.append(sweep.name)])

    with django_capture_on_commit_callbacks(execute=True):
        people.deactivate(factories.rep(), by=factories.admin())

    assert heard == ["give_back"]


def test_a_visit_that_was_ended_stays_ended_when_the_account_is_on_again(client):
    admin, rep = factories.admin(), factories.rep()
    client.force_login(rep)
    people.deactivate(rep, by=admin)

    people.activate(rep, by=admin)

    assert client.get("/queue")["Location"].startswith("/account/login/")
    client.force_login(User.objects.get(pk=rep.pk))
    assert client.get("/queue").status_code == 200


def test_whoever_never_was_signed_out_stays_signed_in_over_the_upgrade(client):
    rep = factories.rep()
    client.force_login(rep)

    # As Django alone makes it, and as sessions had it before visits could be ended.
    own = super(User, rep)._get_session_auth_hash()

    assert client.session["_auth_user_hash"] == own


def test_what_is_so_already_is_refused():
    admin, rep = factories.admin(), factories.rep()
    with pytest.raises(PersonRefused, match="switched on already"):
        people.activate(rep, by=admin)
    people.deactivate(rep, by=admin)

    with pytest.raises(PersonRefused, match="switched off already"):
        people.deactivate(rep, by=admin)
    with pytest.raises(PersonRefused, match="switched off"):
        people.make_password_link(rep, by=admin)
    with pytest.raises(PersonRefused, match="no authenticator app"):
        people.reset_second_factor(rep, by=admin)


def test_ending_visits_lets_in_again(client):
    rep = factories.rep()
    client.force_login(rep)

    people.end_sessions(rep, by=factories.admin())

    assert client.get("/queue")["Location"].startswith("/account/login/")
    client.force_login(User.objects.get(pk=rep.pk))
    assert client.get("/queue").status_code == 200


def test_a_lost_phone_is_forgotten_with_its_recovery_codes():
    rep = factories.rep()
    TOTP.activate(rep, "JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=rep, type="recovery_codes", data={})

    people.reset_second_factor(rep, by=factories.admin())

    assert not Authenticator.objects.exists()
    assert told(rep) == [("second_factor", True, False)]


# --- the last admin ----------------------------------------------------------------------------


def test_the_last_admin_is_neither_switched_off_nor_loses_the_role():
    admin = factories.admin()
    factories.person(Role.ADMIN, is_active=False)

    with pytest.raises(PersonRefused, match="only admin who can sign in"):
        people.deactivate(admin, by=admin)
    with pytest.raises(PersonRefused, match="only admin who can sign in"):
        people.change(admin, by=None, roles=["sales"])

    admin.refresh_from_db()
    assert (admin.is_active, admin.roles) == (True, ["admin"])


@pytest.mark.parametrize(
    "shut_out",
    [
        lambda: User.objects.update(is_active=False),
        lambda: User.objects.update(roles=["sales"]),
        lambda: User.objects.all().delete(),
    ],
)
def test_the_database_says_so_too(shut_out):
    factories.admin()
    factories.person(Role.ADMIN)

    with pytest.raises(IntegrityError, match="must stay one"), transaction.atomic():
        shut_out()

    assert User.objects.active().with_role(Role.ADMIN).count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [0, 1])
def test_of_two_admins_who_shut_each_other_out_one_succeeds(others):
    ada, sanna = factories.admin(), factories.person(Role.ADMIN, name="Sanna")
    for _ in range(others):
        factories.person(Role.ADMIN)

    answers = at_once(
        [lambda: people.deactivate(sanna, by=ada), lambda: people.deactivate(ada, by=sanna)]
    )

    assert sorted(type(one).__name__ for one in answers) == ["NotAllowed", "User"]
    assert User.objects.active().with_role(Role.ADMIN).count() == 1 + others


def test_who_lost_the_role_a_moment_ago_changes_nothing_more():
    ada, sanna = factories.admin(), factories.person(Role.ADMIN, name="Sanna")
    people.change(ada, by=sanna, roles=["sales"])

    with pytest.raises(NotAllowed, match="Only admins can manage people’s accounts"):
        people.deactivate(sanna, by=ada)


# --- kept --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_personchange SET new = '1'",
        "DELETE FROM accounts_personchange",
        "TRUNCATE accounts_personchange",
    ],
)
@pytest.mark.usefixtures("as_owner")
def test_the_history_takes_new_rows_and_nothing_else(statement):
    people.end_sessions(factories.rep(), by=factories.admin())
    connection.check_constraints()

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_change_from_a_value_to_itself_is_refused():
    with pytest.raises(IntegrityError, match="person_change_changes"):
        PersonChange.objects.create(person=factories.rep(), what="name", old="Dana", new="Dana")


@pytest.mark.parametrize(
    ("what", "old", "new", "said"),
    [
        ("roles", ["sales"], ["sales", "admin"], "Roles: Sales → Sales, Admin"),
        ("team", "", "Nordics", "Team: none → Nordics"),
        ("queues", ["EMEA", "Sales"], [], "Queues: EMEA, Sales → none"),
        ("access", True, False, "Switched off"),
        ("access", False, True, "Switched on"),
        ("keys", ["Ads · a1"], [], "1 API key deleted: Ads · a1"),
        ("visits", 0, 1, "Signed out everywhere"),
        ("an_old_field", "a", "b", "An old field: a → b"),
    ],
)
def test_a_change_reads_as_people_say_it(what, old, new, said):
    row = PersonChange(person=User(name="Dana"), what=what, old=old, new=new)

    (change,) = changes([row])

    assert (change.said, change.person, change.by) == (said, "Dana", "a command")


def test_admins_alone_manage_accounts():
    assert policy.ALLOWED[policy.Action.EDIT_PEOPLE] == {Role.ADMIN}
