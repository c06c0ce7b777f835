"""What needs a manager now, and the first steps of a new installation: only what is true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.policy import Action, can, listed
from funnel.models import CriteriaVersion, VersionState
from leadportal.look import formats
from leadportal.look.bidi import apart
from leadportal.look.formats import some
from leadportal.look.told import Told
from leads.metrics import catalogue
from leads.metrics.answers.handoffs import Waiting
from leads.metrics.answers.reps import Rep
from leads.metrics.links import counted_url
from leads.rejections import listing

# More than this and a list of people is no help.
MOST_REPS = 3
# So many leads given back on one day are worth a word with who did.
OFTEN = 3
NAMED = 3


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to look at; `side` says who holds it ("over" is both).

    `behind` opens what the title counts; `url` is where something is done about it.
    """

    side: str
    title: str
    text: str | list[Told]
    url: str = ""
    verb: str = ""
    behind: str = ""


def needs(
    user: User,
    waiting: Waiting,
    reps: list[Rep],
    live: CriteriaVersion,
    at: datetime,
    unsigned: Sequence[CriteriaVersion] = (),
    agreed: Sequence[CriteriaVersion] = (),
) -> list[Need]:
    """Most pressing first; `unsigned` wait for this person's signature, and `agreed`, which both
    departments have signed, are scheduled or wait for somebody to switch them on. Two queries."""
    parked, unknown = _oddities()
    found = [
        *_to_sign(unsigned, live),
        *_to_switch_on(user, agreed, live),
        *_late_claims(user, waiting),
        *_late_touches(reps),
        *_given_back(user, reps),
        *_rejections(user, at),
    ]
    if parked:
        found.append(
            Need(
                "mk",
                f"{some(parked, 'lead')} could not be scored",
                "They keep the judgement they had until they are tried again.",
                behind=reverse("parked"),
            )
        )
    if live.is_shipped_default and not (unsigned or agreed):
        found.append(
            Need(
                "over",
                "Nobody has signed the criteria yet",
                f"{live} came with the product and decides until your departments agree.",
                reverse("criteria"),
                "Read",
            )
        )
    if unknown:
        found.append(_unknown(unknown))
    return found


def _to_sign(versions: Sequence[CriteriaVersion], live: CriteriaVersion) -> list[Need]:
    return [
        Need(
            "over",
            f"Sign {version} or send it back",
            apart(version.note) or f"It waits for your signature to follow {live}.",
            f"{reverse('criteria-compare', args=[live.number, version.number])}#sign",
            "Read",
        )
        for version in versions
    ]


def _to_switch_on(
    user: User, versions: Sequence[CriteriaVersion], live: CriteriaVersion
) -> list[Need]:
    if not can(user, Action.SWITCH_ON_CRITERIA):
        return []
    return [
        Need(
            "over",
            f"Switch {version} on, or say when",
            f"Both departments have signed it. {live} decides until then.",
            reverse("criteria-switch-on", args=[version.number]),
            "Open",
        )
        for version in versions
        if version.state == VersionState.PROPOSED
    ]


def _late_claims(user: User, waiting: Waiting) -> list[Need]:
    if not waiting.late:
        return []
    to_queue = can(user, Action.OPEN_QUEUE)
    return [
        Need(
            "sa",
            f"{some(waiting.late, 'lead')} {_wait(waiting.late)} past the promise to claim",
            f"The oldest came {formats.when(waiting.oldest)}." if waiting.oldest else "",
            reverse("queue") if to_queue else "",
            "Queue",
            counted_url(catalogue.LATE),
        )
    ]


def _rejections(user: User, at: datetime) -> list[Need]:
    """Disputes that wait for this manager, and rejections that wait longer than promised."""
    pressing, page = listing.pressing(user, at), reverse("rejections")
    found = []
    if pressing.mine:
        title = f"{some(pressing.mine, 'dispute')} {_wait(pressing.mine)} for your decision"
        text = "Marketing says that Sales should take what Sales sent back."
        mine = f"{page}?state=mine"
        found.append(Need("over", title, text, mine, "Decide", mine))
    if pressing.late:
        title = f"{some(pressing.late, 'rejection')} {_wait(pressing.late)} past the promise"
        to_answer = Told(some(pressing.to_answer, "rejection"), f"{page}?state=open")
        waiting = Told(f" {_wait(pressing.to_answer)} for an answer of Marketing.")
        late = f"{page}?state=open&late=1"
        url = late if can(user, Action.ANSWER_REJECTIONS) else ""
        found.append(Need("mk", title, [to_answer, waiting], url, "Answer", late))
    return found


def _late_touches(reps: list[Rep]) -> list[Need]:
    late = sorted((rep for rep in reps if rep.late), key=lambda rep: (-rep.late, rep.name))
    return [
        Need(
            "sa",
            f"{apart(rep.name)} has {some(rep.late, 'late lead')}",
            f"The oldest was claimed {formats.when(rep.late_since)} and waits for a first touch."
            if rep.late_since
            else "",
            behind=counted_url(catalogue.LATE_TOUCH, rep=rep.id),
        )
        for rep in late[:MOST_REPS]
    ]


def _given_back(user: User, reps: list[Rep]) -> list[Need]:
    """Who gave leads back so often today that the one who leads them should ask."""
    if not can(user, Action.WORK_FOR_OTHERS):
        return []
    return [
        Need(
            "sa",
            f"{apart(rep.name)} gave leads back {rep.given_back} times today",
            "What they said stands on the timeline of each.",
            behind=counted_url(catalogue.GIVEN_BACK, giver=rep.id),
        )
        for rep in reps
        if rep.given_back >= OFTEN
    ]


def _oddities() -> tuple[int, list[str]]:
    """How many leads are parked with an error, and the attribute names that are not a field."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM leads_judgement WHERE parked_error <> ''), "
            "ARRAY(SELECT DISTINCT name FROM leads_seenattribute seen WHERE NOT EXISTS "
            "(SELECT FROM leads_customfield field WHERE field.name = seen.name) ORDER BY name)"
        )
        return cursor.fetchone()


def _wait(count: int) -> str:
    return "waits" if count == 1 else "wait"


def _unknown(names: list[str]) -> Need:
    """Attributes that came in under names that nobody declared."""
    named = [apart(name) for name in names[:NAMED]]
    if len(names) > NAMED:
        named.append("others")
    are, it = ("is not a field", "it") if len(names) == 1 else ("are not fields", "them")
    text = f"Stored with the leads that brought {it}, but criteria cannot ask for {it}."
    url = f"{reverse('fields')}#not-yet"
    return Need("mk", f"{listed(named)} {are} yet", text, url, "Define")


# A new installation.


@dataclass(frozen=True, slots=True)
class FirstStep:
    title: str
    text: str
    is_done: bool
    url: str = ""
    verb: str = ""


_DONE = """
SELECT EXISTS (SELECT FROM accounts_portal WHERE company_name <> 'Your company'),
       EXISTS (SELECT FROM accounts_user WHERE is_active AND roles && ARRAY['marketing',
               'marketing_manager']::varchar[]) AND
       EXISTS (SELECT FROM accounts_user u JOIN funnel_queuemember m ON m.user_id = u.id
               WHERE u.is_active),
       EXISTS (SELECT FROM accounts_apikey WHERE revoked_at IS NULL),
       EXISTS (SELECT FROM leads_lead),
       EXISTS (SELECT FROM leads_handoff),
       EXISTS (SELECT FROM leads_handoff WHERE claimed_at IS NOT NULL)
"""


def first_steps(user: User) -> list[FirstStep]:
    """From an empty database to a claimed SQL, in the order that works; [] once it was walked."""
    with connection.cursor() as cursor:
        cursor.execute(_DONE)
        company, people, key, lead, handoff, claim = cursor.fetchone()
    if claim:
        return []
    return [
        FirstStep(
            "Name the company",
            "Its currency, time zone and the countries you sell to.",
            company,
            reverse("settings"),
            "Settings",
        ),
        FirstStep(
            "Add a marketer and a rep",
            "An admin adds them, and gives each a link to choose a password.",
            people,
            reverse("people") if can(user, Action.EDIT_PEOPLE) else "",
            "People",
        ),
        FirstStep(
            "Create an API key",
            "Forms and ad platforms send leads with it.",
            key,
            reverse("keys"),
            "API keys",
        ),
        FirstStep(
            "Send the first lead",
            "A key you make comes with the two calls that make an SQL.",
            lead,
            reverse("keys"),
            "API keys",
        ),
        FirstStep(
            "See it handed over",
            "A lead that meets the SQL definition waits in the queue within a second.",
            handoff,
            reverse("leads"),
            "Leads",
        ),
        FirstStep(
            "Have a rep claim it", "One key in the queue, and the clock of Sales runs.", claim
        ),
    ]
