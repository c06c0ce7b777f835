from leads.models.adjustment import Adjustment
from leads.models.campaign import Campaign, Source
from leads.models.company import Company, CompanyMerge
from leads.models.consent import Consent, ConsentPurpose
from leads.models.domain import Domain, DomainKind
from leads.models.event import Event
from leads.models.fields import CustomField, FieldType, SeenAttribute
from leads.models.follow_up import FollowUp
from leads.models.handoff import Handoff, HandoffState, Outcome, Touch
from leads.models.impact import ImpactCount, Rescored
from leads.models.imports import Import, ImportLine, ImportState, LineStatus
from leads.models.judgement import Judgement, News
from leads.models.lead import EmailKind, ExternalId, Lead, LeadChange
from leads.models.note import Note
from leads.models.override import Override
from leads.models.score import DayScore
from leads.models.stage import StageChange
from leads.models.unread import Meaning, UnreadValue
from leads.models.verdict import Answer, BantItem, Nurture, WrongCriterion

__all__ = [
    "Adjustment",
    "Answer",
    "BantItem",
    "Campaign",
    "Company",
    "CompanyMerge",
    "Consent",
    "ConsentPurpose",
    "CustomField",
    "DayScore",
    "Domain",
    "DomainKind",
    "EmailKind",
    "Event",
    "ExternalId",
    "FieldType",
    "FollowUp",
    "Handoff",
    "HandoffState",
    "ImpactCount",
    "Import",
    "ImportLine",
    "ImportState",
    "Judgement",
    "Lead",
    "LeadChange",
    "LineStatus",
    "Meaning",
    "News",
    "Note",
    "Nurture",
    "Outcome",
    "Override",
    "Rescored",
    "SeenAttribute",
    "Source",
    "StageChange",
    "Touch",
    "UnreadValue",
    "WrongCriterion",
]
