"""What sales and marketing make of a lead that was handed over: drawn once, acted out later."""

from dataclasses import dataclass
from random import Random

from leads.demo.cast import DANA, ELIF, LIAM, MARCUS, PRIYA, YUKI, Person
from leads.models import Answer, BantItem, Touch

Channel, Result = Touch.Channel, Touch.Result


@dataclass(frozen=True, slots=True)
class Contact:
    """One call, mail or meeting, so many minutes after the claim."""

    minutes: float
    channel: str
    result: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """Why marketing disputes a refusal, and what the arbiter decides a day later."""

    text: str
    decision: str
    because: str


@dataclass(frozen=True, slots=True)
class Fate:
    """Who takes the lead and what comes of it. Times count from the step before."""

    rep: Person
    # Minutes to the claim; None: it waits.
    claimed: float | None = None
    released: str = ""
    contacts: tuple[Contact, ...] = ()
    # Hours after the claim; None: still undecided.
    decided: float | None = None
    # Label of a funnel.Reason; blank is accepted.
    refusal: str = ""
    note: str = ""
    # Marketing's answer to a refusal, so many hours later.
    answered: float | None = None
    closed_for_good: bool = False
    # What was wrong with the criteria that made it an SQL: (id of the rule, flaw).
    wrong: tuple[tuple[str, str], ...] = ()
    disputed: Dispute | None = None
    # What brings it back from nurture, beside the day.
    returns_at: str = ""
    # What sales makes of it the next time.
    then: "Fate | None" = None
    # Days in nurture.
    returns: int = 180
    # Which of budget, authority, need and timing was known in part only; beyond them: none.
    unsure: int = 4
    # Days from accepted to opportunity, and from there to the end.
    opportunity: float | None = None
    ended: float | None = None
    lost: str = ""
    worth: float = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """One rep's habits: share of the work, median minutes to claim and to touch, taste."""

    rep: Person
    share: int
    claim: float
    touch: float
    accepts: float


PACES = (
    Pace(DANA, 58, 6, 24, 0.05),
    Pace(MARCUS, 71, 8, 36, 0.01),
    Pace(YUKI, 64, 7, 33, 0.03),
    Pace(LIAM, 48, 17, 66, -0.09),
    Pace(PRIYA, 66, 9, 34, 0.02),
    Pace(ELIF, 80, 10, 44, -0.03),
)
NOTES = {
    Result.TALKED: (
        "Good talk. Sends the list of sites.",
        "Wants a demo with the plant managers.",
        "Asked for references from the same industry.",
        "Knows two of our customers. Needs a business case.",
        "",
    ),
    Result.MESSAGE: ("Left a message with two dates.", "Sent a short mail with the guide.", ""),
    Result.NO_ANSWER: ("", "Tried the switchboard as well.", ""),
}
REFUSAL_NOTES = {
    "Student or job seeker": ("Writing a thesis. Nice chat, no project.", "Wants to work for us."),
    "Too small": ("Nine people, and they want a phone app.", "One site, three users."),
    "No budget this year": ("Budget is gone until January.", "Frozen until the new year."),
    "No need": ("Just rolled out another tool.", "Was only curious what we do."),
    "Could not be reached": ("Five calls, two mails, nothing.", ""),
    "Already a customer": ("Their Dutch site has had us since 2023.", "Same group as a customer."),
    "Later than six months": ("Contract with the other tool runs two more years.", ""),
    "Not their decision": ("Group buys centrally, in Lyon.", "Has to ask the head office."),
    "Wrong contact details": ("Number belongs to a bakery.", ""),
    "Competitor": ("Product manager at a competitor.", ""),
}
LOST = ("Chose a competitor", "Stayed with paper", "Project stopped", "No budget after all")


def draw_fate(dice: Random, *, accepted: float, refusals: dict[str, int]) -> Fate:
    """A fate as probable as the source's record and the rep's habits make it."""
    pace = dice.choices(PACES, [pace.share for pace in PACES])[0]
    yes = dice.random() < accepted + pace.accepts
    contacts = _contacts(pace, dice, reached=yes or dice.random() < 0.7)
    decided = contacts[-1].minutes / 60 + dice.lognormvariate(2.2, 1.1)
    claimed = pace.claim * dice.lognormvariate(0, 0.6)
    if not yes:
        refusal = dice.choices(list(refusals), list(refusals.values()))[0]
        return Fate(
            pace.rep,
            claimed,
            contacts=contacts,
            decided=decided,
            refusal=refusal,
            note=dice.choice(REFUSAL_NOTES[refusal]),
            answered=dice.lognormvariate(3.1, 0.9),
            closed_for_good=dice.random() < 0.2,
            returns=dice.choice((90, 180, 365)),
        )
    won = dice.random() < 0.38
    return Fate(
        pace.rep,
        claimed,
        released="Speaks Italian only; somebody else should call." if dice.random() < 0.02 else "",
        contacts=contacts,
        decided=decided,
        opportunity=dice.lognormvariate(2.2, 0.6) if dice.random() < 0.58 else None,
        ended=dice.lognormvariate(3.5, 0.5) if dice.random() < 0.8 else None,
        lost="" if won else dice.choice(LOST),
        unsure=dice.randrange(8),
        worth=dice.uniform(0.6, 1.15),
    )


def _contacts(pace: Pace, dice: Random, *, reached: bool) -> tuple[Contact, ...]:
    """The first touch and those after it, until somebody answers."""
    minutes = pace.touch * dice.lognormvariate(0, 0.6)
    contacts = []
    tries = dice.choices((1, 2, 3), (6, 3, 1))[0] if reached else 5
    for number in range(tries):
        last = reached and number == tries - 1
        result = Result.TALKED if last else dice.choice((Result.NO_ANSWER, Result.MESSAGE))
        channel = Channel.EMAIL if result == Result.MESSAGE else Channel.CALL
        contacts.append(Contact(minutes, channel, result, dice.choice(NOTES[result])))
        minutes += 60 * dice.uniform(16, 40)
    return tuple(contacts)


ANSWERS = {
    Answer.Kind.NURTURE: "Back to nurture; we ask again in half a year.",
    Answer.Kind.CLOSE: "Agreed. We close it.",
}
FOUND_OUT = {
    BantItem.Item.BUDGET: ("Set aside for this year", "Up to 40,000 without the board", ""),
    BantItem.Item.AUTHORITY: ("Signs alone", "Decides with the head of quality", "Asks the owner"),
    BantItem.Item.NEED: ("Paper logs at every site", "Failed the last audit", "Replaces old tool"),
    BantItem.Item.TIMING: ("Before the spring audit", "This quarter", "Next budget round"),
}
