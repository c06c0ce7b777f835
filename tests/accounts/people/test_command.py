"""manage.py user: the same as the page, for who has the machine."""

import io
import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from accounts.models import PersonChange, User
from accounts.roles import Role
from funnel.models import Queue
from tests import factories

pytestmark = pytest.mark.django_db
DANA = "dana@fern.example"


def user(*args):
    out = io.StringIO()
    call_command("user", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def dana():
    factories.admin()
    rep = factories.rep("Dana Okafor")
    rep.email = DANA
    rep.save()
    return rep


def test_everybody_is_listed_with_what_they_may_do(dana):
    line = next(line for line in user("list").splitlines() if line.startswith(DANA))

    assert line == f"{DANA}  active  sales  team none  queues Sales  signed in never  Dana Okafor"


def test_somebody_new_gets_a_link(client):
    said = user("add", "Maya.Lindqvist@Fern.example", "--role", "sales", "--team", "Nordics")

    maya = User.objects.get()
    assert (maya.name, maya.email) == ("Maya Lindqvist", "maya.lindqvist@fern.example")
    assert (maya.roles, str(maya.team)) == (["sales"], "Nordics")
    assert "Maya Lindqvist has an account (Sales)." in said
    link = re.search(r"/account/password/reset/key/\S+", said)[0]
    assert "Choose a new password" in client.get(link, follow=True).content.decode()


def test_roles_team_queues_and_name_are_changed(dana):
    emea = Queue.objects.create(name="EMEA")

    said = user(
        *("change", DANA, "--name", "Dana O.", "--role", "sales", "--role", "sales_manager"),
        *("--queue", "emea", "--team", "Nordics"),
    )

    dana.refresh_from_db()
    assert (dana.name, dana.roles) == ("Dana O.", ["sales", "sales_manager"])
    assert (str(dana.team), list(dana.queues.all())) == ("Nordics", [emea])
    assert "Changed Dana O. (Sales, Sales manager)." in said
    assert set(PersonChange.objects.values_list("by", flat=True)) == {None}


def test_a_name_alone_leaves_the_rest(dana):
    user("change", DANA, "--name", "Dana O.")

    dana.refresh_from_db()
    assert (dana.roles, dana.queues.count()) == (["sales"], 1)
    assert "Nothing was changed." in user("change", DANA, "--name", "Dana O.")


def test_a_rep_leaves_all_queues_by_an_empty_name(dana):
    user("change", DANA, "--queue", "")

    assert not dana.queues.exists()


def test_switched_off_and_on_again(dana):
    assert "cannot sign in any more" in user("deactivate", DANA.upper())
    dana.refresh_from_db()
    assert not dana.is_active

    assert "can sign in again" in user("activate", DANA)
    dana.refresh_from_db()
    assert dana.is_active


def test_a_lost_phone_and_lost_laptops(dana):
    TOTP.activate(dana, "JBSWY3DPEHPK3PXP")

    assert "password alone" in user("reset-2fa", DANA)
    assert "signed out everywhere" in user("end-sessions", DANA)
    assert "/account/password/reset/key/" in user("link", DANA)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("deactivate", "nobody@fern.example"), "Nobody has the address nobody@fern.example."),
        (("activate", DANA), "switched on already"),
        (("reset-2fa", DANA), "no authenticator app"),
        (("change", DANA, "--queue", "LATAM"), "No queue is called latam. There is: Sales."),
        (("change", DANA, "--role", "boss"), "invalid choice: 'boss'"),
        (("change", DANA, "--name", " "), "up to 120 characters"),
        (("add", DANA, "--role", "sales"), "already"),
        (("add", "not an address", "--role", "sales"), "valid email"),
    ],
)
def test_a_wrong_call_is_refused_in_words(dana, args, said):
    with pytest.raises(CommandError, match=re.escape(said)):
        user(*args)

    assert not PersonChange.objects.exists()


def test_the_last_admin_stays_for_a_command_too():
    admin = factories.admin()

    with pytest.raises(CommandError, match="only admin who can sign in"):
        user("deactivate", admin.email)
    with pytest.raises(CommandError, match="only admin who can sign in"):
        user("change", admin.email, "--role", Role.SALES)
