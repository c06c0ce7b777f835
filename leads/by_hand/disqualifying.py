"""Disqualified by a person, whatever the criteria say, and readmitted by one."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.policy import Action
from funnel.stages import LADDER, Stage
from leadportal.db import clock
from leads import news
from leads.by_hand.terms import OverrideRefused, actor_of, given, let_go, put
from leads.judging.basis import Basis
from leads.models import Lead


@transaction.atomic
def disqualify(lead: Lead, person: User, *, reason: str, at: datetime | None = None) -> Lead:
    """Settle a lead left of the line; an open handoff is withdrawn. Raises OverrideRefused.

    The machine goes on scoring it and never brings it back.
    """
    at = at or clock.now()
    actor, reason = actor_of(person, Action.DISQUALIFY), given(reason)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage not in LADDER:
        raise OverrideRefused(
            "Only a lead that marketing holds, or an open SQL, can be disqualified."
        )
    let_go(lead, person, at)
    put(lead, Stage.DISQUALIFIED, Basis.now(at), actor=actor, person=person, reason=reason)
    return lead


@transaction.atomic
def readmit(lead: Lead, person: User, *, reason: str, at: datetime | None = None) -> Lead:
    """Readmit whom a person disqualified; the criteria take it from inquiry.

    Raises OverrideRefused.
    """
    at = at or clock.now()
    actor, reason = actor_of(person, Action.DISQUALIFY), given(reason)
    lead = Lead.objects.locked().get(pk=lead.pk)
    if lead.stage != Stage.DISQUALIFIED:
        raise OverrideRefused(f"{lead} is not disqualified.")
    if lead.judgement.disqualifier:
        raise OverrideRefused(
            "The criteria disqualified this lead. It comes back by itself when they no longer do."
        )
    let_go(lead, person, at)
    put(lead, Stage.INQUIRY, Basis.now(at), actor=actor, person=person, reason=reason)
    news.of_leads([lead.pk], at)
    return lead
