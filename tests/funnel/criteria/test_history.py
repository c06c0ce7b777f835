"""The pages to read: what is in the making, what it waits for, what changes, what was before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role, Side
from funnel.versions import editing, signing, switching
from tests import factories
from tests.funnel.conftest import content

pytestmark = pytest.mark.django_db


def html(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# What is in the making.


def test_the_live_page_offers_a_draft_while_there_is_none(as_user, marketer, rep):
    assert "Start a draft from v1" in html(as_user(marketer).get("/criteria"))
    assert "Start a draft" not in html(as_user(rep).get("/criteria"))


def test_the_draft_stands_on_the_live_page_for_those_who_write_criteria(
    as_user, draft, marketing, rep
):
    page = html(as_user(marketing).get("/criteria"))

    assert "v2 is in the making" in page
    assert "Ines Carvalho started it" in page
    assert "/criteria/drafts/2" in page
    assert "Start a draft" not in page
    assert "v2 is in the making" not in html(as_user(rep).get("/criteria"))


def test_a_proposal_says_whom_it_waits_for(as_user, proposed, marketing, sales, rep):
    signing.sign(proposed, marketing, Side.MARKETING)

    hers = html(as_user(sales).get("/criteria"))
    assert "Ruth Bakker, that is you" in hers
    assert "Read and sign" in hers
    assert "Needs the signature of Sales" in hers

    page = html(as_user(rep).get("/criteria/2"))
    assert "Tomasz Zieliński, <time" in page
    assert "Ruth Bakker, that is you" not in page
    assert "Read and sign" not in page


def test_what_both_signed_is_switched_on_by_a_manager(as_user, proposed, marketing, sales, rep):
    signing.sign(proposed, marketing, Side.MARKETING)
    signing.sign(proposed, sales, Side.SALES)

    assert "Switch on v2</a>" in html(as_user(marketing).get("/criteria/2"))
    page = html(as_user(rep).get("/criteria/2"))
    assert "Switch on v2</a>" not in page
    assert "Ruth Bakker or Tomasz Zieliński can" in page


def test_a_scheduled_version_says_when_and_who_scheduled_it(as_user, proposed, marketing, sales):
    signing.sign(proposed, marketing, Side.MARKETING)
    signing.sign(proposed, sales, Side.SALES)
    when = timezone.now() + timedelta(days=9)
    switching.schedule(proposed, when, by=sales)

    page = html(as_user(marketing).get("/criteria"))

    local = timezone.localtime(when)
    assert f"Goes live</b> {local:%a} {local.day} {local:%b, %H:%M}" in page
    assert "Ruth Bakker scheduled it" in page
    assert 'href="/criteria/2/switch-on">Switch on now' in page
    assert "Start a draft from v1" in page


def test_criteria_count_what_waits_for_the_signature_of_a_manager(
    as_user, proposed, marketing, sales
):
    def count(person):
        nav = as_user(person).get("/criteria").context["nav"]
        return next(item["count"] for item in nav if item["label"] == "Criteria")

    signing.sign(proposed, marketing, Side.MARKETING)

    assert count(marketing) == 0
    assert count(sales) == 1
    assert count(factories.admin()) == 0


# What was before.


def test_the_history_says_who_switched_on_and_what_they_confirmed(as_user, draft, sales):
    marketing = factories.marketing_manager()
    editing.propose(draft)
    signing.sign(draft, marketing, Side.MARKETING)
    signing.sign(draft, sales, Side.SALES)
    switching.switch_on(draft, by=sales, confirmed_sqls=25)

    page = html(as_user(marketing).get("/criteria"))

    assert "Switched on by Ruth Bakker, 25 new SQLs" in page
    assert "/criteria/1..2" in page
    assert "Go back to v1" in page


def test_a_rep_is_not_offered_to_go_back(as_user, rep):
    factories.switched_on(content())

    assert "Go back to" not in html(as_user(rep).get("/criteria"))


# Comparing.


def test_a_comparison_says_what_changes_and_folds_what_does_not(as_user, proposed, rep):
    page = html(as_user(rep).get("/criteria/1..2"))

    assert "An SQL needs 70 points" in page
    assert "An SQL needs 75 points" in page
    assert "Fit rules: 6 rules are the same" in page
    assert "Fewer, better SQLs" in page
    assert "Ines Carvalho asked for the signatures" in page


def test_two_that_are_the_same_say_so(as_user, rep):
    assert "These two are the same." in html(as_user(rep).get("/criteria/1..1"))


def test_who_can_sign_signs_at_the_end_of_the_comparison(as_user, proposed, sales, marketer):
    page = html(as_user(sales).get("/criteria/1..2"))

    assert "I agree that from the switch-on these rules decide what Sales gets." in page
    assert "Sign for Sales" in page
    assert "Sign for Marketing" not in page
    assert proposed.content_hash in page
    assert "I agree" not in html(as_user(marketer).get("/criteria/1..2"))


def test_a_draft_is_compared_by_those_who_read_drafts(as_user, draft, marketer, rep):
    assert "v2 is a draft" in html(as_user(marketer).get("/criteria/1..2"))
    assert as_user(rep).get("/criteria/1..2").status_code == 404
    assert as_user(rep).get("/criteria/1..99").status_code == 404


@pytest.mark.parametrize("url", ["/criteria", "/criteria/2", "/criteria/1..2"])
@pytest.mark.parametrize("role", [Role.MARKETING_MANAGER, Role.SALES])
def test_few_queries(as_user, proposed, role, url, django_assert_max_num_queries):
    client = as_user(factories.person(role))
    client.get(url)

    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("url", ["/criteria", "/criteria/1", "/criteria/1..1"])
def test_reading_is_no_form(as_user, marketer, url):
    assert as_user(marketer).post(url).status_code == 405
