"""One lead turned into what its page shows: path, next step, score, contact, origin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.html import format_html

from accounts import formats
from accounts.models import User
from funnel.conditions import describe
from funnel.rulebook import Rulebook
from funnel.stages import LADDER, SALES_HOLDS, Stage
from funnel.vocabulary import Vocabulary
from leads.explanation import Explanation, Line
from leads.facts import CUSTOM
from leads.models import Handoff, HandoffState, Lead, StageChange
from leads.present.timeline import purpose
from leads.present.words import against, largest, place, short

PATH = (
    Stage.LEAD,
    Stage.MQL,
    Stage.SQL,
    Stage.CLAIMED,
    Stage.ACCEPTED,
    Stage.OPPORTUNITY,
)
KIND_SAYS = {"fit": "who they are", "intent": "what they did"}
# Attributes of a lead beyond these are read through the API.
ATTRIBUTES_SHOWN = 40


# --- path --------------------------------------------------------------------------------------


def lane(
    lead: Lead, moves: Sequence[StageChange], handoff: Handoff | None, reader: User
) -> list[dict[str, Any]]:
    """The steps of the path with their times; what lies ahead follows on the straight way."""
    entered = {Stage(move.target): move for move in moves}
    stage = Stage(lead.stage)
    done, ahead = _around(stage, entered)
    steps = [_step(one, "done", entered.get(one), handoff, reader) for one in done]
    steps.append(_step(stage, "now", entered.get(stage), handoff, reader))
    steps += [_step(one, "ahead", None, handoff, reader) for one in ahead]
    return steps


def _around(
    stage: Stage, entered: Mapping[Stage, StageChange]
) -> tuple[Sequence[Stage], Sequence[Stage]]:
    """The steps before this stage, and those after it that nothing has decided yet."""
    if stage in PATH:
        at = PATH.index(stage)
        return PATH[:at], PATH[at + 1 :]
    if stage == Stage.INQUIRY:
        return (), PATH
    if stage == Stage.WON:
        return PATH, ()
    return [one for one in (*PATH, Stage.REJECTED) if one in entered and one != stage], ()


def _step(
    stage: Stage,
    state: str,
    move: StageChange | None,
    handoff: Handoff | None,
    reader: User,
) -> dict[str, Any]:
    return {
        "label": stage.label,
        "note": _note(stage, move, reader) if state != "ahead" else "",
        "state": state,
        "side": "" if state == "ahead" else "sa" if stage in SALES_HOLDS else "mk",
        "cross": stage == Stage.SQL and state != "ahead" and handoff is not None,
    }


def _note(stage: Stage, move: StageChange | None, reader: User) -> str:
    if move is None:
        return ""
    at = short(move.at)
    if stage == Stage.SQL:
        return f"Handed over {at}"
    if stage == Stage.MQL and move.total is not None:
        return f"{at}, {move.total} pts"
    if move.person:
        return f"{'You' if move.person == reader else move.person}, {at}"
    return at


# --- next step ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Next:
    """What to do now, by whom, and the clock it has."""

    text: str
    strong: str = ""
    after: str = ""
    # The running clock, or else how long a kept promise took.
    due_at: datetime | None = None
    started_at: datetime | None = None
    label: str = ""
    late_label: str = ""
    took: timedelta | None = None
    may_claim: bool = False
    may_touch: bool = False
    may_release: bool = False
    first: bool = False


def next_step(
    lead: Lead, handoff: Handoff | None, reader: User, *, works: bool, member: bool
) -> Next | None:
    """`works`: the reader may work handoffs at all; `member`: works the queue of this one."""
    if handoff is None or handoff.state == HandoffState.CLOSED:
        return None
    first_name = lead.first_name or lead.name
    if handoff.state == HandoffState.OPEN:
        return Next(
            "Next:",
            f"claim {first_name}" if works and member else "a rep claims it",
            ". Whoever claims first keeps the lead.",
            due_at=handoff.due_at,
            started_at=handoff.opened_at,
            label="left to claim",
            late_label="claim overdue",
            may_claim=works and member,
        )
    mine = handoff.claimed_by == reader
    return Next(
        **_words(handoff, first_name, mine=mine),
        **_clock(handoff),
        may_touch=works and (mine or member),
        may_release=works and mine,
        first=handoff.first_touch_at is None,
    )


def _words(handoff: Handoff, first_name: str, *, mine: bool) -> dict[str, Any]:
    if not mine:
        assert handoff.claimed_at is not None
        since = short(handoff.claimed_at)
        return {"text": "", "strong": str(handoff.claimed_by), "after": f" has it since {since}."}
    if handoff.first_touch_at:
        at = short(handoff.first_touch_at)
        return {"text": f"First touch at {at}. Log what follows, so that everybody knows."}
    rest = ", then log it. The clock stops when you do."
    return {"text": "Next:", "strong": f"call or email {first_name}", "after": rest}


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


# --- why ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of fit or of intent, which sum to `points`."""

    title: str
    says: str
    points: int
    cap: int
    lines: list[Line]
    unknown: list[Line]


@dataclass(frozen=True, slots=True)
class Why:
    """A score, its lines, and what it means by the version that gave it."""

    title: str
    explanation: Explanation
    mql: int
    sql: int
    stands: str
    groups: list[Group]
    largest: int
    remarks: list[Any] = field(default_factory=list)


def why(lead: Lead, explanation: Explanation, rulebook: Rulebook, handoff: Handoff | None) -> Why:
    groups = [
        Group(
            kind.capitalize(),
            says,
            getattr(explanation, kind),
            rulebook.caps[kind],
            [line for line in explanation.lines if line.kind == kind and not line.unknown],
            [line for line in explanation.lines if line.kind == kind and line.unknown],
        )
        for kind, says in KIND_SAYS.items()
    ]
    remarks = [
        without_largest(explanation, rulebook),
        still_missing(lead, explanation, rulebook),
        since_handoff(lead, handoff),
    ]
    return Why(
        title=heading(lead, explanation, rulebook),
        explanation=explanation,
        mql=rulebook.mql_line,
        sql=rulebook.sql_line,
        stands=against(explanation.total, rulebook.sql_line),
        groups=groups,
        largest=largest(explanation.lines),
        remarks=[remark for remark in remarks if remark],
    )


def heading(lead: Lead, explanation: Explanation, rulebook: Rulebook) -> str:
    """A score tells why a lead stands where it does only as long as it reaches that line."""
    stage = Stage.SQL if lead.stage in SALES_HOLDS else Stage(lead.stage)
    lines = {Stage.MQL: rulebook.mql_line, Stage.SQL: rulebook.sql_line}
    if stage not in LADDER or explanation.total < lines.get(stage, 0):
        return "Score now"
    label = stage.label if stage.label.isupper() else stage.label.lower()
    return f"Why this is {'a' if stage == Stage.LEAD else 'an'} {label}"


def without_largest(explanation: Explanation, rulebook: Rulebook) -> Any:
    """The score without the rule of intent that gives most, where that crosses a line."""
    exact = [line for line in explanation.lines if line.kind == "intent" and line.rule]
    first = max(exact, key=lambda line: line.points, default=None)
    if first is None or first.points <= 0:
        return ""
    rest = sum(line.points for line in exact) - first.points
    total = explanation.fit + max(0, min(rest, rulebook.caps["intent"]))
    lines = [("SQL line", rulebook.sql_line), ("MQL line", rulebook.mql_line)]
    for name, line in lines:
        if total < line <= explanation.total:
            return format_html(
                "Without “{}” the score is <b>{}</b>: {}.",
                first.label,
                total,
                against(total, line, f"the {name}"),
            )
    return ""


def still_missing(lead: Lead, explanation: Explanation, rulebook: Rulebook) -> Any:
    """Points alone do not make the next stage: what else its definition asks."""
    rungs = {
        Stage.INQUIRY: ("lead", "A lead"),
        Stage.LEAD: ("mql", "An MQL"),
        Stage.MQL: ("sql", "An SQL"),
    }
    if lead.stage not in rungs:
        return ""
    name, who = rungs[Stage(lead.stage)]
    definition = rulebook.definitions[name]
    if explanation.total < (definition.line or 0):
        return ""
    asks = "also asks" if definition.line else "asks"
    return format_html("{} {}: {}.", who, asks, describe(definition.condition))


def since_handoff(lead: Lead, handoff: Handoff | None) -> Any:
    if handoff is None or handoff.total == lead.total:
        return ""
    return format_html(
        "Handed over with <b>{}</b>, {}; {} now.",
        handoff.total,
        against(handoff.total, handoff.line),
        lead.total,
    )


def freshness(lead: Lead, events: int) -> str:
    """What the shown score does not know yet; empty when it is up to date."""
    if lead.parked_error:
        return "Judging it failed several times, so it waits for an admin."
    if lead.stale_at is None:
        return ""
    if lead.scored_at is None:
        return "It is judged within seconds."
    news = f"{events} event{'s' if events != 1 else ''}" if events else "changed details"
    return f"New since: {news}; being rescored."


# --- who, where from ---------------------------------------------------------------------------


def do_not_contact(lead: Lead) -> str:
    """Why nobody calls or writes; empty when sales may."""
    sales, marketing = lead.consent.get("sales"), lead.consent.get("marketing")
    if sales is False:
        return "Do not contact: consent to sales contact was withdrawn."
    if marketing is False and not sales:
        return "Do not contact: consent was withdrawn."
    return ""


def contact(lead: Lead, consents: Sequence[Mapping[str, Any]]) -> list[tuple[str, Any]]:
    """Facts for partials/facts.html; a pair without a value is left out."""
    return [
        ("Email", lead.email),
        ("Phone", lead.phone),
        ("Where", place(lead).split(" · ")[0] if lead.city or lead.country else ""),
        ("Consent", _consents(consents)),
    ]


def _consents(consents: Sequence[Mapping[str, Any]]) -> str:
    newest: dict[str, Mapping[str, Any]] = {}
    for consent in consents:
        newest.setdefault(consent["purpose"], consent)
    said = [
        f"{purpose(name).capitalize()} {'given' if one['given'] else 'withdrawn'} "
        f"{short(datetime.fromisoformat(one['at']))}"
        for name, one in newest.items()
    ]
    return "; ".join(said) or "None on record"


def company(lead: Lead) -> list[tuple[str, Any]]:
    one = lead.company
    if one is None:
        return []
    return [
        ("Name", one.name),
        ("Industry", one.industry),
        ("People", "" if one.employees is None else formats.number(one.employees)),
        ("Domain", one.domain),
    ]


def origin(lead: Lead) -> list[tuple[str, Any]]:
    return [
        ("First seen", formats.when(lead.created_at)),
        ("Source", lead.source),
        ("Campaign", lead.campaign),
        ("Owner", lead.owner),
        ("Cycle", f"{lead.cycle}, came back before" if lead.cycle > 1 else ""),
    ]


def attributes(lead: Lead, words: Vocabulary) -> list[tuple[str, Any]]:
    """Custom fields by their labels, then what came in and is no field yet."""
    known, others = [], []
    for name, value in lead.attributes.items():
        fact = words.get(f"{CUSTOM}{name}")
        if fact:
            known.append((fact.label, _choice(value) if fact.choices else _plain(value)))
        else:
            others.append((name, value))
    rows = [*sorted(known), *sorted(others, key=lambda pair: pair[0])]
    return [(label, _plain(value)) for label, value in rows[:ATTRIBUTES_SHOWN]]


def _choice(value: Any) -> str:
    """A choice is a name like "this_quarter"; people read words."""
    return _plain(value).replace("_", " ").capitalize()


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def handoff_facts(handoff: Handoff) -> list[tuple[str, Any]]:
    version = format_html(
        '<a class="link" href="{}">{}</a>', handoff.version.get_absolute_url(), handoff.version
    )
    waited = (
        f"{formats.duration(handoff.claimed_at - handoff.opened_at)} after"
        if handoff.claimed_at
        else ""
    )
    touched = (
        f"{formats.duration(handoff.first_touch_at - handoff.opened_at)} after"
        if handoff.first_touch_at
        else ""
    )
    return [
        ("Queue", handoff.queue),
        ("Handed over", formats.when(handoff.opened_at)),
        ("Score then", f"{handoff.total}, {against(handoff.total, handoff.line)}"),
        ("Criteria", version),
        ("Claimed", waited),
        ("First touch", touched),
        ("Outcome", handoff.get_outcome_display()),
    ]
