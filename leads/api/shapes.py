"""What the API shows of a record, as plain dicts, and the querysets that read it all at once."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Integration
from leads.ingest import IngestResult
from leads.models import Event, ExternalId, Handoff, Lead, StageChange


def leads_to_show(leads: QuerySet[Lead], integration: Integration | None) -> QuerySet[Lead]:
    """With everything `lead` needs; the external id is the one this integration gave."""
    external_ids = ExternalId.objects.filter(lead=OuterRef("pk")).order_by("pk")
    if integration:
        external_ids = external_ids.filter(integration=integration)
    waiting = Handoff.objects.exclude(state="closed").filter(lead=OuterRef("pk"))
    return leads.select_related("company", "source", "campaign", "version", "owner").annotate(
        external_id=Subquery(external_ids.values("value")[:1]),
        queue_name=Subquery(waiting.values("queue__name")[:1]),
    )


def lead(lead: Lead) -> dict[str, Any]:
    return {
        "id": lead.pk,
        "external_id": lead.external_id,
        "email": lead.email or None,
        "email_kind": lead.email_kind or None,
        "first_name": lead.first_name or None,
        "last_name": lead.last_name or None,
        "phone": lead.phone or None,
        "job_title": lead.job_title or None,
        "company": _company(lead),
        "country": lead.country or None,
        "city": lead.city or None,
        "source": lead.source.name if lead.source else None,
        "campaign": lead.campaign.name if lead.campaign else None,
        "estimated_value": lead.estimated_value,
        "attributes": lead.attributes,
        "consent": lead.consent,
        "stage": lead.stage,
        "stage_since": lead.stage_since,
        "score": _score(lead),
        "criteria_version": lead.version.number if lead.version else None,
        "queue": lead.queue_name,
        "owner": lead.owner.email if lead.owner else None,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "scored_at": lead.scored_at,
    }


def _company(lead: Lead) -> dict[str, Any] | None:
    if not (company := lead.company):
        return None
    return {
        "name": company.name,
        "domain": company.domain or None,
        "industry": company.industry or None,
        "employees": company.employees,
        "country": company.country or None,
    }


def _score(judged: Lead | Handoff) -> dict[str, int] | None:
    if judged.total is None:
        return None
    return {"total": judged.total, "fit": judged.fit, "intent": judged.intent}


def event(event: Event) -> dict[str, Any]:
    return {
        "id": event.pk,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "stated_at": event.stated_at,
        "received_at": event.received_at,
        "properties": event.properties,
        "external_id": event.external_id or None,
    }


def stage_change(change: StageChange) -> dict[str, Any]:
    return {
        "id": change.pk,
        "from": change.origin or None,
        "to": change.target,
        "at": change.at,
        "actor": change.actor,
        "by": change.person.name if change.person else None,
        "integration": change.integration.name if change.integration else None,
        "reason": change.reason or None,
        "criteria_version": change.version.number if change.version else None,
        "total": change.total,
        "cycle": change.cycle,
        "handoff": change.handoff_id,
        "evidence": change.evidence,
    }


def handoff(handoff: Handoff) -> dict[str, Any]:
    return {
        "id": handoff.pk,
        "lead": handoff.lead_id,
        "queue": handoff.queue.name,
        "state": handoff.state,
        "cycle": handoff.cycle,
        "criteria_version": handoff.version.number,
        "score": _score(handoff),
        "line": handoff.line,
        "why": handoff.why,
        "reasons": handoff.reasons,
        "opened_at": handoff.opened_at,
        "due_at": handoff.due_at,
        "claimed_by": handoff.claimed_by.email if handoff.claimed_by else None,
        "claimed_at": handoff.claimed_at,
        "touch_due_at": handoff.touch_due_at,
        "first_touch_at": handoff.first_touch_at,
        "closed_at": handoff.closed_at,
        "outcome": handoff.outcome or None,
    }


def result(result: IngestResult) -> dict[str, Any]:
    """One line of a batch's answer. Ids only: answers are kept for retries."""
    shown: dict[str, Any] = {
        "index": result.index,
        "status": result.status,
        "id": result.lead_id,
        "errors": errors(result),
    }
    if result.first_index is not None:
        shown["first_index"] = result.first_index
    return shown


def event_result(given: IngestResult) -> dict[str, Any]:
    return result(given) | {"id": given.event_id, "lead": given.lead_id}


def errors(result: IngestResult) -> list[dict[str, str]]:
    return [
        {"pointer": error.pointer, "code": error.code, "detail": error.detail}
        for error in result.errors
    ]
