"""Where leads stand now."""

from leads.metrics.answers.asking import rows

_STANDING = "SELECT stage, count(*) AS leads FROM leads_lead GROUP BY stage"


def standing() -> dict[str, int]:
    """How many leads stand on each stage now (an index-only read of `lead_by_stage`)."""
    return {row["stage"]: row["leads"] for row in rows(_STANDING)}
