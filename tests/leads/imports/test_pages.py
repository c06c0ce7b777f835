"""The pages of an import: each way through them, also without a script, and each way out."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leads.imports import imports, job
from leads.models import Import, ImportState, Lead, Lists
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.imports.conftest import ANA, HEAD, NOBODY, ZOE, in_days

pytestmark = pytest.mark.django_db


def upload(text, name="list.csv"):
    return {"file": SimpleUploadedFile(name, text.encode(), "text/csv")}


def form_of(page):
    """What the form of the columns sends if nobody changes anything."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


@pytest.fixture
def browser(as_user, marketer):
    return as_user(marketer)


def test_a_file_goes_from_the_form_to_the_leads(browser):
    page = browser.post("/imports", upload(HEAD + ANA + ZOE + NOBODY), follow=True)
    one = Import.objects.get()
    assert page.redirect_chain == [(f"/imports/{one.pk}/columns", 302)]
    assert "Ana · Zoë" in page.content.decode().replace("<bdi>", "").replace("</bdi>", "")

    page = browser.post(f"/imports/{one.pk}/columns", form_of(page), follow=True)
    assert page.redirect_chain == [(one.get_absolute_url(), 302)]
    assert "Checking every line" in page.content.decode()
    job.drain()
    page = browser.get(one.get_absolute_url())
    assert "Import 2 lines" in page.content.decode()
    assert "Nobody can be found by it" in page.content.decode()

    browser.post(f"/imports/{one.pk}/start")
    job.drain()

    page = browser.get(one.get_absolute_url()).content.decode()
    assert f"/leads?imported={one.pk}" in page and "Undo the import" in page
    assert Lead.objects.count() == 2
    found = browser.get(f"/leads?imported={one.pk}")
    assert "New with import" in found.content.decode()
    assert len(found.context["page"].rows) == 2


@pytest.mark.parametrize(
    ("head", "lists"),
    [
        ("Id,Name,BudgetedCost,NumberOfLeads", "campaigns"),
        ("Id,OpportunityId,StageName", "changes of deals"),
        ("Id,StageName,CloseDate,Email", ""),
        ("Id,Name,City", ""),
    ],
)
def test_a_list_of_something_else_says_so(browser, head, lists):
    line = ",".join("1" for _ in head.split(","))

    page = browser.post("/imports", upload(f"{head}\n{line}\n"), follow=True)

    said = f"It looks like a list of {lists}." in page.content.decode()
    assert said == bool(lists)
    assert lists or "It looks like a list" not in page.content.decode()


@pytest.mark.parametrize(
    ("head", "names_somebody"),
    [
        ("Id,StageName,Amount,CloseDate", False),
        ("Record ID,Deal Name,Deal Stage", False),
        ("Id,StageName,CloseDate,Email", True),
    ],
)
def test_deals_without_a_person_say_how_to_export_them(browser, head, names_somebody):
    line = ",".join("1" for _ in head.split(","))

    page = browser.post("/imports", upload(f"{head}\n{line}\n"), follow=True).content.decode()

    assert ("the id of the contact in each line" in page) != names_somebody
    assert Import.objects.get().lists == Lists.OUTCOMES


def test_a_list_that_names_nobody_says_so_before_it_comes_in(browser):
    page = browser.post("/imports", upload("Id,City\na1,Lund\n"), follow=True)
    page = browser.post(page.redirect_chain[-1][0], form_of(page), follow=True)
    job.drain()

    page = browser.get(Import.objects.get().get_absolute_url()).content.decode()

    assert "No line says who somebody is" in page


def test_old_leads_are_held_until_somebody_says_otherwise(browser):
    page = browser.post("/imports", upload(HEAD + ANA), follow=True)
    assert form_of(page)["handing"] == "later"
    page = browser.post("/imports", upload("Email\nana@acme.example\n"), follow=True)
    assert form_of(page)["handing"] == "now"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"column_4": "", "column_1": ""}, None),
        ({"consent": "all"}, "consent_text"),
        ({"consent": "all", "consent_text": "News"}, "consent_on"),
        ({"consent": "all", "consent_text": "News", "consent_on": "2999-01-01"}, "consent_on"),
        ({"handing": "later", "hold_until": "2020-01-01"}, "hold_until"),
        ({"handing": "later", "hold_until": ""}, "hold_until"),
        ({"column_2": "luck"}, "column_2"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(browser, typed, field):
    page = browser.post("/imports", upload(HEAD + ANA), follow=True)
    one = Import.objects.get()

    page = browser.post(
        f"/imports/{one.pk}/columns", form_of(page) | {"source": "Fair in Bonn"} | typed
    )

    assert page.status_code == 422
    assert next(iter(page.context["form"].errors)) == (field or "__all__")
    assert "Fair in Bonn" in page.content.decode()
    one.refresh_from_db()
    assert one.state == ImportState.OPEN


@pytest.mark.parametrize(
    ("text", "says"), [("", "empty"), ("Name,Email\n", "nothing below the head")]
)
def test_what_is_no_list_says_so(browser, text, says):
    page = browser.post("/imports", upload(text))

    assert page.status_code == 422 and says in page.content.decode()
    assert not Import.objects.exists()


def test_what_is_left_out_is_a_file_to_correct_and_send_again(browser, imported):
    one = imported(HEAD + ANA + ",=cmd(),-x,,,,,\n,+46 8,Ek,,,,,\n")

    answer = browser.get(f"/imports/{one.pk}/refused")

    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == [*HEAD.strip().split(","), "Problem"]
    assert rows[1][1:3] == ["'=cmd()", "'-x"] and rows[2][1] == "+46 8"
    assert rows[1][-1] == "Nobody can be found by it: no email, phone or id."
    # Corrected, it is a file like any other.
    rows[2][3] = "ek@x.example"
    text = io.StringIO()
    csv.writer(text).writerows([rows[0], rows[2]])
    assert imported(text.getvalue()).counts == {"created": 1}


def test_the_part_that_changes_is_polled_until_it_is_done(browser, begun, marketer):
    one = begun(HEAD + ANA)
    imports.start(one, marketer)
    assert browser.get(one.get_absolute_url(), headers=HTMX).status_code == 200

    job.drain()

    done = browser.get(one.get_absolute_url(), headers=HTMX)
    assert done.status_code == 286
    assert b"<html" not in done.content


def test_the_columns_of_what_came_in_are_closed(browser, imported):
    one = imported(HEAD + ANA)

    assert browser.get(f"/imports/{one.pk}/columns").url == one.get_absolute_url()


def test_an_undo_is_asked_for_and_told(browser, imported):
    factories.lead("Zoë Müller", email="zoe@initech.example")
    one = imported(HEAD + ANA + ZOE)
    asked = browser.get(f"/imports/{one.pk}/undo").content.decode()
    assert "1 lead that came with it" in asked and "1 known already" in asked

    browser.post(f"/imports/{one.pk}/undo")
    job.drain()

    page = browser.get(one.get_absolute_url()).content.decode()
    assert "1 lead removed, 1 as before again." in page


def test_who_is_held_goes_on_by_a_button(browser, imported):
    one = imported(HEAD + ANA, hold_until=in_days(7))
    assert b"Let the criteria decide now" in browser.get(one.get_absolute_url()).content

    answer = browser.post(f"/imports/{one.pk}/hand-over", follow=True)

    assert b"the criteria decide about 1 lead." in answer.content
    assert b"Let the criteria decide now" not in answer.content


def test_nothing_is_held_back_before_it_comes_in_and_once_it_was_let_go(browser, begun, imported):
    one = begun(HEAD + ANA)
    imports.choose(one, one.author, one.columns, imports.Terms(hold_until=in_days(7)))
    job.drain()
    url = f"{one.get_absolute_url()}/hand-over"
    assert b"Let the criteria decide now" not in browser.get(one.get_absolute_url()).content

    assert browser.post(url).status_code == 409
    one.refresh_from_db()
    assert one.hold_until is not None

    imports.start(one, one.author)
    job.drain()
    assert browser.post(url).status_code == 302
    answer = browser.post(url)
    assert (answer.status_code, b"held back" in answer.content) == (409, True)


def test_what_cannot_be_undone_is_not_asked_about(browser, begun, imported):
    one = begun(HEAD + ANA)
    assert browser.get(f"{one.get_absolute_url()}/undo")["Location"] == one.get_absolute_url()
    done = imported(HEAD + ZOE)
    imports.undo(done, done.author)
    job.drain()
    assert browser.get(f"{done.get_absolute_url()}/undo")["Location"] == done.get_absolute_url()


def test_what_an_undo_of_one_lead_does_is_said_of_one(browser, imported):
    one = imported(HEAD + ANA)

    page = browser.get(f"{one.get_absolute_url()}/undo").content.decode()

    assert "1 lead that came with it and that nobody worked with since is removed" in page


def test_who_starts_what_somebody_paused_is_told_so(browser, begun):
    one = begun(HEAD + ANA)
    Import.objects.update(state=ImportState.PAUSED)

    answer = browser.post(f"{one.get_absolute_url()}/start")

    assert (answer.status_code, b"It is paused now." in answer.content) == (409, True)


@pytest.mark.parametrize(("handing", "is_optional"), [("later", False), ("now", True)])
def test_the_day_is_optional_only_where_nothing_waits_for_it(browser, handing, is_optional):
    page = browser.post("/imports", upload(HEAD + ANA), follow=True)
    one = Import.objects.get()
    typed = form_of(page) | {"handing": handing, "column_1": "", "column_4": "", "column_2": "luck"}

    page = browser.post(f"/imports/{one.pk}/columns", typed).content.decode()

    assert ('Not before <span class="mut">(optional)' in page) == is_optional


def test_a_list_costs_the_same_however_long(
    browser, begun, django_assert_num_queries, django_assert_max_num_queries
):
    begun(HEAD + ANA)
    browser.get("/imports")
    with django_assert_max_num_queries(8) as first:
        browser.get("/imports")
    for _ in range(3):
        begun(HEAD + ZOE)
    with django_assert_num_queries(len(first)):
        browser.get("/imports")


def test_what_stood_in_a_file_is_forgotten_in_the_end(browser, imported, begun):
    one = imported(HEAD + ANA + NOBODY)
    begun(HEAD + ZOE)
    assert job.oldest_to_forget() is None
    Import.objects.update(forget_at=in_days(-1))
    assert job.oldest_to_forget() is not None

    assert job.forget() == 2

    assert Import.objects.get() == one
    assert not one.lines.exclude(cells=[]).exists()
    page = browser.get(one.get_absolute_url())
    assert b"Download them" not in page.content
    assert job.forget() == 0


def test_what_each_line_is_can_be_said_and_the_columns_are_guessed_anew(browser):
    browser.post("/imports", upload("Id,Email,Status,Date\n1,ana@acme.example,Won,2025-01-02\n"))
    one = Import.objects.get()
    assert (one.lists, one.columns[0]) == (Lists.PEOPLE, "external_id")

    page = browser.post(f"/imports/{one.pk}/lists", {"lists": "outcomes"}, follow=True)

    one.refresh_from_db()
    assert one.columns == ["", "email", "outcome", "outcome.at"]
    assert "source" not in page.context["form"].fields
    assert browser.post(f"/imports/{one.pk}/lists", {"lists": "luck"}).status_code == 409
    Import.objects.update(state=ImportState.RUNNING, due_at="2025-01-01T00:00Z")
    assert browser.post(f"/imports/{one.pk}/lists", {"lists": "people"}).status_code == 409


def test_a_file_that_brings_nothing_new_is_not_offered(browser, imported, begun):
    factories.lead("Ana Lopez", email="ana@acme.example")
    text = "Email,Event,Date\nana@acme.example,Chat,2025-03-01\n"
    page = browser.get(begun(text).get_absolute_url()).content.decode()
    assert "Import 1 line" in page and "1 activity is new" in page
    imported(text)

    page = browser.get(begun(text).get_absolute_url()).content.decode()

    assert "Nothing of it is new" in page and "Import 1 line" not in page


@pytest.mark.parametrize(
    ("lists", "columns", "said"),
    [
        ("activities", {"column_1": "email"}, "when it happened"),
        ("activities", {"column_1": "email", "column_2": "did.at"}, "what happened"),
        ("outcomes", {"column_1": "email"}, "who was won and who was lost"),
        ("outcomes", {"column_1": "email", "column_2": "outcome"}, "when they were won or lost"),
    ],
)
def test_what_the_columns_of_the_past_do_not_say_is_told(browser, lists, columns, said):
    browser.post("/imports", upload("Email,What\nana@acme.example,x\n"))
    one = Import.objects.get()
    page = browser.post(f"/imports/{one.pk}/lists", {"lists": lists}, follow=True)

    page = browser.post(
        f"/imports/{one.pk}/columns", form_of(page) | {"column_1": "", "column_2": ""} | columns
    )

    assert page.status_code == 422 and said in page.content.decode()


def test_nothing_comes_in_by_other_columns_than_somebody_looked_at(browser, begun):
    one = begun(HEAD + ANA + ZOE)
    seen = browser.get(one.get_absolute_url()).context["seen"]
    assert f'name="seen" value="{seen}"' in browser.get(one.get_absolute_url()).content.decode()
    one.refresh_from_db()
    terms = imports.Terms(day_first=one.day_first, source="Fair")
    imports.choose(one, factories.marketer(), one.columns, terms)
    job.drain()

    page = browser.post(f"/imports/{one.pk}/start", {"seen": seen})

    assert page.status_code == 409
    assert "Somebody changed the columns since." in page.content.decode()
    now = browser.get(one.get_absolute_url()).context["seen"]
    assert now != seen
    assert browser.post(f"/imports/{one.pk}/start", {"seen": now}).status_code == 302
    job.drain()
    assert Lead.objects.count() == 2


def test_a_long_list_of_imports_says_that_it_is_not_all(browser, begun, monkeypatch):
    monkeypatch.setattr("leads.imports.pages.SHOWN", 2)
    for _ in range(2):
        begun(HEAD + ANA)
    assert "the last" not in browser.get("/imports").content.decode()

    begun(HEAD + ANA)

    page = browser.get("/imports")
    assert "the last 2" in page.content.decode() and len(page.context["imports"]) == 2


@pytest.mark.parametrize(
    "verb", ["pause", "start", "go-on", "undo", "hand-over", "discard", "lists", "columns"]
)
def test_who_comes_after_the_file_was_thrown_away_goes_on_at_the_list(
    browser, imported, marketer, monkeypatch, verb
):
    if verb == "columns":
        one = imports.begin(marketer, "list.csv", io.BytesIO((HEAD + ANA).encode()))
        sent = form_of(browser.get(f"/imports/{one.pk}/columns"))
    else:
        one, sent = imported(HEAD + ANA), {"lists": Lists.PEOPLE}

    def thrown_away(*_args, **_kwargs):
        raise imports.ThrownAway("Somebody has thrown this file away.")

    monkeypatch.setattr(imports, "_held", thrown_away)

    page = browser.post(f"/imports/{one.pk}/{verb}", sent)

    assert page.status_code == 409
    assert 'href="/imports"' in page.content.decode()
    assert f'href="{one.get_absolute_url()}"' not in page.content.decode()
