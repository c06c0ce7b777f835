"""The rows of the table, each laid out in texts: a page has many, and fills their template in."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from funnel.stages import Stage
from leadportal.look import formats, marks
from leadportal.look.bars import score_bar
from leadportal.look.pictures import Picture, draw
from leads.models import Lead

_NOT_SCORED = SafeString('<span class="mut">not yet</span>')


@dataclass(frozen=True)
class Row(Picture):
    template: ClassVar[str] = "leads/table/partials/row.html"

    pk: int
    said: str
    address: str
    name: str
    company: str
    between: str
    job_title: str
    stage: SafeString
    score: SafeString
    source: str
    owner: str
    moved: SafeString
    created: SafeString
    value: str


def row(lead: Lead, *, walk: str, currency: str) -> Row:
    """`walk` is the query string of the table, which the page of a lead walks along."""
    name, company, judged = lead.name, lead.company, lead.judgement
    stage, value = Stage(lead.stage), lead.estimated_value
    return Row(
        pk=lead.pk,
        said=f"{name}, {company}" if company else name,
        address=f"{lead.get_absolute_url()}{walk}",
        name=name,
        company=company.name if company else "",
        between=" · " if company and lead.job_title else "",
        job_title=lead.job_title,
        stage=marks.baton(stage.badge, stage.label),
        score=_score(judged.fit, judged.intent),
        source=lead.source.name if lead.source else "",
        owner=lead.owner.name if lead.owner else "",
        moved=marks.when(lead.stage_since),
        created=marks.when(lead.created_at),
        value="" if value is None else formats.money(value, currency),
    )


def _score(fit: int | None, intent: int | None) -> SafeString:
    """Both are there once it is judged."""
    return _NOT_SCORED if fit is None or intent is None else draw(score_bar(fit, intent, None))
