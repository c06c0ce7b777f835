"""The demonstration lives: every minute or two something happens, by the product's own doors.

Somebody asks for a demo, a colleague claims, calls or decides; a clock is kept, and one is lost.
Never by or for people who have signed in, and only where the demonstration is served.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connection, transaction

from accounts.keys.keys import integration_named
from accounts.models import User
from funnel.models import Reason
from funnel.stages import MoveNotAllowed
from leadportal.db import clock
from leads.demo.cast import REPS
from leads.demo.fates import FOUND_OUT, Channel, Result
from leads.demo.journeys import PAGES, Journey, asks_now
from leads.demo.market import ORIGINS, Market
from leads.handoffs import bant, claims, touches, verdicts
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.models import BantItem, Event, Handoff, Lead
from leads.models.handoff import HandoffQuerySet

# So much less waits than before somebody else claims one.
KEPT_WAITING = 6
# After so long without anything new the day is brought up to now.
RESTED = timedelta(hours=3)
# And so many come, and so many of the late ones are worked off.
FRESH, WORKED_OFF = 7, 60
# One player at a time.
LOCK = 0x1EADD
REFUSALS = (
    claims.NotClaimable,
    touches.TouchRefused,
    verdicts.VerdictRefused,
    bant.BantRefused,
    MoveNotAllowed,
)


def never_due() -> None:
    """Nobody waits for it."""
    return


def play(*, at: datetime | None = None, seconds: float | None = None) -> int:
    """Let one thing happen, or a whole morning where nothing did for hours; how many did."""
    at = at or clock.now()
    if not settings.DEMO:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            is_free = cursor.fetchone()[0]
        colleagues = list(_colleagues())
        newest = Event.objects.order_by("-pk").values_list("received_at", flat=True).first()
        if not (is_free and colleagues and newest):
            return 0
        day = Day(colleagues, Random(at.timestamp()), at)
        return day.catch_up() if at - newest > RESTED else day.one_thing()


def _colleagues() -> list[User]:
    """Reps of the demonstration whom no visitor has signed in as."""
    emails = [person.email for person in REPS]
    return list(User.objects.active().filter(email__in=emails, last_login=None).order_by("pk"))


class Day:
    """What happens at one moment of the demonstration."""

    def __init__(self, colleagues: list[User], dice: Random, at: datetime) -> None:
        self.colleagues, self.dice, self.at = colleagues, dice, at
        self.website = integration_named("Website")

    def one_thing(self) -> int:
        """The first that is possible, of all in an order the dice choose."""
        acts: list[Callable[[], bool]] = [
            self.somebody_asks,
            self.somebody_reads,
            self.a_colleague_claims,
            self.a_colleague_calls,
            self.a_colleague_decides,
        ]
        weights = {self.somebody_asks: 3.0, self.somebody_reads: 1.0}
        acts.sort(key=lambda act: self.dice.random() ** (1 / weights.get(act, 2.0)), reverse=True)
        return int(any(act() for act in acts))

    def catch_up(self) -> int:
        """Whatever is late is worked off by colleagues, and new ones ask."""
        late = Handoff.objects.overdue(self.at).order_by("due_at")[:WORKED_OFF]
        done = sum(self._work_off(handoff) for handoff in late)
        return done + sum(self.somebody_asks() for _ in range(FRESH))

    # Who comes.

    def somebody_asks(self) -> bool:
        market = Market(self.dice)
        market.addresses.update(Lead.objects.order_by("-pk").values_list("email", flat=True)[:5000])
        journey = asks_now(market, self.dice.choice(ORIGINS), self.at)
        self._tell(journey)
        return True

    def somebody_reads(self) -> bool:
        known = list(Lead.objects.filter(stage__in=("lead", "mql")).order_by("-pk")[:200])
        if not known:
            return False
        path, title = self.dice.choice(PAGES)
        seen = {"type": "page_view", "lead": {"id": self.dice.choice(known).pk}}
        properties = {"path": path, "title": title}
        ingest_events([seen | {"properties": properties}], integration=self.website, at=self.at)
        return True

    def _tell(self, journey: Journey) -> None:
        said = [one.values for one in journey.said]
        *_, last = ingest_leads(said, integration=self.website, at=self.at)
        events = [
            {
                "type": did.type,
                "occurred_at": did.at,
                "properties": did.properties,
                "lead": {"id": last.lead_id},
            }
            for did in journey.did
        ]
        ingest_events(events, integration=self.website, at=self.at)

    # What colleagues do.

    def a_colleague_claims(self) -> bool:
        """The one with the least time left, where enough are left for the visitor."""
        waiting = Handoff.objects.open().filter(due_at__gt=self.at).order_by("due_at")
        if waiting.count() <= KEPT_WAITING:
            return False
        # Each seventh waits until it is late.
        chosen = next((one for one in waiting if one.pk % 7), None)
        return chosen is not None and self._try(self._claim, chosen)

    def a_colleague_calls(self) -> bool:
        held = self._held().filter(first_touch_at=None).order_by("claimed_at").first()
        return held is not None and self._try(self._call, held)

    def a_colleague_decides(self) -> bool:
        held = self._held().exclude(first_touch_at=None).order_by("claimed_at").first()
        return held is not None and self._try(self._decide, held)

    def _held(self) -> HandoffQuerySet:
        return Handoff.objects.filter(state="claimed", claimed_by__in=self.colleagues)

    def _work_off(self, handoff: Handoff) -> bool:
        return all(self._try(act, handoff) for act in (self._claim, self._call, self._decide))

    def _try(self, act: Callable[[Handoff], None], handoff: Handoff) -> bool:
        with suppress(*REFUSALS), transaction.atomic():
            act(handoff)
            return True
        return False

    def _claim(self, handoff: Handoff) -> None:
        rep = self.dice.choice(self.colleagues)
        claims.claim(handoff, rep, at=self.at)

    def _call(self, handoff: Handoff) -> None:
        handoff.refresh_from_db()
        assert handoff.claimed_by is not None
        talked = self.dice.random() < 0.7
        touches.log_touch(
            handoff,
            handoff.claimed_by,
            channel=Channel.CALL,
            result=Result.TALKED if talked else Result.MESSAGE,
            note=self.dice.choice(("Good talk.", "Sends the list of sites.", "")),
            at=self.at,
        )

    def _decide(self, handoff: Handoff) -> None:
        handoff.refresh_from_db()
        rep = handoff.claimed_by
        assert rep is not None
        if self.dice.random() < 0.4:
            reasons = Reason.objects.filter(is_active=True).exclude(family=Reason.Family.OTHER)
            verdicts.reject(handoff, rep, reason=self.dice.choice(list(reasons)), at=self.at)
            return
        for item in bant.ITEMS:
            note = self.dice.choice(FOUND_OUT[item])
            bant.say(handoff.lead, rep, item, state=BantItem.State.KNOWN, note=note, at=self.at)
        verdicts.accept(handoff, rep, at=self.at)
