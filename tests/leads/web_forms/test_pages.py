"""The settings of forms: made, asked, worded, put on a page."""

import re
from html import unescape

import pytest
from django.utils import timezone

from leads.inbound.languages import WORDS
from leads.models import ConsentText, CustomField, WebForm
from leads.web_forms import web_forms, words
from tests.leads.conftest import HTMX

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(as_user, manager):
    return as_user(manager)


def text(page):
    return " ".join(re.sub(r"<[^>]*>", "", page.content.decode()).split())


def asked(form):
    form.refresh_from_db()
    return [one["target"] for one in form.fields]


def worded(browser, form):
    """What the form of its words sends if nobody changes anything."""
    shown = browser.get(f"{form.get_absolute_url()}/edit").context["form"]
    values = {name: shown[name].value() for name in shown.fields}
    return {name: value for name, value in values.items() if value} | {"read": shown.as_read()}


def test_a_form_is_made_and_asks_who_somebody_is(browser):
    made = {"name": "Demo", "slug": "demo", "language": "en"}
    page = browser.post("/settings/forms/new", made, follow=True)

    form = WebForm.objects.get()
    assert page.redirect_chain == [(form.get_absolute_url(), 302)]
    assert "Work email" in text(page) and "It asks for no consent." in text(page)
    assert form.inlet.source == "Demo"


def test_what_a_new_form_asks_is_worded_in_its_language(browser):
    made = {"name": "Angebot", "slug": "angebot", "language": "de"}
    page = browser.post("/settings/forms/new", made, follow=True)

    assert "Geschäftliche E-Mail" in text(page) and "Work email" not in text(page)
    assert WebForm.objects.get().language == "de"
    assert browser.post("/settings/forms/new", made | {"language": "tlh"}).status_code == 422


@pytest.mark.parametrize("slug", ["", "Demo", "a b", "-a", "x" * 26, "demo"])
def test_an_address_is_short_plain_and_of_one_form(browser, form, slug):
    made = {"name": "Another", "slug": slug, "language": "en"}
    page = browser.post("/settings/forms/new", made)

    assert page.status_code == 422 and b'id="id_slug_error"' in page.content
    assert WebForm.objects.count() == 1


def test_questions_are_added_changed_moved_and_removed(browser, form):
    url = form.get_absolute_url()
    browser.post(f"{url}/field", {"target": "phone", "required": "on"})
    assert asked(form) == ["email", "first_name", "last_name", "company.name", "phone"]
    assert form.fields[-1]["label"] == "Phone"

    browser.post(f"{url}/field?target=phone", {"target": "phone", "label": "Mobile"})
    browser.post(f"{url}/move", {"target": "phone", "way": "up"})
    browser.post(f"{url}/take", {"target": "last_name"})

    assert asked(form) == ["email", "first_name", "phone", "company.name"]
    assert (form.fields[2]["label"], form.fields[2]["required"]) == ("Mobile", False)
    # What is asked already is not offered again.
    offered = str(browser.get(f"{url}/field").context["form"]["target"])
    assert 'value="phone"' not in offered and 'value="last_name"' in offered


def test_the_last_way_to_reach_somebody_stays(browser, form):
    page = browser.post(f"{form.get_absolute_url()}/take", {"target": "email"})

    assert page.status_code == 409 and "email" in asked(form)


def test_other_words_of_a_consent_are_the_next_version(browser, form):
    url = f"{form.get_absolute_url()}/consent"
    browser.post(url, {"purpose": "Marketing mails", "text": "You may write to me."})
    page = browser.get(f"{url}?purpose=marketing_mails")
    assert b"You may write to me." in page.content

    typed = {"purpose": "marketing_mails", "text": "You may write.", "is_required": "on"}
    browser.post(url, typed)
    # The same words are the same version.
    browser.post(url, typed | {"is_required": ""})

    old, new = ConsentText.objects.all()
    assert (old.version, old.text, old.retired_at is None) == (1, "You may write to me.", False)
    assert (new.version, new.is_required, new.retired_at) == (2, False, None)

    browser.post(f"{url}/end", {"purpose": "marketing_mails"})
    new.refresh_from_db()
    assert new.retired_at and "It asks for no consent." in text(
        browser.get(form.get_absolute_url())
    )


def test_its_words_are_saved_and_its_codes_shown(browser, form):
    url = form.get_absolute_url()
    typed = worded(browser, form) | {
        "title": "See it work",
        "redirect_url": "acme.example/thanks",
        "framed_by": "https://www.acme.example/contact\nacme.example",
        "is_pasted": "on",
        "event_type": "Demo Request",
    }

    answer = browser.post(f"{url}/edit", typed)

    assert answer.status_code == 302, text(answer)
    form.refresh_from_db()
    assert form.redirect_url == "https://acme.example/thanks"
    assert form.framed_by == ["https://www.acme.example", "https://acme.example"]
    assert form.inlet.event_type == "demo_request"
    page = browser.get(url).content.decode()
    assert "&lt;iframe src=" in page and f"/in/{form.inlet.token}" in page
    assert "your_homepage" in page


def test_the_codes_to_copy_are_in_its_language(browser, form, manager):
    given = {"language": "ar", "is_pasted": True, "framed_by": ["https://acme.example"]}
    web_forms.change(form, manager, **given)

    page = unescape(browser.get(form.get_absolute_url()).content.decode())

    arabic = WORDS["ar"]
    assert 'lang="ar" dir="rtl">' in page and f"<button>{arabic.send}</button>" in page
    assert arabic.trap in page and "Leave this empty" not in page


@pytest.mark.parametrize(
    ("kind", "control"),
    [
        ("choices", '<input type="checkbox" name="field.asked" value="Tea &amp; &lt;milk&gt;">'),
        ("choice", '<select name="field.asked">'),
        ("yes_no", '<input type="checkbox" name="field.asked" value="yes">'),
        ("date", '<input name="field.asked" type="date">'),
        ("number", '<input name="field.asked" inputmode="decimal">'),
        ("text", '<input name="field.asked">'),
    ],
)
def test_the_html_asks_each_thing_as_the_page_of_ours_does(form, manager, kind, control):
    choices = ["Tea & <milk>", "Ale"] if kind.startswith("choice") else []
    one = CustomField.objects.create(
        name="asked", label="Asked", type=kind, choices=choices, created_at=timezone.now()
    )
    put = {"target": "field.asked", "label": "What?", "help": "As <you> like"}
    form = web_forms.put_field(form, manager, **put)

    html = words.html(form, [], {"asked": one})

    assert control in html and "<small>As &lt;you&gt; like</small>" in html
    assert 'name="email" type="email" autocomplete="email" required' in html


def test_the_version_of_a_consent_says_when_it_was_worded(browser, form, manager):
    web_forms.ask_consent(form, manager, purpose="marketing", text="News")

    assert re.search(r"1 ?today \d\d:\d\d", text(browser.get(form.get_absolute_url())))


def test_a_consent_says_in_words_what_it_is_for(browser, form, manager):
    web_forms.ask_consent(form, manager, purpose="marketing_mails", text="News")

    assert "Marketing mails" in text(browser.get(form.get_absolute_url()))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"redirect_url": "javascript:alert(1)"}, "redirect_url"),
        ({"redirect_url": "https://a:b@x.example"}, "redirect_url"),
        ({"framed_by": "not a site"}, "framed_by"),
        ({"framed_by": "https://x.example; script-src *"}, "framed_by"),
        ({"title": ""}, "title"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_what_is_wrong_with_its_words_is_said_at_its_field(browser, form, typed, field):
    page = browser.post(f"{form.get_absolute_url()}/edit", worded(browser, form) | typed)

    assert page.status_code == 422 and list(page.context["form"].errors) == [field]


def test_two_who_word_it_at_once_write_over_nobody(browser, form, manager):
    mine = worded(browser, form) | {"framed_by": "https://mine.example"}
    web_forms.change(form, manager, framed_by=["https://theirs.example"])

    page = browser.post(f"{form.get_absolute_url()}/edit", mine)

    assert page.status_code == 409 and "theirs.example" in text(page)


def test_two_who_word_a_question_at_once_write_over_nobody(browser, form, manager):
    url = f"{form.get_absolute_url()}/field?target=email"
    shown = browser.get(url).context["form"]
    mine = {"target": "email", "label": "Your mail", "help": "", "read": shown.as_read()}
    web_forms.put_field(form, manager, target="email", label="Work mail", required=True)

    page = browser.post(url, mine)

    assert page.status_code == 409
    assert "Work mail" in text(page) and "Your mail" in text(page)
    again = mine | {"read": page.context["form"].as_read(), "required": "on"}
    assert browser.post(url, again).status_code == 302
    form.refresh_from_db()
    (email,) = [one for one in form.fields if one["target"] == "email"]
    assert (email["label"], email["required"]) == ("Your mail", True)


def test_two_who_add_a_question_at_once_write_over_nobody(browser, form, manager):
    url = f"{form.get_absolute_url()}/field"
    shown = browser.get(url).context["form"]
    mine = {"target": "phone", "label": "Mine", "read": shown.as_read()}
    web_forms.put_field(form, manager, target="phone", label="Theirs")

    page = browser.post(url, mine)

    assert page.status_code == 422 and "The form asks for it already." in text(page)
    form.refresh_from_db()
    assert [one["label"] for one in form.fields if one["target"] == "phone"] == ["Theirs"]


def test_two_who_word_a_consent_at_once_write_over_nobody(browser, form, manager):
    first = {"purpose": "marketing", "text": "News by mail.", "is_required": False}
    web_forms.ask_consent(form, manager, **first)
    url = f"{form.get_absolute_url()}/consent?purpose=marketing"
    shown = browser.get(url).context["form"]
    web_forms.ask_consent(form, manager, **first | {"text": "Theirs."})

    page = browser.post(url, first | {"text": "Mine.", "read": shown.as_read()})

    assert page.status_code == 409
    assert "Theirs." in text(page) and "Mine." in page.content.decode()
    assert form.consent_texts.get(retired_at=None).text == "Theirs."
    again = first | {"text": "Mine.", "read": page.context["form"].as_read()}
    assert browser.post(url, again).status_code == 302
    assert form.consent_texts.get(retired_at=None).text == "Mine."


def test_a_part_of_the_page_is_a_drawer_for_htmx(browser, form):
    for part in ("field", "consent"):
        drawer = browser.get(f"{form.get_absolute_url()}/{part}", headers=HTMX)
        assert b"<html" not in drawer.content and b"drawer-body" in drawer.content


def test_a_list_costs_the_same_however_long(browser, form, manager, django_assert_num_queries):
    browser.get("/settings/forms")
    with django_assert_num_queries(5) as first:
        browser.get("/settings/forms")
    for number in range(3):
        web_forms.create(manager, name=f"More {number}", slug=f"more-{number}")

    with django_assert_num_queries(len(first)):
        browser.get("/settings/forms")
