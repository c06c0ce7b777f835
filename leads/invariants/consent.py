"""What people allowed and forbade: it stands as it was said, and nobody is judged against it."""

from collections.abc import Iterator
from typing import Any

from funnel.models import CriteriaVersion
from funnel.stages import TOMBSTONES
from leadportal.db.pieces import Sql, param
from leads.consent import OBJECTED
from leads.invariants.questions import Topic

invariant = Topic()

# Of a lead `l` and its judgement: nothing of it is still to be judged.
_SETTLED = (
    "attempts = 0 AND parked_error = '' AND NOT EXISTS (SELECT FROM leads_news n WHERE "
    "n.lead_id = l.id OR n.lead_id IS NULL AND coalesce(n.company_id, l.company_id) "
    "IS NOT DISTINCT FROM l.company_id)"
)


@invariant(5, "Without the consent that the MQL definition asks for, nobody is an MQL.")
def mqls_consented() -> Iterator[Sql]:
    asking = [
        version.pk
        for version in CriteriaVersion.objects.exclude(live_at=None)
        if _needs_consent(version.content["definitions"]["mql"]["condition"])
    ]
    yield Sql(
        "SELECT 'leads_lead', id, 'stage ' || stage || ' without consent to marketing' "  # noqa: S608 - constants
        "FROM leads_lead l JOIN leads_judgement j ON j.lead_id = l.id "
        "WHERE stage IN ('mql', 'sql') AND version_id = ANY({}) "
        "AND coalesce(consent->>'marketing', 'false') <> 'true' "
        f"AND {_SETTLED}"
    ) % param(asking, "bigint[]")


def _needs_consent(condition: dict[str, Any]) -> bool:
    """Whether the condition cannot hold without it: asked outright, not as one of several ways."""
    if "all" in condition:
        return any(_needs_consent(item) for item in condition["all"])
    return (
        condition.get("fact") == "consent_marketing"
        and condition.get("op") == "is"
        and condition.get("value") is True
    )


@invariant(5, "What stands of consent is what was said of it, by date and weight.")
def consent_is_as_said() -> Iterator[Sql]:
    # As leads/consent.py has it.
    withdrawn, given = (
        "max(at) FILTER (WHERE NOT given)",
        "max(at) FILTER (WHERE given AND is_firm)",
    )
    yield Sql(
        "SELECT 'leads_lead', l.id, 'consent is not what was said' FROM leads_lead l LEFT JOIN ("  # noqa: S608 - constants
        "SELECT lead_id, jsonb_object_agg(purpose, stands) AS says FROM ("
        f"SELECT c.lead_id, purpose, CASE WHEN {withdrawn} IS NULL THEN TRUE "
        f"ELSE coalesce({given} > {withdrawn}, FALSE) END AS stands FROM leads_consent c "
        "WHERE merge_id IS NULL OR (SELECT undone_at FROM leads_merge m WHERE m.id = merge_id) "
        "IS NULL GROUP BY c.lead_id, purpose) AS each GROUP BY lead_id) AS said "
        "ON said.lead_id = l.id WHERE l.merged_into_id IS NULL "
        "AND l.consent <> coalesce(said.says, '{}')"
    )


@invariant(3, "Who objected to being scored has no score.")
def who_objected_is_not_scored() -> Iterator[Sql]:
    yield Sql(
        "SELECT 'leads_lead', l.id, 'objected to being scored, and has a score' "  # noqa: S608 - constants
        "FROM leads_lead l JOIN leads_judgement j ON j.lead_id = l.id "
        f"WHERE {OBJECTED} AND j.version_id IS NOT NULL AND stage <> ALL({{}}) "
        f"AND {_SETTLED}"
    ) % param([*TOMBSTONES], "text[]")
