"""What the lines of a file are, told by its heads: people, what they did, or what became of them.

And what its columns are then, as CRMs export activities and deals.
"""

from collections.abc import Mapping, Sequence

from leads.imports.heads import head_key
from leads.imports.targets import (
    DETAIL,
    DID,
    DID_ABOUT,
    DID_AT,
    DID_DONE,
    DID_ID,
    EXTERNAL_ID,
    FULL_NAME,
    LEFT_OUT,
    OUTCOME,
    OUTCOME_AMOUNT,
    OUTCOME_AT,
    OUTCOME_CURRENCY,
    OUTCOME_ENDED,
    OUTCOME_REASON,
    OUTCOME_WON,
    targets,
)
from leads.models import Lists

# Heads by which a file is one of deals or of activities, whatever else it tells of people.
_MARKS = (
    (Lists.OUTCOMES, {"stagename", "closedate"}),
    (Lists.OUTCOMES, {"dealname", "dealstage"}),
    (Lists.OUTCOMES, {"opportunityname", "stage"}),
    (Lists.OUTCOMES, {"dealtitle", "dealstatus"}),
    (Lists.OUTCOMES, {"donotmodifyopportunity"}),
    (Lists.OUTCOMES, {"topic", "actualclosedate"}),
    (Lists.ACTIVITIES, {"whoid", "subject"}),
    (Lists.ACTIVITIES, {"whoid", "activitydate"}),
    (Lists.ACTIVITIES, {"campaignid", "leadorcontactid"}),
    (Lists.ACTIVITIES, {"campaignid", "memberstatus"}),
    (Lists.ACTIVITIES, {"activitytype", "subject"}),
    (Lists.ACTIVITIES, {"activitytype", "activitydate"}),
    (Lists.ACTIVITIES, {"activitysubject", "activitytype"}),
    (Lists.ACTIVITIES, {"engagementtype"}),
    (Lists.ACTIVITIES, {"donotmodifyactivity"}),
    (Lists.ACTIVITIES, {"tasksubtype", "subject"}),
)
# A plain list of what somebody did, or who was won or lost, tells no more of the people.
_OUTCOME = {"outcome", "wonorlost", "wonlost"}
_DID = {"event", "eventtype", "eventname", "activity", "activitytype"}
_WHEN = {
    *("date", "time", "datetime", "timestamp", "when", "eventdate", "activitydate"),
    *("occurredat", "occurredon", "closedate", "closeddate", "closedon", "outcomedate"),
    *("wonon", "wondate", "lostdate", "wontime"),
}
_PERSON = {"firstname", "lastname", "title", "jobtitle", "created", "createdate", "createddate"}
_ELSE = (
    ("changes of deals", {"opportunityid", "stagename"}),
    ("campaigns", {"budgetedcost", "numberofleads"}),
    ("campaigns", {"campaignname", "budgetedcost"}),
)
_OF_PEOPLE = {"email", "emailaddress", "firstname", "lastname", "contactname", "phone"}


def _heads(header: Sequence[str]) -> set[str]:
    return {head_key(head).replace(" ", "") for head in header}


def lists_else(header: Sequence[str]) -> str:
    """What a file lists that by its heads is nothing that comes in: "campaigns"; else blank."""
    heads = _heads(header)
    return next((what for what, marks in _ELSE if marks <= heads and not heads & _OF_PEOPLE), "")


def recognise_lists(header: Sequence[str]) -> Lists:
    """What each line of a file with this head is."""
    heads = _heads(header)
    if lists_else(header):
        return Lists.PEOPLE
    is_plain = heads & _WHEN and not heads & _PERSON
    if is_plain and heads & _OUTCOME:
        return Lists.OUTCOMES
    if is_plain and heads & _DID:
        return Lists.ACTIVITIES
    return next((lists for lists, marks in _MARKS if marks <= heads), Lists.PEOPLE)


# By target, the heads that mean it in a file that lists these, the best first.
_ACTIVITIES: Mapping[str, str] = {
    DID: """event type, event name, activity type, engagement type, event, activity, action, type,
        task subtype, call type, member status, art, typ""",
    DID_AT: """completed date time, completed date, completed at, marked as done time, done time,
        actual end, first responded date, occurred at, occurred on, happened at, timestamp,
        event date, activity date, engagement date, start date time, start time, date time, date,
        time, when, due date, scheduled end, added date c, created date, create date, created on,
        date created, created at, datum, fecha""",
    DID_ID: "id, activity id, record id, engagement id, event id, task id, do not modify activity",
    DID_ABOUT: "subject, activity subject, task subject, betreff, asunto, objet, oggetto",
    DID_DONE: "done, status, activity status, task status, status reason, completed",
    EXTERNAL_ID: """who id, lead id, contact id, lead or contact id, person id, customer id,
        associated contact ids, associated contact id, contact record id,
        contact ids""",
    FULL_NAME: """name, full name, contact name, contact person, person name, contact, person,
        regarding, lead, associated contact""",
}
_OUTCOMES: Mapping[str, str] = {
    OUTCOME: """outcome, won or lost, won lost, deal stage, stage name, stage, deal status,
        opportunity stage, opportunity status, status, phase, etapa""",
    OUTCOME_WON: "is won, won, is closed won",
    OUTCOME_ENDED: "is closed, closed, is deal closed, deal closed",
    OUTCOME_AT: """actual close date, close date, closed date, closed at, closed on, closed time,
        won time, lost time, won date, lost date, deal closed time, date, abschlussdatum""",
    OUTCOME_AMOUNT: """amount in company currency, actual revenue, actual value, amount,
        deal amount, opportunity amount, value, deal value, betrag, wert, importe, montant""",
    OUTCOME_CURRENCY: """currency, currency iso code, deal currency code, deal currency, wahrung,
        amount currency, opportunity currency, devise, moneda""",
    OUTCOME_REASON: """lost reason, loss reason, closed lost reason, closed won reason,
        deal lost reason, lost or won reason, reason, status reason, reason lost, reason for loss,
        loss reason c""",
    EXTERNAL_ID: """contact id, lead id, person id, customer id, primary contact id,
        associated contact ids, associated contact id, contact record id""",
    FULL_NAME: """contact, contact name, contact person, primary contact, person name, customer,
        associated contact, full name, person""",
}
# Where a member of a campaign lives says nothing of what they did.
_NO_DETAIL = {"salutation", "street", "state", "postal code", "zip", "fax", "mobile phone"}
_IN_OURS = "amount in company currency"
_HEADS = {Lists.ACTIVITIES: _ACTIVITIES, Lists.OUTCOMES: _OUTCOMES}
# Several columns of one of these say it one instead of another; of all others the best counts.
_EITHER = (EXTERNAL_ID, OUTCOME_AT, OUTCOME_REASON)
_THINGS = ("deal ", "opportunity ", "activity ", "task ", "engagement ")


def columns_of(
    header: Sequence[str], samples: Sequence[Sequence[str]], guessed: Sequence[str], lists: str
) -> list[str]:
    """What the columns are of a file that lists activities or outcomes.

    `samples` has the first values of each column; `guessed`, what they would be of people.
    """
    keys = [head_key(head) for head in header]
    means = {
        head: (name, place)
        for name, heads in _HEADS[Lists(lists)].items()
        for place, head in enumerate(" ".join(heads.split()).split(", "))
    }
    offered = {one.name for label, group in targets({}, lists) for one in group}
    rest = DETAIL if lists == Lists.ACTIVITIES else LEFT_OUT
    if "campaign id" in keys:
        # A lead or a contact; what a member did is the status.
        means["type"] = LEFT_OUT, 0
    if _IN_OURS in keys:
        means = {head: meant for head, meant in means.items() if meant[0] != OUTCOME_CURRENCY}
    found, ranks = [], []
    for key, values, name in zip(keys, samples, guessed, strict=True):
        meant = means.get(key) or means.get(_without_thing(key))
        if not values:
            meant, name = None, LEFT_OUT
        elif not meant and (name not in offered or name in (EXTERNAL_ID, FULL_NAME)):
            is_told = name in (DETAIL, "campaign", "source") and key not in _NO_DETAIL
            name = rest if is_told else LEFT_OUT
        if meant and meant[0] == FULL_NAME and any("@" in value for value in values):
            meant = "email", 0
        found.append(meant[0] if meant else name)
        ranks.append(meant[1] if meant else 0)
    for name in set(found) - {DETAIL, LEFT_OUT, *_EITHER}:
        places = [place for place, one in enumerate(found) if one == name]
        best = min(places, key=lambda place: ranks[place])
        for place in places:
            found[place] = name if place == best else LEFT_OUT
    return _status_tells(found)


def _without_thing(key: str) -> str:
    """ "Deal - Won time" is "won time"."""
    return next((key.removeprefix(thing) for thing in _THINGS if key.startswith(thing)), key)


def _status_tells(found: list[str]) -> list[str]:
    """Of a member of a campaign the status is what happened, like "Responded"."""
    if DID in found or DID_DONE not in found:
        return found
    return [DID if name == DID_DONE else name for name in found]
