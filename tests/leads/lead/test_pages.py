"""The page of one lead: who sees it, what it says, what may be done."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from funnel.models import Queue
from funnel.stages import Stage
from leads.by_hand import points, stages
from leads.handoffs import bant, claims, touches, undoing, verdicts
from leads.judging import due
from leads.models import Event, Handoff, Lead, LeadChange
from leads.rejections import rejections
from leads.words import short
from tests import factories

As = Callable[[User], Client]


def judged(**fields: object) -> Lead:
    """A lead the live criteria have judged: a VP in a country we sell to who asked for a demo."""
    made = factories.lead(**fields)
    factories.consent(made)
    factories.event(made, properties={"message": "Who can show us this next week?"})
    due.drain()
    made.refresh_from_db()
    return made


def text(response: object) -> str:
    """What a person reads, without markup."""
    body = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_an_sql_is_explained_by_lines_that_sum_to_its_score(as_user: As, rep: User) -> None:
    lead = judged()
    assert lead.stage == Stage.SQL

    page = as_user(rep).get(f"/leads/{lead.pk}")

    why = page.context["why"]
    assert why.title == "Why this is an SQL"
    for group in why.groups:
        assert sum(line.points for line in group.lines) == group.points
    assert sum(group.points for group in why.groups) == lead.judgement.total
    html = page.content.decode()
    assert f"<b>{lead.judgement.total}</b>" in html
    for group in why.groups:
        for line in group.lines:
            assert line.label in html


def test_a_score_is_called_a_reason_only_while_it_reaches_the_line(as_user: As, rep: User) -> None:
    lead = judged()
    claims.claim(Handoff.objects.get(), rep)
    reason = as_user(rep).get(f"/leads/{lead.pk}").context["why"].title
    with factories.unguarded():
        Event.objects.all().delete()
    factories.news(lead)
    due.drain()

    page = as_user(rep).get(f"/leads/{lead.pk}")

    assert reason == "Why this is an SQL"
    assert page.context["why"].title == "Score now"
    assert "below the line" in text(page)


@pytest.mark.parametrize("stage", [Stage.NURTURE, Stage.REJECTED, Stage.DISQUALIFIED])
def test_beside_the_ladder_there_is_a_score_but_no_reason(
    as_user: As, db: None, stage: Stage
) -> None:
    lead = factories.lead()
    due.drain()
    with factories.unguarded():
        Lead.objects.update(stage=stage)

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}")

    assert page.context["why"].title == "Score now"


def test_the_path_names_each_step_with_its_time_and_the_crossing(as_user: As, rep: User) -> None:
    lead = judged()
    claims.claim(Handoff.objects.get(), rep)

    page = as_user(rep).get(f"/leads/{lead.pk}")

    steps = {step["label"]: step for step in page.context["lane"]}
    assert list(steps) == ["Lead", "MQL", "SQL", "Claimed", "Accepted", "Opportunity"]
    assert [step["state"] for step in steps.values()] == ["done"] * 3 + ["now"] + ["ahead"] * 2
    assert steps["SQL"]["cross"]
    assert steps["SQL"]["note"].startswith("Handed over")
    assert steps["Claimed"]["note"].startswith("You, ")


def test_unknown_facts_are_listed_as_unknown(as_user: As, db: None) -> None:
    lead = judged(company=factories.company(employees=None, industry=""))

    page = text(as_user(factories.marketer()).get(f"/leads/{lead.pk}"))

    assert "Not known:" in page
    assert "Unknown counts 0." in page


def test_a_lead_that_was_never_judged_says_so(as_user: As, db: None) -> None:
    lead = factories.lead()

    page = text(as_user(factories.marketer()).get(f"/leads/{lead.pk}"))

    assert "Not scored yet" in page
    assert "It is judged within seconds." in page


def test_what_came_in_since_the_score_is_named(as_user: As, rep: User) -> None:
    lead = judged()
    factories.event(lead, "page_view", properties={"path": "/pricing"})
    factories.event(lead, "page_view", properties={"path": "/pricing"})
    factories.news(lead)

    page = text(as_user(rep).get(f"/leads/{lead.pk}"))

    assert "New since: 2 events; being rescored." in page


def test_without_its_largest_rule_the_score_is_told_by_plain_subtraction(
    as_user: As, rep: User
) -> None:
    lead = judged()

    why = as_user(rep).get(f"/leads/{lead.pk}").context["why"]

    lines = [line for line in why.groups[1].lines if line.rule]
    largest = max(line.points for line in lines)
    rest = sum(line.points for line in lines) - largest
    expected = lead.judgement.fit + min(max(rest, 0), why.groups[1].cap)
    assert expected < why.sql <= lead.judgement.total
    assert any(f"the score is <b>{expected}</b>" in str(remark) for remark in why.remarks)


# --- next step ---------------------------------------------------------------------------------


def buttons(response: object) -> list[str]:
    acts = response.content.decode().split('class="acts"', 1)
    return re.findall(r'data-key="(\w)"', acts[1].split("</section>", 1)[0]) if acts[1:] else []


def test_an_open_lead_offers_the_claim(as_user: As, rep: User) -> None:
    handoff = factories.handoff()

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert buttons(page) == ["c"]
    assert "left to claim" in page.content.decode()


def test_who_claimed_it_logs_the_first_touch_next(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert buttons(page) == ["t", "a", "r", "h"]
    assert "left for first touch" in page.content.decode()
    assert "call or email Maya" in text(page)


def test_a_colleague_reads_who_has_it(as_user: As, rep: User) -> None:
    handoff = factories.claimed(factories.rep("Marcus Bell"))

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert "Marcus Bell holds this lead since" in text(page)
    assert "c" not in buttons(page)


@pytest.mark.parametrize("who", ["marketer", "marketing_manager", "admin"])
def test_others_see_the_clock_but_no_buttons(as_user: As, db: None, who: str) -> None:
    handoff = factories.handoff()

    page = as_user(getattr(factories, who)()).get(f"/leads/{handoff.lead_id}")

    assert page.status_code == 200
    assert "data-clock" in page.content.decode()
    assert buttons(page) == []


def test_a_lead_that_was_not_handed_over_has_no_next_step(as_user: As, db: None) -> None:
    lead = factories.lead(stage=Stage.MQL, fit=30, intent=20)

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}").content.decode()

    assert "data-clock" not in page
    assert "has-bar" not in page


# --- contact -----------------------------------------------------------------------------------


def test_call_and_email_are_there_only_with_data(as_user: As, db: None) -> None:
    whole = factories.lead()
    bare = factories.lead(phone="", email="")
    client = as_user(factories.marketer())

    page = client.get(f"/leads/{whole.pk}").content.decode()
    other = client.get(f"/leads/{bare.pk}").content.decode()

    assert f"tel:{whole.phone}" in page and f"mailto:{whole.email}" in page
    assert "tel:" not in other and "mailto:" not in other


@pytest.mark.parametrize("purpose", ["sales", "marketing"])
def test_withdrawn_consent_takes_call_and_email_away(as_user: As, rep: User, purpose: str) -> None:
    handoff = factories.claimed(rep)
    factories.consent(handoff.lead, purpose, given=False)

    page = as_user(rep).get(f"/leads/{handoff.lead_id}").content.decode()

    assert "Do not contact: consent" in page
    assert "tel:" not in page and "mailto:" not in page


def test_consent_to_sales_contact_outlives_a_withdrawn_newsletter(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    factories.consent(handoff.lead, "sales")
    factories.consent(handoff.lead, "marketing", given=False)

    assert "mailto:" in as_user(rep).get(f"/leads/{handoff.lead_id}").content.decode()


def test_custom_fields_and_what_is_not_yet_one_are_shown(as_user: As, db: None) -> None:
    lead = factories.lead(attributes={"purchase_timeline": "now", "webinar_seat": "B4"})

    page = text(as_user(factories.marketer()).get(f"/leads/{lead.pk}"))

    assert "Purchase timeline" in page
    assert "webinar_seat B4" in page


def test_same_company_shows_only_whom_the_reader_may_see(as_user: As, rep: User) -> None:
    works_for = factories.company("Northline Freight")
    mine = factories.claimed(
        rep,
        factories.lead(
            "Arjun Mehta", stage="claimed", owner=rep, company=works_for, fit=40, intent=40
        ),
    ).lead
    factories.lead("Ruth Vos", company=works_for, stage=Stage.MQL, fit=30, intent=20)

    reps = text(as_user(rep).get(f"/leads/{mine.pk}"))
    marketing = text(as_user(factories.marketer()).get(f"/leads/{mine.pk}"))

    assert "Ruth Vos" not in reps
    assert "Ruth Vos MQL, 50" in marketing


# --- timeline ----------------------------------------------------------------------------------


def titles(response: object) -> list[str]:
    found = [entry.title for day in response.context["days"] for entry in day.entries]
    return [re.sub(r"<[^>]+>", "", str(title)) for title in found]


def test_the_timeline_tells_everything_newest_first(as_user: As, rep: User) -> None:
    lead = judged(created_at=timezone.now() - timedelta(hours=1))
    handoff = Handoff.objects.get()
    claims.claim(handoff, rep)
    touches.log_touch(handoff, rep, channel="call", result="talked", note="Four sites")
    LeadChange.objects.create(lead=lead, fields={"job_title": ["VP", "COO"]}, person=rep)

    page = as_user(rep).get(f"/leads/{lead.pk}")

    found = titles(page)
    assert found[0] == "Details changed by Dana Okafor"
    assert found[1] == "You called Maya"
    assert found[2] == "You claimed this lead"
    assert found[3].startswith("Handed over to Sales at")
    assert found[4].startswith("Became an SQL, at")
    assert "Asked for a demo" in found
    assert "Gave consent to marketing" in found
    assert found[-1] == "First seen"
    assert "Who can show us this next week?" in page.content.decode()


def test_changed_details_are_told_as_people_write_them(as_user: As, db: None) -> None:
    lead = factories.lead()
    LeadChange.objects.create(
        lead=lead,
        fields={
            "estimated_value": ["9000.00", "37400.00"],
            "attributes.purchase_timeline": [None, "Within 6 months"],
            "attributes.webinar_seat": ["B4", None],
            "country": ["SE", "DE"],
        },
    )

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}")

    change = next(
        entry
        for day in page.context["days"]
        for entry in day.entries
        if entry.title == "Details changed"
    )
    assert change.text == (
        "Country: Sweden → Germany · Estimated value: €9,000 → €37,400"
        " · Webinar seat: B4 → nothing · Purchase timeline: Within 6 months"
    )


@pytest.mark.parametrize(
    ("type_", "properties", "title"),
    [
        ("page_view", {"path": "/pricing", "title": "Pricing"}, "Visited Pricing"),
        ("page_view", {"path": "/pricing"}, "Visited /pricing"),
        ("download", {}, "Downloaded something"),
        ("form_sent", {"form": "Quote"}, "Sent a form"),
        ("seat_booked", {"seat": "B4"}, "Did “seat booked”"),
    ],
)
def test_an_event_is_told_by_what_it_was(
    as_user: As, db: None, type_: str, properties: dict[str, str], title: str
) -> None:
    lead = factories.lead()
    factories.event(lead, type_, properties=properties)

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}")

    assert title in titles(page)


def test_the_timeline_is_filtered_by_side(as_user: As, rep: User) -> None:
    lead = judged()
    claims.claim(Handoff.objects.get(), rep)
    client = as_user(rep)

    sales = titles(client.get(f"/leads/{lead.pk}?show=sales"))
    marketing = titles(client.get(f"/leads/{lead.pk}?show=marketing"))

    assert sales[0] == "You claimed this lead"
    assert any(title.startswith("Handed over") for title in sales)
    assert "Asked for a demo" not in sales
    assert "Asked for a demo" in marketing
    assert "You claimed this lead" not in marketing


def test_older_things_follow_by_key_each_once(as_user: As, db: None) -> None:
    lead = factories.lead(created_at=timezone.now() - timedelta(days=3))
    at = timezone.now() - timedelta(days=1)
    for number in range(70):
        # Many at the same moment, as imports write them.
        factories.event(lead, f"step_{number}", occurred_at=at - timedelta(hours=number // 10))
    client, url, seen = as_user(factories.marketer()), f"/leads/{lead.pk}", []

    page = client.get(url)
    seen += titles(page)
    while page.context["older"]:
        page = client.get(url + page.context["older"])
        seen += titles(page)

    assert len(seen) == len(set(seen)) == 71


@pytest.mark.parametrize("before", ["x", "~~", "2026-01-01T00:00:00~1~1", "1~2~3"])
def test_a_key_that_is_none_shows_the_newest(as_user: As, db: None, before: str) -> None:
    lead = factories.lead()

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}", {"before": before})

    assert titles(page) == ["First seen"]


# --- who sees it, and what it costs ------------------------------------------------------------


def test_a_rep_sees_what_was_handed_to_their_queues_and_their_own(as_user: As, rep: User) -> None:
    handed = factories.handoff().lead
    owned = factories.lead("Arjun Mehta", owner=rep)
    foreign = factories.lead("Sofia Marchetti")
    elsewhere = factories.handoff(queue=Queue.objects.create(name="Nordics")).lead
    client = as_user(rep)

    codes = [client.get(f"/leads/{one.pk}").status_code for one in (handed, owned)]
    refused = [client.get(f"/leads/{pk}").status_code for pk in (foreign.pk, elsewhere.pk, 999_999)]

    assert codes == [200, 200]
    assert refused == [404, 404, 404]


@pytest.mark.parametrize("who", ["marketer", "marketing_manager", "sales_manager", "admin"])
def test_everybody_else_sees_every_lead(as_user: As, db: None, who: str) -> None:
    lead = factories.lead()

    assert as_user(getattr(factories, who)()).get(f"/leads/{lead.pk}").status_code == 200


def test_the_page_takes_few_queries_whatever_happened(as_user: As, rep: User) -> None:
    lead = judged()
    handoff = Handoff.objects.get()
    claims.claim(handoff, rep)
    client = as_user(rep)
    client.get(f"/leads/{lead.pk}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/leads/{lead.pk}")
    for _ in range(20):
        factories.event(lead)
        touches.log_touch(handoff, rep, channel="call", result="no_answer")
        factories.lead("Ruth Vos", company=lead.company)

    with CaptureQueriesContext(connection) as many:
        client.get(f"/leads/{lead.pk}")

    assert len(many) <= len(few) + 1  # the evidence of the last qualification, once it changed
    assert len(many) <= 12


def test_what_people_typed_is_text_and_nothing_else(as_user: As, db: None) -> None:
    nasty = "<script>alert(1)</script>"
    lead = factories.lead(nasty, job_title=nasty, city=nasty, attributes={nasty: nasty})
    factories.event(lead, "form_sent", properties={"message": nasty, nasty: nasty, "title": nasty})
    LeadChange.objects.create(lead=lead, fields={nasty: [nasty, nasty]})

    page = as_user(factories.marketer()).get(f"/leads/{lead.pk}").content.decode()

    assert "<script>alert" not in page


# --- one next step by state ----------------------------------------------------------------------


def step(page: object) -> str:
    """What the next step says."""
    found = page.context["next"]
    return f"{found.text} {found.strong}{found.after}".strip()


def dark(page: object) -> list[str]:
    return [act.key for act in page.context["next"].acts if act.look == "go"]


def test_after_the_first_touch_what_is_missing_of_bant_is_next(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    factories.bant(handoff.lead, rep, known=2)
    touches.log_touch(handoff, rep, channel="call", result="talked")

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert step(page) == "Next: find out need and timing. Accept asks for 3 of 4."
    assert dark(page) == ["a"]
    assert "2 of 4 known; Accept asks for 3" in text(page)


def test_with_bant_it_is_accepted_or_rejected(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    factories.bant(handoff.lead, rep)
    touches.log_touch(handoff, rep, channel="call", result="talked")

    assert step(as_user(rep).get(f"/leads/{handoff.lead_id}")).startswith("Next: accept or reject")


def test_who_holds_it_fills_in_bant_and_others_read_it(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    factories.bant(handoff.lead, rep, known=1)
    url = f"/leads/{handoff.lead_id}"

    mine = as_user(rep).get(url).content.decode()
    theirs = as_user(factories.marketer()).get(url).content.decode()

    assert f'hx-post="{url}/bant"' in mine
    assert 'data-key="b"' in mine
    assert f'hx-post="{url}/bant"' not in theirs
    assert "1 of 4 known" in theirs


def test_an_accepted_lead_becomes_an_opportunity_then_won_or_lost(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    lead = handoff.lead
    factories.bant(lead, rep)
    verdicts.accept(handoff, rep, value=Decimal(48000))
    client = as_user(rep)

    accepted = client.get(f"/leads/{lead.pk}")
    verdicts.advance(lead, rep, to=Stage.OPPORTUNITY)
    opportunity = client.get(f"/leads/{lead.pk}")
    verdicts.advance(
        lead,
        rep,
        to=Stage.WON,
        amount=Decimal(50000),
        bought_because="The audit",
        competitor="Paper",
    )
    won = client.get(f"/leads/{lead.pk}")

    assert "make Maya an opportunity" in step(accepted)
    assert "€48k estimated" in step(accepted)
    assert (dark(accepted), buttons(accepted)) == (["p"], ["p", "w", "l", "t", "r"])
    assert (dark(opportunity), buttons(opportunity)) == (["w"], ["w", "l", "t"])
    assert "€50,000, against Paper. They bought because: The audit" in step(won)
    assert won.context["next"].acts == ()


def test_a_rejected_lead_waits_for_the_answer_of_marketing(as_user: As, rep: User) -> None:
    handoff = factories.rejected(rep, note="An intern")

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert step(page) == "Next: marketing answers. You sent it back: Wrong profile."
    assert "left to answer" in page.content.decode()
    assert page.context["next"].acts == ()


def test_a_disputed_one_waits_for_the_arbiter(as_user: As, rep: User) -> None:
    handoff = factories.rejected(rep)
    ruth = factories.sales_manager()
    rejections.answer(
        handoff, factories.marketer(), kind="dispute", text="They asked twice", arbiter=ruth
    )

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert "Marketing disputes it; Ruth Bakker decides" in step(page)


def test_a_nurtured_one_says_until_when(as_user: As, rep: User) -> None:
    handoff = factories.rejected(rep)
    day = timezone.localdate() + timedelta(days=90)
    rejections.answer(handoff, factories.marketer(), kind="nurture", return_on=day)

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert step(page) == f"In nurture. It waits until {day:%-d %B %Y}."


def test_do_not_contact_offers_no_call_and_no_mail(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    Lead.objects.update(consent={"sales": False})

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    html = page.content.decode()
    assert "Do not contact: consent to sales contact was withdrawn." in step(page)
    assert "reject it or give it back" in step(page)
    assert "tel:" not in html
    assert "mailto:" not in html
    assert dark(page) == ["r"]


def test_a_phone_has_call_and_the_next_step_under_the_thumb(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)

    html = as_user(rep).get(f"/leads/{handoff.lead_id}").content.decode()

    bar = html.split('class="bar-bottom"', 1)[1].split("</aside>", 1)[0]
    assert bar.index("tel:") < bar.index("mailto:") < bar.index("Log first touch")
    assert "Give back" not in bar


def test_coming_back_from_a_call_is_one_tap(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    client = as_user(rep)

    html = client.get(f"/leads/{handoff.lead_id}").content.decode()
    client.post(f"/handoffs/{handoff.pk}/touch", {"channel": "call", "result": "no_answer"})

    asked = html.split('id="reached"', 1)[1].split("</aside>", 1)[0]
    assert "Did you reach Maya?" in asked
    assert f'action="/handoffs/{handoff.pk}/touch"' in asked
    assert handoff.touches.get().result == "no_answer"


def test_help_says_whose_clock_it_stops_and_names_both_afterwards(as_user: As, rep: User) -> None:
    handoff = factories.claimed(factories.rep("Marcus Bell"))
    client = as_user(rep)

    drawer = client.get(f"/handoffs/{handoff.pk}/touch", headers={"HX-Request": "true"})
    client.post(f"/handoffs/{handoff.pk}/touch", {"channel": "call", "result": "talked"})
    page = client.get(f"/leads/{handoff.lead_id}")

    assert "Marcus Bell holds this lead." in drawer.content.decode()
    assert "Saving this stops the clock of Marcus Bell" in drawer.content.decode()
    assert "First touch logged for Marcus Bell" in page.content.decode()
    assert "You called Maya" in text(page)
    assert "Helped: Marcus Bell holds this lead" in text(page)


def test_their_own_words_stand_on_top_with_their_lines(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)
    factories.event(handoff.lead, properties={"message": "Four sites.\nWho can show us?"})

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    html = page.content.decode()
    assert "Four sites.<br>Who can show us?" in html
    assert html.index("In their words") < html.index('id="why"')


def test_mail_and_phone_are_links_to_copy(as_user: As, rep: User) -> None:
    handoff = factories.claimed(rep)

    html = as_user(rep).get(f"/leads/{handoff.lead_id}").content.decode()

    assert f'href="mailto:{handoff.lead.email}"' in html
    assert 'data-copies="+46401234567"' in html


def test_value_and_grade_stand_on_the_page(as_user: As, rep: User) -> None:
    lead = judged(estimated_value=Decimal(62000))

    page = as_user(rep).get(f"/leads/{lead.pk}")

    assert "€62,000" in text(page)
    assert f"Grade {lead.judgement.grade}" in text(page)


def test_a_lead_that_is_back_says_after_how_long_and_why_it_went(as_user: As, rep: User) -> None:
    then = timezone.now() - timedelta(days=34)
    handoff = factories.rejected(rep, at=then, reason=factories.reason("Too small"))
    with factories.unguarded():
        Lead.objects.update(stage=Stage.SQL, cycle=2)
    factories.handoff(Lead.objects.get(), cycle=2)

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    assert page.context["back"] == "Back after 34 days; last time: too small"
    assert page.context["back"] in text(page)


def test_given_back_and_undone_the_handover_keeps_its_time(as_user: As, rep: User) -> None:
    now = timezone.now()
    handoff = factories.handoff(opened_at=now - timedelta(days=3))
    claims.claim(handoff, rep)
    undoing.undo(handoff, rep)

    page = as_user(rep).get(f"/leads/{handoff.lead_id}")

    sql = next(one for one in page.context["lane"] if one["label"] == "SQL")
    assert sql["note"] == f"Handed over {short(handoff.opened_at)}"
    assert "You undid the claim" in text(page)
    assert "gave it back" not in text(page)


def test_a_lead_kept_by_hand_has_a_score_but_no_reason(as_user: As, db: None) -> None:
    lead = judged()
    manager = factories.sales_manager()
    stages.override(lead, manager, to=Stage.SQL, reason="Met at the fair")

    page = as_user(manager).get(f"/leads/{lead.pk}")

    assert page.context["why"].title == "Score now"


def test_where_people_decided_the_criteria_are_not_said_to_decide_alone(
    as_user: As, rep: User
) -> None:
    manager = factories.sales_manager()
    held = factories.claimed(rep)
    waits = factories.handoff()

    decided = text(as_user(manager).get(f"/leads/{held.lead_id}"))
    judged = text(as_user(manager).get(f"/leads/{waits.lead_id}"))

    assert "The criteria decide alone" not in decided
    assert "Sales holds this lead, and people decide" in decided
    assert "The criteria decide alone" in judged


# --- what changes while it is open ---------------------------------------------------------------


def look(client: Client, page: object, lead: Lead) -> object:
    since = page.context["token"]
    return client.get(f"/leads/{lead.pk}/changes", {"since": since}, headers={"HX-Request": "1"})


def test_an_open_page_learns_the_new_score(as_user: As, db: None) -> None:
    lead, marketer = judged(), factories.marketer()
    client = as_user(marketer)
    page = client.get(f"/leads/{lead.pk}")
    before = look(client, page, lead)
    points.adjust(lead, marketer, kind="intent", points=-15, reason="A student")
    due.drain()

    after = look(client, page, lead)

    lead.judgement.refresh_from_db()
    assert before.status_code == 204
    assert f"The score is {lead.judgement.total} now." in after.content.decode()
    assert 'hx-select-oob="#standing,' in after.content.decode()


def test_an_open_page_says_who_took_the_lead(as_user: As, rep: User) -> None:
    handoff = factories.handoff()
    client = as_user(rep)
    page = client.get(f"/leads/{handoff.lead_id}")
    claims.claim(handoff, factories.rep("Marcus Bell"))

    after = look(client, page, handoff.lead)

    assert "Marcus Bell holds Maya Lindqvist now." in after.content.decode()


def test_an_open_page_learns_what_a_colleague_found_out(as_user: As, rep: User) -> None:
    held = claims.claim(factories.handoff(), rep)
    marcus = factories.rep("Marcus Bell", queue=held.queue)
    client = as_user(rep)
    page = client.get(f"/leads/{held.lead_id}")

    bant.say(held.lead, rep, "need", state="known")
    own = look(client, page, held.lead)
    bant.say(held.lead, marcus, "budget", state="known", note="€60k")
    after = look(client, page, held.lead)
    page = client.get(f"/leads/{held.lead_id}")
    bant.say(held.lead, rep, "budget", state="partly")
    over = look(client, page, held.lead)

    assert own.status_code == 204
    assert "Marcus Bell on budget: known, “€60k”." in after.content.decode()
    assert over.status_code == 204


def test_what_was_said_waits_for_the_page_though_parts_of_it_are_fetched_before(
    as_user: As, rep: User
) -> None:
    held = claims.claim(factories.handoff(), rep)
    client, url = as_user(rep), f"/leads/{held.lead_id}"
    client.post(f"{url}/note", {"text": "Asks for SAP"})

    part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    page = client.get(url).content.decode()

    assert "Noted." not in part
    assert "Noted." in page


def test_a_look_asks_little(as_user: As, rep: User) -> None:
    handoff = factories.handoff()
    client = as_user(rep)
    page = client.get(f"/leads/{handoff.lead_id}")

    with CaptureQueriesContext(connection) as queries:
        look(client, page, handoff.lead)

    # The session, the person, the settings, and one for the lead.
    assert len(queries) <= 4
    wrong = client.get(f"/leads/{handoff.lead_id}/changes", {"since": "x"})
    assert wrong.status_code == 400
