"""From one lead to the next of the list one came from, by [ and ]."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from funnel.stages import Stage
from leads.handoffs import claims, verdicts
from leads.models import Handoff, Lead
from tests import factories
from tests.leads.conftest import HTMX
from tests.leads.offered import offered

As = Callable[[User], Client]


@pytest.fixture
def waiting(db: None) -> list[Handoff]:
    """Three that wait, the most urgent first; their values run the other way."""
    now = timezone.now()
    made = [
        factories.lead(
            name, stage="sql", fit=40, intent=40 + i, estimated_value=1000 * i, created_at=now
        )
        for i, name in enumerate(("Maya Lindqvist", "Arjun Mehta", "Sofia Marchetti"))
    ]
    return [
        factories.handoff(lead, opened_at=now, minutes=30 + 10 * i) for i, lead in enumerate(made)
    ]


def led_to(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 302
    return answer["Location"]


def test_rows_of_a_list_carry_the_list_along(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    client, pk = as_user(rep), waiting[0].lead_id
    claims.claim(waiting[2], rep)

    queue = client.get("/queue?sort=value&q=maya").content.decode()
    table = client.get("/leads?search=maya&sort=-score").content.decode()
    mine = client.get("/leads/mine").content.decode()

    assert f'href="/leads/{pk}?from=queue&amp;sort=value&amp;q=maya"' in queue
    assert f'href="/leads/{pk}?from=leads&amp;search=maya&amp;sort=-score"' in table
    assert f'href="/leads/{waiting[2].lead_id}?from=mine"' in mine


def test_the_page_offers_both_ways_and_the_way_back(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    pk = waiting[1].lead_id

    page = as_user(rep).get(f"/leads/{pk}?from=queue&sort=value").content.decode()
    alone = as_user(rep).get(f"/leads/{pk}").content.decode()

    assert '<a href="/queue?sort=value">Queue</a>' in page
    assert f'href="/leads/{pk}/next?from=queue&amp;sort=value" data-key="]"' in page
    assert f'href="/leads/{pk}/previous?from=queue&amp;sort=value" data-key="["' in page
    assert 'data-key="]"' not in alone


def test_the_queue_is_walked_in_its_order(as_user: As, rep: User, waiting: list[Handoff]) -> None:
    first, second, third = (handoff.lead_id for handoff in waiting)
    client = as_user(rep)

    assert led_to(client, f"/leads/{first}/next?from=queue") == f"/leads/{second}?from=queue"
    assert led_to(client, f"/leads/{third}/previous?from=queue") == f"/leads/{second}?from=queue"
    by_value = "from=queue&sort=value"
    assert led_to(client, f"/leads/{third}/next?{by_value}") == f"/leads/{second}?{by_value}"
    narrowed = "from=queue&q=sofia"
    assert led_to(client, f"/leads/{first}/next?{narrowed}") == f"/leads/{third}?{narrowed}"


def test_at_the_end_the_list_comes_again(as_user: As, rep: User, waiting: list[Handoff]) -> None:
    client = as_user(rep)

    answer = client.get(f"/leads/{waiting[2].lead_id}/next?from=queue&sort=value&q=x", follow=True)

    assert answer.redirect_chain == [("/queue?sort=value&q=x", 302)]
    assert "That was the last of the list." in answer.content.decode()


def test_who_was_claimed_meanwhile_still_has_a_place_in_the_queue(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    claims.claim(waiting[1], factories.rep("Marcus Bell"))

    led = led_to(as_user(rep), f"/leads/{waiting[1].lead_id}/next?from=queue")

    assert led == f"/leads/{waiting[2].lead_id}?from=queue"


def test_the_table_and_ones_own_leads_are_walked(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    first, second, third = (handoff.lead_id for handoff in waiting)
    now = timezone.now()
    claims.claim(waiting[0], rep, at=now - timedelta(minutes=5))
    claims.claim(waiting[1], rep, at=now)
    client = as_user(rep)

    by_score = "from=leads&sort=score"
    assert led_to(client, f"/leads/{first}/next?{by_score}") == f"/leads/{second}?{by_score}"
    assert led_to(client, f"/leads/{third}/previous?{by_score}") == f"/leads/{second}?{by_score}"
    assert led_to(client, f"/leads/{first}/next?from=mine") == f"/leads/{second}?from=mine"
    assert led_to(client, f"/leads/{third}/next?from=mine") == f"/leads/{first}?from=mine"
    assert led_to(client, f"/leads/{second}/next?from=mine") == "/leads/mine"


def test_a_list_that_is_none_leads_nowhere(as_user: As, rep: User, waiting: list[Handoff]) -> None:
    pk = waiting[0].lead_id

    assert led_to(as_user(rep), f"/leads/{pk}/next?from=nowhere") == f"/leads/{pk}"


def test_after_a_rejection_the_next_of_the_list_follows(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    handoff = claims.claim(waiting[0], rep)
    here = f"http://testserver/leads/{handoff.lead_id}?from=queue&sort=value"

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/reject",
        {"reason": factories.reason().pk},
        headers=HTMX | {"HX-Current-URL": here},
    )

    assert answer["HX-Redirect"] == f"/leads/{handoff.lead_id}/next?from=queue&sort=value"


def test_a_claim_from_the_queue_goes_on_along_the_queue(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    handoff = waiting[0]
    here = "http://testserver/queue?sort=value"

    answer = as_user(rep).post(
        f"/handoffs/{handoff.pk}/claim", headers=HTMX | {"HX-Current-URL": here}
    )

    assert answer["HX-Redirect"] == f"/leads/{handoff.lead_id}?from=queue&sort=value"


@pytest.fixture
def planned(rep: User) -> list[int]:
    """Leads that a rep wants to try again, soonest first."""
    now = timezone.now()
    waits = [factories.handoff(factories.lead(name, stage="sql")) for name in "ABC"]
    held = [claims.claim(handoff, rep) for handoff in waits]
    for days, handoff in enumerate(held, start=1):
        factories.follow_up(rep, handoff.lead, due_at=now + timedelta(days=days))
    return [handoff.lead_id for handoff in held]


def test_follow_ups_are_walked_by_day(as_user: As, rep: User, planned: list[int]) -> None:
    first, second, third = planned
    client = as_user(rep)

    shown = client.get("/followups").content.decode()
    page = client.get(f"/leads/{first}?from=follow-ups").content.decode()

    assert f'href="/leads/{first}?from=follow-ups"' in shown
    assert '<a href="/followups">Follow-ups</a>' in page
    walk = "?from=follow-ups"
    assert led_to(client, f"/leads/{first}/next{walk}") == f"/leads/{second}{walk}"
    assert led_to(client, f"/leads/{third}/previous{walk}") == f"/leads/{second}{walk}"
    assert led_to(client, f"/leads/{third}/next{walk}") == "/followups"


def test_who_was_tried_leads_on_to_the_next_that_is_planned(
    as_user: As, rep: User, planned: list[int]
) -> None:
    first, second, _ = planned
    client = as_user(rep)
    here = f"http://testserver/leads/{first}?from=follow-ups#bant-need"
    handoff = Handoff.objects.get(lead=first)

    touched = client.post(
        f"/handoffs/{handoff.pk}/touch",
        {"channel": "call", "result": "talked"},
        headers=HTMX | {"HX-Current-URL": here},
    )

    assert touched["HX-Redirect"] == f"/leads/{first}?from=follow-ups"
    led = led_to(client, f"/leads/{first}/next?from=follow-ups")
    assert led == f"/leads/{second}?from=follow-ups"


@pytest.fixture
def sent_back(rep: User) -> list[Handoff]:
    """Three rejections, the oldest promise first."""
    now = timezone.now()
    return [
        factories.rejected(
            rep, factories.lead(name, stage="rejected"), at=now - timedelta(hours=hours)
        )
        for name, hours in (("Maya", 30), ("Arjun", 20), ("Sofia", 10))
    ]


def test_rejections_are_walked_as_they_were_narrowed(as_user: As, sent_back: list[Handoff]) -> None:
    client = as_user(factories.marketer())
    first, second, third = sent_back

    page = client.get(f"/rejections/{first.pk}?state=open&q=a").content.decode()

    assert f'href="/rejections/{first.pk}/next?state=open&amp;q=a" data-key="]"' in page
    query = "?state=open"
    assert (
        led_to(client, f"/rejections/{first.pk}/next{query}") == f"/rejections/{second.pk}{query}"
    )
    back = led_to(client, f"/rejections/{third.pk}/previous{query}")
    assert back == f"/rejections/{second.pk}{query}"
    turned = "?state=all"
    assert (
        led_to(client, f"/rejections/{third.pk}/next{turned}") == f"/rejections/{second.pk}{turned}"
    )
    ends = client.get(f"/rejections/{third.pk}/next{query}", follow=True)
    assert ends.redirect_chain == [(f"/rejections?state=open&at={third.pk}", 302)]
    assert "That was the last of the list." in ends.content.decode()


def test_the_leads_behind_rejections_are_walked_row_by_row(
    as_user: As, sent_back: list[Handoff]
) -> None:
    client = as_user(factories.marketer())
    first, second, _ = sent_back
    again = factories.rejected(
        factories.rep("Marcus Bell"), Lead.objects.get(pk=first.lead_id), at=timezone.now()
    )

    pane = client.get(f"/rejections/{second.pk}?state=all").content.decode()
    walk = f"from=rejections&state=all&at={second.pk}"
    page = client.get(f"/leads/{second.lead_id}?{walk}").content.decode()

    assert f'href="/leads/{second.lead_id}?{walk.replace("&", "&amp;")}"' in pane
    assert f'<a href="/rejections?state=all&amp;at={second.pk}">Rejections</a>' in page
    # The newest first: Maya twice, at both ends.
    older = f"/leads/{first.lead_id}?from=rejections&state=all&at={first.pk}"
    assert led_to(client, f"/leads/{second.lead_id}/next?{walk}") == older
    assert led_to(client, older.replace("?", "/next?")).startswith("/rejections?state=all&at=")
    newest = older.replace(f"at={first.pk}", f"at={again.pk}")
    assert led_to(client, newest.replace("?", "/next?")).startswith(
        f"/leads/{sent_back[2].lead_id}?"
    )


def test_a_rejection_of_somebody_elses_is_not_walked_to(
    as_user: As, sent_back: list[Handoff]
) -> None:
    stranger = as_user(factories.outsider())

    assert stranger.get(f"/rejections/{sent_back[0].pk}/next").status_code in (403, 404)


def walking(client: Client, handoff: Handoff, way: str) -> list[tuple[str, str]]:
    """Every form beside the lead, sent as without a script and a Referer: its address, where to."""
    led = []
    for url, values in offered(client, f"{handoff.get_absolute_url()}?{way}"):
        with transaction.atomic():
            led.append((url, client.post(url, values)["Location"]))
            transaction.set_rollback(True)
    return led


@pytest.mark.parametrize("stage", ["claimed", "accepted", "opportunity"])
def test_every_form_of_who_holds_a_lead_stays_on_the_way(
    as_user: As, rep: User, waiting: list[Handoff], stage: str
) -> None:
    factories.reason()
    handoff, way = claims.claim(waiting[1], rep), "from=queue&sort=value"
    factories.bant(handoff.lead, rep)
    if stage != "claimed":
        verdicts.accept(handoff, rep)
    if stage == "opportunity":
        verdicts.advance(handoff.lead, rep, to=Stage.OPPORTUNITY)
    page = handoff.get_absolute_url()

    led = walking(as_user(rep), handoff, way)

    words = {url.split("?")[0].split("/")[-1] for url, _ in led}
    asked = {"touch", "note", "bant", "follow-up", "edit", "not", "consent"}
    more = {
        "claimed": {"accept", "reject", "release"},
        "accepted": {"reject", "opportunity", "won", "lost"},
        "opportunity": {"won", "lost"},
    }
    assert words == asked | more[stage]
    for url, to in led:
        left = url.split("?")[0].endswith(("/reject", "/release"))
        assert to.removesuffix("#bant") == f"{page}{'/next' if left else ''}?{way}", url


def test_every_form_of_who_waits_for_a_lead_stays_on_the_way(
    as_user: As, waiting: list[Handoff]
) -> None:
    way = "from=leads&search=maya"
    factories.consent(waiting[0].lead)

    led = walking(as_user(factories.sales_manager()), waiting[0], way)

    words = {url.split("?")[0].split("/")[-1] for url, _ in led}
    assert words >= {"override", "adjust", "disqualify", "note", "edit"}
    assert {to for _, to in led} == {f"{waiting[0].get_absolute_url()}?{way}"}


def test_a_drawer_that_is_a_page_leads_back_along_the_way(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    handoff, client = claims.claim(waiting[0], rep), as_user(rep)
    back = f'href="{handoff.get_absolute_url()}?from=mine"'

    for name in ("touch", "accept", "reject", "release"):
        assert back in client.get(f"/handoffs/{handoff.pk}/{name}?from=mine").content.decode()
    for name in ("note", "follow-up", "edit"):
        page = client.get(f"{handoff.get_absolute_url()}/{name}?from=mine").content.decode()
        assert back in page


def test_a_reject_without_a_script_is_undone_along_the_way(
    as_user: As, rep: User, waiting: list[Handoff]
) -> None:
    handoff, client = claims.claim(waiting[0], rep), as_user(rep)
    claims.claim(waiting[1], rep)
    values = {"reason": factories.reason().pk}

    rejected = client.post(f"/handoffs/{handoff.pk}/reject?from=mine", values, follow=True)
    undo = f"/handoffs/{handoff.pk}/undo?from=mine"
    undone = client.post(undo, follow=True)

    assert rejected.redirect_chain[-1][0] == f"/leads/{waiting[1].lead_id}?from=mine"
    assert f'action="{undo}"' in rejected.content.decode()
    assert undone.redirect_chain[-1][0] == f"{handoff.get_absolute_url()}?from=mine"
    assert 'href="/leads/mine"' in undone.content.decode()
