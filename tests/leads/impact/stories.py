"""Leads in every stage and in every state a person can leave them in, made by the product's verbs.

Judged by the live criteria at first and half a day ago; what happened an hour ago, nobody has
judged.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from funnel.stages import Stage
from leads.by_hand import disqualifying, stages
from leads.by_hand import points as points_by_hand
from leads.handoffs import claims, touches, verdicts
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging import due
from leads.models import Adjustment, Answer, Handoff, Lead
from leads.rejections import rejections
from tests import factories
from tests.leads.judging.conftest import NOON, later

FIRST, YESTERDAY, IN_TEN_DAYS = later(days=-8), later(days=-1), later(days=10)
HALF_A_DAY_AGO, AN_HOUR_AGO = later(hours=-12), later(hours=-1)


class Person(NamedTuple):
    """Who comes, and what they did when they came."""

    title: str = "VP Operations"
    consent: bool = True
    has_mail: bool = True
    did: tuple[str, ...] = ()


NOBODY = Person("Clerk", consent=False, has_mail=False)
CLERK = Person("Clerk", consent=False)
VP = Person()
# Chats count for a week: judged again yesterday, this one is below its line, in its grace.
CHATTER = Person(did=("chat",))
READY = Person(did=("demo_request",))
READY_CLERK = Person("Clerk", did=("demo_request",))
SILENT = Person(consent=False, did=("demo_request",))
RIVAL = Person("VP of a rival", did=("demo_request",))
ON_LADDER = (CLERK, VP, CHATTER, READY, READY_CLERK, SILENT)
WITH_MAIL = (*ON_LADDER, RIVAL)
EVERYBODY = (NOBODY, *WITH_MAIL)
SQLS = (CHATTER, READY)

# What is done to a lead at a moment.
Deed = Callable[[Lead, datetime], object]


class Story(NamedTuple):
    """What happens to these people at first, and an hour ago, which nobody has judged yet."""

    people: tuple[Person, ...]
    early: tuple[Deed, ...] = ()
    late: tuple[Deed, ...] = ()


def told(**item: Any) -> Deed:
    """An integration tells something else about the lead."""

    def tell(lead: Lead, at: datetime) -> None:
        (result,) = ingest_leads(
            [{"email": lead.email} | item], integration=factories.integration(), at=at
        )
        assert not result.errors
        assert result.lead_id == lead.pk

    return tell


def did(type: str) -> Deed:
    def do(lead: Lead, at: datetime) -> None:
        item = {"type": type, "occurred_at": at.isoformat(), "lead": {"id": lead.pk}}
        (result,) = ingest_events([item], integration=factories.integration(), at=at)
        assert not result.errors

    return do


def kept(until: datetime, to: Stage | None = None) -> Deed:
    def keep(lead: Lead, at: datetime) -> None:
        stages.override(
            lead,
            factories.sales_manager(),
            to=to or Stage(lead.stage),
            reason="They asked us to wait",
            until=until,
            at=at,
        )

    return keep


def adjusted(points: int, until: datetime = IN_TEN_DAYS) -> Deed:
    def adjust(lead: Lead, at: datetime) -> None:
        points_by_hand.adjust(
            lead,
            factories.sales_manager(),
            kind="fit",
            points=points,
            reason="We know them",
            until=until,
            at=at,
        )

    return adjust


def ended(lead: Lead, at: datetime) -> None:
    for adjustment in Adjustment.objects.filter(lead=lead):
        points_by_hand.end(adjustment, factories.sales_manager(), at=at)


def disqualified(lead: Lead, at: datetime) -> None:
    disqualifying.disqualify(lead, factories.marketing_manager(), reason="A supplier", at=at)


def claimed(lead: Lead, at: datetime) -> None:
    claims.claim(lead.handoffs.get(), factories.rep(), at=at)


def accepted(lead: Lead, at: datetime) -> None:
    claimed(lead, at)
    handoff = touched(lead, at)
    factories.bant(lead, handoff.claimed_by)
    verdicts.accept(handoff, handoff.claimed_by, at=at)


def rejected(lead: Lead, at: datetime) -> None:
    claimed(lead, at)
    handoff = touched(lead, at)
    verdicts.reject(handoff, handoff.claimed_by, reason=factories.reason(), at=at)


def touched(lead: Lead, at: datetime) -> Handoff:
    handoff = lead.handoffs.get()
    touches.log_touch(handoff, handoff.claimed_by, channel="call", result="talked", at=at)
    handoff.refresh_from_db()
    return handoff


def answered(kind: str) -> Deed:
    def answer(lead: Lead, at: datetime) -> None:
        rejected(lead, at)
        day = (at + timedelta(days=90)).date() if kind == Answer.Kind.NURTURE else None
        rejections.answer(
            lead.handoffs.get(), factories.marketing_manager(), kind=kind, return_on=day, at=at
        )

    return answer


def advanced(to: Stage) -> Deed:
    def advance(lead: Lead, at: datetime) -> None:
        accepted(lead, at)
        lead.refresh_from_db()
        verdicts.advance(lead, lead.owner, to=to, amount=10, reason="Price", at=at)

    return advance


no_consent = told(consent={"marketing": False})
a_rival = told(job_title="VP of a rival")
no_rival = told(job_title="VP Operations")
STORIES = (
    Story(EVERYBODY),
    Story(WITH_MAIL, late=(no_rival, did("chat"))),
    Story(WITH_MAIL, late=(a_rival,)),
    Story(WITH_MAIL, early=(a_rival,), late=(no_rival,)),
    Story(WITH_MAIL, late=(no_consent,)),
    Story(ON_LADDER, early=(kept(IN_TEN_DAYS),)),
    Story(ON_LADDER, early=(kept(IN_TEN_DAYS),), late=(no_consent,)),
    Story(ON_LADDER, early=(kept(IN_TEN_DAYS),), late=(a_rival,)),
    Story(ON_LADDER, early=(kept(AN_HOUR_AGO),)),
    Story(ON_LADDER, early=(kept(YESTERDAY),)),
    Story((VP, CHATTER, READY), early=(kept(IN_TEN_DAYS, Stage.SQL),)),
    Story((VP, CHATTER, READY), early=(kept(AN_HOUR_AGO, Stage.SQL),), late=(no_consent,)),
    Story((VP, CHATTER, READY), early=(kept(NOON, Stage.LEAD),)),
    Story(WITH_MAIL, early=(adjusted(15),)),
    Story(WITH_MAIL, early=(adjusted(-10),)),
    Story(WITH_MAIL, early=(adjusted(15, until=AN_HOUR_AGO),)),
    Story((VP, CHATTER, READY), early=(adjusted(15),), late=(ended,)),
    Story((CLERK, VP, READY), early=(disqualified,)),
    Story((VP, READY), early=(disqualified,), late=(a_rival,)),
    Story(SQLS, early=(claimed,)),
    Story(SQLS, early=(claimed,), late=(no_consent,)),
    Story(SQLS, early=(claimed,), late=(a_rival,)),
    Story(SQLS, early=(accepted,)),
    Story(SQLS, early=(rejected,)),
    Story(SQLS, early=(answered(Answer.Kind.NURTURE),)),
    Story(SQLS, early=(answered(Answer.Kind.CLOSE),)),
    Story(SQLS, early=(advanced(Stage.OPPORTUNITY),)),
    Story(SQLS, early=(advanced(Stage.WON),)),
    Story(SQLS, early=(advanced(Stage.LOST),)),
)


def happen() -> None:
    """All stories, until noon."""
    casts = [(story, arrived(person, FIRST)) for story in STORIES for person in story.people]
    due.drain(at=FIRST)
    for story, lead in casts:
        done(story.early, lead, FIRST)
    due.drain(at=HALF_A_DAY_AGO)
    for story, lead in casts:
        done(story.late, lead, AN_HOUR_AGO)
    for person in EVERYBODY:
        arrived(person, AN_HOUR_AGO)


def done(deeds: tuple[Deed, ...], lead: Lead, at: datetime) -> None:
    for deed in deeds:
        lead.refresh_from_db()
        deed(lead, at)


def arrived(person: Person, at: datetime) -> Lead:
    lead = factories.lead(
        job_title=person.title,
        created_at=at,
        rescore_at=at,
        **({} if person.has_mail else {"email": ""}),
    )
    if person.consent:
        factories.consent(lead, at=at)
    for type in person.did:
        factories.event(lead, type, occurred_at=at)
    return lead
