"""/settings/people: the list, somebody new, what one may do, and the way out."""

import html
import json

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from accounts.keys import keys
from accounts.models import PersonChange, User
from accounts.people import people
from accounts.roles import Role
from funnel.models import Queue
from tests import factories

HOSTILE = "<script>alert(1)</script> & \"Sons\" 'n' {{ x }}"
STRANGERS = [Role.SALES, Role.MARKETING, Role.SALES_MANAGER, Role.MARKETING_MANAGER]


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMIN, name="Ada Berg")


def typed(person, **more):
    state = people.state(person)
    return state | {"read": json.dumps(state)} | more


def page_of(person):
    return f"/settings/people/{person.pk}"


def test_the_list_says_who_there_is_and_what_they_may_do(admin):
    rep = factories.rep("Dana Okafor")
    TOTP.activate(rep, "JBSWY3DPEHPK3PXP")
    factories.person(Role.MARKETING, name="Ruben Maes", is_active=False)

    page = admin.get("/settings/people").content.decode()

    on, off = page.split('id="closed"')
    assert "Dana Okafor" in on and "Sales" in on and "app" in on
    assert "Ruben Maes" not in on.partition('id="in-use"')[2]
    assert "Ruben Maes" in off


def test_no_queues_are_offered_where_there_are_none(admin):
    assert "Whose leads a rep may claim" not in admin.get("/settings/people/new").content.decode()
    factories.rep()

    assert "Whose leads a rep may claim" in admin.get("/settings/people/new").content.decode()


def test_a_longer_list_asks_no_more(admin, django_assert_max_num_queries):
    factories.rep()
    admin.get("/settings/people")
    with django_assert_max_num_queries(12) as few:
        admin.get("/settings/people")
    for _ in range(5):
        people.end_sessions(factories.rep(), by=None)
    with django_assert_max_num_queries(len(few)):
        admin.get("/settings/people")


def test_the_settings_have_a_navigation_of_what_one_may_open(admin, client_of):
    assert '<a href="/settings/people">People</a>' in admin.get("/settings").content.decode()
    assert "/settings/people" not in client_of(Role.SALES_MANAGER).get("/settings").content.decode()


def test_somebody_new_gets_a_link_and_comes_in_by_it(admin, client):
    answer = admin.post(
        "/settings/people/new",
        {"name": "Maya Lindqvist", "email": "Maya@Brightwater.example", "roles": ["sales"]},
    )

    assert answer.status_code == 201
    assert f'value="{answer.context["link"]}"' in answer.content.decode()
    link = answer.context["link"].removeprefix("http://127.0.0.1:8000")
    form = client.get(link, follow=True)
    password = {"password1": "staple battery 9", "password2": "staple battery 9"}
    client.post(form.request["PATH_INFO"], password)
    signed_in = client.post(
        "/account/login/", {"login": "maya@brightwater.example", "password": "staple battery 9"}
    )
    assert signed_in["Location"] == "/"
    assert client.get("/")["Location"] == "/queue"
    # Once.
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Enter the name"),
        ("name", "a\nb", "Leave out line breaks"),
        ("name", "x" * 121, "at most 120"),
        ("email", "nobody", "valid email"),
        ("email", "ADMIN@example.com", "Somebody has this address already."),
        ("roles", [], "Tick at least one role."),
        ("roles", ["boss"], "Select a valid choice"),
        ("queues", ["9999"], "Select a valid choice"),
    ],
)
def test_a_wrong_form_adds_nobody_and_says_why(admin, field, value, said):
    right = {"name": "Maya", "email": "maya@brightwater.example", "roles": ["sales"]}

    answer = admin.post("/settings/people/new", right | {field: value})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert User.objects.count() == 1


def test_an_admin_changes_what_somebody_may_do(admin):
    rep, emea = factories.rep("Dana"), Queue.objects.create(name="EMEA")

    page = admin.post(
        page_of(rep),
        typed(rep, name="Dana Okafor", roles=["sales", "sales_manager"], queues=[emea.pk]),
        follow=True,
    )

    rep.refresh_from_db()
    assert (rep.name, rep.roles) == ("Dana Okafor", ["sales", "sales_manager"])
    assert list(rep.queues.all()) == [emea]
    text = html.unescape(page.content.decode())
    assert "Saved." in text
    assert "Roles: Sales → Sales, Sales manager" in text
    assert "Ada Berg" in text


def test_an_untouched_form_changes_nothing(admin):
    rep = factories.rep()

    page = admin.post(page_of(rep), typed(rep), follow=True)

    assert "Nothing was changed." in page.content.decode()
    assert not PersonChange.objects.exists()


def test_of_two_admins_the_second_sees_theirs_and_yours_and_then_decides(admin):
    rep, sanna = factories.rep("Dana"), factories.person(Role.ADMIN, name="Sanna Virtanen")
    mine = typed(rep, name="Dana O.")
    people.change(rep, by=sanna, name="Dana Okafor", team="Nordics")

    answer = admin.post(page_of(rep), mine)

    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "<bdi>Sanna Virtanen</bdi> saved this before you" in text
    assert "Dana Okafor" in text and "Dana O." in text
    rep.refresh_from_db()
    assert rep.name == "Dana Okafor"

    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields} | {"read": form.as_read()}
    admin.post(page_of(rep), again)

    rep.refresh_from_db()
    assert (rep.name, rep.team.name) == ("Dana O.", "Nordics")


def test_switching_off_asks_first_and_names_the_keys(admin):
    rep = factories.rep("Dana Okafor")
    key, _ = keys.create(factories.integration(), scopes=["leads:read"], name="contact page")
    key.created_by = rep
    key.save()

    page = admin.get(f"{page_of(rep)}/deactivate").content.decode()

    assert "Dana Okafor" in page and "contact page" in page and "never used" in page
    rep.refresh_from_db()
    assert rep.is_active


def test_switched_off_and_on_again(admin):
    rep = factories.rep("Dana")

    off = admin.post(f"{page_of(rep)}/deactivate", follow=True)
    again = admin.post(f"{page_of(rep)}/deactivate")

    assert "cannot sign in any more" in off.content.decode()
    assert again.status_code == 409
    on = admin.post(f"{page_of(rep)}/activate", follow=True)
    assert "Dana can sign in again." in on.content.decode()
    rep.refresh_from_db()
    assert rep.is_active


def test_the_last_admin_is_told_why_they_stay(admin):
    ada = User.objects.get()

    answer = admin.post(f"{page_of(ada)}/deactivate")
    form = admin.post(page_of(ada), typed(ada, roles=["sales"]))

    assert answer.status_code == 409
    assert "only admin who can sign in" in answer.content.decode()
    assert form.status_code == 422
    assert "only admin who can sign in" in form.content.decode()


def test_visits_and_the_second_factor(admin, client):
    rep = factories.rep("Dana")
    TOTP.activate(rep, "JBSWY3DPEHPK3PXP")
    client.force_login(rep)

    admin.post(f"{page_of(rep)}/end-sessions")
    admin.post(f"{page_of(rep)}/reset-2fa")

    assert client.get("/queue")["Location"].startswith("/account/login/")
    assert not rep.authenticator_set.exists()
    assert admin.post(f"{page_of(rep)}/reset-2fa").status_code == 409


def test_a_new_link_ends_with_the_visits(admin, client):
    rep = factories.rep()
    answer = admin.post(f"{page_of(rep)}/link")
    link = answer.context["link"].partition("/account")[2]

    admin.post(f"{page_of(rep)}/end-sessions")

    page = client.get(f"/account{link}", follow=True)
    assert "This link no longer works" in page.content.decode()


@pytest.mark.parametrize("act", ["activate", "end-sessions", "reset-2fa", "link"])
def test_the_address_of_an_act_opened_as_a_link_leads_to_the_person(admin, act):
    rep = factories.rep()

    assert admin.get(f"{page_of(rep)}/{act}")["Location"] == page_of(rep)


@pytest.mark.parametrize("role", STRANGERS)
def test_others_neither_see_nor_change_accounts(client_of, role):
    client, rep = client_of(role), factories.rep("Dana Secret")
    acts = ("/deactivate", "/activate", "/end-sessions", "/reset-2fa", "/link", "")

    for url in ("/settings/people", "/settings/people/new", page_of(rep)):
        answer = client.get(url)
        assert answer.status_code == 403
        assert "Dana Secret" not in answer.content.decode()
    for act in acts:
        assert client.post(f"{page_of(rep)}{act}").status_code == 403
    assert not PersonChange.objects.exists()


def test_nobody_there_is_404(admin):
    for act in ("", "/deactivate"):
        assert admin.get(f"/settings/people/99999{act}").status_code == 404


def test_a_refusal_leads_an_admin_to_where_roles_are_given(admin, client_of):
    refused = admin.get("/queue").content.decode()

    assert '<a class="link" href="/settings/people">Ada Berg can give you that role.</a>' in refused
    assert "/settings/people" not in client_of(Role.SALES).get("/settings").content.decode()


@pytest.mark.parametrize("name", [HOSTILE, "x" * 90, "علي بن محمد", "王小明"])
def test_names_of_all_kinds_stay_names(admin, name):
    rep = factories.rep(name)
    people.change(rep, by=None, team=name[:80])

    for url in ("/settings/people", page_of(rep), f"{page_of(rep)}/deactivate"):
        page = admin.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
