"""Plain rows, valid by default, and the fixed cast of every story.

A factory writes exactly the rows it names: no score is computed and no queue is drained. Whatever
the product has a verb for (claiming, ingesting, qualifying) is better done with that verb.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models.sql import InsertQuery
from django.utils import timezone

from accounts.models import Integration, User
from accounts.roles import Role, Side
from funnel.models import CriteriaVersion, Queue, QueueMember, Reason
from funnel.stages import LADDER, Actor, Stage, origins
from funnel.versions import editing, signing, switching
from leads import ledger, text
from leads.judging.basis import Basis
from leads.judging.due import BATCH, take
from leads.judging.hearing import spread
from leads.ledger import LedgerRow
from leads.matching import company_key
from leads.models import (
    Answer,
    BantItem,
    Campaign,
    Company,
    Consent,
    Duplicate,
    Event,
    FollowUp,
    Handoff,
    HandoffState,
    Judgement,
    Lead,
    News,
    Nurture,
    Outcome,
    Source,
    Why,
)
from tests.concurrently import rolled_back

_numbers = count(1)

# --- people ------------------------------------------------------------------------------------


def person(role: Role = Role.SALES, *roles: Role, name: str = "", **fields: Any) -> User:
    """Somebody with these roles, in no queue. Sign in with client.force_login or sign_in."""
    number = next(_numbers)
    user = User(
        email=fields.pop("email", f"person-{number}@example.com"),
        name=name or f"Person {number}",
        roles=[str(one) for one in (role, *roles)],
        **fields,
    )
    user.set_unusable_password()
    user.save()
    return user


def rep(name: str = "Dana Okafor", *, queue: Queue | None = None) -> User:
    """A rep who works a queue, the default one unless told."""
    user = person(Role.SALES, name=name)
    QueueMember.objects.create(queue=queue or Queue.default(), user=user)
    return user


def outsider() -> User:
    """A rep who is a member of no queue."""
    return person(Role.SALES, name="Noor Haddad")


def marketer() -> User:
    return person(Role.MARKETING, name="Ines Carvalho")


def marketing_manager() -> User:
    return person(Role.MARKETING_MANAGER, name="Tomasz Zieliński")


def sales_manager() -> User:
    return person(Role.SALES_MANAGER, name="Ruth Bakker")


def admin() -> User:
    return person(Role.ADMIN, name="Ada Berg")


def integration(name: str = "Website forms") -> Integration:
    return Integration.objects.get_or_create(name=name)[0]


def live_version() -> CriteriaVersion:
    return CriteriaVersion.objects.live().get()


# --- the record --------------------------------------------------------------------------------


def _named(name: str) -> dict[str, Any]:
    return {"name": name, "word_keys": text.word_keys({"name": name})}


def source(name: str = "Demo form", **fields: Any) -> Source:
    key = text.name_key(name, 100)
    return Source.objects.get_or_create(key=key, defaults=_named(name) | fields)[0]


def campaign(name: str = "Nordic food Q4", **fields: Any) -> Campaign:
    key = text.name_key(name, 150)
    return Campaign.objects.get_or_create(key=key, defaults=_named(name) | fields)[0]


def company(name: str = "Brightwater Foods", **fields: Any) -> Company:
    fields.setdefault("domain", f"company-{next(_numbers)}.example")
    industry = fields.setdefault("industry", "Food and beverage")
    return Company.objects.create(
        name=name,
        name_key=text.key(name),
        match_key=company_key(name),
        industry_key=text.key(industry),
        word_keys=text.word_keys({"name": name, "industry": industry}),
        **{"employees": 610, "country": "SE", **fields},
    )


# The fields of a judged lead that a score of fit + intent sets.
def scored(fit: int, intent: int, at: datetime | None = None) -> dict[str, Any]:
    return {
        "version": live_version(),
        "fit": fit,
        "intent": intent,
        "total": fit + intent,
        "scored_at": at or timezone.now(),
        "rescore_at": None,
    }


def judged(made: Lead, **columns: Any) -> Lead:
    """A lead with these columns of its judgement."""
    Judgement.objects.filter(lead=made).update(**columns)
    made.judgement.refresh_from_db()
    return made


# The columns of a lead's judgement.
OF_JUDGEMENT = frozenset(field.name for field in Judgement._meta.concrete_fields) - {"lead"}


def lead(
    name: str = "Maya Lindqvist",
    *,
    stage: Stage = Stage.INQUIRY,
    fit: int | None = None,
    intent: int = 0,
    **fields: Any,
) -> Lead:
    """A lead with the ledger rows that brought it to its stage; judged if `fit` is given."""
    columns = {name: fields.pop(name) for name in OF_JUDGEMENT & fields.keys()}
    first, _, last = name.partition(" ")
    at = fields.setdefault("created_at", timezone.now())
    email = fields.setdefault("email", f"{first.lower()}-{next(_numbers)}@brightwater.example")
    if "company" not in fields:
        fields["company"] = company()
    if "source" not in fields:
        fields["source"] = source()
    title = fields.setdefault("job_title", "VP Operations")
    made = Lead(
        first_name=first,
        last_name=last,
        email_key=email,
        email_kind="work" if email else "",
        name_key=text.person_key(first, last),
        attribute_keys={"first_name": text.key(first), "last_name": text.key(last)},
        job_title_key=text.key(title),
        word_keys=text.word_keys({"first_name": first, "last_name": last, "job_title": title}),
        search_key=text.search_key(
            name,
            email,
            fields["company"].name if fields["company"] else "",
            phone=fields.setdefault("phone", "+46401234567"),
        ),
        stage_since=at,
        **{"country": "SE", "city": "Malmö", **fields},
    )
    columns |= {} if fit is None else scored(fit, intent, at) | columns
    _save(made, stage, at, columns)
    return made


# What comes between an SQL and the later stages, and before a disqualified lead.
_WAY = {
    Stage.CLAIMED: (*LADDER,),
    Stage.ACCEPTED: (*LADDER, Stage.CLAIMED),
    Stage.REJECTED: (*LADDER, Stage.CLAIMED),
    Stage.OPPORTUNITY: (*LADDER, Stage.CLAIMED, Stage.ACCEPTED),
    Stage.WON: (*LADDER, Stage.CLAIMED, Stage.ACCEPTED),
    Stage.LOST: (*LADDER, Stage.CLAIMED, Stage.ACCEPTED),
    Stage.NURTURE: (*LADDER, Stage.CLAIMED, Stage.REJECTED),
    Stage.DISQUALIFIED: (Stage.INQUIRY,),
}


def _save(made: Lead, stage: Stage, at: datetime, columns: dict[str, Any]) -> None:
    """The lead at inquiry, then step by step to its stage."""
    begun([made])
    if columns:
        judged(made, **columns)
    on_ladder = LADDER[1 : LADDER.index(stage) + 1] if stage in LADDER else (*_WAY[stage], stage)
    moved(made, *(step for step in on_ladder if step != Stage.INQUIRY), at=at)


def begun(made: Sequence[Lead]) -> Sequence[Lead]:
    """Save new leads with the first row of each, in one statement, as the database demands."""
    insert = InsertQuery(Lead)
    insert.insert_values([f for f in Lead._meta.concrete_fields if not f.primary_key], made)
    ((statement, params),) = insert.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        by = {"actor": Actor.INTEGRATION, "integration": None, "person": None}
        begins = cursor.mogrify(ledger.BEGINS, by).decode()
        cursor.execute(
            f"WITH written AS ({statement} RETURNING {', '.join(ledger.BEGINS_FROM)}), "
            f"begun AS ({begins}) SELECT id FROM written",
            params,
        )
        for lead, (lead.pk,) in zip(made, cursor.fetchall(), strict=True):
            lead._state.adding = False
    return made


@contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """As who owns the tables; all else of a test is done as the product, which owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        yield cursor
    with connection.cursor() as cursor:  # which may be another by now
        cursor.execute("RESET ROLE")  # to that of the connection


@contextmanager
def unguarded() -> Iterator[None]:
    """Past triggers and foreign keys, as no code of ours can write."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL role = NONE; SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = DEFAULT; SET LOCAL role = DEFAULT")


def moved(made: Lead, *path: Stage, at: datetime | None = None, **sets: Any) -> Lead:
    """Move a lead along a path by whoever may, and write columns of it with the last step."""
    at = at or timezone.now()
    moves = [
        LedgerRow(
            made.pk,
            origin,
            target,
            at,
            next(actor for actor in Actor if origin in origins(target, actor)),
            version_id=made.judgement.version_id,
            total=made.judgement.total,
        )
        for origin, target in zip([made.stage, *path], path, strict=False)
    ]
    ledger.write(moves, {made.pk: sets})
    made.refresh_from_db(fields=["stage", "stage_since", *sets])
    return made


def merged(made: Lead, into: Lead) -> Lead:
    """The tombstone of a lead that was merged into another."""
    return moved(made, Stage.MERGED, merged_into_id=into.pk)


def duplicate(one: Lead | None = None, other: Lead | None = None, **fields: Any) -> Duplicate:
    """An open pair of leads that may be one person."""
    first, second = sorted((one or lead(), other or lead()), key=lambda lead: lead.pk)
    fields = {"why": [Why.PHONE_AND_NAME], "rank": 1} | fields
    return Duplicate.objects.create(first=first, second=second, **fields)


def event(
    made: Lead, type: str = "demo_request", *, ago: timedelta | None = None, **fields: Any
) -> Event:  # noqa: A002
    """Something the person did just now, or `ago` before."""
    fields.setdefault("occurred_at", timezone.now() - (ago or timedelta(minutes=1)))
    return Event.objects.create(lead=made, type=type, **fields)


def consent(made: Lead, purpose: str = "marketing", given: bool = True, **fields: Any) -> Consent:
    made.consent = {**made.consent, purpose: given}
    made.save(update_fields=["consent"])
    return Consent.objects.create(lead=made, purpose=purpose, given=given, **fields)


# --- what is due to be judged ------------------------------------------------------------------


def news(*leads: Lead, at: datetime | None = None) -> None:
    """Something about these leads changed."""
    at = at or timezone.now()
    News.objects.bulk_create(News(lead=made, at=at) for made in leads)


def counted() -> None:
    """What the database does by itself a minute after a load, and cannot within a transaction."""
    with as_owner() as cursor:
        cursor.execute("ANALYZE")


def nothing_due() -> None:
    """As if everything were judged and no time would change it."""
    News.objects.all().delete()
    Judgement.objects.update(rescore_at=None)


def all_judged(by: CriteriaVersion | None = None) -> bool:
    """Whether no news is unheard and everybody was judged, by this version if one is given."""
    judged = Judgement.objects.exclude(version=None)
    judged = judged if by is None else judged.filter(version=by)
    return not News.objects.exists() and judged.count() == Lead.objects.count()


def judged_as_of(at: datetime) -> set[int]:
    """The leads whose judgement is as of this moment."""
    return set(Judgement.objects.filter(scored_at=at).values_list("pk", flat=True))


def due(at: datetime | None = None) -> set[int]:
    """The leads that a drain would judge, which stay due."""
    found: set[int] = set()
    with rolled_back():
        basis = Basis.now(at)
        spread(basis.at)
        while taken := take(basis, BATCH).ids:
            found.update(taken)
            # So that they are not taken again.
            Judgement.objects.filter(pk__in=taken).update(parked_error="taken")
    return found


# --- handoffs ----------------------------------------------------------------------------------

REASONS = (
    {"kind": "intent", "label": "Asked for a demo", "evidence": "today 13:37", "points": 40},
    {"kind": "fit", "label": "200 to 1,000 people", "evidence": "610 people", "points": 27},
    {"kind": "fit", "label": "Decides or signs", "evidence": "VP Operations", "points": 22},
)


def handoff(
    made: Lead | None = None,
    *,
    queue: Queue | None = None,
    opened_at: datetime | None = None,
    minutes: int = 30,
    reasons: Sequence[dict[str, Any]] = REASONS,
    **fields: Any,
) -> Handoff:
    """An SQL waiting in the default queue, opened now and due in 30 minutes."""
    opened_at = opened_at or timezone.now()
    made = made or lead(stage=Stage.SQL, fit=49, intent=40, created_at=opened_at)
    fields = {"source": made.source, "campaign": made.campaign} | fields
    return Handoff.objects.create(
        lead=made,
        queue=queue or Queue.default(),
        version=made.judgement.version or live_version(),
        fit=made.judgement.fit or 0,
        intent=made.judgement.intent or 0,
        total=made.judgement.total or 0,
        line=70,
        reasons=[{"unknown": False, "rule": "", **reason} for reason in reasons],
        why="Asked for a demo; decides or signs",
        opened_at=opened_at,
        due_at=opened_at + timedelta(minutes=minutes),
        **fields,
    )


def claimed(
    by: User, made: Lead | None = None, *, at: datetime | None = None, **fields: Any
) -> Handoff:
    """A handoff that a rep holds, with two hours to the first touch."""
    at = at or timezone.now()
    if made is None:
        made = lead(stage=Stage.CLAIMED, fit=49, intent=40, owner=by, created_at=at)
    return handoff(
        made,
        state=HandoffState.CLAIMED,
        claimed_by=by,
        claimed_at=at,
        touch_due_at=at + timedelta(hours=2),
        opened_at=fields.pop("opened_at", at),
        **fields,
    )


def bant(made: Lead, by: User, known: int = 3) -> None:
    """So many of the four are known of a lead, the last ones not."""
    for place, item in enumerate(BantItem.Item):
        state = BantItem.State.KNOWN if place < known else BantItem.State.UNKNOWN
        BantItem.objects.update_or_create(lead=made, item=item, defaults={"state": state, "by": by})


def rejected(
    by: User | None = None, made: Lead | None = None, *, at: datetime | None = None, **fields: Any
) -> Handoff:
    """A handoff that a rep rejected, and that marketing answers within two days."""
    by, at = by or rep(), at or timezone.now()
    made = made or lead(stage=Stage.REJECTED, fit=49, intent=40, created_at=at)
    given = claimed(by, made, at=at, **fields)
    given.state, given.outcome, given.closed_at = HandoffState.CLOSED, Outcome.REJECTED, at
    given.answer_due_at, given.may_return = at + timedelta(days=2), True
    given.reason = given.reason or reason()
    given.save()
    return given


def follow_up(
    by: User, made: Lead | None = None, *, ahead: timedelta = timedelta(hours=1), **fields: Any
) -> FollowUp:
    """What a rep planned with a lead they hold, due in an hour."""
    held = None if made else claimed(by)
    due_at = fields.pop("due_at", timezone.now() + ahead)
    made_at = fields.pop("made_at", min(due_at, timezone.now()) - timedelta(days=1))
    return FollowUp.objects.create(
        lead=made or held.lead, handoff=held, owner=by, due_at=due_at, made_at=made_at, **fields
    )


def disputed(by: User | None = None, *, arbiter: User, **fields: Any) -> Answer:
    """A rejection that marketing disputes, and that somebody is to decide within two days."""
    given = rejected(by, **fields)
    at = given.closed_at or timezone.now()
    return Answer.objects.create(
        handoff=given,
        kind=Answer.Kind.DISPUTE,
        by=marketer(),
        at=at,
        text="They asked twice",
        arbiter=arbiter,
        due_at=at + timedelta(days=2),
    )


def nurtured(
    by: User | None = None, made: Lead | None = None, *, days: int = 90, **fields: Any
) -> Nurture:
    """A rejected lead that waits in nurture, until a day in so many days unless told."""
    given = rejected(by, made)
    moved(given.lead, Stage.NURTURE, at=given.closed_at)
    fields.setdefault("return_on", timezone.localdate() + timedelta(days=days))
    fields.setdefault("since", given.closed_at)
    fields.setdefault("cycle", given.lead.cycle)
    return Nurture.objects.create(lead=given.lead, handoff=given, by=marketer(), **fields)


def reason(label: str = "Wrong profile", family: str = Reason.Family.PROFILE) -> Reason:
    return Reason.objects.get_or_create(label=label, defaults={"family": family})[0]


def withdrawn(made: Lead, *, at: datetime | None = None) -> Handoff:
    """A handoff that closed because its lead fell below the line."""
    at = at or timezone.now()
    return handoff(
        made, opened_at=at, state=HandoffState.CLOSED, closed_at=at, outcome=Outcome.WITHDRAWN
    )


# --- criteria ----------------------------------------------------------------------------------


def signed(content: dict[str, Any], *, at: datetime | None = None) -> CriteriaVersion:
    """A version with this content, proposed, and signed by a manager of each side."""
    version = editing.propose(editing.draft(content, author=marketing_manager(), at=at), at=at)
    signing.sign(version, version.author, Side.MARKETING, at=at)
    signing.sign(version, sales_manager(), Side.SALES, at=at)
    return version


def switched_on(content: dict[str, Any], *, at: datetime | None = None) -> CriteriaVersion:
    """A version with this content, signed and live."""
    return switching.switch_on(signed(content, at=at), at=at)
