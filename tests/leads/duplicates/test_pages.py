"""The pages of duplicates: listed, compared, merged, kept apart, undone."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from funnel.stages import Stage
from leads.duplicates import merging, search
from leads.models import CustomField, Duplicate, Handoff, Lead, Merge
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "+46401234599"
LIST = "/leads/duplicates"


def client_of(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(role))
    return client


@pytest.fixture
def ines(db):
    return client_of(Role.MARKETING)


@pytest.fixture
def pair(db):
    factories.lead("Anna Nowak", phone=PHONE, job_title="CFO", city="", company=None)
    factories.lead("Anna Nowak", phone=PHONE, job_title="CEO", city="Lund", company=None, email="")
    search.drain()
    return Duplicate.objects.get()


def body(answer) -> str:
    return answer.content.decode()


def test_the_list_says_who_and_why(ines, pair):
    page = body(ines.get(LIST))

    assert page.count("Anna Nowak</a>") == 2
    assert "The same phone number and name." in page
    assert f"{LIST}/{pair.pk}" in page


def test_a_row_leads_to_the_comparison_and_an_address_breaks_where_its_parts_end(ines, pair):
    Lead.objects.filter(pk=pair.first_id).update(email="anna<b>@old.example")

    page = body(ines.get(LIST))

    assert f'<a class="name" dir="auto" href="{LIST}/{pair.pk}">Anna Nowak</a>' in page
    assert "anna&lt;b&gt;@<wbr>old.<wbr>example" in page
    assert "anna&lt;b&gt;@<wbr>old.<wbr>example" in body(ines.get(f"{LIST}/{pair.pk}"))


def test_who_works_through_a_list_stays_in_it(ines):
    one, other = (factories.duplicate(rank=3) for _ in range(2))
    listed = body(ines.get(f"{LIST}?show=possible"))
    assert f"{LIST}/{one.pk}?show=possible" in listed

    page = body(ines.get(f"{LIST}/{one.pk}?show=possible"))
    assert page.count('name="show" value="possible"') == 2
    assert f'href="{LIST}?show=possible"' in page
    merged = ines.post(f"{LIST}/{one.pk}", {"show": "possible"})
    refused = ines.post(f"{LIST}/{other.pk}/refuse", {"show": "possible"})

    assert [merged.url, refused.url] == [f"{LIST}?show=possible"] * 2
    # Of no list, all.
    other = factories.duplicate()
    assert ines.post(f"{LIST}/{other.pk}/refuse", {"show": "//evil.example"}).url == LIST


@pytest.mark.parametrize("show", ["", "certain", "likely", "possible", "merged", "refused", "x"])
def test_each_list_opens_empty_and_filled(ines, show):
    assert ines.get(f"{LIST}?show={show}").status_code == 200
    factories.duplicate()
    refused = factories.duplicate()
    merging.refuse(refused, factories.marketer())
    merging.merge(factories.lead(), factories.lead(), factories.marketer())

    assert ines.get(f"{LIST}?show={show}").status_code == 200


def test_the_list_asks_as_much_for_many_as_for_few(ines, pair):
    ines.get(LIST)
    with CaptureQueriesContext(connection) as few:
        ines.get(LIST)
    for _ in range(5):
        factories.duplicate()
    with CaptureQueriesContext(connection) as many:
        ines.get(LIST)

    assert len(many) == len(few)


def test_the_comparison_offers_what_differs_and_says_what_becomes_of_it(ines, pair):
    page = body(ines.get(f"{LIST}/{pair.pk}"))

    assert 'name="take.job_title" value="first" checked' in page
    assert 'name="take.city"' not in page
    assert "Lund" in page
    assert "As one lead" in page
    assert "fit" in page
    assert not Merge.objects.exists()


def test_the_comparison_reads_in_words(ines, pair):
    label, choices = "Purchase timeline", ["no_plans", "this_quarter"]
    CustomField.objects.create(name="timeline", label=label, type="choice", choices=choices)
    Lead.objects.filter(pk=pair.first_id).update(country="IN", attributes={"timeline": "no_plans"})

    page = body(ines.get(f"{LIST}/{pair.pk}"))

    assert all(word in page for word in ("India", "Purchase timeline", "No plans"))


def test_a_change_brings_the_forecast_alone(ines, pair):
    answer = ines.get(f"{LIST}/{pair.pk}?stays=second", headers={"HX-Request": "true"})

    assert body(answer).lstrip().startswith("<section")
    assert "<html" not in body(answer)


def test_merged_as_chosen_and_undone_from_the_next_page(ines, pair):
    sent = {"stays": "second", "take.job_title": "first"}

    answer = ines.post(f"{LIST}/{pair.pk}", sent, follow=True)

    heir = Lead.objects.get(pk=pair.second_id)
    assert (heir.job_title, heir.city) == ("CFO", "Lund")
    assert Lead.objects.get(pk=pair.first_id).merged_into == heir
    undo = f"/leads/merges/{Merge.objects.get().pk}/undo"
    assert undo in body(answer)
    back = ines.post(undo)
    assert back.status_code == 302
    assert Lead.objects.get(pk=pair.first_id).stage == Stage.INQUIRY
    assert Lead.objects.get(pk=pair.second_id).job_title == "CEO"


def test_an_old_address_leads_to_the_heir(ines, pair):
    ines.post(f"{LIST}/{pair.pk}", {"stays": "first"})

    answer = ines.get(f"/leads/{pair.second_id}")

    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{pair.first_id}")
    page = body(ines.get(answer["Location"]))
    assert f"merged lead {pair.second_id} into this one" in page
    assert f"Lead {pair.second_id} first seen" in page


def test_who_does_not_see_the_heir_sees_no_merged_lead(pair):
    merging.merge(pair.second, pair.first, factories.marketer())
    client = Client()
    client.force_login(factories.outsider())

    assert client.get(f"/leads/{pair.second_id}").status_code == 404


def test_not_duplicates_is_remembered_and_may_be_taken_back(ines, pair):
    answer = ines.post(f"{LIST}/{pair.pk}/refuse", follow=True)

    assert "No duplicates" in body(answer)
    search.everybody()
    search.drain()
    assert not Duplicate.objects.open().exists()
    assert "are no duplicates" in body(ines.get(f"{LIST}/{pair.pk}"))
    ines.post(f"{LIST}/{pair.pk}/reopen")
    assert Duplicate.objects.open().get() == pair


def test_who_is_late_is_told(ines, pair):
    merging.merge(pair.second, pair.first, factories.marketer())

    assert ines.post(f"{LIST}/{pair.pk}", {"stays": "first"}).status_code == 409
    assert ines.post(f"{LIST}/{pair.pk}/refuse").status_code == 409
    done = Merge.objects.get()
    assert "Undo the merge" in body(ines.get(f"{LIST}/{pair.pk}"))
    assert ines.post(f"/leads/merges/{done.pk}/undo").status_code == 302
    assert ines.post(f"/leads/merges/{done.pk}/undo").status_code == 409


def test_of_two_claims_one_has_to_be_chosen(ines):
    dana, marcus = factories.rep("Dana Okafor"), factories.rep("Marcus Weil")
    held = [factories.claimed(dana), factories.claimed(marcus)]
    pair = factories.duplicate(held[0].lead, held[1].lead)

    page = body(ines.get(f"{LIST}/{pair.pk}"))
    refused = ines.post(f"{LIST}/{pair.pk}", {})

    assert "Sales works with both" in page
    assert "Dana Okafor" in page
    assert 'name="stays" value="first" checked' not in page
    assert refused.status_code == 422
    assert "say whose work goes on" in body(refused)
    ines.post(f"{LIST}/{pair.pk}", {"stays": "second"})
    assert Handoff.objects.held_by(marcus).exists()
    assert not Handoff.objects.held_by(dana).exists()


def test_who_sales_works_with_stays(ines):
    pair = factories.duplicate(factories.lead(), factories.claimed(factories.rep()).lead)

    page = body(ines.get(f"{LIST}/{pair.pk}"))
    ines.post(f"{LIST}/{pair.pk}", {"stays": "first"})

    assert "that is the one that stays" in page
    assert 'name="stays"' not in page
    assert Lead.objects.get(pk=pair.first_id).merged_into_id == pair.second_id


def test_the_certain_ones_are_named_then_merged(ines, pair):
    page = body(ines.get(f"{LIST}/certain"))
    assert "Anna Nowak" in page

    answer = ines.post(f"{LIST}/certain", follow=True)

    assert "1 pair merged." in body(answer)
    assert Lead.objects.living().count() == 1
    assert "No pair is certain" in body(ines.get(f"{LIST}/certain"))


def test_the_page_of_a_lead_says_who_it_may_be(ines, pair):
    page = body(ines.get(f"/leads/{pair.first_id}"))

    assert f"Lead {pair.second_id} may be the same person" in page
    assert f"{LIST}/{pair.pk}" in page


def test_a_rep_is_told_of_leads_they_see_alone():
    rep = factories.rep()
    mine, other, foreign = factories.claimed(rep), factories.claimed(rep), factories.lead()
    factories.duplicate(mine.lead, other.lead)
    factories.duplicate(mine.lead, foreign)
    client = Client()
    client.force_login(rep)

    page = body(client.get(f"/leads/{mine.lead_id}"))

    assert f'href="/leads/{other.lead_id}">Lead {other.lead_id} may be the same person' in page
    assert f"Lead {foreign.pk} may be" not in page


@pytest.mark.parametrize("role", [Role.SALES, Role.ADMIN])
def test_who_may_not_merge_is_told_who_can(role, pair):
    client = client_of(role)

    for address in (LIST, f"{LIST}/{pair.pk}", f"{LIST}/certain"):
        assert client.get(address).status_code == 403
    for address in (f"{LIST}/{pair.pk}", f"{LIST}/{pair.pk}/refuse"):
        assert client.post(address).status_code == 403


def test_what_is_not_there_is_404(ines):
    assert ines.get(f"{LIST}/99").status_code == 404
    assert ines.post(f"{LIST}/99/refuse").status_code == 404
    assert ines.post("/leads/merges/99/undo").status_code == 404


def test_what_only_writes_opens_its_page_as_a_link(ines, pair):
    for address in (f"{LIST}/{pair.pk}/refuse", f"{LIST}/{pair.pk}/reopen"):
        assert ines.get(address)["Location"] == f"{LIST}/{pair.pk}"
    assert ines.get("/leads/merges/1/undo")["Location"] == LIST


def test_a_forecast_of_what_was_decided_meanwhile_opens_what_became_of_it(ines, pair):
    merging.merge(pair.second, pair.first, factories.marketer())

    answer = ines.get(f"{LIST}/{pair.pk}?stays=second", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == f"{LIST}/{pair.pk}"
    assert not answer.content


def test_without_a_script_the_forecast_is_asked_for_by_a_post_that_does_nothing(ines, pair):
    sent = {"stays": "second", "forecast": "yes", "show": "likely"}

    page = ines.post(f"{LIST}/{pair.pk}", sent)

    assert page.status_code == 200
    assert 'value="second" checked> this one' in body(page)
    assert f'href="{LIST}?show=likely"' in body(page)
    assert not Merge.objects.exists()
    # By a GET, the secret of the form would stand in addresses and logs.
    assert 'formmethod="get"' not in body(page)


def test_who_said_first_that_two_are_two_is_kept(ines, pair):
    first = factories.marketer()
    merging.refuse(pair, first)

    assert ines.post(f"{LIST}/{pair.pk}/refuse").status_code == 302

    pair.refresh_from_db()
    assert pair.decided_by == first


def test_the_button_counts_the_certain_pairs_that_it_opens(ines):
    held = [factories.claimed(factories.rep()) for _ in range(2)]
    factories.duplicate(held[0].lead, held[1].lead)
    assert "certain pair" not in body(ines.get(LIST))

    factories.duplicate()

    assert "Merge 1 certain pair<" in body(ines.get(LIST))
    assert "Merge this pair" in body(ines.get(f"{LIST}/certain"))


def test_who_merges_the_certain_ones_after_somebody_else_is_told_so(ines, pair):
    ines.post(f"{LIST}/certain")

    late = body(ines.post(f"{LIST}/certain", follow=True))

    assert "No certain pair was left to merge." in late
