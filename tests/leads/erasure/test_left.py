"""After somebody was erased nothing of them stands in the database, whichever way it came in.

tests/leads/test_erased.py walks the columns that point to a lead; this looks at every row of every
table as it would stand in a dump.
"""

import io

import pytest
from django.db import connection

from leads.erasure import erasing, unnamed
from leads.erasure.erasing import Why
from leads.handoffs.claims import claim_next
from leads.imports import imports
from leads.imports import job as import_job
from leads.imports.imports import Terms
from leads.inbound import inlets
from leads.inbound import job as inbound_job
from leads.ingest import identity
from leads.invariants import invariants
from leads.judging.due import drain
from leads.models import Delivery, Lead
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
# Each in a spelling of its own, so that a hit tells the way it came in.
SAYS = [
    "quillfeather",
    "zanzibarine",
    "wombatstreet",
    "kumquatville",
    "gyroscopist",
    "5550142",
    "crm-4711",
    "oldmailbox",
]


def dump() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I', relname) FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT '{table}: ' || t::text FROM {table} t")  # noqa: S608 - ours
            rows += [row for (row,) in cursor.fetchall() if row]
    return "\n".join(rows).casefold()


def left() -> set[tuple[str, str]]:
    """(table, what is said there)."""
    return {
        (line.partition(":")[0], said)
        for line in dump().splitlines()
        for said in SAYS
        # Bytes stand there as hex.
        if said in line or said.encode().hex() in line
    }


@pytest.fixture
def maya(api, client):
    """A lead that came in, was changed, judged, claimed and spoken of in every way there is."""
    factories.switched_on(simple.content())
    manager, rep = factories.marketing_manager(), factories.rep("Dana Okafor")
    known = {"external_id": "crm-4711", "email": "oldmailbox@acme.example"}
    sent = known | {
        "first_name": "Quillfeather",
        "last_name": "Zanzibarine",
        "phone": "+1 202 555 0142",
        "job_title": "VP Gyroscopist",
        "city": "Kumquatville",
        "company": {"name": "Acme", "domain": "acme.example"},
        "consent": {"marketing": True},
        "attributes": {"street": "Wombatstreet 1", "of": ["Quillfeather"]},
    }
    made = api.post("/leads", sent, **{"Idempotency-Key": "1"})
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    api.post(
        "/leads",
        {**sent, "email": "Quillfeather@acme.example", "country": "quillfeather@acme.example"},
        **{"Idempotency-Key": "2"},
    )
    again = {"Idempotency-Key": "3", "If-Match": "*"}
    assert api.send("PATCH", f"/leads/{pk}", {"city": "Kumquatville"}, **again).status_code == 200
    event = {"type": "demo_request", "properties": {"said": "Wombatstreet"}}
    happened = [event | {"lead": {"email": "quillfeather@acme.example"}}]
    assert api.post("/events/batch", {"events": happened}).json()["summary"]["refused"] == 0

    inlet = inlets.create(manager, system="json", name="Form")
    posted = {"email": "quillfeather@acme.example", "first_name": "Quillfeather", "country": "Zzz"}
    for body in (posted, posted, posted | {"note": "Wombatstreet"}):
        client.post(inlet.address, body, content_type="application/json")
    for unread in ('{"email": "quillfeather@acme.example"', "email=Quillfeather%40acme.example,"):
        client.post(inlet.address, unread, content_type="application/json")
    inbound_job.drain()

    lines = (
        "Id,First Name,Last Name,Email,Title",
        "x1,Quillfeather,Zanzibarine,quillfeather@acme.example,",
        # Nobody was made of it, and it is kept to be corrected.
        ",Nobody,Known,,see quillfeather@acme.example?",
    )
    one = imports.begin(manager, "list.csv", io.BytesIO("\n".join(lines).encode()))
    imports.choose(one, manager, one.columns, Terms(day_first=one.day_first))
    import_job.drain()
    one.refresh_from_db()
    imports.start(one, manager)
    import_job.drain()

    drain()
    handoff = claim_next(rep)
    assert handoff is not None and handoff.lead_id == pk
    return Lead.objects.get(pk=pk)


def test_nothing_of_who_was_erased_stands_in_a_dump(maya):
    assert {said for _, said in left()} == set(SAYS)

    erasing.erase(maya, factories.admin(), why=Why.ASKED)

    assert left() == set()


def test_who_sends_them_in_again_is_refused(maya, api):
    erasing.erase(maya, factories.admin(), why=Why.ASKED)

    by_mail = {"email": "QUILLFEATHER@acme.example", "first_name": "Quillfeather"}
    by_id = {"external_id": "crm-4711", "email": "new@acme.example"}
    for lead in (by_mail, by_id, by_mail | {"external_id": "crm-9"}):
        for leads in ([lead], [{"email": "tom@okafor.example"}, lead]):
            answer = api.post("/leads/batch", {"leads": leads}).json()
            assert answer["results"][-1]["errors"][0]["code"] == "erased"
    event = {"type": "demo_request", "lead": {"email": "quillfeather@acme.example"}}
    assert api.post("/events/batch", {"events": [event]}).json()["summary"]["refused"] == 1
    assert left() == set()


@pytest.mark.parametrize("value", ["ana@acme.example", "zoë@bücher.example", "x", "erased:x"])
def test_the_database_makes_the_fingerprints_that_are_looked_for(value, db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_fingerprint(%s), leads_fingerprint('')", [value])
        made, of_nothing = cursor.fetchone()
        cursor.execute("SELECT leads_fingerprint(%s)", [made])

        assert cursor.fetchone() == (made,) and of_nothing == ""
    assert value.startswith("erased:") or made == identity.fingerprint(value)


def test_an_address_that_was_kept_is_found_by_the_invariants(maya):
    erasing.erase(maya, factories.admin(), why=Why.ASKED)
    Lead.objects.filter(pk=maya.pk).update(email_key="ana@acme.example")

    broken = {answer.name for answer in invariants.violations() if answer.offences}
    assert "the_erased_say_nothing" in broken


def test_what_tells_of_others_stays(maya, client):
    inlet = inlets.create(factories.marketing_manager(), system="json", name="Other")
    others = [
        f'{{"email": "{address}"'
        for address in (
            "joquillfeather@acme.example",
            "quillfeather@acme.example.com",
            "x@y.example",
        )
    ]
    for unread in others:
        client.post(inlet.address, unread, content_type="application/json")

    erasing.erase(maya, factories.admin(), why=Why.ASKED)

    assert [bytes(one.body).decode() for one in inlet.deliveries.order_by("pk")] == others


def test_a_message_that_came_twice_is_known_to_be_theirs(maya):
    ignored = Delivery.objects.filter(state="ignored")
    assert [one.lead for one in ignored] == [maya]


@pytest.mark.parametrize(
    "body",
    [
        '{"email": "zoë@bücher.example"',
        '{"email": "zo\\u00eb@b\\u00fccher.example"',
        "email=zo%C3%AB%40b%C3%BCcher.example,",
    ],
)
def test_an_address_of_any_letters_is_found_however_it_is_written(body, client):
    inlet = inlets.create(factories.marketing_manager(), system="json", name="Other")
    client.post(inlet.address, body.encode(), content_type="application/json")

    unnamed.forget({"zoë@bücher.example"})

    assert bytes(inlet.deliveries.get().body) == b""
