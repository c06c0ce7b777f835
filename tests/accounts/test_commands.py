import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.keys import keys
from accounts.models import ApiKey, Integration, Team, User
from accounts.roles import Role
from funnel.models import Queue

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery\n"))


# --- create_user -------------------------------------------------------------------------------


def test_a_rep_is_made_with_the_password_of_the_input_and_joins_the_default_queue(typed):
    said = run("create_user", "Dana.Okafor@Example.com", "--role", "sales", "--password-stdin")

    dana = User.objects.get(email="dana.okafor@example.com")
    assert dana.check_password("correct horse battery")
    assert (dana.name, dana.roles) == ("Dana Okafor", ["sales"])
    assert list(dana.queues.all()) == [Queue.default()]
    assert "Dana Okafor can sign in as dana.okafor@example.com" in said
    assert "correct horse" not in said


def test_somebody_may_have_two_roles_a_name_and_a_team(typed):
    run(
        *("create_user", "r@example.com", "--role", "admin", "--role", "sales_manager"),
        *("--name", "Ruth Bakker", "--team", "Nordics", "--password-stdin"),
    )

    ruth = User.objects.get()
    assert (ruth.name, ruth.roles) == ("Ruth Bakker", ["sales_manager", "admin"])
    assert ruth.team == Team.objects.get(name="Nordics", side="sales")
    assert not ruth.queues.exists()


def test_a_rep_joins_the_queue_that_is_named_instead_of_the_default(typed):
    emea = Queue.objects.create(name="EMEA")

    run("create_user", "d@example.com", "--role", "sales", "--queue", "emea", "--password-stdin")

    assert list(User.objects.get().queues.all()) == [emea]


def test_where_nobody_can_be_asked_the_password_is_made_and_shown_once(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())

    said = run("create_user", "ada@example.com", "--role", "admin")

    password = said.split("Password, shown once: ")[1].strip()
    assert User.objects.get().check_password(password)


def test_who_is_asked_types_the_password_twice(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(["correct horse battery", "another horse battery"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))

    with pytest.raises(CommandError, match="differ"):
        run("create_user", "ada@example.com", "--role", "admin")


def test_an_unknown_role_lists_the_known_ones(typed):
    with pytest.raises(CommandError, match="Unknown role boss. Known are marketing, sales,"):
        run("create_user", "a@example.com", "--role", "boss", "--password-stdin")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["not an address", "--role", "admin"], "valid email"),
        (["a@example.com", "--role", "sales", "--queue", "LATAM"], "No queue is called LATAM"),
    ],
)
def test_a_wrong_call_is_refused_in_words_and_leaves_nothing(typed, args, said):
    with pytest.raises(CommandError, match=said):
        run("create_user", *args, "--team", "New team", "--password-stdin")

    assert not User.objects.exists()
    assert not Team.objects.exists()


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))

    with pytest.raises(CommandError, match="too common"):
        run("create_user", "ada@example.com", "--role", "admin", "--password-stdin")


@pytest.mark.parametrize("password", ["ada.berg.2026", "AdaBerg-Example", "berg-ada-berg"])
def test_a_password_made_of_the_name_or_the_address_is_refused(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    with pytest.raises(CommandError, match="too similar|little more than"):
        run(
            *("create_user", "ada.berg@example.com", "--role", "admin"),
            *("--name", "Ada Berg", "--password-stdin"),
        )


def test_the_same_address_is_not_given_twice(typed, person):
    person(Role.SALES, email="a@example.com")

    with pytest.raises(CommandError, match="already"):
        run("create_user", "A@example.com", "--role", "admin", "--password-stdin")


# --- api_key -----------------------------------------------------------------------------------


def test_creating_a_key_prints_only_the_key():
    said = run(
        *("api_key", "create", "--integration", "Website forms", "--source", "Website"),
        *("--scope", "leads:write", "events:write", "--scope", "leads:read", "--days", "30"),
    )

    key = keys.find_key(said.rstrip("\n"))
    assert key == ApiKey.objects.get()
    assert key.scopes == ["leads:read", "leads:write", "events:write"]
    assert (key.integration.name, key.source) == ("Website forms", "Website")
    assert key.expires_at - key.created_at == timedelta(days=30)


def test_a_second_key_of_an_integration_shares_its_namespace():
    for _ in range(2):
        run("api_key", "create", "--integration", "Ads", "--scope", "leads:write")

    assert Integration.objects.get().keys.count() == 2


def test_an_unknown_scope_lists_the_known_ones_and_leaves_nothing():
    with pytest.raises(CommandError, match="Unknown scope leads:destroy. Known are leads:read,"):
        run("api_key", "create", "--integration", "Ads", "--scope", "leads:destroy")

    assert not Integration.objects.exists()


@pytest.mark.parametrize("wrong", [["--integration", " "], ["--integration", "A", "--days", "0"]])
def test_a_wrong_call_makes_no_key(wrong):
    with pytest.raises(CommandError):
        run("api_key", "create", *wrong, "--scope", "leads:read")

    assert not ApiKey.objects.exists()


def test_the_list_tells_state_and_use_but_no_secret(integration):
    used, plain = keys.create(integration, scopes=["leads:read"], name="contact page")
    keys.touch(used, at=timezone.now())
    gone, _ = keys.create(integration, scopes=["leads:write"])
    keys.revoke(gone)

    lines = run("api_key", "list").splitlines()

    assert lines[0].startswith(f"{gone.public_id}  revoked")
    assert lines[1].startswith(f"{used.public_id}  usable")
    assert "contact page" in lines[1]
    assert "never" not in lines[1]
    assert plain[-38:] not in "".join(lines)


def test_revoking_closes_the_key(integration):
    key, _ = keys.create(integration, scopes=["leads:read"])

    run("api_key", "revoke", key.public_id)

    assert keys.key_state(ApiKey.objects.get()) is keys.State.REVOKED
    with pytest.raises(CommandError, match="revoked before"):
        run("api_key", "revoke", key.public_id)


def test_revoking_what_is_not_there_is_told():
    with pytest.raises(CommandError, match="No key has the id nope"):
        run("api_key", "revoke", "nope")
