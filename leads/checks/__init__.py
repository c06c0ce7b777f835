"""What may come in: one table of checks per thing, read by ingest and by the API's schema."""

from leads.checks.events import EVENT_SCHEMA, read_event
from leads.checks.leads import COMPANY, LEAD, LEAD_SCHEMA, read_lead
from leads.checks.reading import Field, FieldError, Refused, Wrong, read
from leads.checks.values import choice, moment, money, text

__all__ = [
    "COMPANY",
    "EVENT_SCHEMA",
    "Field",
    "FieldError",
    "LEAD",
    "LEAD_SCHEMA",
    "Refused",
    "Wrong",
    "choice",
    "moment",
    "money",
    "read",
    "read_event",
    "read_lead",
    "text",
]
