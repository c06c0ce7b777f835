"""The settings pages of fields, as people use them."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from leads.models import CustomField, Lead
from leads.own_fields import keeping
from tests import factories

pytestmark = pytest.mark.django_db


def client_of(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(role))
    return client


@pytest.fixture
def browser(db) -> Client:
    return client_of(Role.MARKETING_MANAGER)


def body(answer) -> str:
    return answer.content.decode()


def test_what_came_in_is_defined_in_one_click(browser, send):
    plans = ["Basic", "basic", "Pro", "Pro", "Pro"]
    send(
        *({"phone": str(n), "attributes": {"Plan?": plan}} for n, plan in enumerate(plans)),
        {"phone": "9", "attributes": {"<b>": "x", "Seats": "many"}},
    )
    page = body(browser.get("/settings/fields"))
    assert 'href="/settings/fields/new?name=Plan"' in page
    assert "<bdi>Pro</bdi>" in page and "<bdi>basic</bdi>" in page.lower()
    # A count, and no link that would promise a list.
    assert "Leads with it</th>" in page and '<td class="r">5</td>' in page

    form = browser.get("/settings/fields/new?name=Plan").context["form"]
    assert form.initial["type"] == "choice" and form.initial["choices"] == ["Pro", "Basic"]
    assert "Choice: reads all 5 leads" in body(browser.get("/settings/fields/new?name=Plan"))
    answer = browser.post(
        "/settings/fields/new?name=Plan",
        {"label": "Plan", "name": "Plan", "type": "choice", "choices": "Pro\r\nBasic\r\n"},
        follow=True,
    )

    assert "“Plan” is a field" in body(answer)
    assert {lead.attributes.get("Plan") for lead in Lead.objects.all()} == {"Pro", "Basic", None}
    assert "name=Plan" not in body(browser.get("/settings/fields"))


def test_a_name_is_made_of_the_label_and_mistakes_are_told(browser):
    new = "/settings/fields/new"

    wrong = browser.post(new, {"label": "产品", "type": "choice"})
    assert wrong.status_code == 422
    assert "Give a name in letters" in body(wrong) and "Name the choices" in body(wrong)
    taken = browser.post(new, {"label": "X", "name": "purchase_timeline", "type": "text"})
    assert taken.status_code == 422 and "is called so" in body(taken)
    made = browser.post(new, {"label": "Team size", "type": "number", "unit": "people"})
    assert CustomField.objects.get(label="Team size").name == "team_size"
    assert made.status_code == 302


def test_the_page_of_a_field_tells_who_uses_it(browser):
    one = CustomField.objects.get(name="purchase_timeline")
    page = body(browser.get(f"/settings/fields/{one.pk}"))

    assert 'href="/criteria#rule-' in page
    rule = page.partition('href="/criteria#')[2].partition('"')[0]
    assert f'id="{rule}"' in body(browser.get("/criteria"))
    assert "Used by" in page and "No lead carries a value yet" in page


def test_two_who_edit_a_field_see_both(browser, seats):
    url = f"/settings/fields/{seats.pk}/edit"
    read = json.dumps(keeping.current_values(seats))
    keeping.change(
        seats, factories.sales_manager(), **keeping.current_values(seats) | {"label": "Places"}
    )

    typed = {"label": "Desks", "name": "seats", "help": "", "unit": ""}
    answer = browser.post(url, {**typed, "read": read})

    assert answer.status_code == 409
    assert "Places" in body(answer) and "Desks" in body(answer)
    assert "saved this before you" in body(answer)


def test_two_who_change_the_type_see_both(browser, seats, manager):
    url = f"/settings/fields/{seats.pk}/type"
    keeping.retype(seats, manager, type="text")

    answer = browser.post(url, {"type": "date", "read": json.dumps({"type": "number"})})

    assert answer.status_code == 409
    assert "Text" in body(answer) and "Date" in body(answer)


def test_what_criteria_ask_for_is_refused_with_their_page(browser):
    one = CustomField.objects.get(name="purchase_timeline")
    number = factories.live_version().number

    for act, data in (("retire", {}), ("type", {"type": "text"})):
        answer = browser.post(f"/settings/fields/{one.pk}/{act}", data)
        assert answer.status_code in (409, 422)
        assert f'href="/criteria/{number}"' in body(answer)


def test_a_field_is_retired_and_brought_back(browser, seats):
    page = browser.post(f"/settings/fields/{seats.pk}/retire", follow=True)
    assert "is offered no more" in body(page)
    assert "Bring back" in body(browser.get("/settings/fields"))
    assert "field.seats" not in body(browser.get("/settings/forms/new"))
    lead = factories.lead()
    assert "attributes.seats" not in body(browser.get(f"/leads/{lead.pk}/edit"))

    browser.post(f"/settings/fields/{seats.pk}/back")
    assert "attributes.seats" in body(browser.get(f"/leads/{lead.pk}/edit"))


def test_an_attribute_becomes_a_field_that_is_there(browser, seats, send):
    send({"phone": "1", "attributes": {"Team": "12"}})

    answer = browser.post("/settings/fields/same?name=Team", {"field": seats.pk}, follow=True)

    assert "Team is “Seats” from now on" in body(answer)
    assert Lead.objects.get().attributes == {"seats": 12}


def test_fields_are_put_in_order(browser, seats):
    browser.post(f"/settings/fields/{seats.pk}/move", {"way": "up"})

    lines = browser.get("/settings/fields").context["lines"]
    assert lines[0].field == seats


def test_a_marketer_reads_fields_and_changes_none(seats):
    client = client_of(Role.MARKETING)

    page = body(client.get("/settings/fields"))
    assert "A manager can change them" in page and "Define" not in page
    assert "Retire" not in body(client.get(f"/settings/fields/{seats.pk}"))
    assert client.post("/settings/fields/new", {"label": "X"}).status_code == 403
    assert client_of(Role.SALES).get("/settings/fields").status_code == 403


def test_what_is_not_there_is_not_found(browser, manager, seats):
    keeping.also_called(seats, manager, "Team")
    other = CustomField.objects.get(name="Team")

    for pk in (other.pk, 10**9):
        assert browser.get(f"/settings/fields/{pk}").status_code == 404
        assert browser.post(f"/settings/fields/{pk}/retire").status_code == 404
    # What has no choices has no pages of them.
    assert browser.get(f"/settings/fields/{seats.pk}/choices/new").status_code == 404


def test_the_list_costs_the_same_however_long_it_is(browser, manager, send):
    browser.get("/settings/fields")
    with CaptureQueriesContext(connection) as few:
        browser.get("/settings/fields")
    for n in range(12):
        keeping.add(manager, name=f"f{n}", label=f"F {n}", type="text")
        send({"phone": str(n), "attributes": {f"new{n}": "x", f"f{n}": "y"}})

    with CaptureQueriesContext(connection) as many:
        browser.get("/settings/fields")

    assert len(few) == len(many) <= 12


def test_the_page_of_a_field_costs_the_same_however_much_it_holds(browser, manager, send):
    made = {"label": "Tier", "type": "choice", "choices": ["A"]}
    one = keeping.add(manager, name="tier", **made)
    url = f"/settings/fields/{one.pk}"
    browser.get(url)
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    send(*({"phone": str(n), "attributes": {"tier": f"v{n}"}} for n in range(9)))

    with CaptureQueriesContext(connection) as many:
        page = browser.get(url)

    assert len(few) == len(many)
    assert len(page.context["unfit"]) == 9
