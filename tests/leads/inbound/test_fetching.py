"""What was posted as an id alone is fetched from a server that plays Meta's and LinkedIn's."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from leadportal.db import sealed
from leadportal.web import outside
from leads.inbound import deliveries, fetching, inlets, job, naming
from leads.inbound.systems.lead_apis import version
from leads.models import Delivery, Event, ExternalId, Lead
from tests.concurrently import at_once
from tests.leads.inbound.test_systems import linkedin
from tests.outside import answer, served

pytestmark = pytest.mark.django_db
TOKEN = "EAAB-made-up"
ANA = {
    "id": "71",
    "created_time": "2026-11-02T08:30:00+0000",
    "form_id": "5",
    "campaign_id": "9",
    "campaign_name": "Autumn boats",
    "field_data": [
        {"name": "email", "values": ["ana@acme.example"]},
        {"name": "full_name", "values": ["Ana Lopez"]},
    ],
    "custom_disclaimer_responses": [{"checkbox_key": "news", "is_checked": "1"}],
}


@pytest.fixture
def api(settings):
    """The server that is asked."""
    settings.MAY_CALL = ["127.0.0.0/8"]
    with served() as server:
        settings.META_API, settings.LINKEDIN_API = f"{server.address}/v1", f"{server.address}/rest"
        server.says = lambda head: answer(200, json.dumps(ANA | {"id": id_in(head)}).encode())
        yield server


@pytest.fixture
def meta(inlet, manager):
    one = inlet("meta", source="Meta")
    return inlets.change(one, manager, access_token=TOKEN)


def id_in(head):
    return head.split("?")[0].rsplit("/", 1)[1]


def names(*ids):
    """A post of Meta that names leads."""
    changes = [{"field": "leadgen", "value": {"leadgen_id": one}} for one in ids]
    return {"object": "page", "entry": [{"changes": changes}]}


def only(**fields):
    return Delivery.objects.exclude(asks_for="").get(**fields)


def fetch():
    """All that is due now or was put off, once."""
    Delivery.objects.filter(state="fetching").update(due_at=timezone.now())
    fetching.drain()
    job.drain()


def test_a_lead_of_meta_is_fetched_kept_as_it_came_and_taken_in(api, meta, came):
    post = came(meta, names("71"))
    asked = only()
    assert (post.state, post.reason) == ("named", f"Its lead is number {asked.pk}.")
    assert (asked.state, bytes(asked.body), asked.named_by_id) == ("fetching", b"", post.pk)
    assert api.connections == 0 and not Lead.objects.exists()

    assert fetching.drain() == 1
    job.drain()

    got = only()
    assert got.state == "taken" and json.loads(bytes(got.body)) == ANA
    lead = got.lead
    assert (lead.email, lead.last_name, lead.source.name) == ("ana@acme.example", "Lopez", "Meta")
    assert lead.campaign.name == "Autumn boats"
    assert lead.created_at == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    assert ExternalId.objects.get().value == "71" and Event.objects.count() == 1
    (head,) = api.asked
    assert head.startswith("GET /v1/71?fields=id,created_time,") and "field_data" in head
    assert f"Authorization: Bearer {TOKEN}" in head and TOKEN not in head.splitlines()[0]


def test_with_the_secret_of_the_app_it_is_proved_whose_token_it_is(api, meta, post, manager):
    inlets.change(meta, manager, secret="app")
    body = json.dumps(names("71")).encode()
    signature = hmac.new(b"app", body, sha256).hexdigest()
    post(meta, body, headers={"X-Hub-Signature-256": f"sha256={signature}"})

    job.drain(), fetch()

    proof = hmac.new(b"app", TOKEN.encode(), sha256).hexdigest()
    assert f"appsecret_proof={proof}" in api.asked[0]
    # What came back is signed by nobody, and is from whom we asked.
    assert only().state == "taken"


def test_a_response_of_linkedin_is_fetched_with_its_form(api, inlet, came, manager):
    one = inlets.change(inlet("linkedin"), manager, access_token=TOKEN)
    api.says = lambda head: answer(200, json.dumps(linkedin()).encode())
    urn = "urn:li:leadGenFormResponse:52dcb737-26f9-4"

    came(one, {"leadGenFormResponse": urn, "leadAction": "CREATED", "occurredAt": 1})
    fetch()

    assert only().state == "taken" and Lead.objects.get().email == "i@o.example"
    (head,) = api.asked
    assert head.startswith("GET /rest/leadFormResponses/52dcb737-26f9-4?fields=id,submittedAt,")
    assert "form:(id,name,hiddenFields,content)" in head
    assert "LinkedIn-Version: 20" in head and "X-Restli-Protocol-Version: 2.0.0" in head


def test_the_version_of_linkedin_is_half_a_year_old():
    assert version(datetime(2026, 11, 29, tzinfo=UTC)) == "202605"
    assert version(datetime(2026, 6, 1, tzinfo=UTC)) == "202512"
    assert version(datetime(2026, 7, 1, tzinfo=UTC)) == "202601"


# --- once --------------------------------------------------------------------------------------


def test_whoever_names_a_lead_and_however_often_it_is_fetched_once(api, meta, came):
    came(meta, names("71", "72", "71"))
    came(meta, names("72", 73))
    fetch()
    came(meta, names("71"))
    fetch()

    assert sorted(map(id_in, api.asked)) == ["71", "72", "73"]
    assert Event.objects.count() == 3 and Lead.objects.count() == 1
    with pytest.raises(IntegrityError, match="delivery_fetched_once"), transaction.atomic():
        Delivery.objects.exclude(asks_for="").update(asks_for="71")


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_asks_for_a_lead(api, meta, came):
    came(meta, names(*range(100, 110)))

    at_once([fetching.drain, fetching.drain])
    job.drain()

    assert len(api.asked) == len(set(map(id_in, api.asked))) == 10
    assert Delivery.objects.filter(state="taken").count() == 10


def test_what_a_killed_worker_was_at_is_fetched_later(api, meta, came, monkeypatch):
    came(meta, names("71"))

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "_fetched", killed)
    with pytest.raises(KeyboardInterrupt):
        fetching.drain()
    monkeypatch.undo()
    assert only().state == "fetching" and fetching.drain() == 0

    fetch()

    assert (only().state, only().attempts) == ("taken", 1)


def test_no_transaction_is_open_while_it_is_asked(api, meta, came, monkeypatch):
    came(meta, names("71"))
    before, seen = len(transaction.get_connection().savepoint_ids), []

    def said(*args):
        seen.append(len(transaction.get_connection().savepoint_ids))
        return b"{}"

    monkeypatch.setattr(fetching, "_fetched", said)
    fetching.drain()

    assert seen == [before]


# --- what goes wrong ---------------------------------------------------------------------------


def error(code, status=400, **more):
    told = {"message": "Session has expired", "type": "OAuthException", "code": code, **more}
    return answer(status, json.dumps({"error": told}).encode())


LASTING = [
    (answer(401), "does not take the access token any more"),
    (error(190, error_subcode=463), "Save a new one at this address. It said: “Session has"),
    (answer(403), "may not read leads of Meta. It needs leads_retrieval"),
    (error(200, 403), "may not read leads of Meta"),
    (answer(404), "has no such lead any more"),
    (error(100, error_subcode=33), "has no such lead any more"),
    (answer(302, Location="http://169.254.169.254/"), "to another address (302), where nothing"),
    (answer(426), "needs an update"),
    (answer(400, b"{}"), "does not give this lead (400)"),
    (answer(200, b"x" * (outside.BODY_MAX + 1)), "sent more than 256 kB"),
]
PASSING = [
    (answer(500), "has trouble of its own (500)"),
    (answer(503, b"<html>"), "has trouble of its own (503)"),
    (error(2, 500, is_transient=True), "has trouble of its own"),
    (answer(200, b"<html>"), "has trouble of its own (200)"),
    (answer(429), "was asked too often"),
    (error(4, 403), "was asked too often"),
    ([30.0], "did not answer in time"),
    (b"", "could not be reached"),
]


@pytest.mark.parametrize(("said", "why"), LASTING, ids=[why for _, why in LASTING])
def test_what_asking_again_does_not_mend_waits_for_a_person(api, meta, came, manager, said, why):
    works, api.says = api.says, lambda head: said
    came(meta, names("71"))
    fetch()
    failed = only()
    assert failed.state == "failed" and why in failed.reason
    fetch()
    assert len(api.asked) == 1 and not Lead.objects.exists()

    api.says = works
    deliveries.replay(failed, manager)
    fetching.drain(), job.drain()

    assert only().state == "taken" and Lead.objects.exists()


@pytest.mark.parametrize(("said", "why"), PASSING, ids=[why for _, why in PASSING])
def test_what_passes_is_tried_again_by_itself(api, meta, came, monkeypatch, said, why):
    monkeypatch.setattr(outside, "WHOLE", 0.3)
    works, api.says = api.says, lambda head: said
    came(meta, names("71"))
    fetching.drain()
    waiting = only()
    assert waiting.state == "fetching" and why in waiting.reason
    assert waiting.due_at > timezone.now() + timedelta(minutes=1)

    api.says = works
    fetch()

    assert (only().state, only().reason) == ("taken", "")


def test_the_pauses_grow_and_end(api, meta, came, manager):
    api.says = lambda head: answer(500)
    came(meta, names("71"))
    pauses = []
    for _ in range(fetching.TRIES):
        fetch()
        now = timezone.now()
        pauses.append(round(((only().due_at or now) - now) / timedelta(minutes=1)))

    assert pauses == [2, 10, 60, 240, 720, 1440, 0]
    assert only().state == "failed" and "has trouble of its own (500)" in only().reason
    assert len(api.asked) == fetching.TRIES

    # By hand it begins anew.
    assert deliveries.replay_failed(meta, manager) == 1
    assert (only().state, only().attempts) == ("fetching", 0)


@pytest.mark.parametrize(
    ("wants", "minutes"),
    [
        ("1800", 30),
        (timedelta(minutes=30), 30),
        ("1", 2),
        ("9" * 30, 24 * 60),
        ("soon", 2),
        (format_datetime(datetime(2001, 1, 1, tzinfo=UTC)), 2),
        ("Mon, 01 Jan 2029 10:00:00", 2),
    ],
)
def test_who_wants_a_pause_gets_it_from_all(api, meta, came, wants, minutes):
    if isinstance(wants, timedelta):
        wants = format_datetime(timezone.now() + wants)
    api.says = lambda head: answer(429, Retry_After=wants)
    came(meta, names("71", "72", "73"))

    fetching.drain()

    assert len(api.asked) == 1
    now = timezone.now()
    waits = [row.due_at - now for row in Delivery.objects.filter(state="fetching").order_by("pk")]
    assert abs(waits[0] - timedelta(minutes=minutes)) < timedelta(minutes=1)
    others = minutes if minutes > 2 else 1
    assert all(abs(one - timedelta(minutes=others)) < timedelta(minutes=1) for one in waits[1:])
    assert [row.attempts for row in Delivery.objects.filter(state="fetching").order_by("pk")] == [
        *(1, 0, 0)
    ]


def test_a_token_that_is_refused_is_refused_for_all_until_another_is_saved(
    api, meta, came, manager
):
    works, api.says = api.says, lambda head: error(190)
    came(meta, names("71", "72", "73"))
    fetch()
    assert len(api.asked) == 1
    assert Delivery.objects.filter(state="failed", reason__contains="access token").count() == 3

    api.says = works
    inlets.change(meta, manager, access_token="another")
    fetching.drain(), job.drain()

    assert Delivery.objects.filter(state="taken").count() == 3
    assert "Bearer another" in api.asked[-1]


def test_a_new_token_that_is_saved_meanwhile_is_not_blamed_for_the_old(
    api, meta, came, manager, monkeypatch
):
    came(meta, names("71", "72"))
    real = fetching._fetched

    def slowly(one, key):
        monkeypatch.setattr(fetching, "_fetched", real)
        inlets.change(meta, manager, access_token="another")
        raise fetching.NotFetched("Refused.", is_access=True)

    monkeypatch.setattr(fetching, "_fetched", slowly)
    fetching.drain(), job.drain()

    assert only(asks_for="72").state == "taken"


def test_ids_that_came_before_there_was_a_token_are_fetched_once_there_is(
    api, inlet, came, manager
):
    one = inlet("meta")
    before = came(one, names("71"))
    assert before.state == "failed" and "Save an access token of Meta" in before.reason
    assert only_count() == 0

    inlets.change(one, manager, access_token=TOKEN)
    job.drain(), fetch()

    assert only().state == "taken" and Delivery.objects.get(pk=before.pk).state == "named"


def only_count():
    return Delivery.objects.exclude(asks_for="").count()


def test_a_token_that_was_taken_away_or_cannot_be_opened_is_said(
    api, meta, came, manager, settings
):
    came(meta, names("71"))
    inlets.change(meta, manager, access_token="")
    fetch()
    assert only().reason == "No access token is saved at this address."

    inlets.change(meta, manager, access_token=TOKEN)
    settings.SECRET_KEY = "another"
    fetch()
    assert "Save it again" in only().reason and api.connections == 0


def test_what_is_no_id_is_not_asked_for(api, meta, inlet, came, manager):
    assert came(meta, names("../me", "71?x=")).state == "failed"
    one = inlets.change(inlet("linkedin"), manager, access_token=TOKEN)
    urn = "urn:li:leadGenFormResponse:../../me"
    assert came(one, {"leadGenFormResponse": urn, "leadAction": "CREATED"}).state == "failed"

    assert fetching.drain() == 0 and api.connections == 0


def test_a_private_address_is_not_asked(api, meta, came, settings):
    settings.MAY_CALL = []
    came(meta, names("71"))

    fetch()

    assert "is at an address of a private network" in only().reason and api.connections == 0


def test_what_is_not_signed_names_nobody_until_a_person_lets_it_in(api, meta, post, manager):
    inlets.change(meta, manager, secret="app")
    assert post(meta, names("71")).status_code == 401
    assert job.drain() == 0 and fetching.drain() == 0

    deliveries.let_in(Delivery.objects.get(), manager)
    job.drain(), fetch()

    assert only().state == "taken"


def test_what_waits_is_not_forgotten_and_tells_since_when(api, meta, came):
    assert fetching.oldest_due() is None
    came(meta, names("71"))
    assert fetching.oldest_due() == only().due_at and job.oldest_due() is None
    Delivery.objects.update(forget_at=timezone.now() - timedelta(days=1))

    job.forget()

    assert only().forget_at is not None
    # What named it is forgotten; the lead comes all the same.
    fetch()
    assert only().state == "taken"


def test_a_token_is_kept_sealed(meta):
    assert TOKEN not in meta.access_token and sealed.opened(meta.access_token) == TOKEN


def test_naming_many_costs_the_same(meta, django_assert_num_queries):
    delivery = deliveries.receive(meta, b"{}", "application/json", {})
    with django_assert_num_queries(3) as first:
        naming.name(delivery, ["1"])
    with django_assert_num_queries(len(first)):
        naming.name(delivery, map(str, range(200)))
