"""The pages of inlets: made, set up, mapped, tried, and what came in looked at."""

import re

import pytest

from leadportal.db import sealed
from leads.inbound import deliveries, fetching, inlets, job
from leads.inbound.systems.lead_apis import NotFetched
from leads.models import Delivery, Inlet, Lead
from tests import factories
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db
ANA = {"email": "ana@acme.example", "first_name": "Ana", "Größe": "12"}


@pytest.fixture
def browser(as_user, manager):
    return as_user(manager)


def text(page):
    return " ".join(re.sub(r"<[^>]*>", "", page.content.decode()).split())


def test_an_address_is_made_and_says_what_to_do(browser):
    made = {"system": "typeform", "name": " Contact   page "}

    page = browser.post("/settings/inbound/new", made, follow=True)

    inlet = Inlet.objects.get()
    assert page.redirect_chain == [(inlet.get_absolute_url(), 302)]
    assert (inlet.name, inlet.integration.name, inlet.event_type) == (
        "Contact page", "Contact page", "form_sent",
    )  # fmt: skip
    assert f"http://127.0.0.1:8000/in/{inlet.token}" in text(page)
    assert "No secret is saved, so nothing is checked" in text(page)
    assert "Nothing came yet" in text(page)


@pytest.mark.parametrize("typed", [{"system": "typeform"}, {"system": "form", "name": "x"}])
def test_what_is_missing_is_said_at_its_field(browser, typed):
    page = browser.post("/settings/inbound/new", typed)

    assert page.status_code == 422 and b"There is a problem" in page.content
    assert not Inlet.objects.exists()


def test_a_secret_is_saved_kept_and_taken_away_and_never_shown(browser, inlet):
    one = inlet("typeform")
    url = f"{one.get_absolute_url()}/edit"
    typed = {"name": "T", "integration": "Survey", "event_type": "Demo Request", "source": "Web"}

    browser.post(url, typed | {"secret": "hush-hush"})
    one.refresh_from_db()
    assert sealed.opened(one.secret) == "hush-hush"
    assert (one.event_type, one.integration.name) == ("demo_request", "Survey")

    browser.post(url, typed | {"name": "U"})
    one.refresh_from_db()
    assert (one.name, sealed.opened(one.secret)) == ("U", "hush-hush")
    page = browser.get(url)
    assert b"hush" not in page.content and b"One is saved" in page.content

    browser.post(url, typed | {"no_secret": "on"})
    one.refresh_from_db()
    assert one.secret == ""


def test_an_access_token_is_saved_kept_and_taken_away_and_never_shown(browser, inlet):
    one = inlet("meta")
    url = f"{one.get_absolute_url()}/edit"
    assert "No access token is saved, so no lead is fetched" in text(browser.get(url[:-5]))
    typed = {"name": "M", "integration": "Meta", "event_type": "form_sent"}

    browser.post(url, typed | {"access_token": " EAAB-hush "})
    browser.post(url, typed | {"name": "N"})
    one.refresh_from_db()
    assert (one.name, sealed.opened(one.access_token)) == ("N", "EAAB-hush")
    page = browser.get(url)
    assert b"hush" not in page.content and b"Access token of Meta" in page.content
    assert "Leads are fetched from Meta" in text(browser.get(url[:-5]))

    wrong = browser.post(url, typed | {"access_token": "EAAB hush"})
    assert wrong.status_code == 422 and "it has no spaces" in text(wrong)
    assert b"EAAB hush" not in wrong.content

    browser.post(url, typed | {"no_access_token": "on"})
    one.refresh_from_db()
    assert one.access_token == ""
    assert b"ccess token" not in browser.get(f"{inlet('typeform').get_absolute_url()}/edit").content


def test_a_lead_that_is_to_be_fetched_is_listed_with_why_not_yet_and_fetched_by_a_button(
    browser, inlet, came, manager, monkeypatch
):
    one = inlets.change(inlet("meta"), manager, access_token="t")
    named = came(one, {"entry": [{"changes": [{"field": "leadgen", "value": {"leadgen_id": 7}}]}]})
    fetched = Delivery.objects.get(asks_for="7")
    page = browser.get(one.get_absolute_url(), headers=HTMX)
    assert "To be fetched" in text(page) and page.status_code == 200
    assert named.get_absolute_url() not in page.content.decode()

    def busy(*_):
        raise NotFetched("Meta wants a pause.")

    monkeypatch.setattr(fetching, "_fetched", busy)
    fetching.drain()
    page = browser.get(one.get_absolute_url(), headers=HTMX)
    assert "Meta wants a pause. It is tried again" in text(page) and page.status_code == 286
    about = browser.get(fetched.get_absolute_url())
    assert "Lead 7 of Meta, named by number" in text(about) and "Fetch it now" in text(about)
    assert "Nothing yet." in text(about)

    browser.post(f"{fetched.get_absolute_url()}/replay")
    monkeypatch.setattr(fetching, "_fetched", lambda *_: b'{"id": "7", "field_data": []}')
    assert fetching.drain() == 1
    job.drain()

    about = browser.get(fetched.get_absolute_url())
    assert "As Meta answered" in text(about) and "field_data" in text(about)
    assert "Read it again" in text(about)


def test_two_who_edit_at_once_write_over_nobody(browser, inlet, manager):
    one = inlet()
    url = f"{one.get_absolute_url()}/edit"
    read = browser.get(url).context["form"].as_read()
    inlets.change(one, manager, source="Theirs")

    page = browser.post(
        url, {"name": "json", "integration": "json", "source": "Mine", "read": read}
    )

    assert page.status_code == 409
    assert "Theirs" in text(page) and "Save mine over theirs" in text(page)


def test_its_values_are_listed_with_an_example_and_read_as_said(browser, inlet, came):
    one = inlet()
    came(one, ANA)
    url = f"{one.get_absolute_url()}/values"
    page = browser.get(url)
    assert "Größe" in text(page) and "Email (as guessed)" in text(page)
    rows = page.context["form"].rows
    typed = {row.field.html_name: "guess" for row in rows}
    (place,) = [row.field.html_name for row in rows if row.seen.path == "Größe"]

    browser.post(url, typed | {place: "company.employees"})

    one.refresh_from_db()
    assert one.mapping == {"Größe": "company.employees"}
    assert came(one, ANA | {"company": "Acme"}).lead.company.employees == 12
    assert browser.post(url, {place: "luck"}).status_code == 422


def as_shown(page):
    """What the form of the values sends if nobody changes anything."""
    form = page.context["form"]
    chosen = {row.field.html_name: row.field.value() for row in form.rows}
    return chosen | {"read": form.as_read(), "path": [row.seen.path for row in form.rows]}


def field_of(page, path):
    return next(r.field.html_name for r in page.context["form"].rows if r.seen.path == path)


def test_what_comes_in_while_somebody_says_what_values_are_changes_none_of_them(
    browser, inlet, came
):
    one = inlet()
    came(one, ANA)
    url = f"{one.get_absolute_url()}/values"
    page = browser.get(url)

    came(one, {"aaa": "1", "plan": "pro", "email": "bo@acme.example"})
    for number in range(20):
        came(one, {"email": f"{number}@acme.example"})
    browser.post(url, as_shown(page) | {field_of(page, "Größe"): "company.employees"})

    one.refresh_from_db()
    assert one.mapping == {"Größe": "company.employees"}


def test_two_people_say_what_different_values_are_and_nobody_writes_over_the_other(
    browser, inlet, came
):
    one = inlet()
    came(one, ANA | {"plan": "pro"})
    url = f"{one.get_absolute_url()}/values"
    page = browser.get(url)
    size, plan = field_of(page, "Größe"), field_of(page, "plan")

    browser.post(url, as_shown(page) | {size: "company.employees"})
    browser.post(url, as_shown(page) | {plan: "job_title"})
    one.refresh_from_db()
    assert one.mapping == {"Größe": "company.employees", "plan": "job_title"}

    answer = browser.post(url, as_shown(page) | {size: "city"})
    assert answer.status_code == 409
    (both,) = answer.context["form"].both
    assert (both.label, both.theirs, both.yours) == ("Größe", "Company: people", "City")
    assert "Save mine over theirs" in text(answer)
    browser.post(url, as_shown(answer))
    one.refresh_from_db()
    assert one.mapping == {"Größe": "city", "plan": "job_title"}


def test_what_came_in_is_listed_with_its_lead_and_why_not(browser, inlet, came):
    one = inlet()
    came(one, ANA), came(one, {"nobody": "1"})

    page = browser.get(one.get_absolute_url())

    lead = Lead.objects.get()
    assert f'href="/leads/{lead.pk}"' in page.content.decode()
    assert "New lead" in text(page) and "Nobody can be reached by it" in text(page)
    assert "Try what failed again" in text(page)
    browser.post(f"{one.get_absolute_url()}/again")
    assert Delivery.objects.filter(state="received").count() == 1


def test_each_number_of_the_list_opens_what_it_counts_however_much_came_since(browser, inlet, came):
    one = inlet()
    came(one, {"nobody": "1"})
    lost = Delivery.objects.get()
    Delivery.objects.filter(pk=came(one, {"nobody": "2"}).pk).update(state="quarantined")
    made = Delivery(inlet=one, state="taken", body=b"{}", received_at=lost.received_at)
    made.forget_at, made.due_at = lost.forget_at, None
    for _ in range(deliveries.SHOWN):
        made.pk = None
        made.save()

    found = browser.get("/settings/inbound").content.decode()
    assert f'href="{one.get_absolute_url()}?state=failed">1 not taken' in found

    page = browser.get(f"{one.get_absolute_url()}?state=failed")
    assert [line.delivery for line in page.context["lines"]] == [lost]
    assert "Try what failed again" in text(page) and "In quarantine 1" in text(page)
    browser.post(f"{one.get_absolute_url()}/again")
    page = browser.get(f"{one.get_absolute_url()}?state=failed")
    assert "Being read" in text(page) and page.context["is_waiting"]
    job.drain()
    page = browser.get(f"{one.get_absolute_url()}?state=failed")
    assert len(page.context["lines"]) == 1 and not page.context["is_waiting"]
    page = browser.get(f"{one.get_absolute_url()}?state=quarantined")
    assert len(page.context["lines"]) == 1
    page = browser.get(one.get_absolute_url())
    assert len(page.context["lines"]) == deliveries.SHOWN
    assert "Try what failed again" in text(page) and "Not taken 1" in text(page)


def test_the_list_is_asked_for_again_as_long_as_something_waits(browser, inlet, post):
    one = inlet()
    post(one, ANA)
    waiting = browser.get(one.get_absolute_url(), headers=HTMX)
    assert waiting.status_code == 200 and b"<html" not in waiting.content
    assert b'hx-trigger="every 2s"' in waiting.content

    job.drain()

    assert browser.get(one.get_absolute_url(), headers=HTMX).status_code == 286


def test_a_sample_is_sent_by_a_button(browser, inlet):
    one = inlet("google", secret="k")

    page = browser.post(f"{one.get_absolute_url()}/test", follow=True)
    assert "A sample is on its way" in text(page)
    job.drain()

    assert "A try: it would make a new lead." in text(browser.get(one.get_absolute_url()))
    assert not Lead.objects.exists()


def test_a_delivery_is_shown_as_it_came_and_let_in(browser, inlet, came):
    delivery = came(
        inlet("html"), "email=ana%40mailinator.com", "application/x-www-form-urlencoded"
    )
    page = browser.get(delivery.get_absolute_url())
    assert "email=ana%40mailinator.com" in text(page) and "thrown away" in text(page)

    browser.post(f"{delivery.get_absolute_url()}/let-in")
    job.drain()

    page = browser.get(delivery.get_absolute_url())
    assert "New lead" in text(page) and "let in by Tomasz" in text(page)
    answer = browser.post(f"{delivery.get_absolute_url()}/drop")
    assert answer.status_code == 409 and b"not in quarantine any more" in answer.content


def test_problems_of_values_are_told(browser, inlet, came):
    delivery = came(inlet(), ANA | {"country": "Narnia"})

    assert "Give a code (DE, DEU)" in text(browser.get(delivery.get_absolute_url()))


def test_switching_off_and_on(browser, inlet, post):
    one = inlet()
    url = f"{one.get_absolute_url()}/switch"

    assert b"takes no posts any more" in browser.post(url, {"on": "no"}, follow=True).content
    assert post(one, ANA).status_code == 404
    browser.post(url, {"on": "yes"})
    assert post(one, ANA).status_code == 202


def test_a_list_costs_the_same_however_long(
    browser, inlet, came, manager, django_assert_num_queries, django_assert_max_num_queries
):
    one = inlet()
    came(one, ANA)
    pages = ("/settings/inbound", one.get_absolute_url())
    costs = []
    for page in pages:
        browser.get(page)
        with django_assert_max_num_queries(10) as first:
            browser.get(page)
        costs.append(len(first))
    for number in range(3):
        came(one, {"email": f"{number}@x.example", "company": f"C{number}"})
        deliveries.send_test(inlet(name=f"more {number}"), manager)

    for page, cost in zip(pages, costs, strict=True):
        with django_assert_num_queries(cost):
            browser.get(page)


@pytest.mark.parametrize("person", [factories.rep, factories.marketer])
def test_others_do_not_open_it(as_user, inlet, came, person):
    delivery = came(inlet(), ANA)
    browser = as_user(person())

    for url in ("/settings/inbound", delivery.get_absolute_url()):
        assert browser.get(url).status_code == 403
