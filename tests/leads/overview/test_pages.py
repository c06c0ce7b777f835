import gzip
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.roles import Side
from funnel.stages import Stage
from funnel.versions import editing, signing, switching
from leads.counted.counted import Asked, handoffs
from leads.handoffs import claims, undoing
from leads.metrics.answers import reps
from leads.metrics.answers.handoffs import Waiting
from leads.metrics.periods import Period
from leads.models import Judgement, SeenAttribute
from leads.overview import attention
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (factories.marketing_manager, 200),
        (factories.sales_manager, 200),
        (factories.admin, 200),
        (factories.marketer, 403),
        (factories.outsider, 403),
    ],
)
def test_managers_and_admins_open_it(as_user, person, status):
    assert as_user(person()).get("/overview").status_code == status


def titles(page) -> list[str]:
    return [need.title for need in page.context["needs"]]


def test_nothing_late_needs_nobody_but_the_unsigned_criteria(as_user):
    page = as_user(factories.sales_manager()).get("/overview")

    assert titles(page) == ["Nobody has signed the criteria yet"]


def test_what_is_late_parked_or_unknown_needs_somebody(as_user):
    now = timezone.now()
    factories.handoff(opened_at=now - timedelta(minutes=31))
    dana = factories.rep("Dana Okafor")
    factories.claimed(dana, at=now - timedelta(hours=3))
    factories.claimed(dana, at=now - timedelta(hours=1))
    broken = factories.lead()
    Judgement.objects.filter(pk=broken.pk).update(parked_error="division by zero")
    SeenAttribute.objects.create(name="seats")

    page = as_user(factories.sales_manager()).get("/overview")

    assert titles(page) == [
        "1 lead waits past the promise to claim",
        "Dana Okafor has 1 late lead",
        "1 lead could not be scored",
        "Nobody has signed the criteria yet",
        "seats is not a field yet",
    ]
    assert page.context["needs"][0].url == "/queue"
    assert page.context["needs"][0].behind == "/quality/leads?what=late"
    # The error text may name values of a person, so only the log has it.
    assert "division by zero" not in page.content.decode()


def test_three_releases_on_one_day_are_told_to_who_leads_sales(as_user):
    dana, marcus = factories.rep("Dana Okafor"), factories.rep("Marcus Bell")
    claimed = [claims.claim(factories.handoff(), dana) for _ in range(3)]
    others = [claims.claim(factories.handoff(), marcus) for _ in range(3)]
    now = timezone.now()
    for held in (*claimed[:2], *others[:2]):
        claims.release(held, held.claimed_by, reason="On leave", at=now)
    undoing.undo(others[2], marcus, at=now)
    yesterday = now - timedelta(days=1)
    again = claims.claim(factories.handoff(opened_at=yesterday), marcus, at=yesterday)
    claims.release(again, marcus, reason="On leave", at=yesterday)

    def needs(person):
        at = timezone.now()
        team = reps.reps(Period.ending(at, key="30", zone="UTC"))
        found = attention.needs(person, Waiting(0, 0, None), team, factories.live_version(), at)
        return {need.title: need.behind for need in found if "gave leads back" in need.title}

    manager = factories.sales_manager()
    assert needs(manager) == {}
    claims.release(claimed[2], dana, reason="On leave", at=now)

    ((title, url),) = needs(manager).items()
    assert title == "Dana Okafor gave leads back 3 times today"
    assert url == f"/quality/leads?what=given_back&giver={dana.pk}"
    assert needs(factories.marketing_manager()) == {}
    asked = Asked.read(QueryDict(url.split("?")[1]), timezone.now(), "UTC")
    assert set(handoffs(asked, manager)) == set(claimed)


def test_a_version_waits_on_the_overview_for_who_has_to_sign_it(as_user):
    content = factories.live_version().content
    author, boss = factories.marketing_manager(), factories.sales_manager()
    draft = editing.draft(content, author=author, note="Fewer students")
    version = editing.propose(draft)
    signing.sign(version, author, Side.MARKETING)

    page = as_user(boss).get("/overview")

    (need,) = page.context["needs"]
    assert need.title == f"Sign {version} or send it back"
    assert need.url == f"/criteria/1..{version.number}#sign"
    assert "Fewer students</bdi><br>Nothing handed over yet" in page.content.decode()
    signed = as_user(author).get("/overview").context["needs"]
    assert [need.title for need in signed] == ["Nobody has signed the criteria yet"]


def test_a_version_both_have_signed_waits_for_who_switches_it_on(as_user):
    author, boss = factories.marketing_manager(), factories.sales_manager()
    content = factories.live_version().content
    version = editing.propose(editing.draft(content, author=author, note="Fewer students"))
    signing.sign(version, author, Side.MARKETING)
    signing.sign(version, boss, Side.SALES)

    for manager in (author, boss):
        (need,) = as_user(manager).get("/overview").context["needs"]
        assert need.title == f"Switch {version} on, or say when"
        assert need.url == f"/criteria/{version.number}/switch-on"
        assert as_user(manager).get(need.url).status_code == 200
    assert titles(as_user(factories.admin()).get("/overview")) == []

    switching.schedule(version, timezone.now() + timedelta(days=2), by=boss, confirmed_sqls=0)
    assert titles(as_user(boss).get("/overview")) == []


def test_who_may_not_open_the_queue_is_shown_who_is_late(as_user):
    factories.handoff(opened_at=timezone.now() - timedelta(hours=1))

    page = as_user(factories.marketing_manager()).get("/overview")

    assert page.context["needs"][0].url == ""
    assert page.context["needs"][0].behind == "/quality/leads?what=late"


def test_a_promise_is_kept_when_no_lead_missed_it(as_user):
    now = timezone.now()
    dana = factories.rep()
    factories.claimed(dana, at=now - timedelta(hours=1), opened_at=now - timedelta(minutes=90))
    factories.claimed(dana, at=now - timedelta(minutes=80), opened_at=now - timedelta(minutes=91))

    page = as_user(factories.sales_manager()).get("/overview")

    claims, touches, _ = page.context["sales"]
    assert (claims["label"], str(claims["share"]), claims["missed"]) == (
        "Claimed in 30 min",
        "2 of 2",
        0,
    )
    assert not touches["is_due"]
    assert "kept" in page.content.decode()


def test_a_new_installation_is_led_to_its_first_claim(as_user):
    manager = factories.sales_manager()
    client = as_user(manager)

    steps = {step.title: step.is_done for step in client.get("/overview").context["first_steps"]}
    assert not any(steps.values())

    factories.rep()
    factories.marketer()
    factories.handoff()
    steps = {step.title: step.is_done for step in client.get("/overview").context["first_steps"]}
    assert [title for title, done in steps.items() if done] == [
        "Add a marketer and a rep",
        "Send the first lead",
        "See it handed over",
    ]

    factories.claimed(factories.rep())
    assert client.get("/overview").context["first_steps"] == []


def test_who_may_add_people_is_led_to_them(as_user):
    def leads_to(person):
        steps = as_user(person).get("/overview").context["first_steps"]
        return {step.title: step.url for step in steps}["Add a marketer and a rep"]

    assert leads_to(factories.admin()) == "/settings/people"
    assert leads_to(factories.sales_manager()) == ""


def test_tiles_of_nothing_say_so(as_user):
    tiles = as_user(factories.sales_manager()).get("/overview").context["tiles"]

    notes = {tile.label: "".join(str(part.text) for part in tile.note) for tile in tiles}
    assert notes == {
        "Claimed in 30 min": "none claimed",
        "First touch in 2 h": "none touched",
        "Accepted by Sales": "none handed over",
        "Waiting to be claimed": "no SQL was handed over",
        "Handed to Sales": "",
    }


def test_its_queries_do_not_grow_with_the_rows(as_user, django_assert_max_num_queries):
    client = as_user(factories.sales_manager())
    client.get("/overview")
    factories.claimed(factories.rep())
    with django_assert_max_num_queries(12) as few:
        client.get("/overview")
    for number in range(6):
        at = timezone.now() - timedelta(days=number)
        factories.claimed(factories.rep(f"Rep {number}"), at=at)
        factories.handoff(
            factories.lead(stage=Stage.SQL, fit=40, intent=40, created_at=at), opened_at=at
        )

    with django_assert_max_num_queries(12) as many:
        client.get("/overview")

    assert len(many) == len(few)


def test_the_page_is_light(as_user):
    for number in range(12):
        factories.claimed(factories.rep(f"Rep {number}"))

    page = as_user(factories.sales_manager()).get("/overview")

    assert len(gzip.compress(page.content)) < 14_000
