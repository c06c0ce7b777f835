"""Two people save the settings: each writes what they changed, and nobody over another."""

import html
import json

import pytest

from accounts.models import Portal, SettingChange
from accounts.portal import portal
from accounts.portal.forms import SettingsForm
from accounts.roles import Role
from leadportal.db.meanwhile import ChangedMeanwhile, really_new
from leadportal.web.shared_forms import as_typed, in_words
from tests import factories


def shown_form(page):
    """What a browser posts of the form as it was shown."""
    form = page.context["form"]
    typed = {name: as_typed(form[name].value()) for name in form.fields}
    return {name: values for name, values in typed.items() if values} | {"read": form.as_read()}


def saved(**values):
    row = Portal.load()
    for name, value in values.items():
        setattr(row, name, value)
    portal.change(row, values, by=factories.person(Role.ADMIN, name="Sanna Virtanen"))


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMIN, name="Ada Berg")


def test_what_one_left_as_it_was_is_not_written_over_what_another_saved(admin):
    mine = shown_form(admin.get("/settings")) | {"claim_minutes": "60"}
    saved(touch_minutes=90, both_hats=True, sells_to=["SE"])

    answer = admin.post("/settings", mine)

    row = Portal.load()
    assert answer.status_code == 302
    assert (row.claim_minutes, row.touch_minutes) == (60, 90)
    assert (row.both_hats, row.sells_to) == (True, ["SE"])
    assert SettingChange.objects.filter(person__name="Ada Berg").count() == 1


def test_what_both_changed_is_shown_and_nothing_is_saved(admin):
    page = admin.get("/settings")
    mine = shown_form(page) | {"claim_minutes": "60", "grace_days": "9"}
    saved(claim_minutes=45, zone="Europe/Berlin")

    answer = admin.post("/settings", mine)

    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "<bdi>Sanna Virtanen</bdi> saved this before you" in text
    assert "45 min" in text and "1 h" in text
    assert "Save mine over theirs" in text
    row = Portal.load()
    assert (row.claim_minutes, row.grace_days) == (45, 3)
    # What only the other changed is in the form as they saved it.
    assert answer.context["form"]["zone"].value() == "Europe/Berlin"


def test_sent_once_more_mine_takes_the_place_of_theirs(admin):
    mine = shown_form(admin.get("/settings")) | {"claim_minutes": "60", "grace_days": "9"}
    saved(claim_minutes=45, both_hats=True)

    admin.post("/settings", shown_form(admin.post("/settings", mine)))

    row = Portal.load()
    assert (row.claim_minutes, row.grace_days, row.both_hats) == (60, 9, True)
    assert SettingChange.objects.filter(setting="claim_minutes", old=45, new=60).exists()


def test_who_wanted_the_same_is_not_asked(admin):
    mine = shown_form(admin.get("/settings")) | {"claim_minutes": "45"}
    saved(claim_minutes=45)

    answer = admin.post("/settings", mine)

    assert answer.status_code == 302
    assert SettingChange.objects.filter(setting="claim_minutes").count() == 1


@pytest.mark.parametrize("read", ["", "no json", "[1]", '"x"', '{"no_field": 1}', "{"])
def test_a_page_that_does_not_say_what_was_read_saves_what_it_says(admin, read):
    mine = shown_form(admin.get("/settings")) | {"claim_minutes": "60", "read": read}

    assert admin.post("/settings", mine).status_code == 302
    assert Portal.load().claim_minutes == 60


def test_a_mistake_is_told_before_what_changed_meanwhile(admin):
    mine = shown_form(admin.get("/settings")) | {"claim_minutes": "soon"}
    saved(claim_minutes=45)

    answer = admin.post("/settings", mine)

    assert answer.status_code == 422
    # It still carries what was read first, so that sent once more it is not written over.
    assert json.loads(answer.context["form"].as_read())["claim_minutes"] == 30


# --- the rule itself ---------------------------------------------------------------------------


def test_only_what_is_new_is_wanted():
    now, wanted = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "c": 3}

    assert really_new(now, wanted, {"a": 1, "b": 2, "c": 9}) == {"b": 5}
    assert really_new(now, wanted) == {"b": 5}
    assert really_new(now, {"a": 7}, {"a": 7}) == {}


def test_a_loser_is_told_which_and_what_is_saved():
    with pytest.raises(ChangedMeanwhile) as meanwhile:
        really_new({"a": 2, "b": 2}, {"a": 3, "b": 2}, {"a": 1, "b": 1})

    assert meanwhile.value.names == ("a",)
    assert meanwhile.value.now == {"a": 2, "b": 2}


@pytest.mark.django_db
def test_values_read_as_people_say_them():
    fields = SettingsForm(user=factories.admin()).fields

    assert in_words(fields["both_hats"], True) == "Yes"
    assert in_words(fields["sells_to"], ["SE", "DE"]) == "Sweden, Germany"
    assert in_words(fields["company_name"], "") == "none"
    assert in_words(fields["grace_days"], 0) == "0"
