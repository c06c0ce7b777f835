"""What a column is, guessed by its head, and a line as an item of the API."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from leads.imports import dates, recognising, targets
from leads.imports.targets import Plan

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ("E-mail Address", "email"),
        ("work_email", "email"),
        ("E-Mail-Adresse", "email"),
        ("Correo electrónico", "email"),
        ("Adresse e-mail", "email"),
        ("Person - Email", "email"),
        ("E-mail 1 - Value", "email"),
        ("Telefonnummer", "phone"),
        ("Téléphone", "phone"),
        ("Mobile Phone", "phone"),
        ("FirstName", "first_name"),
        ("Prénom", "first_name"),
        ("Imię", "first_name"),
        ("Apellidos", "last_name"),
        ("NumberOfEmployees", "company.employees"),
        ("how_big_is_your_team?", "company.employees"),
        ("Company / Account", "company.name"),
        ("LeadSource", "source"),
        ("Country/Region", "country"),
        ("CreatedDate", "created_at"),
        ("Unsubscribed from all email", "consent.no"),
        ("HasOptedOutOfEmail", "consent.no"),
        ("UNSUB_TIME", "consent.no_since"),
        ("Lead Owner", targets.LEFT_OUT),
        ("SystemModstamp", targets.LEFT_OUT),
        ("When do you want to start?", targets.DETAIL),
        ("?!", targets.LEFT_OUT),
    ],
)
def test_heads_of_the_usual_exports_are_known(head, target):
    assert recognising.guess([head], [["something"]], {}) == [target]


def test_what_no_head_tells_the_values_may():
    heads, values = ["A", "B", "C"], [["a@x.example"], ["https://linkedin.com/in/ana"], []]

    assert recognising.guess(heads, values, {}) == ["email", "linkedin", targets.LEFT_OUT]


def test_a_name_is_the_last_one_beside_a_first():
    def guessed(*heads):
        return recognising.guess(heads, [["x"]] * len(heads), {})

    assert guessed("Name") == ["full_name"]
    assert guessed("First name", "Name") == ["first_name", "last_name"]
    assert guessed("Name", "First name", "Last name") == ["", "first_name", "last_name"]
    assert guessed("Id", "Record ID") == ["external_id", targets.DETAIL]


@pytest.mark.parametrize(
    ("heads", "system"),
    [
        (["Id", "IsConverted"], "Salesforce"),
        (["Record ID", "Lifecycle Stage"], "HubSpot"),
        (["LEID", "EUID"], "Mailchimp"),
        (["First Name", "Connected On"], "LinkedIn"),
        (["Email"], ""),
    ],
)
def test_the_system_is_known_by_its_own_columns(heads, system):
    assert recognising.system(heads) == system


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["3/4/2024", "30/4/2024"], True),
        (["3/4/2024", "4/30/2024"], False),
        (["03.04.2024"], True),
        (["3/4/2024"], None),
        (["2024-03-30", "12 Mar 2024"], None),
    ],
)
def test_one_date_of_a_column_says_how_all_are_meant(values, says):
    assert dates.day_is_first(values) is says


@pytest.mark.parametrize(
    ("text", "day_first", "at"),
    [
        ("2024-03-12", True, "2024-03-11T23:00+00:00"),
        ("2024-03-12 09:14", False, "2024-03-12T08:14+00:00"),
        ("2024-03-12T09:14:00Z", False, "2024-03-12T09:14+00:00"),
        ("2025-09-25T10:05:28-05:00", False, "2025-09-25T15:05:28+00:00"),
        ("3/4/2024", True, "2024-04-02T22:00+00:00"),
        ("3/4/2024", False, "2024-03-03T23:00+00:00"),
        ("12 Mar 2024", False, "2024-03-11T23:00+00:00"),
        ("7-Feb-22", False, "2022-02-06T23:00+00:00"),
        ("1706741502694", False, "2024-01-31T22:51:42.694000+00:00"),
        ("March", False, None),
        ("14:30", False, None),
        ("yesterday", False, None),
        ("99/99/2024", False, None),
    ],
)
def test_moments_are_read_as_exports_write_them(text, day_first, at):
    read = dates.moment(text, day_first=day_first, zone=BERLIN)

    assert read == (datetime.fromisoformat(at).astimezone(UTC) if at else None)


def item(cells, *columns, **more):
    header = [f"Head {n}" for n in range(len(columns))]
    return Plan(header, columns, False, BERLIN, **more).item(cells)


def test_a_line_is_an_item_of_the_api():
    assert item(
        ["Ana María Lopez", "", "030 1", "Acme", "51", "2024-03-12", "l:77", "blue"],
        *("full_name", "phone", "phone", "company.name", "company.employees", "created_at"),
        *("external_id", "detail"),
        source="Fair",
    ) == {
        "first_name": "Ana María",
        "last_name": "Lopez",
        "phone": "030 1",
        "company": {"name": "Acme", "employees": "51"},
        "created_at": "2024-03-11T23:00:00+00:00",
        "external_id": "77",
        "attributes": {"Head_7": "blue"},
        "source": "Fair",
    }


@pytest.mark.parametrize("nothing", ["Select", "n/a", "NULL", "-", "(none)", "[not provided]", ""])
def test_what_stands_for_nothing_says_nothing(nothing):
    assert item([nothing, nothing], "city", "last_name") == {}


def test_na_is_a_name_and_no_city():
    assert item(["Na", "Na"], "city", "last_name") == {"last_name": "Na"}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["yes", "", ""], True),
        (["", "TRUE", ""], False),
        (["yes", "yes", ""], False),
        (["", "no", ""], None),
        (["", "", "2024-05-01"], {"given": False, "at": "2024-04-30T22:00:00+00:00"}),
    ],
)
def test_consent_is_what_the_line_says(cells, says):
    found = item(cells, "consent.yes", "consent.no", "consent.no_since")

    told = found.get("consent", {}).get("marketing")
    if isinstance(told, dict):
        told = {name: told[name] for name in ("given", "at")}
    assert told == says


def test_a_test_lead_of_a_form_is_nobody():
    line = ["test@meta.example", "<test lead: dummy data for full_name>"]
    assert item(line, "email", "full_name") == {}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ana Lopez", ("Ana", "Lopez")),
        ("Lopez, Ana", ("Ana", "Lopez")),
        ("Ana María de la Cruz", ("Ana María de la", "Cruz")),
        ("山田太郎", ("", "山田太郎")),
    ],
)
def test_a_full_name_is_split(name, parts):
    assert targets.split(name) == parts
