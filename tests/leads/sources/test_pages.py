"""The settings pages of sources and campaigns."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from leads.ingest.leads import ingest_leads
from leads.models import Campaign, Lead, NameMerge, Source
from tests import factories

pytestmark = pytest.mark.django_db


def client_of(role: Role) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(factories.person(role))
    return client


@pytest.fixture
def manager(db) -> Client:
    return client_of(Role.MARKETING_MANAGER)


@pytest.fixture
def leads(db) -> None:
    said = [
        ("ann@x.example", "Webinar", "Q1"),
        ("ben@x.example", "Webinar", "Q2"),
        ("eve@x.example", "<b>Fair</b>", "Q1"),
    ]
    items = [dict(zip(("email", "source", "campaign"), one, strict=True)) for one in said]
    ingest_leads(items, integration=factories.integration())


def body(answer) -> str:
    return answer.content.decode()


def test_the_page_counts_and_a_count_opens_what_it_counts(manager, leads):
    page = body(manager.get("/settings/sources"))
    opened = body(manager.get("/leads?source=Webinar"))

    assert 'href="/leads?source=Webinar">2<' in page
    assert "&lt;b&gt;Fair" in page and "2 sources" in page
    assert "ann@x.example" in opened and "eve@x.example" not in opened
    assert 'href="/leads?campaign=Q1">2<' in body(manager.get("/settings/campaigns"))
    assert "Sources" in body(manager.get("/settings"))


def test_one_is_found_by_a_word(manager, leads):
    page = body(manager.get("/settings/sources?q=webi"))

    assert "1 source" in page and "Fair" not in page
    assert "None is called so" in body(manager.get("/settings/sources?q=nothing"))


@pytest.mark.parametrize(
    ("typed", "spent"),
    [("12,500.50", "12500.50"), ("€ 1.200,50", "1200.50"), ("-5", None), ("much", None)],
)
def test_what_was_spent_is_read_as_people_write_it(manager, typed, spent):
    answer = manager.post("/settings/campaigns/new", {"name": "Spring", "spend": typed})

    assert (answer.status_code == 302) == bool(spent)
    assert spent or "Enter the amount as a number, like 45000." in body(answer)
    assert [str(one.spend) for one in Campaign.objects.all()] == [spent] * bool(spent)


def test_one_is_added_and_changed(manager):
    manager.post("/settings/campaigns/new", {"name": "Spring sale", "spend": "1200.50"})
    campaign = Campaign.objects.get()
    form = body(manager.get(f"/settings/campaigns/{campaign.pk}"))
    read = '{"name": "Spring sale", "starts_on": null, "ends_on": null, "spend": "1200.50"}'

    page = manager.post(
        f"/settings/campaigns/{campaign.pk}",
        {"name": "Spring", "starts_on": "2026-03-01", "spend": "1200.50", "read": read},
        follow=True,
    )

    assert "1200.50" in form
    assert "“Spring” is saved" in body(page) and "also <bdi>Spring sale</bdi>" in body(page)
    campaign.refresh_from_db()
    assert (campaign.name, str(campaign.starts_on), str(campaign.spend)) == (
        "Spring",
        "2026-03-01",
        "1200.50",
    )
    backwards = {"name": "X", "starts_on": "2026-03-01", "ends_on": "2026-02-01"}
    assert manager.post("/settings/campaigns/new", backwards).status_code == 422


def test_one_is_merged_into_another_by_any_of_its_names(manager, leads):
    fair = Source.objects.get(name="<b>Fair</b>")
    form = body(manager.get(f"/settings/sources/{fair.pk}/merge"))

    page = manager.post(f"/settings/sources/{fair.pk}/merge", {"into": "WEB-INAR"}, follow=True)

    assert "1 lead will count under the other one" in form
    assert "is “Webinar” now" in body(page)
    assert Lead.objects.filter(source__name="Webinar").count() == 3
    assert "&lt;b&gt;Fair" in body(manager.get("/settings/sources"))


def test_a_merge_is_undone_where_it_was_done_or_later_by_its_name(manager, leads):
    webinar = Source.objects.get(name="Webinar")
    page = manager.post(
        f"/settings/sources/{webinar.pk}/merge", {"into": "<b>Fair</b>"}, follow=True
    )
    done = NameMerge.objects.get()
    undo = f"/settings/merged/{done.pk}/undo"
    # In what is said of it, and beside the name.
    assert body(page).count(f'action="{undo}"') == 2

    page = manager.post(undo, follow=True)

    assert page.redirect_chain[-1] == ("/settings/sources", 302)
    assert "is a source of its own again" in body(page) and undo not in body(page)
    assert Lead.objects.filter(source=webinar).count() == 2
    again = manager.post(undo)
    assert again.status_code == 409 and "not one any more" in body(again)
    assert manager.get(undo).status_code in (302, 405)


def test_a_campaign_is_parted_on_its_own_page(manager, leads):
    one, heir = Campaign.objects.get(name="Q1"), Campaign.objects.get(name="Q2")
    manager.post(f"/settings/campaigns/{one.pk}/merge", {"into": heir.name})
    done = NameMerge.objects.get()

    page = manager.post(f"/settings/merged/{done.pk}/undo", follow=True)

    assert page.redirect_chain[-1] == ("/settings/campaigns", 302)
    assert Lead.objects.filter(campaign=one).count() == 2


def test_a_name_of_nothing_or_itself_is_told(manager, leads):
    webinar = Source.objects.get(name="Webinar")

    for into, told in (("nothing", "No source is called so"), ("webinar", "Choose another")):
        answer = manager.post(f"/settings/sources/{webinar.pk}/merge", {"into": into})
        assert answer.status_code == 422 and told in body(answer)


def test_who_is_slower_is_told_what_it_is_now(manager, leads):
    fair = Source.objects.get(name="<b>Fair</b>")
    client_of(Role.SALES_MANAGER).post(f"/settings/sources/{fair.pk}/merge", {"into": "Webinar"})

    for path, data in (("/merge", {"into": "Webinar"}), ("", {"name": "Y", "channel": "event"})):
        answer = manager.post(f"/settings/sources/{fair.pk}{path}", data)
        assert answer.status_code == 409
        assert "“Webinar”" in body(answer)


def test_who_changes_what_another_changed_sees_both(manager):
    source = factories.source("Webinar")
    read = '{"name": "Webinar", "channel": "other"}'
    url = f"/settings/sources/{source.pk}"
    client_of(Role.SALES_MANAGER).post(url, {"name": "Webinars", "channel": "event", "read": read})

    answer = manager.post(url, {"name": "Seminars", "channel": "other", "read": read})

    assert answer.status_code == 409
    assert "Webinars" in body(answer) and "Seminars" in body(answer)


def test_the_page_costs_the_same_whatever_its_length(manager, leads):
    manager.get("/settings/campaigns")
    with CaptureQueriesContext(
        connection,
    ) as few:
        manager.get("/settings/campaigns")
    for number in range(20):
        factories.campaign(f"Campaign {number}", source=factories.source(f"Source {number}"))

    with CaptureQueriesContext(connection) as many:
        manager.get("/settings/campaigns")

    assert len(few) == len(many)


def test_who_may_not_change_them_reads_them():
    admin = client_of(Role.ADMIN)
    source = factories.source("Webinar")

    page = body(admin.get("/settings/sources"))

    assert "Webinar" in page and "A manager can change them" in page
    assert "/settings/sources/new" not in page
    assert admin.post(f"/settings/sources/{source.pk}", {"name": "X"}).status_code == 403
    assert client_of(Role.MARKETING).get("/settings/sources").status_code == 403
