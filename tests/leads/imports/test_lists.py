"""What the lines of a file are, and its columns then, as CRMs export deals and activities."""

import pytest

from leads.imports import recognising
from leads.imports.lists import columns_of, recognise_lists
from leads.models import Lists

PEOPLE, ACTIVITIES, OUTCOMES = Lists

SALESFORCE_DEALS = (
    "Id,AccountId,ContactId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate",
    ",,external_id,,outcome,outcome.amount,outcome.currency,outcome.at,outcome.ended,outcome.won,",
)
SALESFORCE_REPORT = (
    "Opportunity Name,Stage,Amount,Close Date,Contact: Email",
    ",outcome,outcome.amount,outcome.at,email",
)
SALESFORCE_TASKS = (
    "Id,WhoId,Subject,ActivityDate,Status,Type,Description,CreatedDate,CompletedDateTime",
    "did.id,external_id,did.about,,did.done,did,detail,,did.at",
)
SALESFORCE_MEMBERS = (
    "Id,CampaignId,LeadId,ContactId,Status,FirstRespondedDate,FirstName,LastName,Street,Email,Type,"
    "LeadOrContactId",
    "did.id,detail,external_id,external_id,did,did.at,first_name,last_name,,email,,external_id",
)
HUBSPOT_DEALS = (
    "Record ID,Deal Name,Deal Stage,Close Date,Amount,Amount in company currency,Deal owner,"
    "Associated Contact,Associated Contact IDs,Currency,Closed Lost Reason",
    ",,outcome,outcome.at,,outcome.amount,,email,external_id,,outcome.reason",
)
HUBSPOT_ACTIVITIES = (
    "Activity type,Activity date,Record ID,Associated Contact,Associated Contact IDs,Body",
    "did,did.at,did.id,email,external_id,detail",
)
PIPEDRIVE_DEALS = (
    "Deal - ID,Deal - Title,Deal - Status,Deal - Value,Deal - Currency,Deal - Won time,"
    "Deal - Lost time,Deal - Lost reason,Person - ID,Person - Email,Deal - Expected close date",
    ",,outcome,outcome.amount,outcome.currency,outcome.at,outcome.at,outcome.reason,external_id,"
    "email,",
)
PIPEDRIVE_ACTIVITIES = (
    "Activity - ID,Activity - Done,Activity - Type,Activity - Subject,Activity - Due date,"
    "Activity - Marked as done time,Person - Name,Person - Email",
    "did.id,did.done,did,did.about,,did.at,full_name,email",
)
DYNAMICS_DEALS = (
    "(Do Not Modify) Opportunity,Topic,Contact,Email (Contact) (Contact),Status,Status Reason,"
    "Actual Revenue,Actual Close Date,Est. Close Date,Currency",
    ",,full_name,email,outcome,outcome.reason,outcome.amount,outcome.at,,outcome.currency",
)
DYNAMICS_ACTIVITIES = (
    "(Do Not Modify) Activity,Subject,Activity Type,Activity Status,Regarding,Actual End",
    "did.id,did.about,did,did.done,full_name,did.at",
)
# What stands in a column, where that tells what it is.
VALUES = {
    "Associated Contact": "Ana Lopez (ana@acme.example)",
    "Contact: Email": "ana@acme.example",
    "Email (Contact) (Contact)": "ana@acme.example",
}


@pytest.mark.parametrize(
    ("export", "lists", "system"),
    [
        (SALESFORCE_DEALS, OUTCOMES, "Salesforce"),
        (SALESFORCE_REPORT, OUTCOMES, "Salesforce"),
        (SALESFORCE_TASKS, ACTIVITIES, "Salesforce"),
        (SALESFORCE_MEMBERS, ACTIVITIES, "Salesforce"),
        (HUBSPOT_DEALS, OUTCOMES, "HubSpot"),
        (HUBSPOT_ACTIVITIES, ACTIVITIES, "HubSpot"),
        (PIPEDRIVE_DEALS, OUTCOMES, "Pipedrive"),
        (PIPEDRIVE_ACTIVITIES, ACTIVITIES, "Pipedrive"),
        (DYNAMICS_DEALS, OUTCOMES, "Dynamics"),
        (DYNAMICS_ACTIVITIES, ACTIVITIES, "Dynamics"),
        (("email,outcome,date,amount", "email,outcome,outcome.at,outcome.amount"), OUTCOMES, ""),
        (("email,event,date,page", "email,did,did.at,detail"), ACTIVITIES, ""),
    ],
)
def test_deals_and_activities_are_known_with_their_columns(export, lists, system):
    heads, columns = (one.split(",") for one in export)
    samples = [[VALUES.get(head, "x")] for head in heads]

    guessed = recognising.guess(heads, samples, {})

    assert recognise_lists(heads) == lists
    assert recognising.system(heads) == system
    found = columns_of(heads, samples, guessed, lists)
    assert dict(zip(heads, found, strict=True)) == dict(zip(heads, columns, strict=True))


@pytest.mark.parametrize(
    "heads",
    [
        "First Name,Last Name,Email,Event,Date",
        "Email,Deal Stage,Close Date,Amount,Create Date",
        "Record ID,First Name,Email,Recent Deal Amount,Last Activity Date",
        "Email,Outcome",
        "Name,BudgetedCost,NumberOfLeads",
        "Id,OpportunityId,StageName,CloseDate",
    ],
)
def test_a_file_of_people_stays_one(heads):
    assert recognise_lists(heads.split(",")) == PEOPLE


def test_a_column_without_values_is_left_out():
    heads = ["Email", "Event", "Date", "Id"]

    assert columns_of(heads, [["a@x.example"], ["Chat"], ["2025"], []], heads, ACTIVITIES)[3] == ""
