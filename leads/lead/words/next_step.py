"""The next step with a lead: what to do now, by whom, the clock it has, and the buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from funnel.stages import Stage
from leadportal.db import clock
from leadportal.look import formats
from leadportal.look.bidi import apart
from leads.models import BantItem, Handoff, HandoffState, Lead, Nurture, StageChange
from leads.nurture import nurture
from leads.verdicts.words import listed
from leads.words import by_when, short

IN_DEAL = (Stage.ACCEPTED, Stage.OPPORTUNITY)


@dataclass(frozen=True, slots=True)
class Act:
    """A button: it opens a drawer, posts, or leads on. At most one of a step looks like "go"."""

    label: str
    url: str
    key: str
    posts: bool = False
    leads_on: bool = False
    look: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now, by whom, the clock it has, and what the reader may do."""

    text: str
    strong: str = ""
    after: str = ""
    # The running clock, or else how long a kept promise took.
    due_at: datetime | None = None
    started_at: datetime | None = None
    label: str = ""
    late_label: str = ""
    took: timedelta | None = None
    acts: tuple[Act, ...] = ()
    # Whether the reader is one who calls and writes, and nobody has forbidden it.
    may_reach: bool = False

    @property
    def first(self) -> Act | None:
        """The one that stands under the thumb."""
        return next(iter(self.acts), None)

    @property
    def logs_touch(self) -> bool:
        return any(act.key == "t" for act in self.acts)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a next step depends on."""

    lead: Lead
    handoff: Handoff | None
    reader: User
    # Of this cycle, oldest first.
    moves: Sequence[StageChange]
    currency: str
    # Whether the reader works handoffs at all, and the queue of this one; or those of others too.
    works: bool = False
    member: bool = False
    leads_team: bool = False
    # Whether the reader answers what sales sent back.
    answers: bool = False
    # Why nobody calls or writes.
    refusal: str = ""
    # What of BANT is not known, and how many are asked for.
    unknown: Sequence[BantItem.Item] = field(default=())
    asked: int = 0
    wait: Mapping[str, Any] | None = None
    dispute: Mapping[str, Any] | None = None

    @property
    def first_name(self) -> str:
        return apart(self.lead.first_name) or str(self.lead)

    @property
    def ways(self) -> str:
        """How they can be reached: "call or email"."""
        has = [(self.lead.phone, "call"), (self.lead.email, "email")]
        return " or ".join(way for known, way in has if known) or "find a way to reach"

    @property
    def mine(self) -> bool:
        return bool(self.handoff and self.handoff.claimed_by_id == self.reader.pk)


def next_step(now: Situation) -> Next | None:
    """None where the criteria decide alone, and nobody has to do anything."""
    handoff, stage = now.handoff, now.lead.stage
    if handoff is not None and handoff.state == HandoffState.OPEN:
        return _waiting(now, handoff)
    if handoff is not None and handoff.state == HandoffState.CLAIMED:
        return _mine(now, handoff) if now.mine else _of_a_colleague(now, handoff)
    if handoff is not None and stage in IN_DEAL:
        return _deal(now, handoff)
    if handoff is not None and stage == Stage.REJECTED:
        return _rejected(now, handoff)
    if handoff is not None and stage in (Stage.WON, Stage.LOST):
        return _settled(now, handoff)
    if stage == Stage.NURTURE:
        return _nurtured(now)
    return None


# --- before the verdict --------------------------------------------------------------------------


def _waiting(now: Situation, handoff: Handoff) -> Next:
    claims = now.works and now.member
    step = Next(
        "Next:",
        f"claim {now.first_name}" if claims else "a rep claims it",
        f". {now.refusal or 'Whoever claims first keeps the lead.'}",
        due_at=handoff.due_at,
        started_at=handoff.opened_at,
        label="left to claim",
        late_label="claim overdue",
    )
    if handoff.spared_id == now.reader.pk and clock.now() < handoff.due_at:
        return replace(
            step,
            text=f"You rejected {now.first_name} the last time.",
            strong="Others may take it first",
            after=f", until {by_when(handoff.due_at)}.",
        )
    url = reverse("handoff-claim", args=[handoff.pk])
    act = Act("Claim", url, "c", posts=True, look="go")
    return replace(step, acts=(act,) if claims else ())


def _mine(now: Situation, handoff: Handoff) -> Next:
    touch, accept, reject, back = _acts_of_claim(handoff)
    clock = _clock(handoff)
    if now.refusal:
        acts = (_go(replace(reject, look="")), back, accept, touch)
        text = f"{now.refusal} Next:"
        return Next(text, "reject it or give it back", ".", acts=acts, **clock)
    if handoff.first_touch_at is None:
        return Next(
            "Next:",
            f"{now.ways} {now.first_name}",
            ", then log it. The clock stops when you do.",
            acts=(_go(touch), accept, reject, back),
            may_reach=True,
            **clock,
        )
    acts = (_go(accept), touch, reject, back)
    if len(BantItem.Item) - len(now.unknown) < now.asked:
        asks = f". Accept asks for {now.asked} of {len(BantItem.Item)}."
        return Next(
            "Next:", f"find out {listed(now.unknown)}", asks, acts=acts, may_reach=True, **clock
        )
    strong, why = "accept or reject", f" {now.first_name}. BANT is there."
    return Next("Next:", strong, why, acts=acts, may_reach=True, **clock)


def _acts_of_claim(handoff: Handoff) -> tuple[Act, Act, Act, Act]:
    first = handoff.first_touch_at is None
    return (
        _touch(handoff, "Log first touch" if first else "Log touch"),
        Act("Accept", reverse("handoff-accept", args=[handoff.pk]), "a"),
        Act("Reject", reverse("handoff-reject", args=[handoff.pk]), "r", look="bad"),
        Act("Give back", reverse("handoff-release", args=[handoff.pk]), "h"),
    )


def _touch(handoff: Handoff, label: str = "Log touch") -> Act:
    return Act(label, reverse("handoff-touch", args=[handoff.pk]), "t")


def _go(act: Act) -> Act:
    return replace(act, look="go")


def _of_a_colleague(now: Situation, handoff: Handoff) -> Next:
    assert handoff.claimed_at is not None
    helps = now.works and now.member
    after = f" holds this lead since {short(handoff.claimed_at)}."
    if now.refusal:
        after = f"{after} {now.refusal}"
    elif helps and handoff.first_touch_at is None:
        after = f"{after} If you reach {now.first_name}, log it: it stops the clock of both."
    return Next(
        "",
        str(handoff.claimed_by),
        after,
        acts=(_touch(handoff),) if helps else (),
        **_clock(handoff),
    )


def _clock(handoff: Handoff) -> dict[str, Any]:
    if handoff.first_touch_at:
        assert handoff.touch_due_at is not None
        late = handoff.first_touch_at > handoff.touch_due_at
        label = "to first touch, late" if late else "to first touch, in time"
        return {"took": handoff.first_touch_at - handoff.opened_at, "label": label}
    return {
        "due_at": handoff.touch_due_at,
        "started_at": handoff.claimed_at,
        "label": "left for first touch",
        "late_label": "first touch overdue",
    }


# --- after it ------------------------------------------------------------------------------------


def _deal(now: Situation, handoff: Handoff) -> Next:
    """Accepted, or an opportunity: whoever owns it says what becomes of it."""
    lead, stage = now.lead, now.lead.stage
    facts = []
    if lead.estimated_value is not None:
        facts.append(f"{formats.money(lead.estimated_value, now.currency)} estimated")
    if handoff.expected_on:
        facts.append(f"expected {_day(handoff.expected_on)}")
    told = f" {', '.join(facts).capitalize()}." if facts else ""
    owns = now.works and (lead.owner_id == now.reader.pk or now.leads_team)
    if not owns:
        label = Stage(stage).label.lower()
        noun = "is an opportunity" if stage == Stage.OPPORTUNITY else f"is {label}"
        return Next("", str(lead.owner or "Nobody"), f" holds this lead; it {noun}.{told}")
    won = Act("Won", reverse("lead-won", args=[lead.pk]), "w")
    lost = Act("Lost", reverse("lead-lost", args=[lead.pk]), "l")
    reach = now.mine and not now.refusal
    rest = (_touch(handoff),) if now.mine else ()
    if stage == Stage.OPPORTUNITY:
        acts = (_go(won), lost, *rest)
        return Next("Next:", "won or lost", f".{told}", acts=acts, may_reach=reach)
    url = reverse("lead-opportunity", args=[lead.pk])
    opportunity = Act("Opportunity", url, "p", posts=True, look="go")
    reject = Act("Reject", reverse("handoff-reject", args=[handoff.pk]), "r", look="bad")
    rest = (*rest, reject) if now.mine else ()
    return Next(
        "Next:",
        f"make {now.first_name} an opportunity",
        f", once there is something to offer.{told}",
        acts=(opportunity, won, lost, *rest),
        may_reach=reach,
    )


def _day(day: date) -> str:
    text = f"{day.day} {day:%b}"
    return text if day.year == timezone.localdate(clock.now()).year else f"{text} {day.year}"


def _rejected(now: Situation, handoff: Handoff) -> Next:
    because = f" {_who(now, handoff)} sent it back: {handoff.reason}."
    if now.dispute:
        return Next(
            "Marketing disputes it;",
            f"{apart(now.dispute['arbiter'])} decides",
            f".{because}",
            due_at=datetime.fromisoformat(now.dispute["due_at"]),
            started_at=handoff.closed_at,
            label="left to decide",
            late_label="decision overdue",
            acts=_to_rejection("Decide", "d", handoff)
            if now.dispute["arbiter_id"] == now.reader.pk
            else (),
        )
    return Next(
        "Next:",
        "marketing answers",
        f".{because}",
        due_at=handoff.answer_due_at,
        started_at=handoff.closed_at,
        label="left to answer",
        late_label="answer overdue",
        acts=_to_rejection("Answer", "a", handoff) if now.answers else (),
    )


def _to_rejection(label: str, key: str, handoff: Handoff) -> tuple[Act, ...]:
    """Where both sides stand, with what may be said to them."""
    return (Act(label, reverse("rejection", args=[handoff.pk]), key, leads_on=True, look="go"),)


def _who(now: Situation, handoff: Handoff) -> str:
    return "You" if now.mine else str(handoff.claimed_by or "Sales")


def _nurtured(now: Situation) -> Next | None:
    if now.wait is None:
        return None
    day = now.wait["return_on"]
    waits = Nurture(
        return_on=date.fromisoformat(day) if day else None,
        return_event=now.wait["return_event"],
    )
    hand = " After three cycles only a person brings it back." if now.wait["by_hand"] else ""
    return Next("In nurture. It waits", nurture.words(waits), f".{hand}")


def _settled(now: Situation, handoff: Handoff) -> Next:
    """Won or lost: what it was, and why."""
    last = next((move for move in reversed(now.moves) if move.target == now.lead.stage), None)
    at = f" {short(last.at)}" if last else ""
    against = f", against {apart(handoff.competitor)}" if handoff.competitor else ""
    if now.lead.stage == Stage.LOST:
        why = f": {apart(last.reason)}" if last and last.reason else ""
        return Next("", "Lost", f"{at}{why}{against}.")
    amount = f": {formats.amount(last.amount, now.currency)}" if last and last.amount else ""
    because = apart(handoff.bought_because)
    because = f" They bought because: {because}" if because else ""
    return Next("", "Won", f"{at}{amount}{against}.{because}")
