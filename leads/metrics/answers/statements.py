"""How the catalogue is asked: its expressions put into a statement, its numbers read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leads.metrics.catalogue import Metric
from leads.metrics.shares import Share


@dataclass(frozen=True, slots=True)
class Numbers:
    """The metrics over some handoffs. Medians are seconds; None where nobody got so far."""

    handed: int = 0
    decided: int = 0
    accepted: int = 0
    rejected: int = 0
    claimed: int = 0
    claim_due: int = 0
    claim_kept: int = 0
    touch_due: int = 0
    touch_kept: int = 0
    to_claim: float | None = None
    to_touch: float | None = None

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.decided)

    @property
    def claims_in_time(self) -> Share:
        return Share(self.claim_kept, self.claim_due)

    @property
    def touches_in_time(self) -> Share:
        return Share(self.touch_kept, self.touch_due)


def selecting(sql: str, *metrics: Metric) -> str:
    """The statement with the catalogue's expressions at its METRICS; values stay parameters."""
    columns = ", ".join(f"{metric.sql} AS {metric.name}" for metric in metrics)
    return sql.replace("METRICS", columns)


def fetch_answers(sql: str, **params: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def numbers(row: Mapping[str, Any]) -> Numbers:
    return Numbers(**{name: row[name] for name in Numbers.__slots__ if name in row})
