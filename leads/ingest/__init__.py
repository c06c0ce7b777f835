from leads.ingest.events import EventInput, ingest_events
from leads.ingest.leads import ingest_leads
from leads.ingest.results import BatchRefused, IngestResult, Status

__all__ = [
    "BatchRefused",
    "EventInput",
    "IngestResult",
    "Status",
    "ingest_events",
    "ingest_leads",
]
