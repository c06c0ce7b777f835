"""Judgements: scores that add up, and name their version."""

from collections.abc import Iterator

from funnel.models import CriteriaVersion
from funnel.rulebook.parts import KINDS
from funnel.stages import LADDER
from leadportal.db.pieces import Sql, param
from leads.invariants.questions import Topic

invariant = Topic()


@invariant(3, "A score is fit and intent together, and names its version.")
def scores_add_up() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', lead_id, 'score ' || coalesce(total::text, 'none') || ' of fit ' || "
        "coalesce(fit::text, 'none') || ' and intent ' || coalesce(intent::text, 'none') "
        "FROM leads_judgement WHERE total IS DISTINCT FROM fit + intent "
        "OR (total IS NULL) <> (version_id IS NULL) OR (total IS NULL) <> (scored_at IS NULL)"
    )
    yield Sql(
        "SELECT 'leads_handoff', id, 'score ' || total || ' of fit ' || fit || ' and intent ' || "
        "intent FROM leads_handoff WHERE total <> fit + intent"
    )


@invariant(3, "Every lead has its judgement, be it that it waits for the first.")
def leads_have_judgements() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'has no judgement' FROM leads_lead l "
        "WHERE NOT EXISTS (SELECT FROM leads_judgement j WHERE j.lead_id = l.id)"
    )


@invariant(3, "The points of the rules, capped, are the fit and the intent.")
def points_add_up() -> Iterator[Sql]:
    for version in CriteriaVersion.objects.exclude(live_at=None):
        yield _wrong_points(version)


def _wrong_points(version: CriteriaVersion) -> Sql:
    """Positions and caps come from the content itself, so a field that is gone stops nothing."""
    rules = version.content.get("rules", [])
    caps = version.content.get("caps", {})
    wrong = [Sql("cardinality(points) <> {}") % param(len(rules))]
    for kind in KINDS:
        places = [i for i, rule in enumerate(rules, start=1) if rule["kind"] == kind]
        points = [Sql("coalesce(points[{}], 0)") % param(place) for place in places]
        adjusted = Sql(
            "coalesce((SELECT sum(a.points) FROM leads_adjustment a WHERE a.lead_id = j.lead_id "
            "AND a.kind = {} AND a.created_at <= j.scored_at AND a.ends_at > j.scored_at), 0)"
        ) % param(kind)
        total = Sql.join(" + ", [*points, adjusted])
        wrong.append(
            Sql(f"{kind} <> least(greatest({{}}, 0), {{}})") % (total, param(caps.get(kind, 50)))
        )
    return Sql(
        "SELECT 'leads_lead', lead_id, 'fit ' || fit || ', intent ' || intent || ', points ' || "
        "points::text FROM leads_judgement j WHERE version_id = {} AND ({})"
    ) % (param(version.pk), Sql.join(" OR ", wrong))


@invariant(3, "The reasons a handoff was given sum to its score.")
def reasons_add_up() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_handoff', h.id, 'score ' || h.total || ', reasons ' || sums.points "
        "FROM leads_handoff h CROSS JOIN LATERAL (SELECT coalesce(sum((r->>'points')::int), 0) "
        "AS points FROM jsonb_array_elements(h.reasons) r) AS sums WHERE sums.points <> h.total"
    )


@invariant(3, "What the criteria moved names the version, and what rose its evidence.")
def moves_name_their_version() -> Iterator[Sql]:
    ladder = param([*LADDER], "text[]")
    yield Sql(
        "SELECT 'leads_stagechange', id, CASE WHEN version_id IS NULL THEN 'names no version' "
        "ELSE 'keeps no evidence' END FROM leads_stagechange WHERE actor = 'machine' "
        "AND origin = ANY({}) AND target = ANY({}) AND (version_id IS NULL OR evidence IS NULL "
        "AND array_position({}, target::text) > array_position({}, origin::text))"
    ) % (ladder, ladder, ladder, ladder)
