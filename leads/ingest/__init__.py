from leads.ingest.events import EventInput, ingest_events
from leads.ingest.leads import LeadInput, ingest_leads
from leads.ingest.results import BatchRefused, IngestResult, Status

__all__ = [
    "BatchRefused",
    "EventInput",
    "IngestResult",
    "LeadInput",
    "Status",
    "ingest_events",
    "ingest_leads",
]
