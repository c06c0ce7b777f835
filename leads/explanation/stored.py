"""The explanation of a score that was stored, also after the lead has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Portal
from funnel.rulebook.parts import KINDS, Rulebook
from funnel.versions import current
from funnel.vocabulary.events import event_label
from leads.explanation.evidence import Seen, read_evidence
from leads.explanation.lines import Line, lines
from leads.explanation.words import span
from leads.models import Adjustment, Lead

# Per rule; None where a fact was unknown.
Points = Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Unscored:
    """Events of one type that the criteria do not ask for."""

    event: str
    label: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score and its lines: those of a kind sum to that kind, all of them to the total."""

    total: int
    fit: int
    intent: int
    version: int
    lines: tuple[Line, ...]
    unscored: tuple[Unscored, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def explain(
    lead: Lead,
    *,
    rulebook: Rulebook | None = None,
    portal: Portal | None = None,
    adjusted: Sequence[Adjustment] | None = None,
) -> Explanation | None:
    """The stored score in lines; None before the first scoring.

    Who has parsed the rulebook of the lead's version already, or read the settings, or what people
    adjusted since the scoring, gives them.

    While the lead is as it was scored, the evidence is read again; afterwards the stored points
    stand, with the evidence its last qualification wrote down.
    """
    if lead.judgement.version is None or lead.judgement.scored_at is None:
        return None
    rulebook = rulebook or current.rulebook(lead.judgement.version)
    portal = portal or Portal.load()
    at = lead.judgement.scored_at
    seen = read_evidence([lead.pk], rulebook, at=at, portal=portal, with_past=True)[lead.pk]
    stored = (*lead.judgement.points, *[0] * (len(rulebook.rules) - len(lead.judgement.points)))
    evidence = _standing(lead, stored, rulebook, seen)
    if adjusted is None:
        adjusted = adjustments([lead.pk], at=at).get(lead.pk, []) if seen.is_adjusted else []
    adjusted = [item for item in adjusted if item.created_at <= at < item.ends_at]
    adjusted = _counted(lead, stored, rulebook, adjusted)
    return Explanation(
        total=lead.judgement.total or 0,
        fit=lead.judgement.fit or 0,
        intent=lead.judgement.intent or 0,
        version=lead.judgement.version.number,
        lines=lines(rulebook, stored, evidence, adjusted, zone=portal.zone),
        unscored=_unscored(seen, ZoneInfo(portal.zone)),
    )


def _standing(
    lead: Lead, stored: Points, rulebook: Rulebook, seen: Seen
) -> Sequence[Mapping[str, Any]]:
    """The evidence of each rule; where its points are others by now, what was written down."""
    if seen.points == stored:
        return seen.rules
    kept = _kept_evidence(lead)
    return [
        evidence if now == then else kept.get((rule.id, then), {})
        for rule, evidence, now, then in zip(
            rulebook.rules, seen.rules, seen.points, stored, strict=True
        )
    ]


def _kept_evidence(lead: Lead) -> Mapping[tuple[str, int | None], Mapping[str, Any]]:
    """(rule, points) → what the last qualification saw when it gave these points."""
    change = (
        lead.stage_changes.filter(version=lead.judgement.version, evidence__isnull=False)
        .order_by("-at", "-id")
        .first()
    )
    evidence = change.evidence if change else None
    if not evidence:
        return {}
    return {(rule, evidence["points"][rule]): seen for rule, seen in evidence["rules"].items()}


def adjustments(lead_ids: Sequence[int], *, at: datetime) -> dict[int, list[Adjustment]]:
    """What people adjusted on these leads and still counts at `at`, oldest first."""
    found: dict[int, list[Adjustment]] = {}
    for item in Adjustment.objects.filter(
        lead__in=lead_ids, created_at__lte=at, ends_at__gt=at
    ).select_related("author"):
        found.setdefault(item.lead_id, []).append(item)
    return found


def _counted(
    lead: Lead, stored: Points, rulebook: Rulebook, adjusted: list[Adjustment]
) -> list[Adjustment]:
    """Without those that were being saved while the lead was scored, and will count next time."""
    found: list[Adjustment] = []
    for kind in KINDS:
        of_kind = [item for item in adjusted if item.kind == kind]
        points = sum(stored[i] or 0 for i, _ in rulebook.rules_of(kind))
        while of_kind:
            exact = points + sum(item.points for item in of_kind)
            if min(max(exact, 0), rulebook.caps[kind]) == getattr(lead.judgement, kind):
                break
            of_kind.pop()
        found += of_kind
    return found


def _unscored(seen: Seen, zone: ZoneInfo) -> tuple[Unscored, ...]:
    newest_first = sorted(seen.unscored.items(), key=lambda of: of[1]["last"], reverse=True)
    return tuple(
        Unscored(event, event_label(event), span(about, zone)) for event, about in newest_first
    )
