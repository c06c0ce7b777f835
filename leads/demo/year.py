"""The year told in order: what arrived, how it was judged, what people did about it."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction

from accounts.keys.keys import integration_named
from leadportal.db import clock
from leads.demo import cast, criteria, fates
from leads.demo.journeys import YEAR, Did, Journey, Said, draw_journey
from leads.demo.market import (
    BIN,
    INQUIRY,
    LEAD,
    MQL,
    ORIGIN_WEIGHTS,
    ORIGINS,
    SQL,
    Market,
    Origin,
    open_market,
)
from leads.demo.sales import Floor
from leads.demo.stories import everybody
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging import due
from leads.judging.judgement import qualify
from leads.models import Event, Handoff, Lead
from leads.nurture import nurture

LEADS = 2_000
# The same year every time, but for today's date.
SEED = 20
# The machine answers a form within seconds.
DELAY = timedelta(seconds=2)
# How often the sweep looks at everybody: seldom long ago, as nobody sees the hour of it now.
SWEEP_LATELY, SWEEP, LATELY = timedelta(days=1), timedelta(days=7), timedelta(days=12)
# How often the planner is told how much there is.
LOOK = timedelta(days=60)


class NotEmpty(Exception):
    """There is data already; a demonstration is never mixed with it."""


@dataclass(frozen=True, slots=True)
class Seeded:
    leads: int
    events: int
    handoffs: int


@transaction.atomic
def seed(*, leads: int = LEADS, at: datetime | None = None) -> Seeded:
    """Make the year that ends at `at`. Raises NotEmpty; all or nothing."""
    if Lead.objects.exists():
        raise NotEmpty("There are leads already; the demonstration needs an empty database.")
    now = at or clock.now()
    begin = now - timedelta(days=YEAR)
    users = cast.settle_in(begin)
    criteria.date_back_shipped(begin)
    open_market(now)
    cast.hand_out_keys(users[cast.SANNA], now)
    floor = Floor(users, now)
    Year(imagine(leads, now), floor, now).tell()
    _look_again()
    return Seeded(Lead.objects.count(), Event.objects.count(), Handoff.objects.count())


def imagine(leads: int, now: datetime) -> list[Journey]:
    """Everybody's year, the told stories included, before anything is written."""
    dice = Random(SEED)
    market = Market(dice)
    told = everybody.all_of_them(now)
    market.addresses.update(str(story.said[0].values.get("email")) for story in told)
    journeys = []
    for _ in range(max(leads - len(told), 0)):
        origin = dice.choices(ORIGINS, ORIGIN_WEIGHTS)[0]
        journey = draw_journey(market, origin, _reach(origin, dice), now)
        if journey.crosses:
            journey.fate = _fate(journey, dice, now)
        journeys.append(journey)
    return _in_batches([*journeys, *told], now)


def _fate(journey: Journey, dice: Random, now: datetime) -> fates.Fate:
    """What sales makes of it: the better the criteria became, the more it accepts."""
    origin, crosses = journey.origin, journey.crosses or now
    better = 0.05 - 0.22 * (now - crosses) / timedelta(days=YEAR)
    return fates.draw_fate(dice, accepted=origin.accepted + better, refusals=origin.refusals)


def _reach(origin: Origin, dice: Random) -> str:
    drawn = dice.random()
    if drawn < origin.sql:
        return SQL
    if drawn < origin.mql:
        return MQL
    return dice.choices((LEAD, INQUIRY, BIN), (80, 17, 3))[0]


def _in_batches(journeys: list[Journey], now: datetime) -> list[Journey]:
    """Move the arrivals whose minute nobody knows to moments when something arrives anyway."""
    moments = {said.at for journey in journeys if journey.exact for said in journey.said}
    moments |= {journey.crosses for journey in journeys if journey.crosses}
    # Fewer leads fill fewer batches.
    every = max(7, 7 * LEADS // max(len(journeys), 1))
    moments |= {now - timedelta(days=day, hours=7.3) for day in range(0, YEAR, every)}
    lately = (*range(0, 24, 2), *range(24, 80, 7))
    moments |= {now - timedelta(hours=hour, minutes=17) for hour in lately}
    ordered = sorted(moments)
    for journey in journeys:
        if not journey.exact:
            _arrive(journey, ordered[bisect_left(ordered, journey.begins)], now)
    return journeys


def _arrive(journey: Journey, at: datetime, now: datetime) -> None:
    """Let the person first come at `at`; what they did follows."""
    shift = at - journey.begins
    journey.said[0] = Said(at, journey.said[0].values)
    if journey.crosses:
        journey.did = [did._replace(at=max(did.at, at)) for did in journey.did]
    else:
        journey.did = [did._replace(at=min(max(did.at + shift, at), now)) for did in journey.did]


class Year:
    """Batches in the order of time: say, do, judge; and between them people work."""

    def __init__(self, journeys: Sequence[Journey], floor: Floor, now: datetime) -> None:
        self.floor, self.now = floor, now
        self.website = integration_named("Website")
        said = ((said, journey) for journey in journeys for said in journey.said)
        did = ((did, journey) for journey in journeys for did in journey.did)
        self.said = deque(sorted(said, key=lambda row: row[0].at))
        self.did = deque(sorted(did, key=lambda row: row[0].at))
        self.by_lead: dict[int, Journey] = {}
        self.swept = self.looked = now - timedelta(days=YEAR)

    def tell(self) -> None:
        history = deque(criteria.sign_their_versions(self.now))
        while self.said:
            at = self.said[0][0].at
            while history and history[0].live_at <= at:
                self._switch_on(history.popleft())
            self._batch(at, min(at + DELAY, self.now))
        self.floor.work_until(self.now)
        self._deliver([], _until(self.now, self.did), self.now)
        due.drain(at=self.now)
        users = self.floor.users
        criteria.propose_next(self.now, author=users[cast.INES], marketing=users[cast.HELENA])

    def _switch_on(self, edition: criteria.Edition) -> None:
        users, at = self.floor.users, edition.live_at
        self.floor.work_until(at)
        criteria.go_live(
            edition,
            author=users[cast.INES],
            marketing=users[cast.HELENA],
            sales=users[cast.TOMASZ],
        )
        due.drain(at=at)
        self._hand_to_sales(at)

    def _batch(self, at: datetime, moment: datetime) -> None:
        """What was said and done up to `at` comes in at `moment`, and is judged."""
        self.floor.work_until(moment)
        if moment - self.looked >= LOOK:
            self.looked = moment
            _look_again()
        changed = self._deliver(_until(at, self.said), _until(at, self.did), moment)
        every = SWEEP_LATELY if self.now - moment < LATELY else SWEEP
        if moment - self.swept >= every:
            self.swept = moment
            nurture.return_due(at=moment)
            due.drain(at=moment)
        else:
            qualify(changed, at=moment)
            if nurture.return_due(at=moment):
                due.drain(at=moment)
        self._hand_to_sales(moment)

    def _deliver(
        self, said: list[tuple[Said, Journey]], did: list[tuple[Did, Journey]], moment: datetime
    ) -> list[int]:
        """Ingest both, as the website would; gives the ids of the leads they were about."""
        known = ingest_leads([one.values for one, _ in said], integration=self.website, at=moment)
        for (_, journey), result in zip(said, known, strict=True):
            if result.lead_id is None:
                raise AssertionError(result)
            journey.lead_id = result.lead_id
            self.by_lead[result.lead_id] = journey
        events = [
            {
                "type": one.type,
                "occurred_at": one.at,
                "properties": one.properties,
                "lead": {"id": journey.lead_id},
            }
            for one, journey in did
        ]
        ingest_events(events, integration=self.website, at=moment)
        return sorted({journey.lead_id for _, journey in [*said, *did]})

    def _hand_to_sales(self, moment: datetime) -> None:
        opened = Handoff.objects.open().filter(opened_at=moment).select_related("queue")
        for handoff in opened.order_by("lead_id"):
            journey = self.by_lead[handoff.lead_id]
            fate = journey.fate if handoff.cycle == 1 else journey.fate and journey.fate.then
            self.floor.take_up(handoff, fate or _unforeseen(journey))


def _look_again() -> None:
    """Tell the planner how much there is by now: nobody else sees it before the end."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead, leads_event, leads_company, leads_stagechange")


def _until(at: datetime, rows: deque[tuple[Any, Journey]]) -> list[tuple[Any, Journey]]:
    """Take the rows up to `at` off the front."""
    taken = []
    while rows and rows[0][0].at <= at:
        taken.append(rows.popleft())
    return taken


def _unforeseen(journey: Journey) -> fates.Fate:
    """For those whom the criteria brought further than was meant."""
    dice = Random(f"{SEED} {journey.begins:%d%H%M}")
    return fates.draw_fate(
        dice, accepted=journey.origin.accepted - 0.2, refusals=journey.origin.refusals
    )
