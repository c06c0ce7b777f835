from leads.models.adjustment import Adjustment
from leads.models.campaign import Campaign, MovedByName, NameMerge, Source
from leads.models.company import Company, CompanyChange, CompanyMerge
from leads.models.consent import Consent, ConsentPurpose
from leads.models.domain import Domain, DomainKind, RoleWord
from leads.models.duplicates import Duplicate, Merge, Rank, Uncompared, Why
from leads.models.event import Event
from leads.models.fields import (
    AttributeCount,
    AttributeCounting,
    CustomField,
    FieldType,
    RawValue,
    SeenAttribute,
)
from leads.models.follow_up import FollowUp
from leads.models.handoff import Handoff, HandoffState, Outcome, Touch
from leads.models.impact import ImpactCount, Rescored
from leads.models.imports import Import, ImportLine, ImportState, LineStatus, Lists
from leads.models.inbound import Delivery, DeliveryState, Inlet, System
from leads.models.judgement import Judgement, News, Suspect
from leads.models.lead import Alias, EmailKind, ExternalId, Lead, LeadChange
from leads.models.note import Note
from leads.models.override import Override
from leads.models.score import DayScore
from leads.models.stage import StageChange
from leads.models.unread import Meaning, UnreadValue
from leads.models.verdict import Answer, BantItem, Nurture, WrongCriterion
from leads.models.web_form import ConsentText, WebForm

__all__ = [
    "Adjustment",
    "Alias",
    "Answer",
    "AttributeCount",
    "AttributeCounting",
    "BantItem",
    "Campaign",
    "Company",
    "CompanyChange",
    "CompanyMerge",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "CustomField",
    "DayScore",
    "Delivery",
    "DeliveryState",
    "Domain",
    "DomainKind",
    "Duplicate",
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
    "Inlet",
    "Judgement",
    "Lead",
    "LeadChange",
    "LineStatus",
    "Lists",
    "Meaning",
    "Merge",
    "MovedByName",
    "NameMerge",
    "News",
    "Note",
    "Nurture",
    "Outcome",
    "Override",
    "Rank",
    "RawValue",
    "Rescored",
    "RoleWord",
    "SeenAttribute",
    "Source",
    "StageChange",
    "Suspect",
    "System",
    "Touch",
    "Uncompared",
    "UnreadValue",
    "WebForm",
    "Why",
    "WrongCriterion",
]
