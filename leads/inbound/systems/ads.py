"""Lead forms of ad platforms: Google Ads, Meta, LinkedIn."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leads.imports.targets import FULL_NAME
from leads.inbound.systems import proofs
from leads.inbound.systems.flat import dict_of, json_of, list_of, object_of, words
from leads.inbound.systems.said import TEST, Raw, Said, Submission, Unreadable

# Google's own names of columns; the address at work before any other.
GOOGLE_COLUMNS = {
    "WORK_EMAIL": "email",
    "EMAIL": "email",
    "WORK_PHONE": "phone",
    "PHONE_NUMBER": "phone",
    "FULL_NAME": FULL_NAME,
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "COMPANY_NAME": "company.name",
    "JOB_TITLE": "job_title",
    "CITY": "city",
    "COUNTRY": "country",
}
_GOOGLE_IDS = ("form_id", "campaign_id", "adgroup_id", "creative_id", "asset_group_id", "gcl_id")
_META_IDS = ("form_id", "ad_id", "campaign_id", "platform")
# Meta's and LinkedIn's names of what they fill in themselves.
META_FIELDS = {
    "work_email": "email",
    "email": "email",
    "work_phone_number": "phone",
    "phone_number": "phone",
    "full_name": FULL_NAME,
    "first_name": "first_name",
    "last_name": "last_name",
    "company_name": "company.name",
    "job_title": "job_title",
    "city": "city",
    "country": "country",
    "website": "website",
}
LINKEDIN_FIELDS = {
    "WORK_EMAIL": "email",
    "EMAIL": "email",
    "WORK_PHONE_NUMBER": "phone",
    "PHONE_NUMBER": "phone",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "COMPANY_NAME": "company.name",
    "COMPANY_SIZE": "company.employees",
    "INDUSTRY": "company.industry",
    "JOB_TITLE": "job_title",
    "CITY": "city",
    "COUNTRY": "country",
    "COUNTRY_CODE": "country",
    "LINKEDIN_PROFILE_LINK": "linkedin",
}
ONLY_AN_ID = (
    "It holds the id of a lead ({}) and nothing of the person. Save an access token of {} at this "
    "address, and the lead is fetched."
)


def _in_order(said: list[Said], targets: Iterable[str]) -> list[Said]:
    """As the table of known columns has them, so that the better of two addresses counts."""
    places = {name: place for place, name in enumerate(targets)}
    return sorted(said, key=lambda one: places.get(one.path, len(places)))


# --- Google Ads --------------------------------------------------------------------------------


def google(raw: Raw) -> list[Submission]:
    lead = object_of(raw)
    said = []
    for column in list_of(lead.get("user_column_data")):
        path = words(column.get("column_id")) or words(column.get("column_name"))
        label = words(column.get("column_name")) or path
        target = GOOGLE_COLUMNS.get(path, "")
        said.append(Said(path, label, words(column.get("string_value")), target))
    ids = {name: words(lead[name]) for name in _GOOGLE_IDS if lead.get(name)}
    said = _in_order(said, GOOGLE_COLUMNS)
    # As everybody else calls it.
    named = {"gcl_id": "gclid"}
    said += [Said(name, named.get(name, name), value) for name, value in ids.items()]
    return [
        Submission(
            said,
            key=words(lead.get("lead_id")),
            at=lead.get("lead_submit_time"),
            passed_over=TEST if lead.get("is_test") is True else "",
            about=ids,
        )
    ]


def google_key(secret: str, raw: Raw) -> bool:
    try:
        return proofs.same(object_of(raw).get("google_key"), secret)
    except Unreadable:
        return False


# --- Meta --------------------------------------------------------------------------------------


def meta(raw: Raw) -> list[Submission]:
    """Leads as its Graph API gives them, one or several; of its own posts, which hold ids only,
    that they do."""
    sent = json_of(raw)
    if isinstance(sent, dict) and isinstance(sent.get("entry"), list):
        return list(_meta_changes(sent))
    leads = list_of(sent) or list_of(dict_of(sent).get("data")) or [dict_of(sent)]
    found = [_meta_lead(lead) for lead in leads if "field_data" in lead]
    if not found:
        raise Unreadable("Meta sends entries of leads, or a lead with its field_data.")
    return found


def _meta_changes(sent: Mapping[str, Any]) -> Iterator[Submission]:
    for entry in list_of(sent.get("entry")):
        for change in list_of(entry.get("changes")):
            value = dict_of(change.get("value"))
            key = words(value.get("leadgen_id"))
            if change.get("field") != "leadgen":
                yield Submission(passed_over="It is about something else than a lead.")
            elif not key:
                yield Submission(passed_over="It names no lead.")
            else:
                yield Submission(
                    key=key,
                    at=value.get("created_time"),
                    lost=ONLY_AN_ID.format(key, "Meta"),
                    asks_for=key if re.fullmatch(r"[0-9]{1,40}", key) else "",
                )


def _meta_lead(lead: Mapping[str, Any]) -> Submission:
    said = []
    for field in list_of(lead.get("field_data")):
        name, values = words(field.get("name")), field.get("values")
        values = values if isinstance(values, list) else [values]
        label = name.replace("_", " ")
        said.append(Said(name, label, _one_or_all(values), META_FIELDS.get(name, "")))
    ids = {name: words(lead[name]) for name in _META_IDS if lead.get(name)}
    said = _in_order(said, META_FIELDS)
    said += [Said(name, name, value) for name, value in ids.items()]
    if campaign := words(lead.get("campaign_name")):
        said.append(Said("campaign_name", "campaign name", campaign, "campaign"))
    for box in list_of(lead.get("custom_disclaimer_responses")):
        name = f"consent.{words(box.get('checkbox_key'))}"
        said.append(Said(name, name.replace(".", " "), box.get("is_checked") in (True, "1")))
    test = any(words(one.value).startswith("<test lead:") for one in said)
    return Submission(
        said,
        key=words(lead.get("id")),
        at=_with_colon(words(lead.get("created_time"))),
        passed_over=TEST if test else "",
        about=ids,
    )


def _one_or_all(values: list[Any]) -> Any:
    found = [value for value in values if value not in (None, "")]
    return found if len(found) > 1 else (found[0] if found else "")


def _with_colon(moment: str) -> str:
    """2025-09-25T10:05:28+0000 as Python reads it."""
    return re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", moment)


def meta_challenge(query: Mapping[str, str], token: str, secret: str) -> str | None:
    """What to answer Meta, which asks whether the address is ours; None: it is not who asks."""
    asked = query.get("hub.mode") == "subscribe"
    knows = proofs.same(query.get("hub.verify_token"), token)
    challenge = query.get("hub.challenge", "")
    return challenge if asked and knows and challenge.isalnum() else None


# --- LinkedIn ----------------------------------------------------------------------------------


def linkedin(raw: Raw) -> list[Submission]:
    sent = json_of(raw)
    return [_linkedin_lead(lead) for lead in list_of(sent) or [dict_of(sent)]]


def _linkedin_lead(lead: Mapping[str, Any]) -> Submission:
    if "formResponse" not in lead:
        urn = words(lead.get("leadGenFormResponse"))
        if not urn:
            raise Unreadable("LinkedIn sends lead actions, or a response to a form.")
        key = f"{urn} {words(lead.get('occurredAt'))}".strip()
        if lead.get("leadAction") not in (None, "CREATED"):
            return Submission(key=key, passed_over="It says that a lead was deleted there.")
        found = re.fullmatch(r"urn:li:leadGenFormResponse:([\w-]{1,120})", urn, re.ASCII)
        return Submission(
            key=key,
            at=lead.get("occurredAt"),
            lost=ONLY_AN_ID.format(urn, "LinkedIn"),
            asks_for=found[1] if found else "",
        )
    form, response = dict_of(lead.get("form")), dict_of(lead["formResponse"])
    questions = {
        words(one.get("questionId")): one
        for one in list_of(dict_of(form.get("content")).get("questions"))
    }
    said = [_answer(one, questions) for one in list_of(response.get("answers"))]
    for hidden in list_of(response.get("hiddenFields")) or list_of(form.get("hiddenFields")):
        name = words(hidden.get("name"))
        said.append(Said(f"hidden.{name}", name, words(hidden.get("value"))))
    for consent in list_of(response.get("consentResponses")):
        name = f"consent.{words(consent.get('consentId'))}"
        said.append(Said(name, name.replace(".", " "), bool(consent.get("accepted"))))
    return Submission(
        said,
        key=words(lead.get("id")),
        at=lead.get("submittedAt"),
        passed_over=TEST if lead.get("testLead") is True else "",
        about={"form": words(form.get("name"))} if form.get("name") else {},
    )


def _answer(answer: Mapping[str, Any], questions: Mapping[str, Mapping[str, Any]]) -> Said:
    number = words(answer.get("questionId"))
    question = questions.get(number, {})
    label = words(question.get("name")) or _localized(question.get("question")) or number
    target = LINKEDIN_FIELDS.get(words(question.get("predefinedField")), "")
    return Said(f"answers.{number}", label, _given(answer, question), target)


def _given(answer: Mapping[str, Any], question: Mapping[str, Any]) -> Any:
    details = dict_of(answer.get("answerDetails"))
    if "textQuestionAnswer" in details:
        return words(dict_of(details["textQuestionAnswer"]).get("answer"))
    chosen = dict_of(details.get("multipleChoiceAnswer")).get("options")
    about = dict_of(dict_of(question.get("questionDetails")).get("multipleChoiceQuestionDetails"))
    options = list_of(about.get("options"))
    texts = {words(one.get("id")): _localized(one.get("text")) for one in options}
    return _one_or_all([texts.get(words(one)) or one for one in chosen or []])


def _localized(text: Any) -> str:
    said = dict_of(dict_of(text).get("localized"))
    return next((words(one) for one in said.values()), "")


def linkedin_challenge(query: Mapping[str, str], token: str, secret: str) -> dict[str, str] | None:
    """What to answer LinkedIn, which asks whether the address knows its secret."""
    code = query.get("challengeCode", "")
    if not code or len(code) > 200 or not secret:
        return None
    return {"challengeCode": code, "challengeResponse": proofs.hex_of(secret, code.encode())}
