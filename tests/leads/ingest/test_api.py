from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_filters import Filter

from leads.judging import due
from leads.models import Lead
from leads.models.campaign import Source
from tests import factories
from tests.api import Api

pytestmark = pytest.mark.django_db
MAYA = {
    "external_id": "crm-1",
    "email": "maya@brightwater.example",
    "first_name": "Maya",
    "company": {"name": "Brightwater Foods", "employees": 610},
    "country": "Sweden",
    "source": "Demo form",
    "attributes": {"tool": "Sheets"},
    "consent": {"marketing": True},
}


def test_a_new_lead_is_201_and_a_known_one_200(api):
    created = api.post("/leads", MAYA)
    matched = api.post("/leads", MAYA | {"city": "Malmö"})

    lead = Lead.objects.get()
    assert (created.status_code, matched.status_code) == (201, 200)
    assert created["Location"] == f"/api/v1/leads/{lead.pk}"
    assert created.json() == {
        "id": lead.pk,
        "status": "created",
        "matched": False,
        "matched_by": None,
        "suggested": [],
        "warnings": [],
        "url": f"/api/v1/leads/{lead.pk}",
    }
    assert matched.json()["matched"] is True
    assert matched.json()["matched_by"] == "external_id"


def test_a_lead_reads_as_it_was_written(api):
    pk = api.post("/leads", MAYA).json()["id"]

    read = api.get(f"/leads/{pk}").json()

    company = dict.fromkeys(("industry", "country", "founded", "phone"))
    company |= {"domain": "brightwater.example"}
    assert read | MAYA == read | {
        "company": MAYA["company"],
        "country": "Sweden",
    }
    assert read["company"] == MAYA["company"] | company
    assert (read["country"], read["stage"], read["score"]) == ("SE", "inquiry", None)
    assert read["created_at"].endswith("Z")


@pytest.mark.parametrize("country", ["DEU", "Deutschland", "Federal Republic of Germany", "ドイツ"])
def test_a_country_is_understood_by_its_codes_and_names(api, country):
    pk = api.post("/leads", MAYA | {"country": country}).json()["id"]

    assert api.get(f"/leads/{pk}").json()["country"] == "DE"
    assert [row["id"] for row in api.get(f"/leads?country={country}").json()["results"]] == [pk]


def test_what_is_wrong_is_a_400_that_points_to_it(api, as_problem):
    answer = api.post("/leads", {"email": "a@b", "nonsense": 1, "country": "Narnia"})

    errors = as_problem(answer, 400)["errors"]
    assert {(error["pointer"], error["code"]) for error in errors} == {
        ("/email", "invalid_email"),
        ("/nonsense", "unknown_field"),
        ("/country", "unknown_country"),
    }
    assert all(error["detail"] for error in errors)


def test_the_source_of_the_key_counts_where_none_is_sent(db):
    Api(source="Newsletter").post("/leads", {"email": "a@x.example"})

    assert Lead.objects.get().source == Source.objects.get(name="Newsletter")


def test_a_batch_answers_in_order_with_207_where_one_is_refused(api):
    leads = [MAYA, {"email": "nonsense"}, {"email": "b@x.example"}, MAYA | {"city": "Lund"}]

    answer = api.post("/leads/batch", {"leads": leads})

    body = answer.json()
    assert answer.status_code == 207
    assert [r["index"] for r in body["results"]] == [0, 1, 2, 3]
    assert [r["status"] for r in body["results"]] == ["created", "refused", "created", "duplicate"]
    assert body["results"][1]["errors"][0]["pointer"] == "/email"
    assert body["results"][3]["first_index"] == 0
    assert body["summary"] == {"created": 2, "matched": 0, "duplicate": 1, "refused": 1}


def test_137_bad_items_of_1000_are_refused_at_their_indexes(api):
    leads = [{"email": f"p{n}@x.example"} for n in range(1000)]
    bad = set(range(0, 137 * 7, 7))
    for n in bad:
        leads[n] = {"email": f"p{n}"}

    first = api.post("/leads/batch", {"leads": leads})
    again = api.post("/leads/batch", {"leads": leads})

    refused = {r["index"] for r in first.json()["results"] if r["errors"]}
    assert refused == bad
    assert first.json()["summary"]["created"] == Lead.objects.count() == 863
    assert again.json()["summary"]["created"] == 0


def test_all_or_none_is_none_with_one_bad_item(api, as_problem):
    leads = [MAYA, {"email": "nonsense"}]

    answer = api.post("/leads/batch", {"leads": leads, "all_or_none": True})

    assert as_problem(answer, 400)["errors"][0]["index"] == 1
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({}, "/leads"),
        ({"leads": []}, "/leads"),
        ({"leads": [{}] * 1001}, "/leads"),
        ({"leads": [{}], "more": 1}, "/more"),
        ({"leads": [{}], "all_or_none": "yes"}, "/all_or_none"),
    ],
)
def test_a_batch_needs_its_envelope(api, as_problem, body, pointer):
    assert as_problem(api.post("/leads/batch", body), 400)["errors"][0]["pointer"] == pointer


def test_a_merged_lead_redirects_to_its_heir(api):
    heir, gone = factories.lead(), factories.lead()
    factories.merged(gone, heir)

    answer = api.get(f"/leads/{gone.pk}")

    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/leads/{heir.pk}")


def test_the_history_names_every_move(api):
    pk = api.post("/leads", MAYA).json()["id"]

    (move,) = api.get(f"/leads/{pk}/history").json()["results"]

    assert (move["from"], move["to"], move["actor"]) == (None, "inquiry", "integration")
    assert move["integration"] == "Website forms"


def test_the_lines_of_an_explanation_sum_to_the_score(api):
    pk = api.post("/leads", MAYA | {"job_title": "VP Operations"}).json()["id"]
    api.post("/events", {"type": "demo_request", "lead": {"id": pk}})
    unscored = api.get(f"/leads/{pk}/explanation").json()

    due.drain()
    explained = api.get(f"/leads/{pk}/explanation").json()

    assert unscored["total"] is None
    assert explained["total"] > 0
    for kind in ("fit", "intent"):
        points = [line["points"] for line in explained["lines"] if line["kind"] == kind]
        assert sum(points) == explained[kind]
    assert api.get(f"/leads/{pk}").json()["score"]["total"] == explained["total"]


# --- lists -------------------------------------------------------------------------------------


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_leads_come_newest_first_and_page_by_cursor_without_a_gap(api):
    # All at one moment, as a batch makes them: the id settles the order.
    at = timezone.now()
    made = [factories.lead(f"P {n}", created_at=at).pk for n in range(7)]

    seen, url = [], "/leads?limit=3"
    while url:
        answer = api.get(url)
        seen += ids(answer)
        url = (answer.json()["next"] or "").partition("/api/v1")[2]

    assert seen == sorted(made, reverse=True)


def test_leads_are_found_by_every_filter(api):
    old = timezone.now() - timedelta(days=9)
    company = factories.company("Kestrel Ltd", domain="kestrel.example")
    wanted = factories.lead(
        "Zoë Ängström",
        fit=30,
        intent=20,
        stage="mql",
        country="DE",
        company=company,
        source=factories.source("Webinar"),
        campaign=factories.campaign("Autumn"),
        created_at=old,
    )
    factories.lead("Other Person")

    for query in (
        "stage=mql",
        "stage=mql&stage=sql",
        "source=webinar",
        "campaign=Autumn",
        "country=Germany",
        "company=Kestrel",
        "company=kestrel.example",
        "min_total=50",
        "max_total=50",
        f"created_until={(old + timedelta(days=1)).isoformat().replace('+', '%2B')}",
        "search=angstrom",
        "search=zoe%20brightwater",
        "order=-total",
    ):
        assert ids(api.get(f"/leads?{query}")) == [wanted.pk], query


def test_handoffs_are_found_by_state_queue_and_rep(api):
    dana = factories.rep()
    waiting, held = factories.handoff(), factories.claimed(dana)

    assert ids(api.get("/handoffs")) == [held.pk, waiting.pk]
    assert ids(api.get("/handoffs?state=open")) == [waiting.pk]
    assert ids(api.get(f"/handoffs?claimed_by={dana.email}")) == [held.pk]
    assert ids(api.get("/handoffs?queue=sales&order=due_at")) == [waiting.pk, held.pk]


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "stage=nonsense",
        "min_total=x",
        "created_since=yesterday",
        "order=name",
        "limit=0",
        "limit=999",
        "limit=%C2%B2",
        "cursor=nonsense",
        "cursor=2026-01-01T00:00:00~1",
        "search=%00",
    ],
)
def test_a_wrong_query_is_a_400_and_not_a_longer_list(api, as_problem, query):
    as_problem(api.get(f"/leads?{query}"), 400)


@pytest.mark.parametrize(
    "query", ["min_total=1e400", "cursor=2026-01-01T00:00:00Z~99999999999999999999", "search=%ff"]
)
def test_no_query_breaks_the_server(api, query):
    assert api.get(f"/leads?{query}").status_code < 500


def test_a_list_costs_the_same_number_of_queries_whatever_its_length(
    api, django_assert_num_queries
):
    for n in range(3):
        factories.lead(f"P {n}", fit=1)
    api.get("/leads")
    with django_assert_num_queries(3):  # the key, whose turn it is, what they answer
        api.get("/leads")
    for n in range(20):
        factories.handoff(factories.lead(f"Q {n}", stage="sql", fit=1))
    with django_assert_num_queries(3):
        assert len(ids(api.get("/leads"))) == 23


# --- handoffs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/leads", "/leads/{lead}", "/handoffs", "/handoffs/{handoff}"])
def test_no_answer_reads_the_document_of_the_criteria_for_its_number(api, path):
    made = factories.lead(fit=40, intent=20, stage="sql")
    handoff = factories.handoff(made)

    with CaptureQueriesContext(connection) as asked:
        answer = api.get(path.format(lead=made.pk, handoff=handoff.pk)).json()

    shown = answer["results"][0] if "results" in answer else answer
    assert shown["criteria_version"] == 1
    assert not any('"content"' in query["sql"] for query in asked)


def test_a_list_makes_the_filters_that_are_asked_for_and_no_others(api, monkeypatch):
    factories.lead(country="DE")
    made = []
    field = Filter.field.fget
    monkeypatch.setattr(Filter, "field", property(lambda f: made.append(f.field_name) or field(f)))

    api.get("/leads?limit=10")
    api.get("/leads?min_total=10")

    assert set(made) == {"judgement__total"}


def test_the_second_rep_is_told_who_was_faster(api, as_problem):
    dana, noor = factories.rep(), factories.rep("Noor Haddad")
    handoff = factories.handoff()

    first = api.post(f"/handoffs/{handoff.pk}/claim", {"rep": dana.email})
    again = api.post(f"/handoffs/{handoff.pk}/claim", {"rep": dana.email.upper()})
    late = api.post(f"/handoffs/{handoff.pk}/claim", {"rep": noor.email})

    assert (first.status_code, again.status_code) == (200, 200)
    assert as_problem(late, 409)["claimed_by"] == dana.email


def test_a_handoff_that_is_none_cannot_be_claimed(api, as_problem):
    rep = factories.rep()

    for pk in (10**9, 10**17):
        as_problem(api.post(f"/handoffs/{pk}/claim", {"rep": rep.email}), 404)


def test_a_claim_by_a_key_reads_no_more_than_who_may(api, django_assert_num_queries):
    rep, first, handoff = factories.rep(), factories.handoff(), factories.handoff()
    api.post(f"/handoffs/{first.pk}/claim", {"rep": rep.email})

    with django_assert_num_queries(3):  # the key, the rep, and the claim with the settings
        api.post(f"/handoffs/{handoff.pk}/claim", {"rep": rep.email})


def test_a_rep_who_is_nobody_or_in_no_queue_cannot_claim(api, as_problem):
    handoff = factories.handoff()

    nobody = api.post(f"/handoffs/{handoff.pk}/claim", {"rep": "nobody@our.example"})
    outside = api.post(f"/handoffs/{handoff.pk}/claim", {"rep": factories.outsider().email})
    unnamed = api.post(f"/handoffs/{handoff.pk}/claim")

    codes = [as_problem(a, 400)["errors"][0]["code"] for a in (nobody, outside, unnamed)]
    assert codes == ["not_found", "not_a_member", "not_found"]
