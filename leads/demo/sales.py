"""Reps and marketers of the demonstration at work, through the product's own verbs."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from accounts.models import User
from funnel.models import Reason
from funnel.stages import Stage
from leads.demo.cast import HELENA, INES, MARCUS, RUBEN, TOMASZ, Person
from leads.demo.fates import ANSWERS, FOUND_OUT, Contact, Dispute, Fate
from leads.demo.journeys import ZONE
from leads.follow_ups import follow_ups
from leads.handoffs import bant, claims, touches, verdicts
from leads.models import Answer, BantItem, Handoff, Lead, Touch
from leads.rejections import rejections

OPENS, CLOSES = 8, 19
# Lately nobody puts anything off, so that the queue of now is the one that was told.
LATELY = timedelta(days=3)
# When a rep tries again, and asks what became of it.
TRY_AGAIN, NEXT_WEEK = timedelta(hours=20), timedelta(days=7)


@dataclass
class Floor:
    """Everybody's diary: what is to be done, when; done in that order."""

    users: dict[Person, User]
    now: datetime
    diary: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    reasons: dict[str, Reason] = field(
        default_factory=lambda: {reason.label: reason for reason in Reason.objects.all()}
    )
    order: count = field(default_factory=count)  # type: ignore[type-arg]

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.diary, (at, next(self.order), act))

    def work_until(self, until: datetime) -> None:
        while self.diary and self.diary[0][0] <= until:
            at, _, act = heapq.heappop(self.diary)
            act(at)

    def in_office_hours(self, at: datetime) -> datetime:
        """That time, or the first minutes of the next working day."""
        if self.now - at < LATELY:
            return at
        local = at.astimezone(ZONE)
        if local.weekday() < 5 and OPENS <= local.hour < CLOSES:
            return at
        if local.hour >= CLOSES:
            local += timedelta(days=1)
        local += timedelta(days=(7 - local.weekday()) % 7 if local.weekday() > 4 else 0)
        return local.replace(hour=OPENS, minute=3 + local.minute // 4)

    # What comes of one handoff.

    def take_up(self, handoff: Handoff, fate: Fate) -> None:
        if fate.claimed is None:
            return
        at = self.in_office_hours(handoff.opened_at + timedelta(minutes=fate.claimed))
        rep = self.users[fate.rep]
        if fate.released:
            first = self.users[MARCUS]
            self.plan(at, lambda at: self._try_out(handoff, first, at))
            back = at + timedelta(minutes=11)
            self.plan(back, lambda at: self._give_back(handoff, first, fate, at))
            at = back + timedelta(minutes=9)
        self.plan(at, lambda at: self._claim(handoff, rep, fate, at))

    def _try_out(self, handoff: Handoff, rep: User, at: datetime) -> None:
        claims.claim(handoff, rep, at=at)

    def _give_back(self, handoff: Handoff, rep: User, fate: Fate, at: datetime) -> None:
        claims.release(handoff, rep, reason=fate.released, at=at)

    def _claim(self, handoff: Handoff, rep: User, fate: Fate, at: datetime) -> None:
        claims.claim(handoff, rep, at=at)
        contacted, decided = self.course(at, fate)
        for contact, then in zip(fate.contacts, contacted, strict=True):
            self.plan(then, partial(self._contact, handoff, rep, contact))
        if decided is not None:
            verdict = self._refuse if fate.refusal else self._accept
            self.plan(decided, lambda at: verdict(handoff, rep, fate, at))

    def course(self, claimed: datetime, fate: Fate) -> tuple[list[datetime], datetime | None]:
        """When each contact of a claimed lead is made, and the verdict after all of them.

        In this order, though office hours put an evening behind what was done lately.
        """
        contacted, last = [], claimed
        for contact in fate.contacts:
            last = max(self.in_office_hours(claimed + timedelta(minutes=contact.minutes)), last)
            contacted.append(last)
        if fate.decided is None:
            return contacted, None
        decided = self.in_office_hours(claimed + timedelta(hours=fate.decided))
        return contacted, max(decided, last + timedelta(minutes=4))

    def _contact(self, handoff: Handoff, rep: User, contact: Contact, at: datetime) -> None:
        # What one logs happened a moment ago.
        happened = max(at - timedelta(minutes=3), handoff.opened_at)
        touches.log_touch(
            handoff,
            rep,
            channel=contact.channel,
            result=contact.result,
            note=contact.note,
            touched_at=happened,
            next_try=None if contact.result == Touch.Result.TALKED else at + TRY_AGAIN,
            at=at,
        )

    def _refuse(self, handoff: Handoff, rep: User, fate: Fate, at: datetime) -> None:
        handoff.refresh_from_db()
        seen = {line["rule"] for line in handoff.reasons}
        wrong = {rule: flaw for rule, flaw in fate.wrong if rule in seen}
        reason = self.reasons[fate.refusal]
        verdicts.reject(handoff, rep, reason=reason, note=fate.note, wrong=wrong, at=at)
        if fate.answered is not None:
            answers = self.in_office_hours(at + timedelta(hours=fate.answered))
            self.plan(answers, lambda at: self._answer(handoff, fate, at))

    def _answer(self, handoff: Handoff, fate: Fate, at: datetime) -> None:
        marketer = self.users[(INES, RUBEN, INES, HELENA)[at.minute % 4]]
        if fate.disputed:
            self._dispute(handoff, fate, fate.disputed, at)
            return
        kind = Answer.Kind.CLOSE if fate.closed_for_good else Answer.Kind.NURTURE
        returns = None if fate.closed_for_good else (at + timedelta(days=fate.returns)).date()
        rejections.answer(
            handoff,
            marketer,
            kind=kind,
            text=ANSWERS[kind],
            return_on=returns,
            return_event=fate.returns_at,
            at=at,
        )

    def _dispute(self, handoff: Handoff, fate: Fate, dispute: Dispute, at: datetime) -> None:
        said = rejections.answer(
            handoff,
            self.users[INES],
            kind=Answer.Kind.DISPUTE,
            text=dispute.text,
            arbiter=self.users[TOMASZ],
            at=at,
        )
        decides = self.in_office_hours(at + timedelta(hours=20))
        self.plan(decides, lambda at: self._decide(said, fate, dispute, at))

    def _decide(self, said: Answer, fate: Fate, dispute: Dispute, at: datetime) -> None:
        rejections.decide(
            said, self.users[TOMASZ], decision=dispute.decision, because=dispute.because, at=at
        )
        fresh = Handoff.objects.open().filter(lead=said.handoff.lead_id).first()
        if fresh and fate.then:
            self.take_up(fresh, fate.then)

    def _accept(self, handoff: Handoff, rep: User, fate: Fate, at: datetime) -> None:
        for place, item in enumerate(bant.ITEMS):
            found = FOUND_OUT[item]
            known = BantItem.State.PARTLY if place == fate.unsure else BantItem.State.KNOWN
            note = found[(handoff.pk + place) % len(found)]
            bant.say(handoff.lead, rep, item, state=known, note=note, at=at)
        verdicts.accept(handoff, rep, value=handoff.lead.estimated_value, at=at)
        if self.now - at < NEXT_WEEK:
            follow_ups.plan(
                handoff.lead, rep, due_at=at + NEXT_WEEK, note="Ask for the pilot plan.", at=at
            )
        if fate.opportunity is not None:
            opens = self.in_office_hours(at + timedelta(days=fate.opportunity))
            self.plan(opens, lambda at: self._opportunity(handoff.lead_id, rep, fate, at))

    def _opportunity(self, lead_id: int, rep: User, fate: Fate, at: datetime) -> None:
        verdicts.advance(Lead.objects.get(pk=lead_id), rep, to=Stage.OPPORTUNITY, at=at)
        if fate.ended is not None:
            ends = self.in_office_hours(at + timedelta(days=fate.ended))
            self.plan(ends, lambda at: self._end(lead_id, rep, fate, at))

    def _end(self, lead_id: int, rep: User, fate: Fate, at: datetime) -> None:
        lead = Lead.objects.get(pk=lead_id)
        if fate.lost:
            verdicts.advance(lead, rep, to=Stage.LOST, reason=fate.lost, at=at)
            return
        worth = (lead.estimated_value or Decimal(20_000)) * Decimal(fate.worth)
        verdicts.advance(lead, rep, to=Stage.WON, amount=round(worth, -2), at=at)
