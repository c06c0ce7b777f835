"""Who would move, and the rules that did it: the points of two versions side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from funnel.rulebook.parts import Rulebook
from funnel.versions import current
from funnel.vocabulary.facts import Vocabulary
from leadportal.db.pieces import Sql
from leadportal.look import formats
from leads.impact.reading import judging_of
from leads.judging.basis import Basis
from leads.models import Lead


@dataclass(frozen=True, slots=True)
class PointsChange:
    """One rule that gives other points; None where a version has no such rule."""

    label: str
    was: int | None
    becomes: int | None

    @property
    def points(self) -> int:
        return (self.becomes or 0) - (self.was or 0)

    def __str__(self) -> str:
        """ "Pricing page +20 → +14" """
        if self.was is None:
            return f"{self.label} {formats.signed(self.becomes or 0)}, a new rule"
        if self.becomes is None:
            return f"{self.label} {formats.signed(self.was)}, taken away"
        return f"{self.label} {formats.signed(self.was)} → {formats.signed(self.becomes)}"


@dataclass(frozen=True, slots=True)
class Mover:
    """A lead that would move: its score now and then, and why."""

    lead: Lead
    was: int | None
    becomes: int
    changes: tuple[PointsChange, ...]
    disqualifier: str


def rule_changes(basis: Basis, leads: Sequence[Lead], words: Vocabulary) -> list[Mover]:
    """These leads as the basis would judge them, in their order. One statement."""
    scoring, judging = judging_of(basis, [lead.pk for lead in leads])
    query = Sql("SELECT l.id, s.total, {}, s.disqualifier FROM {}") % (scoring.points, judging)
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    labels = {item.id: item.label for item in basis.rulebook.disqualifiers}
    # A page of leads was judged by one or two versions.
    judges = {judge.pk: judge for lead in leads if (judge := lead.judgement.version)}
    rulebooks = {pk: current.readable(judge, words) for pk, judge in judges.items()}
    movers = []
    for lead in leads:
        total, points, disqualifier = found[lead.pk]
        was = lead.judgement
        before = rulebooks.get(was.version_id) if was.version_id else None
        changes = differences(before, was.points, basis.rulebook, points) if before else []
        kept_out = labels.get(disqualifier, "")
        movers.append(Mover(lead, was.total, total, tuple(changes), kept_out))
    return movers


def differences(
    before: Rulebook,
    points: Sequence[int | None],
    after: Rulebook,
    new_points: Sequence[int | None],
) -> list[PointsChange]:
    """The rules that give other points, what moves the score most first."""
    was = _by_rule(before, points)
    becomes = _by_rule(after, new_points)
    labels = {rule.id: rule.label for book in (before, after) for rule in book.rules}
    found = [PointsChange(labels[id_], was.get(id_), becomes.get(id_)) for id_ in labels]
    return sorted((one for one in found if one.points), key=lambda one: -abs(one.points))


def _by_rule(rulebook: Rulebook, points: Sequence[int | None]) -> dict[str, int]:
    """Rule → points; a fact nobody knows gave none."""
    return {rule.id: given or 0 for rule, given in zip(rulebook.rules, points, strict=False)}
