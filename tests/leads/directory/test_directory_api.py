"""What leads name, read by a key and by people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from funnel.models import Queue
from funnel.stages import Stage
from leads import fields, tags
from leads.checks.leads import COMPANY, LEAD
from leads.field_choices import offering
from leads.models import Lead, Source
from leads.own_fields import keeping
from tests import factories

pytestmark = pytest.mark.django_db


def results(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def names(answer):
    return [row["name"] for row in results(answer)]


def walked(api, url):
    """The names of all pages."""
    seen = []
    while url:
        answer = api.get(url)
        seen += names(answer)
        url = (answer.json()["next"] or "").partition("/api/v1")[2]
    return seen


# --- fields ------------------------------------------------------------------------------------


def test_every_column_that_may_be_sent_is_a_field_with_its_choices(api):
    found = {row["path"]: row for row in results(api.get("/fields"))}

    sent = [path for path in found if not path.startswith("attributes.")]
    columns = {path.partition(".")[2] or path for path in sent}
    beside = {"external_id", "company", "attributes", "consent", *tags.NAMES}
    assert columns == (LEAD.keys() - beside) | COMPANY.keys()
    assert found["job_title"]["label"] == "Job title"
    assert found["company.employees"]["fact"] == "company_employees"
    assert (
        found["company.employees"] | {"unit": "people", "type": "number"}
        == (found["company.employees"])
    )
    assert {"value": "SE", "label": "Sweden", "retired": False} in found["country"]["choices"]
    own = {path for path, row in found.items() if not row["built_in"]}
    assert own == {path for path in found if path.startswith("attributes.")}


def test_a_field_of_the_company_is_there_with_its_choices(api):
    fields.define("budget", "Budget", "choice", choices=["Small", "Large"])
    (own,) = (row for row in results(api.get("/fields")) if row["name"] == "budget")

    assert own == {
        "path": "attributes.budget",
        "name": "budget",
        "label": "Budget",
        "type": "choice",
        "unit": None,
        "choices": [
            {"value": "Small", "label": "Small", "retired": False},
            {"value": "Large", "label": "Large", "retired": False},
        ],
        "fact": "attributes.budget",
        "built_in": False,
        "help": None,
        "other_names": [],
        "retired": False,
    }


def test_a_field_is_told_as_people_keep_it(api):
    manager = factories.marketing_manager()
    one = keeping.add(
        manager, name="tier", label="Tier", type="choice", choices=["Gold", "Tin"], help="Of care"
    )
    offering.change_choice(one, manager, "Gold", label="Best", retired=True)
    keeping.change(one, manager, name="care", label="Tier", help="Of care", unit="")
    keeping.retire(one, manager)

    (own,) = (row for row in results(api.get("/fields")) if row["label"] == "Tier")

    assert own["choices"] == [
        {"value": "Tin", "label": "Tin", "retired": False},
        {"value": "Gold", "label": "Best", "retired": True},
    ]
    told = ("path", "name", "fact", "help", "other_names", "retired")
    assert [own[name] for name in told] == [
        *("attributes.care", "care", "attributes.tier", "Of care", ["tier"], True),
    ]


def test_a_renamed_field_is_answered_and_emptied_by_its_new_name(api):
    manager = factories.marketing_manager()
    one = keeping.add(manager, name="seats", label="Seats", type="number")
    keeping.change(one, manager, name="team_size", label="Seats", help="", unit="")
    fields.renamed.remember({"seats": "team_size"}, for_long=True)

    sent = {"email": "a@x.example", "attributes": {"seats": "5", "tool": "Excel"}}
    made = api.post("/leads", sent).json()
    lead = api.get(f"/leads/{made['id']}")
    assert lead.json()["attributes"] == {"team_size": 5, "tool": "Excel"}

    empties = {"attributes": {"team_size": None}}
    url = f"/leads/{made['id']}"
    typed = {"attributes.seats": None, "estimated_value": None}
    Lead.objects.update(typed=typed)
    assert api.get(url).json()["typed"] == ["attributes.team_size", "estimated_value"]
    Lead.objects.update(typed=None)
    changed = api.send("PATCH", url, empties, **{"If-Match": lead["ETag"]})
    assert changed.json()["attributes"] == {"tool": "Excel"}


# --- sources and campaigns ---------------------------------------------------------------------


def test_sources_come_by_name_and_page_without_a_gap(api):
    for name in ("Webinar", "Advert", "~ Odd ~", "Fair"):
        factories.source(name)

    in_order = list(Source.objects.order_by("name").values_list("name", flat=True))
    assert walked(api, "/sources?limit=1") == in_order
    assert walked(api, "/sources?limit=3&order=-id")[0] == "Fair"


def test_sources_are_found_by_name_and_channel(api, as_problem):
    factories.source("Trade fair", channel="event")
    factories.source("Newsletter", channel="email")

    assert names(api.get("/sources?channel=event")) == ["Trade fair"]
    assert names(api.get("/sources?name=trade%20FAIR")) == ["Trade fair"]
    as_problem(api.get("/sources?channel=smoke"), 400)
    as_problem(api.get("/sources?colour=red"), 400)


def test_campaigns_say_their_source_time_and_spend(api):
    source = factories.source("Fair")
    factories.campaign("Autumn", source=source, starts_on="2026-09-01", spend="1200.50")
    factories.campaign("Spring")

    (autumn,) = results(api.get("/campaigns?source=fair"))
    assert (autumn["name"], autumn["source"], autumn["spend"]) == ("Autumn", "Fair", "1200.50")
    assert (autumn["starts_on"], autumn["ends_on"]) == ("2026-09-01", None)
    assert names(api.get("/campaigns?name=spring")) == ["Spring"]


# --- companies ---------------------------------------------------------------------------------


def test_a_company_tells_its_facts_and_who_works_there(api):
    company = factories.company("Kestrel Ltd", domain="kestrel.example", founded=1987)
    for stage in (Stage.MQL, Stage.MQL, Stage.INQUIRY):
        factories.lead(stage=stage, company=company)
    gone = factories.lead(company=company)
    factories.merged(gone, into=factories.lead(company=factories.company("Elsewhere")))

    read = api.get(f"/companies/{company.pk}").json()

    assert (read["name"], read["domain"], read["founded"]) == (
        *("Kestrel Ltd", "kestrel.example"),
        1987,
    )
    assert (read["people"], read["stages"]) == (3, {"inquiry": 1, "mql": 2})


def test_companies_are_found_by_every_filter(api):
    wanted = factories.company(
        "Kestrel Ltd",
        domain="kestrel.example",
        country="DE",
        industry="Air freight",
        employees=20,
    )
    factories.company("Brightwater Foods", employees=900)

    for query in (
        "domain=Kestrel.example",
        "name=kestrel",
        "country=Germany",
        "industry=air%20freight",
        "max_employees=50",
        "min_employees=10&max_employees=20",
        "search=kest",
    ):
        assert [row["id"] for row in results(api.get(f"/companies?{query}"))] == [wanted.pk], query


def test_companies_page_in_each_order_without_a_gap(api):
    for name in ("Cobalt", "Amber", "Beryl"):
        factories.company(name)

    assert walked(api, "/companies?limit=1") == ["Beryl", "Amber", "Cobalt"]
    assert walked(api, "/companies?limit=2&order=id") == ["Cobalt", "Amber", "Beryl"]
    assert walked(api, "/companies?limit=2&order=name") == ["Amber", "Beryl", "Cobalt"]


def test_a_rep_reads_companies_of_leads_they_see_and_counts_no_others(client):
    dana = factories.rep()
    seen, hidden = factories.company("Seen"), factories.company("Hidden")
    factories.handoff(factories.lead(company=seen, stage=Stage.SQL, fit=50))
    factories.lead(company=seen)
    factories.lead(company=hidden)
    client.force_login(dana)

    (row,) = results(client.get("/api/v1/companies"))
    assert (row["name"], row["people"]) == ("Seen", 1)
    assert client.get(f"/api/v1/companies/{seen.pk}").json()["stages"] == {"sql": 1}
    assert client.get(f"/api/v1/companies/{hidden.pk}").status_code == 404


def test_an_unchanged_company_is_a_304(api):
    company = factories.company()
    tag = api.get(f"/companies/{company.pk}")["ETag"]

    assert api.get(f"/companies/{company.pk}", **{"If-None-Match": tag}).status_code == 304


# --- queues ------------------------------------------------------------------------------------


def test_a_queue_says_what_waits_in_it_and_who_works_it(api):
    dana = factories.rep()
    now = timezone.now().replace(microsecond=0)
    factories.handoff(opened_at=now - timedelta(minutes=35))
    factories.handoff(opened_at=now)
    factories.claimed(dana)
    left = factories.rep("Left Long-ago")
    left.is_active = False
    left.save()

    (queue,) = results(api.get("/queues"))

    assert (queue["name"], queue["default"]) == ("Sales", True)
    assert (queue["waiting"], queue["late"]) == (2, 1)
    assert queue["next_due_at"] == (now - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    assert queue["members"] == [dana.email]


def test_an_empty_queue_is_told_too_and_a_rep_reads_of_their_own(api, client):
    nordic = Queue.objects.create(name="Nordic")
    factories.handoff()
    client.force_login(factories.rep("Elin Berg", queue=nordic))

    assert names(api.get("/queues")) == ["Nordic", "Sales"]
    (own,) = results(client.get("/api/v1/queues"))
    assert (own["name"], own["waiting"], own["next_due_at"]) == ("Nordic", 0, None)


# --- what all of them cost ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "queries"),
    [("fields", 1), ("sources", 1), ("campaigns", 1), ("companies", 1), ("queues", 2)],
)
def test_a_list_costs_the_same_however_long_it_is(api, django_assert_num_queries, path, queries):
    def grow(count: int) -> None:
        for n in range(count):
            queue = Queue.objects.create(name=f"{path} {count} {n}")
            factories.rep(queue=queue)
            source = factories.source(f"S {count} {n}")
            factories.lead(source=source, company=factories.company(f"C {count} {n}"))
            factories.campaign(f"K {count} {n}", source=source)
            fields.define(f"f{count}_{n}", f"F {count} {n}", "text")

    grow(1)
    api.get(f"/{path}")
    # Beside that of the key.
    with django_assert_num_queries(1 + queries):
        api.get(f"/{path}")
    grow(9)
    with django_assert_num_queries(1 + queries):
        assert len(results(api.get(f"/{path}"))) >= 9
