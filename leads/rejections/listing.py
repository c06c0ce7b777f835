"""The rejections as a person reads them: by state, narrowed, ordered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from django.db.models import (
    BooleanField,
    Count,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.http import QueryDict

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from funnel.models import CriteriaVersion, Reason
from leadportal.db import clock
from leadportal.db.paging import Order, read_moment
from leadportal.db.shown import all_but
from leads.metrics.links import NOBODY
from leads.models import Answer, Company, Handoff, Judgement, Lead, Source, Touch, WrongCriterion
from leads.models.handoff import HandoffQuerySet
from leads.text import has_words

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

OPEN, MINE, DISPUTED, ANSWERED, ALL = "open", "mine", "disputed", "answered", "all"
# What is due first, or what was sent back last.
FIRST_DUE = Order("answer_due_at", read_moment)
LAST_DUE = FIRST_DUE.turned()
MOST_DIGITS = 18
# Of a touch: nobody was reached.
MISSED = (Touch.Result.NO_ANSWER, Touch.Result.MESSAGE)


def for_person(user: User) -> HandoffQuerySet:
    return Handoff.objects.visible_to(user).rejected()


def _answered(rows: HandoffQuerySet, user: User) -> HandoffQuerySet:
    waiting = Handoff.objects.unanswered().values("pk")
    undecided = Handoff.objects.disputed().values("pk")
    return rows.exclude(pk__in=waiting).exclude(pk__in=undecided)


def to_decide(rows: HandoffQuerySet, user: User) -> HandoffQuerySet:
    """Disputes this person is asked to decide; those whose arbiter may not any more, all may."""
    deciders = policy.ALLOWED[Action.DECIDE_DISPUTES]
    if not user.has_role(*deciders):
        return rows.none()
    undecided = Answer.objects.filter(kind=Answer.Kind.DISPUTE, decision="")
    asked = Q(arbiter=user) | ~Q(arbiter__in=User.objects.active().with_role(*deciders))
    return rows.filter(pk__in=undecided.filter(asked).values("handoff"), lead__stage="rejected")


# Every rejection is open, disputed or answered; some of the disputed are the reader's to decide.
STATES: Mapping[str, Callable[[HandoffQuerySet, User], HandoffQuerySet]] = {
    OPEN: lambda rows, user: rows.unanswered(),
    MINE: to_decide,
    DISPUTED: lambda rows, user: rows.disputed(),
    ANSWERED: _answered,
    ALL: lambda rows, user: rows,
}


def first_state(user: User) -> str:
    """What waits for this person is what they see first."""
    only_decides = policy.can(user, Action.DECIDE_DISPUTES) and not policy.can(
        user, Action.ANSWER_REJECTIONS
    )
    return MINE if only_decides else OPEN


def order_of(state: str) -> Order:
    return LAST_DUE if state in (ANSWERED, ALL) else FIRST_DUE


def needing(user: User) -> HandoffQuerySet:
    """The rejections that wait for this person, to answer or to decide."""
    rows = Handoff.objects.rejected()
    theirs = Q(pk__in=to_decide(rows, user).values("pk"))
    if policy.can(user, Action.ANSWER_REJECTIONS):
        theirs |= Q(pk__in=rows.unanswered().values("pk"))
    return rows.filter(theirs, lead__stage="rejected")


@dataclass(frozen=True, slots=True)
class Pressing:
    """What waits now: for marketing, how many of these too long, and for one arbiter."""

    to_answer: int
    late: int
    mine: int


def pressing(user: User, at: datetime) -> Pressing:
    """One query."""
    rows = Handoff.objects.rejected()
    open_, mine = Q(pk__in=rows.unanswered().values("pk")), to_decide(rows, user).values("pk")
    found = (
        rows.filter(lead__stage="rejected")
        .order_by()
        .aggregate(
            to_answer=Count("pk", filter=open_),
            late=Count("pk", filter=open_ & Q(answer_due_at__lt=at)),
            mine=Count("pk", filter=Q(pk__in=mine)),
        )
    )
    return Pressing(**found)


# --- narrowed ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query string asks for; what cannot be understood narrows nothing."""

    state: str
    words: str = ""
    # Ids; several mean any of them. A source may also be NOBODY.
    reasons: Sequence[int] = ()
    sources: Sequence[str] = ()
    # A rule that gave points at the handoff, and one of which sales said that it was wrong.
    met: str = ""
    wrong: str = ""
    flaw: str = ""
    # Handed over since then.
    since: datetime | None = None
    # Past the time promised for the answer.
    late: bool = False

    @classmethod
    def read(cls, query: QueryDict, user: User) -> "Asked":
        state = query.get("state", "")
        return cls(
            state=state if state in STATES else first_state(user),
            words=query.get("q", ""),
            reasons=tuple(int(one) for one in query.getlist("reason") if _is_id(one)),
            sources=tuple(one for one in query.getlist("source") if _is_id(one) or one == NOBODY),
            met=_plain(query.get("met", "")),
            wrong=_plain(query.get("wrong", "")),
            flaw=next((one for one in WrongCriterion.Flaw if one == query.get("flaw")), ""),
            since=_moment(query.get("since", "")),
            late=query.get("late") == "1",
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but the state is asked for."""
        asked = (self.words, self.reasons, self.sources, self.met, self.wrong, self.since)
        return any(asked) or self.late


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) <= MOST_DIGITS


def _plain(text: str) -> str:
    return text.replace("\0", "")[:40]


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text)
    except (ValueError, OverflowError):
        return None


def narrowed(rows: HandoffQuerySet, asked: Asked) -> HandoffQuerySet:
    """Those that the query string asks for, whatever their state."""
    rows = rows.filter(has_words(asked.words, "lead__search_key"))
    if asked.reasons:
        rows = rows.filter(reason__in=asked.reasons)
    if asked.sources:
        from_one = Q(source__in=[int(one) for one in asked.sources if one != NOBODY])
        from_nobody = Q(source=None) if NOBODY in asked.sources else Q()
        rows = rows.filter(from_one | from_nobody)
    if asked.met:
        rows = rows.filter(_gave_points(asked.met))
    if asked.wrong:
        flaw = {"wrong_criteria__flaw": asked.flaw} if asked.flaw else {}
        rows = rows.filter(wrong_criteria__rule=asked.wrong, **flaw)
    if asked.late:
        rows = rows.filter(answer_due_at__lt=clock.now())
    return rows.filter(opened_at__gte=asked.since) if asked.since else rows


def _gave_points(rule: str) -> Func:
    """Whether a rule stands with points among what made a handoff an SQL."""
    path = "$[*] ? (@.rule == $rule && @.points <> 0 && @.points <> null)"
    return Func(
        F("reasons"),
        Value(path),
        Value({"rule": rule}, output_field=JSONField()),
        template="jsonb_path_exists(%(expressions)s)",
        arg_joiner=", ",
        output_field=BooleanField(),
    )


def found(asked: Asked, user: User) -> HandoffQuerySet:
    return STATES[asked.state](narrowed(for_person(user), asked), user)


def is_open(handoff: Handoff) -> bool:
    """Whether marketing is to answer it."""
    return Handoff.objects.unanswered().filter(pk=handoff.pk).exists()


def waiting(asked: Asked, user: User) -> dict[str, int]:
    """How many there are in each state that somebody has to act on."""
    rows = narrowed(for_person(user), asked).filter(lead__stage="rejected")
    states = (OPEN, MINE, DISPUTED)
    every = Handoff.objects.rejected()
    return rows.order_by().aggregate(
        **{
            state: Count("pk", filter=Q(pk__in=STATES[state](every, user).order_by().values("pk")))
            for state in states
        }
    )


# --- shown ---------------------------------------------------------------------------------------

_CALLED = ("first_name", "last_name", "email", "phone")
_NOT_SHOWN = (
    *all_but(Lead, *_CALLED, "job_title", "stage", "city", "country", "cycle", via="lead__"),
    *all_but(Company, "name", "employees", via="lead__company__"),
    *all_but(Source, "name", via="source__"),
    *all_but(Judgement, "fit", "intent", "total", via="lead__judgement__"),
    *all_but(Reason, "label", "destination", via="reason__"),
    *all_but(CriteriaVersion, "number", via="version__"),
    *all_but(CriteriaVersion, "number", via="lead__judgement__version__"),
    *all_but(User, "name", "email", via="claimed_by__"),
)


class _Tried(TypedDict):
    """How often sales tried to reach the person, and how often nobody answered."""

    tried: int
    missed: int


ListedHandoff: TypeAlias = "WithAnnotations[Handoff, _Tried]"


def for_list(rows: HandoffQuerySet) -> "QuerySet[ListedHandoff]":
    """With what a row and the pane beside it show: also how often sales tried, and in vain."""
    shown = rows.annotate(tried=_touches(), missed=_touches(result__in=MISSED)).select_related(
        "lead__company",
        "source",
        "lead__judgement__version",
        "reason",
        "version",
        "claimed_by",
    )
    return shown.defer(*_NOT_SHOWN)


def _touches(**which: Any) -> Coalesce:
    touches = Touch.objects.filter(handoff=OuterRef("pk"), **which).order_by()
    counted = touches.values("handoff").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def beside(asked: Asked, user: User, handoff: Handoff, *, back: bool = False) -> Handoff | None:
    """The one after or before this one in the list; None at its end."""
    order = order_of(asked.state)
    way = order.turned() if back else order
    return way.apply(way.beyond(found(asked, user), handoff.answer_due_at, handoff.pk)).first()


def following(asked: Asked, user: User, handoff: Handoff) -> Handoff | None:
    """The next one of the list after this one, or the first; None where no other is left."""
    others = order_of(asked.state).apply(found(asked, user).exclude(pk=handoff.pk))
    return beside(asked, user, handoff) or others.first()


def sources(asked: Asked) -> list[str]:
    """The names of the sources asked for."""
    ids = [int(one) for one in asked.sources if one != NOBODY]
    return list(Source.objects.filter(pk__in=ids).values_list("name", flat=True)) if ids else []
