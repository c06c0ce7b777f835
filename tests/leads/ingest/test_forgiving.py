"""A lead is never lost over one value: it is left out, kept as it came, and told (SPEC 8)."""

import csv

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnel.stages import Stage
from leadportal.world.countries import ALPHA_3, COUNTRIES
from leads import fields
from leads.checks.leads import ATTRIBUTES_MAX, COMPANY, LEAD, TEXT_MAX
from leads.ingest.records import STORED_ATTRIBUTES_MAX
from leads.ingest.results import Status
from leads.models import Consent, CustomField, Event, FieldType, Lead, UnreadValue
from tests import factories

pytestmark = pytest.mark.django_db
ANN = {"email": "ann@brightwater.example"}
ISO_NAMES = [
    "Iran, Islamic Republic of",
    "Taiwan, Province of China",
    "Viet Nam",
    "Myanmar (Burma)",
]


def warned(result):
    return [(one.pointer, one.code, one.value) for one in result.warnings]


def at(values, pointer):
    for step in pointer.split("/")[1:]:
        values = values[step]
    return values


# --- what is understood, however it is written ---------------------------------------------------


def test_every_country_is_known_by_its_codes_and_names(send):
    names = [*COUNTRIES, *ALPHA_3, *COUNTRIES.values(), *ISO_NAMES]

    results = send(*({"external_id": name, "country": name} for name in names))

    assert not [name for name, result in zip(names, results, strict=True) if result.warnings]
    assert not Lead.objects.filter(country="").exists()


@pytest.mark.parametrize("blank", ["", " ", "unknown", "Select", "N/A", "-", "--None--", "n.a."])
@pytest.mark.parametrize(
    "field", ["country", "estimated_value", "employees", "website", "email", "tier", "seats"]
)
def test_what_stands_in_an_empty_place_says_nothing(send, field, blank):
    fields.define("tier", "Tier", "choice", choices=["Gold"])
    fields.define("seats", "Seats", "number")
    own = {field: blank} if field in LEAD else {}
    company = {"employees": blank} if field == "employees" else {}

    (result,) = send(
        {"phone": "+46401234567", "company": company, "attributes": {field: blank}}
        if field in ("tier", "seats")
        else {"phone": "+46401234567", "company": company} | own
    )

    assert (result.status, result.warnings) == (Status.CREATED, [])
    assert not UnreadValue.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"company": {"name": "A", "employees": "1"}}, 1),
        ({"company": {"name": "A", "employees": "1,200"}}, 1200),
    ],
)
def test_numbers_as_text_are_numbers(one, sent, kept):
    assert one(**ANN, **sent).company.employees == kept


# --- what is told --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"country": "Asia/Pacific Region"}, "/country", "unknown_country"),
        ({"country": 46}, "/country", "wrong_type"),
        ({"estimated_value": "a lot"}, "/estimated_value", "wrong_type"),
        ({"estimated_value": -1}, "/estimated_value", "out_of_range"),
        ({"company": {"employees": "many"}}, "/company/employees", "wrong_type"),
        ({"company": {"size": 1}}, "/company/size", "unknown_field"),
        ({"company": [1]}, "/company", "wrong_type"),
        ({"website": "javascript:alert(1)"}, "/website", "invalid_address"),
        ({"first_name": {"a": 1}}, "/first_name", "wrong_type"),
        ({"external_id": "x" * 201}, "/external_id", "too_long"),
        ({"external_id": True}, "/external_id", "wrong_type"),
        ({"consent": True}, "/consent", "wrong_type"),
        ({"consent": {"marketing": "perhaps"}}, "/consent/marketing", "wrong_type"),
        ({"consent": {"marketing": {"text": "Yes"}}}, "/consent/marketing/given", "required"),
        ({"consent": {"?!": True}}, "/consent/?!", "invalid_name"),
        ({"attributes": "x"}, "/attributes", "wrong_type"),
        ({"attributes": {"a": {"b": 1}}}, "/attributes/a", "wrong_type"),
        ({"attributes": {"?!": 1}}, "/attributes/?!", "invalid_name"),
        ({"attributes": {"email": "x"}}, "/attributes/email", "reserved_name"),
    ],
)
def test_a_value_that_is_not_understood_is_left_out_and_told(send, sent, pointer, code):
    (result,) = send(ANN | {"city": "Lund"} | sent)

    assert result.status is Status.CREATED
    assert [(one.pointer, one.code) for one in result.warnings] == [(pointer, code)]
    lead = Lead.objects.get()
    assert (lead.city, lead.country, lead.attributes, lead.consent) == ("Lund", "", {}, {})
    assert UnreadValue.objects.get().code == code


def test_all_else_that_was_said_is_taken(one):
    lead = one(
        **ANN,
        company={"name": "Brightwater", "employees": "many", "industry": "Food"},
        attributes={"tool": "Excel", "odd": {"a": 1}},
        consent={"marketing": {"given": True, "at": "last week"}, "sms": "perhaps"},
    )

    assert (lead.company.name, lead.company.industry) == ("Brightwater", "Food")
    assert lead.attributes == {"tool": "Excel"}
    assert lead.consent == {"marketing": True}
    kept = {unread.field: unread.value for unread in UnreadValue.objects.all()}
    assert kept == {
        "company.employees": "many",
        "attributes.odd": '{"a": 1}',
        "consent.marketing.at": "last week",
        "consent.sms": "perhaps",
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("51-200", 51),
        ("1,001–5,000 employees", 1001),
        ("51 to 200", 51),
        ("500+", 500),
        ("more than 250", 250),
        ("10k-50k", 10_000),
        ("5-10k", 5_000),
    ],
)
def test_of_a_range_the_lower_bound_counts_and_is_told(send, sent, kept):
    fields.define("seats", "Seats", "number")

    (result,) = send(ANN | {"company": {"employees": sent}, "attributes": {"seats": sent}})

    lead = Lead.objects.get()
    assert (lead.company.employees, lead.attributes["seats"]) == (kept, kept)
    assert {one.code for one in result.warnings} == {"range"}
    assert "range" in result.warnings[0].detail


@pytest.mark.parametrize("sent", ["2026-11-22", "040-1234", "200-51", "<10", "1 2 3 4", "51-"])
def test_what_is_no_range_is_not_guessed(send, sent):
    (result,) = send(ANN | {"company": {"name": "A", "employees": sent}})

    assert [one.code for one in result.warnings] == ["wrong_type"]


def test_a_text_that_is_too_long_is_cut_and_kept_whole_beside(send):
    message = "Our pumps. " * 2_000

    (result,) = send(ANN | {"job_title": "VP " * 60, "attributes": {"message": message}})

    lead = Lead.objects.get()
    assert lead.job_title == ("VP " * 60)[:160].strip()
    assert lead.attributes["message"] == message[:TEXT_MAX].strip()
    assert {one.code for one in result.warnings} == {"too_long"}
    unread = UnreadValue.objects.get(field="attributes.message")
    assert (unread.value, unread.value_key) == (message[:20_000], "")


def test_a_message_of_4600_characters_is_kept_whole(send):
    (result,) = send(ANN | {"attributes": {"message": "x" * 4_600}})

    assert not result.warnings
    assert len(Lead.objects.get().attributes["message"]) == 4_600


def test_more_attributes_than_fit_are_left_out_and_told(send):
    sent = {f"a{n}": n for n in range(ATTRIBUTES_MAX + 5)}

    (result,) = send(ANN | {"attributes": sent})

    assert len(Lead.objects.get().attributes) == ATTRIBUTES_MAX
    assert {one.code for one in result.warnings} == {"too_many"}


def test_a_lead_that_is_full_keeps_what_it_has_and_the_rest_is_told(send):
    for first in range(0, STORED_ATTRIBUTES_MAX, 100):
        send(ANN | {"attributes": {f"a{n}": n for n in range(first, first + 100)}})

    (result,) = send(ANN | {"attributes": {"a1": "new", "more": 1}})
    (refused,) = send(ANN | {"attributes": {"more": 1}}, strict=True)

    lead = Lead.objects.get()
    assert (len(lead.attributes), lead.attributes["a1"]) == (STORED_ATTRIBUTES_MAX, "new")
    assert warned(result) == [("/attributes", "too_many", {"more": 1})]
    assert refused.errors[0].code == "too_many"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("+46 40 123 45 67 (please call after five, ask for Ann Lee)", "+46401234567"),
        ("call me at the office, after five, and ask for Ann Lee", ""),
    ],
)
def test_a_phone_with_words_around_it_is_the_number(send, sent, kept):
    (result,) = send(ANN | {"phone": sent})

    assert Lead.objects.get().phone == kept
    assert warned(result) == [("/phone", "too_long", sent)]


@pytest.mark.parametrize("mail", ["ann@gmail,com", "Ann Lee", "a@b", 5, "x" * 300 + "@x.example"])
def test_a_mail_that_is_none_loses_nobody_who_has_a_phone(send, mail):
    (result,) = send({"email": mail, "phone": "+46401234567"})
    (nobody,) = send({"email": mail, "first_name": "Ann"})

    assert warned(result)[0][::2] == ("/email", mail)
    assert Lead.objects.get().email == ""
    assert (nobody.status, nobody.errors[0].pointer) == (Status.REFUSED, "/email")


@pytest.mark.parametrize(
    "mail", ["Ann Lee <ann@x.example>", "mailto:ann@x.example", "ann@x.example."]
)
def test_an_address_in_other_clothes_is_that_address(send, mail):
    (result,) = send({"email": mail})

    assert (Lead.objects.get().email, result.warnings) == ("ann@x.example", [])


def test_of_several_addresses_the_first_counts_and_is_told(send):
    (result,) = send({"email": "ann@x.example; ben@x.example"})

    assert Lead.objects.get().email == "ann@x.example"
    assert warned(result)[0][0] == "/email"


def test_a_choice_that_is_not_offered_is_noted_and_those_that_are_count(send):
    fields.define("tier", "Tier", "choice", choices=["Gold"])
    fields.define("uses", "Uses", "choices", choices=["Food", "Retail"])

    (result,) = send(ANN | {"attributes": {"tier": "Bronze", "uses": "Food; Pumps", "n": 1}})

    assert Lead.objects.get().attributes == {"uses": ["Food"], "n": 1}
    assert sorted(warned(result)) == [
        ("/attributes/tier", "not_a_choice", "Bronze"),
        ("/attributes/uses", "not_a_choice", "Food; Pumps"),
    ]


@pytest.mark.parametrize(
    ("type", "sent", "kept"),
    [("number", "12", 12), ("yes_no", "on", True), ("date", 1706741502694, "2024-01-31")],
)
def test_a_defined_field_reads_what_forms_send(send, type, sent, kept):
    fields.define("x", "X", type)

    (result,) = send(ANN | {"attributes": {"x": sent}})

    assert (Lead.objects.get().attributes, result.warnings) == ({"x": kept}, [])


@pytest.mark.parametrize(
    ("sent", "given"), [("on", True), ("true", True), ("nein", False), (0, False)]
)
def test_consent_from_a_checkbox_is_understood(one, sent, given):
    assert one(**ANN, consent={"Marketing": sent}).consent == {"marketing": given}


def test_a_moment_that_is_not_understood_does_not_lose_the_consent(one):
    one(**ANN, consent={"marketing": {"given": True, "at": "soon"}})

    assert Consent.objects.get().given


def test_attribute_names_of_any_form_are_made_names(send):
    (result,) = send(
        ANN | {"attributes": {"which_products_interest_you?": "Pumps", "Lead Source": "Fair"}}
    )

    assert not result.warnings
    assert Lead.objects.get().attributes == {
        "which_products_interest_you": "Pumps",
        "Lead_Source": "Fair",
    }


# --- kept, and forgotten -------------------------------------------------------------------------


def test_the_newest_of_each_field_is_kept_until_one_is_understood(send, integration):
    send(ANN | {"country": "Narnia", "estimated_value": "a lot"})
    send(ANN | {"country": "Atlantis"})

    kept = UnreadValue.objects.get(field="country")
    assert (kept.value, kept.integration, kept.edition) == ("Atlantis", integration, 0)

    send(ANN | {"country": "SE"}, integration=factories.integration("CRM"))

    assert [one.field for one in UnreadValue.objects.all()] == ["estimated_value"]


def test_within_a_batch_the_later_word_counts(send):
    send(ANN | {"country": "Narnia"}, ANN | {"country": "SE"})
    assert not UnreadValue.objects.exists()

    send(ANN | {"country": "SE"}, ANN | {"country": "Narnia"})
    assert UnreadValue.objects.get().value == "Narnia"
    assert Lead.objects.get().country == "SE"


def test_who_is_erased_leaves_nothing_that_was_not_understood(send):
    send(ANN | {"country": "Narnia"}, {"email": "ben@x.example", "country": "Narnia"})

    factories.moved(Lead.objects.get(email="ann@brightwater.example"), Stage.ERASED)

    assert UnreadValue.objects.get().lead.email == "ben@x.example"


def test_what_is_understood_asks_no_query_more(send):
    send(ANN, ANN | {"city": "Lund"})
    with CaptureQueriesContext(connection) as plain:
        send(ANN | {"city": "Malmö"})
    with CaptureQueriesContext(connection) as warned_of:
        send(ANN | {"city": "Lund", "country": "Narnia", "estimated_value": "a lot"})

    # The lock, the meanings, and what is kept; each is prepared by a statement of its own, once.
    kinds = ("pg_advisory_xact_lock_shared", "leads_meaning m", "INTO leads_unreadvalue")
    assert not [q for q in plain if any(kind in q["sql"] for kind in kinds)]
    assert len(warned_of) <= len(plain) + 2 * len(kinds)


# --- strict --------------------------------------------------------------------------------------


def test_strict_refuses_whole_with_every_error(api, as_problem):
    bad = ANN | {
        "country": "Narnia",
        "company": {"employees": "51-200"},
        "estimated_value": "a lot",
    }

    refused = api.post("/leads?strict=true", bad)
    batch = api.post("/leads/batch?strict=true", {"leads": [bad, {"email": "ben@x.example"}]})

    pointers = {error["pointer"] for error in as_problem(refused, 400)["errors"]}
    assert pointers == {"/country", "/company/employees", "/estimated_value"}
    assert [row["status"] for row in batch.json()["results"]] == ["refused", "created"]
    assert not UnreadValue.objects.exists()


def test_a_strict_key_refuses_unless_it_is_asked_not_to(api, as_problem):
    api.key.strict = True
    api.key.save()

    as_problem(api.post("/leads", ANN | {"country": "Narnia"}), 400)
    assert api.post("/leads?strict=false", ANN | {"country": "Narnia"}).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/leads?strict=yes", ANN),
        ("/leads/batch?strict=1", {"leads": [ANN]}),
        ("/events?strict=", {"type": "chat", "lead": ANN}),
    ],
)
def test_strict_is_true_or_false(api, as_problem, path, body):
    assert as_problem(api.post(path, body), 400)["errors"][0]["parameter"] == "strict"


def test_names_are_refused_whoever_asks(api, as_problem):
    for wrong in ({"nonsense": 1}, {"stage": "sql"}):
        as_problem(api.post("/leads", ANN | wrong), 400)
    assert not Lead.objects.exists()


# --- told over the API ---------------------------------------------------------------------------


def test_the_answer_tells_what_was_not_understood(api):
    answer = api.post("/leads", ANN | {"country": "Asia/Pacific Region"})
    batch = api.post("/leads/batch", {"leads": [ANN | {"estimated_value": "a lot"}, ANN]})
    dry = api.post("/leads?dry_run=true", {"email": "new@x.example", "country": "Narnia"})

    (warning,) = answer.json()["warnings"]
    assert (answer.status_code, batch.status_code) == (201, 200)
    assert (warning["pointer"], warning["value"]) == ("/country", "Asia/Pacific Region")
    assert warning["detail"] and warning["code"] == "unknown_country"
    rows = batch.json()["results"]
    assert [[one["value"] for one in row["warnings"]] for row in rows] == [["a lot"], []]
    assert dry.json()["warnings"][0]["value"] == "Narnia"
    assert not UnreadValue.objects.filter(value="Narnia").exists()


def test_a_replay_tells_it_again(api):
    key = {"Idempotency-Key": "abc-1"}

    first = api.post("/leads", ANN | {"country": "Narnia"}, **key)
    again = api.post("/leads", ANN | {"country": "Narnia"}, **key)

    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["warnings"] == first.json()["warnings"] != []


def test_a_change_tells_it_and_leaves_what_is_there(api):
    pk = api.post("/leads", ANN | {"country": "SE", "city": "Lund"}).json()["id"]
    tag = {"If-Match": api.get(f"/leads/{pk}")["ETag"]}
    body = {"country": "Narnia", "city": "Malmö", "attributes": {"a": {"b": 1}}}

    answer = api.send("PATCH", f"/leads/{pk}", body, **tag)
    read = api.get(f"/leads/{pk}")

    told = answer.json().pop("warnings")
    assert {one["pointer"] for one in told} == {"/country", "/attributes/a"}
    assert (read.json()["country"], read.json()["city"]) == ("SE", "Malmö")
    assert answer["ETag"] == read["ETag"]


def test_what_says_nothing_empties_nothing(api):
    pk = api.post("/leads", ANN | {"country": "SE", "phone": "+46401234567"}).json()["id"]

    body = {"country": "N/A", "phone": ""}
    answer = api.send("PATCH", f"/leads/{pk}", body, **{"If-Match": "*"})

    assert answer.json()["warnings"] == []
    assert (answer.json()["country"], answer.json()["phone"]) == ("SE", None)


def test_a_strict_change_changes_nothing(api, as_problem):
    pk = api.post("/leads", ANN | {"city": "Lund"}).json()["id"]
    tag = {"If-Match": api.get(f"/leads/{pk}")["ETag"]}

    body = {"country": "Narnia", "city": "Malmö"}
    as_problem(api.send("PATCH", f"/leads/{pk}?strict=true", body, **tag), 400)

    assert Lead.objects.get().city == "Lund"


def test_an_event_is_kept_without_what_is_not_understood(api):
    body = {
        "type": "Demo Requested",
        "occurred_at": "last week",
        "external_id": "x" * 300,
        "properties": {"page": "/demo", "text": "x" * 20_000},
        "lead": {"email": "ann@x.example", "external_id": True},
    }

    answer = api.post("/events", body)

    event = Event.objects.get()
    assert answer.status_code == 201
    assert {one["pointer"] for one in answer.json()["warnings"]} == {
        "/occurred_at",
        "/external_id",
        "/properties",
        "/lead/external_id",
    }
    assert (event.type, event.properties["page"]) == ("demo_requested", "/demo")
    assert event.lead.email == "ann@x.example"


def test_an_event_as_trackers_write_it_is_understood(api):
    body = {"type": "Demo Requested", "occurred_at": 1706741502694, "lead": ANN}

    answer = api.post("/events", body)

    event = Event.objects.get()
    assert (answer.status_code, answer.json()["warnings"]) == (201, [])
    assert (event.type, event.occurred_at.year) == ("demo_requested", 2024)


def test_a_batch_of_events_tells_of_each(api):
    events = [
        {"type": "chat", "occurred_at": "soon", "lead": {"email": "ann@x.example"}},
        {"type": "chat", "lead": {"email": "nobody"}},
    ]

    rows = api.post("/events/batch", {"events": events}).json()["results"]

    assert [row["status"] for row in rows] == ["created", "refused"]
    assert rows[0]["warnings"][0]["value"] == "soon"


# --- real exports --------------------------------------------------------------------------------

# Mapped as anybody would, by what the columns are called.
SALESFORCE = {
    **{"Id": "external_id", "Email": "email", "Phone": "phone", "Title": "job_title"},
    **{"FirstName": "first_name", "LastName": "last_name", "Country": "country", "City": "city"},
    **{"LeadSource": "source", "Website": "website", "AnnualRevenue": "estimated_value"},
}
OF_COMPANY = {"Company": "name", "Industry": "industry", "NumberOfEmployees": "employees"}


def test_every_lead_of_the_exports_of_a_crm_is_taken(api, samples):
    rows = []
    for path in sorted((samples / "salesforce-lead-exports").glob("Lead*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    leads = [
        {name: row.pop(column) for column, name in SALESFORCE.items() if column in row}
        | {"company": {n: row.pop(c) for c, n in OF_COMPANY.items() if c in row}}
        | {"attributes": row}
        for row in rows
    ]

    answer = api.post("/leads/batch", {"leads": leads})

    assert len(rows) == 96
    assert answer.json()["summary"]["refused"] == 0


# --- anything at all -----------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=60)
PLAIN = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | TEXT
PLAIN |= st.floats(allow_nan=False, allow_infinity=False, width=32)
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(name=st.sampled_from(sorted(LEAD.keys() - {"email"})), value=JSON)
def test_no_value_of_any_field_loses_a_lead_with_a_good_mail(api, name, value):
    answer = api.post("/leads", {"email": "ann@brightwater.example", name: value})

    assert answer.status_code in (200, 201), answer.content
    for warning in answer.json()["warnings"]:
        assert warning["pointer"].startswith(f"/{name}")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    company=st.dictionaries(st.sampled_from(sorted(COMPANY)), JSON, max_size=3),
    attributes=st.dictionaries(st.sampled_from(sorted(FieldType.values)), JSON, max_size=3),
    consent=st.dictionaries(st.sampled_from(["marketing", "sms"]), JSON, max_size=2),
)
def test_no_value_within_an_object_does(api, company, attributes, consent):
    for type in FieldType.values:
        choices = ["Gold", "Silver"] if "choice" in type else []
        if not CustomField.objects.filter(name=type).exists():
            fields.define(type, type, type, choices=choices)
    lead = ANN | {"company": company, "attributes": attributes, "consent": consent}

    answer = api.post("/leads", lead)
    pk = answer.json()["id"]
    changed = api.send("PATCH", f"/leads/{pk}", lead, **{"If-Match": "*"})

    assert (answer.status_code, changed.status_code) in [(201, 200), (200, 200)]
    told = {unread.field.split(".")[0] for unread in UnreadValue.objects.filter(lead=pk)}
    assert told <= {"company", "attributes", "consent"}
