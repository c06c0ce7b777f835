"""Where leads stand now."""

from leads.metrics.answers.statements import fetch_answers

_STANDING = "SELECT stage, count(*) AS leads FROM leads_lead GROUP BY stage"


def leads_by_stage() -> dict[str, int]:
    """How many leads stand on each stage now (an index-only read of `lead_by_stage`)."""
    return {row["stage"]: row["leads"] for row in fetch_answers(_STANDING)}
