"""The rows of the queue, each laid out in texts: a page has many, and fills their template in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from leadportal.look import formats
from leadportal.look.bars import score_bar
from leadportal.look.clocks import sla_clock
from leadportal.look.pictures import Picture, draw
from leadportal.web import addresses
from leads import past

_CURRENT = SafeString(' aria-current="true"')


@dataclass(frozen=True)
class Row(Picture):
    """One open handoff; the link opens the lead, `peek` fetches its preview."""

    template: ClassVar[str] = "leads/queue/partials/row.html"

    pk: int
    said: str
    total: int
    current: SafeString
    address: str
    claim: SafeString
    clock: SafeString
    lead_address: str
    name: str
    company: str
    between: str
    job_title: str
    remarks: SafeString
    score: SafeString
    why: str
    source: str
    value: str


@dataclass(frozen=True)
class _Claim(Picture):
    """The button of a row; one form of the list posts it to the address of its own row."""

    template: ClassVar[str] = "leads/queue/partials/claim.html"

    pk: int
    address: str
    name: str


@dataclass(frozen=True)
class Listing:
    """What the rows of one list share."""

    user: User
    now: datetime
    # The queues the reader works in, by id.
    claimable: Collection[int]
    # Which row the cursor is on.
    current: int | None
    # The query string of the list, which the page of a lead walks along.
    walk: str
    currency: str

    def row(self, handoff: Any) -> Row:
        lead = handoff.lead
        name, company = lead.name, lead.company
        clock = sla_clock(
            handoff.due_at,
            self.now,
            handoff.opened_at,
            label="to claim",
            late_label="claim overdue",
            who=name,
        )
        value = lead.estimated_value
        return Row(
            pk=handoff.pk,
            said=f"{name}, {company}" if company else name,
            total=handoff.total,
            current=_CURRENT if handoff.pk == self.current else SafeString(),
            address=addresses.of("handoff", handoff.pk),
            claim=draw(self._claim(handoff, name)),
            clock=draw(clock),
            lead_address=f"{lead.get_absolute_url()}{self.walk}",
            name=name,
            company=company.name if company else "",
            between=" · " if company and lead.job_title else "",
            job_title=lead.job_title,
            remarks=format_html_join(
                "", '<p class="xs warn-ink">{}</p>', ((text,) for text in past.remarks(handoff))
            ),
            score=draw(score_bar(handoff.fit, handoff.intent, handoff.line)),
            why=handoff.why,
            source=handoff.source.name if handoff.source else "",
            value="" if value is None else formats.money(value, self.currency),
        )

    def _claim(self, handoff: Any, name: str) -> _Claim | None:
        """None where the reader works in other queues, or is to leave it to others for now."""
        is_spared = handoff.spared_id == self.user.pk and handoff.due_at > self.now
        if handoff.queue_id not in self.claimable or is_spared:
            return None
        return _Claim(handoff.pk, addresses.of("handoff-claim", handoff.pk), name)
