"""What became of people before this portal: dated, without a handoff or a clock, and back again."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from funnel.stages import IN_WORK, Actor, Stage
from leadportal.look import formats
from leadportal.world.currencies import CURRENCIES
from leads import ledger, news
from leads.checks import spellings
from leads.checks.reading import FieldError
from leads.imports.holding import BEFORE_SALES
from leads.imports.known import find_known
from leads.imports.targets import (
    OUTCOME,
    OUTCOME_AMOUNT,
    OUTCOME_AT,
    OUTCOME_CURRENCY,
    OUTCOME_ENDED,
    OUTCOME_REASON,
    OUTCOME_WON,
    Plan,
)
from leads.ingest.results import IngestResult, Status
from leads.models import Import, ImportLine, Lead, LineStatus, Override, StageChange

BEFORE = "Before it came here"
MOST_WON = 10**10
_WON = frozenset({"won", "gewonnen", "gagné", "ganado", "ganada", "vinto", "vunnen"})
_LOST = frozenset({"lost", "verloren", "perdu", "perdido", "perdida", "perso", "förlorad"})
_SIGNS = {sign.strip(): code for code, sign in formats.CURRENCY_SIGNS.items()}
_CODES = {name.casefold(): code for code, name in CURRENCIES.items()}
_CODE = re.compile(r"\b[A-Z]{3}\b")


@dataclass(frozen=True)
class Past:
    """What a line says became of somebody, and what of it was not understood."""

    stage: Stage
    at: datetime | None
    amount: Decimal | None
    reason: str
    doubts: list[FieldError] = field(default_factory=list)


def read_past(plan: Plan, cells: Sequence[str]) -> Past | None:
    """None where it is still open, or nothing is said."""
    said, _ = plan.said(cells)
    stage = _stage(said)
    if stage is None:
        return None
    doubts: list[FieldError] = []
    reason = said.get(OUTCOME_REASON, "")
    amount = None
    if stage == Stage.WON and (text := said.get(OUTCOME_AMOUNT) or said.get("estimated_value", "")):
        amount, other = _money(text, said.get(OUTCOME_CURRENCY, ""), plan.currency)
        if amount is None:
            doubts.append(FieldError(f"/{OUTCOME_AMOUNT}", "unreadable", "This is no amount."))
        elif other:
            worth = formats.amount(amount, other)
            detail = f"Amounts here are in {plan.currency}, so {worth} is not counted, only noted."
            doubts.append(FieldError(f"/{OUTCOME_AMOUNT}", "other_currency", detail))
            reason, amount = "; ".join(filter(None, [f"Worth {worth}", reason])), None
    return Past(stage, plan.moment(said.get(OUTCOME_AT, "")), amount, reason[:300], doubts)


def _stage(said: Mapping[str, str]) -> Stage | None:
    words = set(re.findall(r"\w+", said.get(OUTCOME, "").casefold()))
    if words & _WON:
        return Stage.WON
    if words & _LOST:
        return Stage.LOST
    if spellings.yes_or_no(said.get(OUTCOME_WON)):
        return Stage.WON
    return Stage.LOST if spellings.yes_or_no(said.get(OUTCOME_ENDED)) else None


def _money(text: str, named: str, own: str) -> tuple[Decimal | None, str]:
    """An amount, and its currency where that is not our own."""
    amount = spellings.amount(_CODE.sub("", text).strip())
    # More digits than any deal has.
    if amount is None or not 0 <= amount < MOST_WON:
        return None, ""
    currency = _currency(named) or _currency_in(text)
    return amount, currency if currency != own else ""


def _currency(named: str) -> str:
    """By its code or name; one that nobody knows is none of ours."""
    code = named.strip().upper()
    return code if code in CURRENCIES else _CODES.get(named.strip().casefold(), code)


def _currency_in(text: str) -> str:
    """By a code or a sign beside the amount: "USD 12,500", "12.500 €"."""
    codes = [one for one in _CODE.findall(text) if one in CURRENCIES]
    codes += [_SIGNS.get(sign, sign) for sign in text if unicodedata.category(sign) == "Sc"]
    return codes[0] if codes else ""


# --- lines that are outcomes -------------------------------------------------------------------


@dataclass
class _Rival:
    """One of several lines that say what became of the same person."""

    said: Past
    line: ImportLine


def check(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> None:
    """Say on each line what would become of its person; of several of one person one counts."""
    results, told = _read(one, plan, lines, at)
    counting, beaten = _counting(one, plan, told), []
    for line, result in zip(lines, results, strict=True):
        line.status, line.lead_id = result.status, result.lead_id
        line.errors = result.errors or result.warnings
    for place, (said, lead) in told.items():
        rival = _Rival(said, lines[place])
        before = counting.get(lead.pk, rival)
        better, worse = (rival, before) if _counts_before(said, before.said) else (before, rival)
        counting[lead.pk] = better
        if worse.line is not better.line:
            worse.line.status = LineStatus.DUPLICATE
            beaten.append(worse.line.pk)
    # Those of earlier batches; the others are written with this one.
    ImportLine.objects.filter(pk__in=beaten, number__lte=one.at_line).update(
        status=LineStatus.DUPLICATE
    )


def recognise(one: Import, plan: Plan, at: datetime) -> dict[str, Any]:
    """Each line has been told from the others; nobody new comes with them."""
    return {}


def run(one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime) -> list[IngestResult]:
    """Put whom some lines call won or lost there."""
    results, told = _read(one, plan, lines, at)
    past, by_lead = {}, {}
    for index, (said, lead) in told.items():
        # Another line of the file says more of them.
        if lines[index].status == LineStatus.DUPLICATE or lead.pk in past:
            results[index].status = Status.DUPLICATE
        elif results[index].status == Status.CREATED:
            past[lead.pk], by_lead[lead.pk] = said, lines[index]
    settle(one, past, by_lead, at)
    return results


Told = dict[int, tuple[Past, Lead]]


def _read(
    one: Import, plan: Plan, lines: Sequence[ImportLine], at: datetime
) -> tuple[list[IngestResult], Told]:
    """What is to become of each line, and by its place what it says of whom, where it says it."""
    past = [read_past(plan, line.cells) for line in lines]
    who = [
        plan.who(plan.said(line.cells)[0]) if said else None
        for line, said in zip(lines, past, strict=True)
    ]
    found = find_known(who, one.integration, at)
    ids = [lead for lead in found if isinstance(lead, int)]
    leads = Lead.objects.in_bulk(ids)
    results, told = [], {}
    for index, (said, lead) in enumerate(zip(past, found, strict=True)):
        result = IngestResult(index, Status.REFUSED)
        if said is None or not isinstance(lead, int):
            result.errors = [lead] if isinstance(lead, FieldError) else [_OPEN]
        elif said.at is None:
            result.errors = [_UNDATED]
        else:
            result.lead_id, result.warnings = lead, said.doubts
            result.status, result.errors = _became(said, leads[lead])
            if not result.errors:
                told[index] = said, leads[lead]
        results.append(result)
    return results, told


_OPEN = FieldError(f"/{OUTCOME}", "open", "It is still open: nothing became of it yet.")
_UNDATED = FieldError(f"/{OUTCOME_AT}", "no_date", "Say on which day.")


def _became(said: Past, lead: Lead) -> tuple[Status, list[FieldError]]:
    stage = Stage(lead.stage)
    if stage in BEFORE_SALES:
        return Status.CREATED, []
    # Who bought is known to have, whatever came to nothing beside it.
    if stage in (said.stage, Stage.WON):
        return Status.MATCHED, []
    if stage in (Stage.SQL, *IN_WORK):
        detail = "Sales has them here. What becomes of them is said on their page."
    else:
        detail = f"Here they are {stage.label.lower()}; a file of the past changes that no more."
    return Status.REFUSED, [FieldError("", "elsewhere", detail)]


def _counting(one: Import, plan: Plan, told: Told) -> dict[int, _Rival]:
    """Of earlier lines those that count for the same people."""
    leads = {lead.pk for _, lead in told.values()}
    before = one.lines.filter(lead__in=leads, number__lte=one.at_line).exclude(
        status__in=[LineStatus.DUPLICATE, LineStatus.REFUSED]
    )
    read = ((line, read_past(plan, line.cells)) for line in before)
    return {line.lead_id: _Rival(said, line) for line, said in read if said and line.lead_id}


def _counts_before(said: Past, other: Past) -> bool:
    """Who bought counts as won, since they first did; who never did as lost, since last time."""
    assert said.at and other.at  # undated lines are refused
    if said.stage != other.stage:
        return said.stage == Stage.WON
    return said.at < other.at if said.stage == Stage.WON else said.at > other.at


# --- into the ledger, and back -----------------------------------------------------------------


def settle(
    one: Import, past: Mapping[int, Past], lines: Mapping[int, ImportLine], at: datetime
) -> set[int]:
    """Put leads where a file says they were, dated, where nobody works with them here; which.

    `lines` are those that say so; each is marked where it does.
    """
    leads = Lead.objects.locked().filter(pk__in=past, stage__in=BEFORE_SALES).order_by("pk")
    moves, held = [], {}
    for lead in leads.select_related("judgement"):
        said = past[lead.pk]
        moves += ledger.moves_to(
            said.stage,
            lead,
            at=min(said.at or lead.created_at, at),
            actor=Actor.INTEGRATION,
            integration_id=one.integration_id,
            reason=said.reason or BEFORE,
            amount=said.amount,
        )
        held[lead.pk] = {"held_until": None}
        lines[lead.pk].settled = True
    ledger.write(moves, held)
    return set(held)


def take_back(one: Import, leads: Collection[int], at: datetime) -> set[int]:
    """Have leads stand where they stood before a file said won or lost; which of them did so still.

    Where the criteria were not to move them yet, they are not again.
    """
    assert one.undone_by is not None  # who asked for it
    ended = (Stage.WON, Stage.LOST)
    found = Lead.objects.locked().filter(pk__in=leads, stage__in=ended).order_by("pk")
    standing = list(found.select_related("judgement"))
    newest = _newest_moves(lead.pk for lead in standing)
    kept = Override.objects.filter(lead__in=[lead.pk for lead in standing], ends_at__gt=at)
    until = dict(kept.order_by("ends_at").values_list("lead", "ends_at"))
    moves, held = [], {}
    for lead in standing:
        last = newest[lead.pk]
        if last.handoff_id is None and last.integration_id == one.integration_id:
            moves += ledger.moves_to(
                Stage(last.origin),
                lead,
                at=at,
                actor=Actor.MANAGER if one.undone_by.is_manager else Actor.MARKETING,
                person=one.undone_by,
                reason=ledger.UNDONE,
            )
            held[lead.pk] = {"held_until": until.get(lead.pk)}
    ledger.write(moves, held)
    news.of_leads(held, at)
    return set(held)


def _newest_moves(leads: Iterable[int]) -> dict[int, StageChange]:
    moves = StageChange.objects.filter(lead__in=list(leads)).order_by("lead_id", "-pk")
    return {move.lead_id: move for move in moves.distinct("lead_id")}
