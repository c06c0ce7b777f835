"""Move by hand, adjust, disqualify, readmit: works, wrong role, not visible, GET, refused input."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from funnel.stages import Stage
from leads.by_hand import points, stages
from leads.handoffs import claims
from leads.judging import due
from leads.judging.judgement import qualify
from leads.models import Adjustment, Handoff, Lead, Override
from tests import factories
from tests.leads.by_hand.test_overrides import judged_mql
from tests.leads.conftest import HTMX
from tests.leads.lead.test_pages import text, titles

As = Callable[[User], Client]
FORMS = ["override", "adjust", "disqualify", "readmit"]
ENDS = ["override/end", "adjustments/{adjustment}/end"]
VALID = {"to": "lead", "kind": "fit", "points": "5", "reason": "Met at the fair"}


@pytest.fixture
def lead(db: None) -> Lead:
    return judged_mql()


def acts(page: object) -> list[str]:
    return [act.label for act in page.context["by_hand"].acts]


def said(answer: object) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# --- it works ----------------------------------------------------------------------------------


def test_a_lead_moved_by_hand_says_by_whom_why_and_until_when(as_user: As, lead: Lead) -> None:
    marketer, until = factories.marketer(), timezone.localdate() + timedelta(days=9)
    client = as_user(marketer)

    answer = client.post(
        f"/leads/{lead.pk}/override", {"to": "lead", "reason": "Audit in spring", "until": until}
    )

    lead.refresh_from_db()
    assert answer["Location"] == f"/leads/{lead.pk}"
    assert said(answer) == "Maya Lindqvist stands at Lead, by hand."
    assert (lead.stage, timezone.localtime(lead.held_until).date()) == (Stage.LEAD, until)
    page = client.get(f"/leads/{lead.pk}")
    day = f"{until.day} {until:%b}"
    assert f"Moved from MQL to Lead, kept there until {day}" in text(page)
    assert "“Audit in spring”" in text(page)
    assert re.search(r"Ines Carvalho\s*, today", text(page))
    assert titles(page)[:2] == [
        "Put back to Lead, at 50",
        f"You moved it to Lead by hand, until {day}",
    ]


def test_a_manager_hands_a_lead_over(as_user: As, lead: Lead) -> None:
    client = as_user(factories.sales_manager())

    client.post(f"/leads/{lead.pk}/override", {"to": "sql", "reason": "Met at the fair"})

    assert Handoff.objects.open().get().lead == lead
    found = titles(client.get(f"/leads/{lead.pk}"))
    assert found[0].startswith("Handed over to Sales at")
    assert found[1] == "Became an SQL, at 50"
    assert found[2].startswith("You moved it to SQL by hand, until")


def test_without_a_day_the_settings_say_how_long(as_user: As, lead: Lead) -> None:
    as_user(factories.marketer()).post(
        f"/leads/{lead.pk}/override", {"to": "mql", "reason": "Wait", "until": ""}
    )

    row = Override.objects.get()
    assert row.ends_at - row.created_at == timedelta(days=30)


def test_points_given_stand_on_the_page_and_count(as_user: As, lead: Lead) -> None:
    client = as_user(factories.marketer())

    answer = client.post(
        f"/leads/{lead.pk}/adjust", {"kind": "intent", "points": "15", "reason": "A long talk"}
    )
    due.drain()

    page = client.get(f"/leads/{lead.pk}")
    assert answer.status_code == 302
    assert Lead.objects.get().judgement.intent == 15
    assert "+15 intent until" in text(page)
    assert "Adjusted by Ines Carvalho" in text(page)
    assert "You adjusted intent by +15, until" in "".join(titles(page))


def test_what_is_in_force_is_ended_with_a_button(as_user: As, lead: Lead) -> None:
    marketer = factories.marketer()
    client = as_user(marketer)
    stages.override(lead, marketer, to=Stage.LEAD, reason="Too early")
    row = points.adjust(lead, marketer, kind="fit", points=-5, reason="A branch")
    before = client.get(f"/leads/{lead.pk}").content.decode()

    client.post(f"/leads/{lead.pk}/override/end")
    answer = client.post(f"/leads/{lead.pk}/adjustments/{row.pk}/end")

    assert before.count("End it now") == 2
    assert said(answer).endswith("Ended. The criteria judge it again within seconds.")
    page = client.get(f"/leads/{lead.pk}")
    assert "End it now" not in page.content.decode()
    assert titles(page)[:2] == [
        "You ended the adjustment of fit by −5",
        "You ended the override to Lead",
    ]
    assert "You adjusted fit by −5" in titles(page)
    assert "You moved it to Lead by hand" in titles(page)


def test_what_ended_by_itself_is_told_and_not_ended_again(as_user: As, lead: Lead) -> None:
    marketer, at = factories.marketer(), timezone.now() - timedelta(days=3)
    stages.override(
        lead, marketer, to=Stage.LEAD, reason="Too early", until=at + timedelta(days=1), at=at
    )
    client = as_user(marketer)

    answer = client.post(f"/leads/{lead.pk}/override/end")

    assert said(answer) == "It was over already. Nothing was changed."
    page = client.get(f"/leads/{lead.pk}")
    assert "The override to Lead ended" in titles(page)
    assert page.context["by_hand"].said == []


def test_a_lead_is_disqualified_and_readmitted(as_user: As, lead: Lead) -> None:
    factories.event(lead)
    qualify([lead.pk])
    assert Handoff.objects.open().exists()
    client = as_user(factories.marketer())

    client.post(f"/leads/{lead.pk}/disqualify", {"reason": "A student"})

    page = client.get(f"/leads/{lead.pk}")
    assert (Lead.objects.get().stage, Handoff.objects.get().outcome) == (
        Stage.DISQUALIFIED,
        "withdrawn",
    )
    assert titles(page)[0] == "You disqualified it"
    assert "Left the queue. A student" in text(page)
    assert acts(page) == ["Adjust the score", "Readmit"]

    client.post(f"/leads/{lead.pk}/readmit", {"reason": "A professor"})

    assert Lead.objects.get().stage == Stage.INQUIRY
    assert titles(client.get(f"/leads/{lead.pk}"))[0] == "You readmitted it"


# --- what one may ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "stage", "expected"),
    [
        ("marketer", Stage.MQL, ["Move by hand", "Adjust the score", "Disqualify"]),
        ("marketer", Stage.SQL, ["Adjust the score", "Disqualify"]),
        ("sales_manager", Stage.SQL, ["Move by hand", "Adjust the score", "Disqualify"]),
        ("marketing_manager", Stage.CLAIMED, ["Adjust the score"]),
    ],
)
def test_the_page_offers_what_one_may(
    as_user: As, db: None, who: str, stage: Stage, expected: list[str]
) -> None:
    lead = factories.lead(stage=stage, fit=40, intent=40)

    assert acts(as_user(getattr(factories, who)()).get(f"/leads/{lead.pk}")) == expected


def test_a_rep_reads_what_is_in_force_and_ends_nothing(as_user: As, lead: Lead, rep: User) -> None:
    stages.override(lead, factories.sales_manager(), to=Stage.SQL, reason="Met at the fair")

    page = as_user(rep).get(f"/leads/{lead.pk}")

    assert "Moved from MQL to SQL, kept there until" in text(page)
    assert acts(page) == []
    assert "End it now" not in page.content.decode()


def test_where_nothing_is_said_others_see_no_section(as_user: As, lead: Lead) -> None:
    page = as_user(factories.admin()).get(f"/leads/{lead.pk}")

    assert 'id="by-hand"' not in page.content.decode()


@pytest.mark.parametrize("url", FORMS + ENDS)
@pytest.mark.parametrize("who", ["rep", "admin"])
def test_other_roles_are_refused(as_user: As, lead: Lead, url: str, who: str) -> None:
    row = points.adjust(lead, factories.marketer(), kind="fit", points=1, reason="x")
    client = as_user(getattr(factories, who)())

    answer = client.post(f"/leads/{lead.pk}/{url.format(adjustment=row.pk)}", VALID)

    lead.refresh_from_db()
    assert answer.status_code == 403
    assert (lead.stage, lead.held_until, Adjustment.objects.count()) == (Stage.MQL, None, 1)


def test_a_marketer_does_not_end_what_a_manager_made_an_sql(as_user: As, lead: Lead) -> None:
    stages.override(lead, factories.sales_manager(), to=Stage.SQL, reason="Fair")
    client = as_user(factories.marketer())

    answer = client.post(f"/leads/{lead.pk}/override/end")

    assert answer.status_code == 403
    assert "Marketing cannot move a lead" in answer.content.decode()
    assert "End it now" not in client.get(f"/leads/{lead.pk}").content.decode()


@pytest.mark.parametrize("url", FORMS + ENDS)
def test_who_is_no_more_looks_like_a_missing_one(as_user: As, lead: Lead, url: str) -> None:
    client = as_user(factories.marketer())
    row = points.adjust(lead, factories.marketer(), kind="fit", points=1, reason="x")
    other = factories.lead("Arjun Mehta")
    factories.merged(lead, other)

    foreign = client.post(f"/leads/{lead.pk}/{url.format(adjustment=row.pk)}", VALID)
    missing = client.post(f"/leads/999999/{url.format(adjustment=row.pk)}", VALID)

    assert foreign.status_code == missing.status_code == 404


def test_an_adjustment_is_ended_on_its_own_lead_only(as_user: As, lead: Lead) -> None:
    row = points.adjust(lead, factories.marketer(), kind="fit", points=1, reason="x")
    other = factories.lead("Arjun Mehta")

    answer = as_user(factories.marketer()).post(f"/leads/{other.pk}/adjustments/{row.pk}/end")

    assert answer.status_code == 404


@pytest.mark.parametrize("url", ENDS)
def test_a_link_ends_nothing(as_user: As, lead: Lead, url: str) -> None:
    marketer = factories.marketer()
    row = points.adjust(lead, marketer, kind="fit", points=1, reason="x")

    answer = as_user(marketer).get(f"/leads/{lead.pk}/{url.format(adjustment=row.pk)}")

    assert answer["Location"] == f"/leads/{lead.pk}"
    row.refresh_from_db()
    assert row.ended_by is None


@pytest.mark.parametrize("url", FORMS)
def test_other_methods_are_refused(as_user: As, lead: Lead, url: str) -> None:
    assert as_user(factories.marketer()).put(f"/leads/{lead.pk}/{url}").status_code == 405


@pytest.mark.parametrize("url", FORMS + ENDS)
def test_a_forged_form_is_refused(lead: Lead, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.marketer())

    assert client.post(f"/leads/{lead.pk}/{url.format(adjustment=1)}", VALID).status_code == 403


# --- refused input -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "wrong", "problem"),
    [
        ("override", {"reason": " "}, "Say why, like"),
        ("override", {"to": "sql"}, "Choose one of the stages offered."),
        ("override", {"until": "soon"}, "Enter the day as 2026-12-31."),
        ("override", {"until": "2001-01-01"}, "Choose a day from today to"),
        ("override", {"until": "9999-12-31"}, "Choose a day from today to"),
        ("adjust", {"points": "0"}, "Give 1 to 100 points"),
        ("adjust", {"points": "-101"}, "Give 1 to 100 points"),
        ("adjust", {"points": "many"}, "Enter whole points, like 10 or -10."),
        ("adjust", {"points": "9" * 5000}, "Enter whole points"),
        ("adjust", {"kind": "luck"}, "Choose fit or intent."),
        ("disqualify", {"reason": ""}, "Say why, like"),
        ("readmit", {}, "Maya Lindqvist is not disqualified."),
    ],
)
def test_what_was_typed_wrong_is_said_and_the_rest_kept(
    as_user: As, lead: Lead, url: str, wrong: dict[str, str], problem: str
) -> None:
    answer = as_user(factories.marketer()).post(f"/leads/{lead.pk}/{url}", VALID | wrong)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in html
    assert problem in html
    if "reason" not in wrong:
        assert 'value="Met at the fair"' in html
    lead.refresh_from_db()
    assert (lead.stage, Adjustment.objects.count()) == (Stage.MQL, 0)


def test_what_the_domain_refuses_is_said_above_the_form(as_user: As, db: None) -> None:
    lead = factories.lead(stage=Stage.LEAD, fit=20)

    answer = as_user(factories.marketer()).post(
        f"/leads/{lead.pk}/override", VALID | {"to": "mql"}, headers=HTMX
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Without consent to marketing nobody is an MQL." in html
    assert "<html" not in html and 'value="Met at the fair"' in html


@pytest.mark.parametrize("url", FORMS)
def test_each_form_is_a_drawer_for_htmx_and_a_page_without(
    as_user: As, lead: Lead, url: str
) -> None:
    client = as_user(factories.marketer())

    part = client.get(f"/leads/{lead.pk}/{url}", headers=HTMX).content.decode()
    page = client.get(f"/leads/{lead.pk}/{url}").content.decode()

    assert "<html" not in part and 'id="drawer-title"' in part
    assert "<html" in page and "<h1>" in page


# --- the timeline and the page -----------------------------------------------------------------


def test_what_people_said_is_marketings_part_of_the_timeline(as_user: As, lead: Lead) -> None:
    marketer = factories.marketer()
    points.adjust(lead, marketer, kind="fit", points=5, reason="Board")
    client = as_user(marketer)

    marketing = titles(client.get(f"/leads/{lead.pk}?show=marketing"))
    sales = titles(client.get(f"/leads/{lead.pk}?show=sales"))

    assert any("adjusted fit by +5" in title for title in marketing)
    assert not any("adjusted" in title for title in sales)


def test_what_people_typed_is_text_and_nothing_else(as_user: As, lead: Lead) -> None:
    marketer, nasty = factories.marketer(), "<script>alert(1)</script>"
    stages.override(lead, marketer, to=Stage.LEAD, reason=nasty)
    points.adjust(lead, marketer, kind="fit", points=5, reason=nasty)

    assert "<script>alert" not in as_user(marketer).get(f"/leads/{lead.pk}").content.decode()


def test_the_page_takes_at_most_12_queries_with_all_of_it(
    as_user: As, lead: Lead, rep: User
) -> None:
    manager = factories.sales_manager()
    for number in range(4):
        points.adjust(lead, manager, kind="intent", points=number + 1, reason="x")
        stages.override(lead, manager, to=Stage.SQL, reason="Met at the fair")
    due.drain()
    claims.claim(Handoff.objects.open().get(), rep)
    factories.event(lead)
    Adjustment.objects.filter(points=4).update(ends_at=timezone.now())
    client = as_user(rep)
    client.get(f"/leads/{lead.pk}")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/leads/{lead.pk}")

    assert len(queries) <= 12
    assert len(re.findall(r"Adjusted by", text(page))) == 4  # as it was when it was scored
    assert len(page.context["by_hand"].said) == 3
