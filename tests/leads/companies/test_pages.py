"""The pages of companies."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from leads.companies import keeping, merging
from leads.models import Company, CompanyMerge, Lead
from tests import factories

pytestmark = pytest.mark.django_db
HOSTILE = "شركة <b>" + "长" * 90


@pytest.fixture
def company():
    return factories.company("Brightwater", domain="brightwater.example")


@pytest.fixture
def as_marketer(client):
    client.force_login(factories.marketer())
    return client


def html(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_shows_people_events_owners_and_whose_word_it_is(as_marketer, company):
    rep = factories.rep("Dana Okafor")
    lead = factories.lead("Ana Silva", company=company, owner=rep)
    factories.event(lead, "demo_request")
    factories.company("Wrenfield", merged_into=company)
    factories.company("Brightwater", domain="other.example")
    website = factories.integration()
    said = {"industry": {"integration": website.pk, "at": "2026-11-01T08:00:00+00:00"}}
    Company.objects.filter(pk=company.pk).update(said=said)

    told = html(as_marketer.get(company.get_absolute_url()))

    for text in ("Ana Silva", "asked for a demo", "Dana Okafor", website.name, "Wrenfield"):
        assert text in told
    assert "other.example" in told


def test_a_rep_sees_companies_of_leads_they_see_and_only_those_people(client, company):
    rep = factories.rep()
    factories.lead("Mine One", company=company, owner=rep)
    factories.lead("Foreign Two", company=company)
    other = factories.company("Wrenfield")
    factories.lead(company=other)
    client.force_login(rep)

    told = html(client.get(company.get_absolute_url()))
    listed = html(client.get(reverse("companies")))

    assert "Mine" in told
    assert "Foreign" not in told
    assert client.get(other.get_absolute_url()).status_code == 404
    assert "Brightwater" in listed
    assert "Wrenfield" not in listed
    assert client.get(reverse("company-edit", args=[company.pk])).status_code == 403


def test_the_page_asks_as_often_for_many_as_for_one(
    as_marketer, company, django_assert_max_num_queries
):
    def more():
        factories.event(factories.lead(company=company, owner=factories.rep()), "chat")

    more()
    as_marketer.get(company.get_absolute_url())
    with django_assert_max_num_queries(30) as few:
        as_marketer.get(company.get_absolute_url())
    for _ in range(4):
        more()
    with django_assert_max_num_queries(len(few)):
        as_marketer.get(company.get_absolute_url())


@pytest.mark.parametrize("words", ["bright", "www.brightwater.example"])
def test_a_company_is_found_by_its_name_and_its_domain(as_marketer, company, words):
    factories.company("Wrenfield")

    told = html(as_marketer.get(reverse("companies"), {"q": words}))

    assert company.get_absolute_url() in told
    assert "Wrenfield" not in told
    assert company.get_absolute_url() in html(as_marketer.get("/search", {"q": "brightwater"}))


def test_a_person_edits_a_company(as_marketer, company):
    address = reverse("company-edit", args=[company.pk])
    form = as_marketer.get(address).context["form"]
    typed = {name: "" if v is None else v for name, v in form.initial.items()}
    typed |= {"name": HOSTILE[:200], "employees": "1,200", "read": form.as_read()}

    assert "no domain of one" in html(
        as_marketer.post(address, typed | {"domain": "gmail.com"}), 422
    )
    html(as_marketer.post(address, typed | {"employees": "many"}), 422)
    assert as_marketer.post(address, typed).url == company.get_absolute_url()

    company.refresh_from_db()
    assert (company.name, company.employees) == (HOSTILE[:200], 1200)
    assert company.typed.keys() == {"name", "employees"}
    assert HOSTILE[:8] not in html(as_marketer.get(company.get_absolute_url()))


def test_who_saved_second_sees_both(as_marketer, company):
    address = reverse("company-edit", args=[company.pk])
    form = as_marketer.get(address).context["form"]
    typed = {name: "" if v is None else v for name, v in form.initial.items()}
    Company.objects.filter(pk=company.pk).update(industry="Fish")

    mine = typed | {"industry": "Bread", "read": form.as_read()}
    assert "Save mine over theirs" in html(as_marketer.post(address, mine), 409)
    keeping.edit(
        company, {"industry": "Meat"}, factories.person(Role.MARKETING, name="Olga Brandt")
    )
    assert "Olga Brandt" in html(as_marketer.post(address, mine), 409)


def test_two_are_compared_and_made_one_and_parted(as_marketer, company):
    other = factories.company("Wrenfield", employees=9)
    lead = factories.lead(company=other)
    address = reverse("company-merge", args=[company.pk])

    assert f"?with={other.pk}" in html(as_marketer.get(address, {"q": "wren"}))
    assert "Make two companies one" in html(as_marketer.get(address, {"with": other.pk}))
    answer = as_marketer.post(address, {"with": other.pk, "employees": "theirs", "name": "ours"})
    assert answer.url == company.get_absolute_url()
    assert as_marketer.get(other.get_absolute_url()).url == company.get_absolute_url()
    company.refresh_from_db()
    assert (company.name, company.employees) == ("Brightwater", 9)

    done = CompanyMerge.objects.get()
    undo = reverse("company-unmerge", args=[done.pk])
    assert undo in html(as_marketer.get(company.get_absolute_url()))
    assert as_marketer.post(undo).url == other.get_absolute_url()
    html(as_marketer.post(undo), 409)
    assert Lead.objects.get(pk=lead.pk).company == other


def test_a_lead_is_said_not_to_work_there_and_to_work_there(as_marketer, company):
    lead = factories.lead(company=company)
    refuse = reverse("lead-not-there", args=[lead.pk, company.pk])
    assert refuse in html(as_marketer.get(lead.get_absolute_url()))

    assert as_marketer.post(refuse).url == lead.get_absolute_url()
    assert as_marketer.post(refuse).url == lead.get_absolute_url()
    link = reverse("lead-there", args=[lead.pk, company.pk])
    assert link in html(as_marketer.get(lead.get_absolute_url()))
    as_marketer.post(link)

    assert Lead.objects.get(pk=lead.pk).company == company


def test_the_api_knows_a_company_by_the_id_of_one_that_was_merged(as_marketer, company):
    gone = factories.company("Wrenfield", merged_into=company)

    answer = as_marketer.get(f"/api/v1/companies/{gone.pk}")

    assert answer.json()["id"] == company.pk
    listed = as_marketer.get("/api/v1/companies").json()["results"]
    assert [one["id"] for one in listed] == [company.pk]


def test_what_they_did_says_which_page_and_their_words(as_marketer, company):
    lead = factories.lead("Ana Silva", company=company)
    factories.event(lead, "page_view", properties={"title": "Prices <b>", "path": "/prices"})
    factories.event(lead, "chat", properties={"message": "How much?", "seats": 40})

    told = html(as_marketer.get(company.get_absolute_url()))

    assert "visited <b>Prices &lt;b&gt;</b>" in told
    assert "visited a page" not in told
    assert "“How much?”" in told
    assert "Seats: 40" in told


def test_all_people_are_on_pages_the_best_first(as_marketer, company):
    best = factories.lead("Ana Best", company=company, fit=50, intent=40)
    for _ in range(27):
        factories.lead("Bo Middle", company=company, fit=10)
    factories.lead("Zoe Unjudged", company=company)
    factories.event(best, "chat")

    first = as_marketer.get(company.get_absolute_url())
    second = as_marketer.get(f"{company.get_absolute_url()}{first.context['people'].older}")

    assert first.context["people"].rows[0] == best
    told = html(second)
    assert "Zoe" in told
    assert "Ana" not in told.split('id="timeline"')[0]
    # The other lists stay where they are.
    assert "asked in the chat" in told
    assert "#people" in told
    back = as_marketer.get(f"{company.get_absolute_url()}{second.context['people'].newer}")
    assert list(back.context["people"].rows) == list(first.context["people"].rows)


def test_what_was_changed_is_told_with_who_did(as_marketer, company):
    ines = factories.marketing_manager()
    keeping.edit(company, {"industry": "Fish <b>", "country": "NO"}, ines)
    other = factories.company("Wrenfield", founded=1990)
    keeping.edit(other, {"industry": "Bread"}, ines)
    done = merging.merge(other, company, ines)

    told = html(as_marketer.get(company.get_absolute_url()))

    for said in ("Fish &lt;b&gt;", "Country: Sweden → Norway", f"<b>{ines.name}</b> changed it"):
        assert said in told
    assert f"<b>{ines.name}</b> merged Wrenfield" in told
    assert "Founded: 1990" in told
    assert f"<b>{ines.name}</b> changed Wrenfield" in told
    merging.undo(done, ines)
    told = html(as_marketer.get(company.get_absolute_url()))
    assert f"<b>{ines.name}</b> parted Wrenfield" in told
    assert "Founded: 1990 → nothing" in told
    assert f"{ines.name}</b> changed Wrenfield" not in told


@pytest.mark.parametrize("gone", ["this", "other"])
def test_who_comes_second_to_a_merge_is_led_to_what_it_became(as_marketer, company, gone):
    other = factories.company("Wrenfield")
    merged, heir = (company, other) if gone == "this" else (other, company)
    merging.merge(merged, heir, factories.marketing_manager())
    address = reverse("company-merge", args=[company.pk])

    assert as_marketer.get(address, {"with": other.pk}).url == heir.get_absolute_url()
    told = html(as_marketer.post(address, {"with": other.pk}), 409)

    assert f"It is part of {heir.name} by now." in told
    assert Company.objects.get(pk=heir.pk).merged_into is None


def test_who_edits_what_was_merged_meanwhile_is_led_to_what_it_became(as_marketer, company):
    heir = factories.company("Wrenfield")
    merging.merge(company, heir, factories.marketing_manager())
    address = reverse("company-edit", args=[company.pk])

    assert as_marketer.get(address).url == heir.get_absolute_url()
    told = html(as_marketer.post(address, {"name": "Bright"}), 409)
    in_drawer = as_marketer.post(address, {"name": "Bright"}, headers={"HX-Request": "true"})

    assert "It is part of Wrenfield by now." in told
    assert "It is part of Wrenfield by now." in html(in_drawer, 409)
    assert "<main" not in html(in_drawer, 409)
    assert in_drawer["HX-Retarget"] == "#drawer"


def test_of_two_names_one_is_chosen_by_what_looks_like_a_choice(as_marketer, company):
    other = factories.company("Wrenfield")

    told = html(as_marketer.get(reverse("company-merge", args=[company.pk]), {"with": other.pk}))

    assert '<input type="radio" name="name" value="ours" checked>' in told
