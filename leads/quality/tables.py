"""What the quality page lays out: the funnel's steps, the rows by source and by campaign."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from funnel.stages import Stage
from leadportal.look import formats
from leadportal.look.bidi import apart
from leadportal.look.told import Told
from leads.metrics import said
from leads.metrics.answers.cohort import Cohort, Cohorts
from leads.metrics.answers.verdicts import Reasons, Verdicts
from leads.metrics.catalogue import ACCEPTED, DECIDED, STEPS, Step
from leads.metrics.links import NOBODY, counted_url, leads_url, rejections_url
from leads.metrics.periods import Period
from leads.metrics.shares import Share

# A source this many points under the share of all is worth a look.
FAR_BELOW = 20
MOST_CAMPAIGNS = 12


def funnel_steps(cohort: Cohort, created_before: int, period: Period) -> list[dict[str, Any]]:
    """What partials/funnel.html shows: each step with its share of the one before."""
    counts = cohort.reached
    steps = []
    for i, (step, count) in enumerate(zip(STEPS, counts, strict=True)):
        url = _reached_url(step, period)
        if i == 0:
            rate = growth(count, created_before, period)
        else:
            above, passed = STEPS[i - 1], Share(count, counts[i - 1])
            rate = rate_of(passed, above.plural, url, _reached_url(above, period))
        share = 100 * count / counts[0] if counts[0] else 0
        steps.append(
            {
                "label": step.label,
                "count": count,
                "side": step.side,
                "rate": rate,
                "share": share,
                "url": url if count else "",
            }
        )
    return steps


def _reached_url(step: Step, period: Period) -> str:
    reached = {"reached": step.stage} if step.stage else {}
    return leads_url(period.starts, **reached)


def rate_of(share: Share, above: str, url: str, above_url: str) -> list[Told]:
    """ "37% of MQLs", or "17 of 18 SQLs" """
    if not share.whole:
        return []
    between = " of " if share.is_ranked else " "
    return [*said.figure(share, url, above_url), Told(f"{between}{above}")]


def growth(now: int, before: int, period: Period) -> list[Told]:
    """ "+6% on the 30 days before"; nothing to compare with below 20 leads."""
    (since, until), span, counted = period.before, period.span, formats.number(before)
    url = leads_url(since, created_until=until.isoformat())
    if before < 20:
        return [Told(counted, url), Told(f" in {span.before}")] if before else []
    change = round(100 * (now - before) / before)
    if not change:
        return [Told("no change")]
    says = f"Opens the {counted} of {span.before}"
    return [Told(f"{formats.signed(change)}%", url, says), Told(f" on {span.before}")]


@dataclass(frozen=True, slots=True)
class OriginRow:
    """One source or campaign: leads created in the period, and verdicts on what it handed over."""

    id: int | None
    name: str
    source: str
    leads: int
    mql: int
    sql: int
    acceptance: Share
    # What each number counts, where there is something to count.
    accepted_url: str
    share: list[Told]
    url: str = ""
    mql_url: str = ""
    sql_url: str = ""
    reason: str = ""
    # The rejections from there for that reason.
    reason_url: str = ""
    is_far_below: bool = False


NO_SOURCE = "No source"
# ?sort= of the table by source: what it sorts by.
SORTS = {
    "source": lambda row: row.name.casefold(),
    "leads": lambda row: row.leads,
    "mql": lambda row: row.mql,
    "sql": lambda row: row.sql,
    "accepted": lambda row: row.acceptance.part,
    "share": lambda row: row.acceptance.percent,
}
WORST_LAST = "-share"
MOST_FIRST = "-leads"


def by_source(
    cohorts: Cohorts,
    verdicts: Mapping[int | None, Verdicts],
    reasons: Reasons,
    *,
    overall: Share,
    period: Period,
) -> list[OriginRow]:
    rows = _rows(cohorts.sources, verdicts, overall, "source", period)
    return [_with_reason(row, reasons, period.starts) for row in rows]


def by_campaign(
    cohorts: Cohorts, verdicts: Mapping[int, Verdicts], *, overall: Share, period: Period
) -> list[OriginRow]:
    """The campaigns that brought most leads."""
    rows = _rows(cohorts.campaigns, verdicts, overall, "campaign", period)
    return sorted(rows, key=lambda row: (-row.leads, row.name))[:MOST_CAMPAIGNS]


def _rows(
    cohorts: Mapping[Any, Cohort],
    verdicts: Mapping[Any, Verdicts],
    overall: Share,
    kind: str,
    period: Period,
) -> list[OriginRow]:
    rows = []
    for id_ in {**cohorts, **verdicts}:
        cohort, verdict = cohorts.get(id_, Cohort()), verdicts.get(id_, Verdicts())
        leads, mql, sql = cohort.reached[:3]
        share = verdict.acceptance
        name = cohort.name or verdict.name
        of = {kind: id_ or NOBODY}
        accepted, decided = (counted_url(one, period, **of) for one in (ACCEPTED, DECIDED))
        rows.append(
            OriginRow(
                id_,
                name or NO_SOURCE,
                cohort.source or verdict.source,
                leads,
                mql,
                sql,
                share,
                accepted if share.part else "",
                said.figure(share, accepted, decided),
                **_behind(kind, id_, name, (leads, mql, sql), period),
                is_far_below=share.is_ranked and (share.points_over(overall) or 0) <= -FAR_BELOW,
            )
        )
    return rows


def _behind(
    kind: str,
    id_: int | None,
    name: str,
    reached: tuple[int, int, int],
    period: Period,
) -> dict[str, str]:
    """The list behind each number of a row that counts something."""
    leads, mql, sql = reached
    named = {kind: name} if id_ else {"no_source": "true"}
    since = period.starts
    found = {
        "url": leads and leads_url(since, **named),
        "mql_url": mql and leads_url(since, **named, reached=Stage.MQL),
        "sql_url": sql and leads_url(since, **named, reached=Stage.SQL),
    }
    return {name: url for name, url in found.items() if url}


def _with_reason(row: OriginRow, reasons: Reasons, since: datetime) -> OriginRow:
    """The row with the reason that most rejections from there have."""
    found = most_common(reasons.of_source(row.id), reasons.labels)
    if not found:
        return row
    reason, count = found[0]
    url = rejections_url(since, reason=reason, source=row.id or NOBODY)
    told = f"{formats.number(count)} {apart(reasons.labels[reason])}"
    return replace(row, reason=told, reason_url=url)


def sort_of(rows: list[OriginRow], asked: str) -> str:
    """What the rows are sorted by; where no share is ranked, none sorts them."""
    sort = asked if asked.lstrip("-") in SORTS else WORST_LAST
    by_share = sort.lstrip("-") == "share"
    return MOST_FIRST if by_share and not any(row.acceptance.is_ranked for row in rows) else sort


def ordered(rows: list[OriginRow], sort: str) -> list[OriginRow]:
    """By the column asked for; a share of too few cases is not ranked, so it comes after."""
    name = sort.lstrip("-")
    rows = sorted(rows, key=SORTS["source"])
    rows.sort(key=SORTS[name], reverse=sort.startswith("-"))
    if name != "share":
        return rows
    ranked = [row for row in rows if row.acceptance.is_ranked]
    others = [row for row in rows if not row.acceptance.is_ranked]
    return ranked + sorted(others, key=lambda row: (-row.leads, row.name))


def most_common(found: Counter[Any], names: Mapping[Any, str]) -> list[tuple[Any, int]]:
    """Most frequent first; as frequent by name, so that a page never shuffles."""
    return sorted(found.items(), key=lambda item: (-item[1], names[item[0]]))


def reason_rows(reasons: Reasons, since: datetime) -> list[dict[str, Any]]:
    """Each reason with its rejections, and as a share of the most frequent one."""
    rows = most_common(reasons.overall, reasons.labels)
    return [
        {
            "label": reasons.labels[reason],
            "count": count,
            "share": 100 * count / rows[0][1],
            "url": rejections_url(since, reason=reason),
        }
        for reason, count in rows
    ]


def concentration(reasons: Reasons, since: datetime) -> dict[str, Any] | None:
    """The source that brings more than half of the most frequent reason, if one does."""
    overall = reasons.overall
    if not overall:
        return None
    reason, total = most_common(overall, reasons.labels)[0]
    source, count = most_common(reasons.of_reason(reason), reasons.source_names)[0]
    if source is None or total < 5 or count * 2 <= total:
        return None
    if count == total == overall.total():
        return None
    return {
        "source": reasons.source_names[source],
        "count": count,
        "total": total,
        "reason": reasons.labels[reason],
        "reason_url": rejections_url(since, reason=reason),
        "url": rejections_url(since, reason=reason, source=source),
    }
