"""The tables of evidence: reason by source, criterion by flaw and reason, precision by rule.

Every count leads to exactly the rejections that it counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from funnel.rulebook.parts import Rule
from leads.metrics.answers.evidence import Flaw
from leads.metrics.answers.verdicts import Reasons
from leads.metrics.links import NOBODY, rejections_url
from leads.metrics.shares import Share
from leads.models import WrongCriterion
from leads.quality.tables import NO_SOURCE, most_common

# More columns than this and a table is read no more; the rest is one column.
MOST_COLUMNS = 7
OTHERS = "Others"


@dataclass(frozen=True, slots=True)
class Cell:
    """A count and the rejections behind it; as a share of its row where that has enough cases."""

    count: int
    url: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One reason or one criterion; `case` names it for a draft, as a field and its value.

    A criterion is `gone` where the live version has it no more.
    """

    label: str
    total: Cell
    cells: Sequence[Cell]
    case: tuple[str, str]
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Row]


def _cell(count: int, whole: int, since: datetime, **asked: Any) -> Cell:
    if not count:
        return Cell(0)
    share = Share(count, whole)
    shown = str(share) if share.is_ranked and count < whole else ""
    return Cell(count, rejections_url(since, **asked), shown)


def by_source(reasons: Reasons, since: datetime) -> Table:
    """Reasons down, sources across, most frequent first."""
    names = {source: name or NO_SOURCE for source, name in reasons.source_names.items()}
    sources = [source for source, _ in most_common(reasons.from_sources, names)]
    shown, rest = _columns(sources)
    rows = []
    for reason, total in most_common(reasons.overall, reasons.labels):
        found = reasons.of_reason(reason)
        cells = [
            _cell(found[source], total, since, reason=reason, source=source or NOBODY)
            for source in shown
        ]
        if rest:
            others = [source or NOBODY for source in rest]
            count = sum(found[source] for source in rest)
            cells.append(_cell(count, total, since, reason=reason, source=others))
        whole = _cell(total, total, since, reason=reason)
        rows.append(Row(reasons.labels[reason], whole, cells, ("reason", str(reason))))
    return Table([names[one] for one in shown] + [OTHERS] * bool(rest), rows)


def _columns(found: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """Those shown each, and those shown as one; a single one is not hidden behind a word."""
    if len(found) <= MOST_COLUMNS + 1:
        return found, []
    return found[:MOST_COLUMNS], found[MOST_COLUMNS:]


def by_flaw(
    flaws: Sequence[Flaw], reasons: Reasons, live: Mapping[str, Rule], since: datetime
) -> Table:
    """Criteria down; what was wrong with them, and for which reason leads were rejected, across."""
    labels: dict[str, str] = {}
    of_rule: Counter[str] = Counter()
    of_flaw: Counter[tuple[str, str]] = Counter()
    of_reason: Counter[tuple[str, int]] = Counter()
    all_reasons: Counter[int] = Counter()
    for one in flaws:
        labels[one.rule] = live[one.rule].label if one.rule in live else one.label
        of_rule[one.rule] += one.count
        of_flaw[one.rule, one.flaw] += one.count
        of_reason[one.rule, one.reason_id] += one.count
        all_reasons[one.reason_id] += one.count
    shown, rest = _columns([reason for reason, _ in most_common(all_reasons, reasons.labels)])
    rows = []
    for rule, total in most_common(of_rule, labels):
        cells = [
            _cell(of_flaw[rule, flaw], total, since, wrong=rule, flaw=str(flaw))
            for flaw in WrongCriterion.Flaw
        ]
        cells += [
            _cell(of_reason[rule, reason], total, since, wrong=rule, reason=reason)
            for reason in shown
        ]
        if rest:
            others = sum(of_reason[rule, reason] for reason in rest)
            cells.append(_cell(others, total, since, wrong=rule, reason=rest))
        whole = _cell(total, total, since, wrong=rule)
        rows.append(Row(labels[rule], whole, cells, ("rule", rule), gone=rule not in live))
    columns = [flaw.label for flaw in WrongCriterion.Flaw]
    columns += [reasons.labels[reason] for reason in shown] + [OTHERS] * bool(rest)
    return Table(columns, rows)


@dataclass(frozen=True, slots=True)
class Precision:
    """A rule of the live version: what became of the handoffs to which it gave points."""

    label: str
    kind: str
    share: Share
    rejected: Cell
    # How often sales said that it was wrong, stale or irrelevant.
    wrong: Cell
    case: tuple[str, str]


def precision(
    found: Mapping[str, Share],
    flaws: Sequence[Flaw],
    live: Mapping[str, Rule],
    since: datetime,
) -> list[Precision]:
    """The rules that gave points to anything decided: the least right first, few cases last."""
    wrong: Counter[str] = Counter()
    for one in flaws:
        wrong[one.rule] += one.count
    rows = []
    for id_, rule in live.items():
        share = found.get(id_, Share(0, 0))
        rejected = share.whole - share.part
        if share.whole:
            rows.append(
                Precision(
                    rule.label,
                    rule.kind,
                    share,
                    _cell(rejected, rejected, since, met=id_),
                    _cell(wrong[id_], wrong[id_], since, wrong=id_),
                    ("rule", id_),
                )
            )
    ranked = sorted((row for row in rows if row.share.is_ranked), key=lambda r: r.share.percent)
    others = sorted((row for row in rows if not row.share.is_ranked), key=lambda r: -r.share.whole)
    return ranked + others
