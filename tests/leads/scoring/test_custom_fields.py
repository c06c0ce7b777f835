"""A field of one's own, of every type: defined, sent in, asked about, judged."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from leads import fields
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import CustomField, Lead, SeenAttribute
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHOICES = ["Now", "This quarter", "No plans"]


def asks(*rules: dict[str, Any]) -> None:
    """Live criteria of these fit rules: a condition for 10 points, or a table."""
    content = simple.content()
    content["rules"] = [
        {"id": f"r{n}", "label": f"Rule {n}", "kind": "fit"}
        | ({"table": rule} if "op" not in rule else {"points": 10, "when": rule})
        for n, rule in enumerate(rules)
    ]
    factories.switched_on(content, at=NOW)


def judged(value: Any, at: datetime = NOW) -> list[int | None]:
    """The points per rule of a lead who carries the value, sent as the API sends it."""
    (result,) = ingest_leads(
        [{"email": "maya@brightwater.example", "attributes": {"x": value}}],
        integration=factories.integration(),
        at=at,
    )
    assert not result.errors
    drain(at=at)
    return Lead.objects.get(pk=result.lead_id).points


@pytest.mark.parametrize(
    ("type", "op", "wanted", "value", "other"),
    [
        ("text", "contains_any_word", ["crm"], "Excel, no CRM", "CRMs"),
        ("text", "is", "ZOË", "zoe", "zoey"),
        ("number", "between", [10, 20], 20, 20.5),
        ("money", "at_least", 1200.5, 1200.5, 1200.49),
        ("date", "before", "2026-03-31", "2026-03-30", "2026-03-31"),
        ("date", "within_next", 30, "2026-04-01", "2026-04-02"),
        ("yes_no", "is", False, False, True),
        ("choice", "is_any_of", ["Now", "This quarter"], "this  QUARTER", "No plans"),
        ("choices", "includes_any_of", ["Now"], ["no plans", "NOW"], ["No plans"]),
        ("choices", "includes_all_of", ["Now", "No plans"], ["No plans", "Now"], ["Now"]),
    ],
)
def test_a_field_of_every_type_is_judged_as_it_was_sent(type, op, wanted, value, other):
    fields.define("x", "X", type, choices=CHOICES if "choice" in type else [])
    asks(
        {"fact": "attributes.x", "op": op, "value": wanted},
        {"fact": "attributes.x", "op": "is_known"},
    )

    assert judged(value) == [10, 10]
    assert judged(other) == [0, 10]


def test_days_to_and_from_a_date_give_points_by_bands_and_change_at_midnight():
    fields.define("x", "Contract end", "date")
    asks(
        {
            "fact": "days_until.attributes.x",
            "bands": [{"from": 31, "points": 1}, {"from": 0, "to": 30, "points": 9}],
        },
        {"fact": "days_since.attributes.x", "op": "more_than", "value": 0.5},
    )

    assert judged("2026-04-02") == [1, 0]
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert Lead.objects.get().rescore_at == midnight
    drain(at=midnight - timedelta(microseconds=1))
    assert Lead.objects.get().points == [1, 0]
    drain(at=midnight)
    lead = Lead.objects.get()
    assert (lead.judgement.points, lead.judgement.rescore_at) == (
        [9, 0],
        datetime(2026, 4, 3, tzinfo=UTC),
    )
    drain(at=datetime(2026, 4, 3, tzinfo=UTC))
    lead = Lead.objects.get()
    assert (lead.judgement.points, lead.judgement.rescore_at) == ([0, 10], None)


def test_what_does_not_fit_its_field_is_unknown():
    judged("many")
    fields.define("x", "X", "number")
    asks(
        {"fact": "attributes.x", "op": "at_least", "value": 0},
        {"fact": "attributes.x", "op": "is_unknown"},
    )

    drain(at=NOW)

    assert Lead.objects.get().points == [None, 10]


def test_a_choice_that_is_gone_is_unknown_and_told():
    fields.define("x", "X", "choice", choices=CHOICES)
    asks({"fact": "attributes.x", "op": "is_none_of", "value": ["Now"]})
    assert judged("No plans") == [10]

    defined = fields.define("x", "X", "choice", choices=CHOICES[:2], at=NOW)
    drain(at=NOW)

    assert defined.misfits == [("No plans", 1)]
    assert Lead.objects.get().points == [None]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "number"},
        {"type": "choice", "choices": ["No plans"]},
        None,
    ],
)
def test_a_field_that_criteria_ask_about_is_not_taken_from_them(change):
    fields.define("x", "X", "choice", choices=CHOICES)
    asks({"fact": "attributes.x", "op": "is", "value": "Now"})
    number = factories.live_version().number

    with pytest.raises(ValidationError, match=f"v{number} needs it as it was. rules.0.when"):
        if change:
            fields.define("x", "X", **change)
        else:
            fields.remove("x")

    field = CustomField.objects.get(name="x")
    assert (field.type, field.choices) == ("choice", CHOICES)
    assert judged("Now") == [10]


def test_a_field_nobody_asks_about_can_go_and_its_values_stay():
    fields.define("x", "X", "number")
    judged(12)

    call_command("remove_field", "x")

    assert not CustomField.objects.filter(name="x").exists()
    assert Lead.objects.get().attributes == {"x": 12}
    assert SeenAttribute.objects.get().name == "x"
    with pytest.raises(CommandError, match="There is no field"):
        call_command("remove_field", "x")


def test_choices_that_are_one_to_the_reader_are_refused():
    with pytest.raises(ValidationError, match="differ by case"):
        fields.define("x", "X", "choice", choices=["Small", "small"])


def test_a_text_field_has_a_twin_for_texts_only():
    judged(["Excel"])

    fields.define("x", "X", "text")

    assert "x" not in Lead.objects.get().attribute_keys


@pytest.mark.parametrize(("word", "points"), [(True, 10), (False, 0), (None, None)])
def test_consent_to_any_purpose_is_a_fact_once_somebody_was_asked(word, points):
    sender = factories.integration()
    ingest_leads([{"email": "a@x.example", "consent": {"sms-news": True}}], integration=sender)
    asks({"fact": "consent_sms-news", "op": "is", "value": True})
    lead = {"email": "b@x.example", "consent": {"sms-news": word}}

    ingest_leads([lead], integration=sender, at=NOW)
    drain(at=NOW)

    assert Lead.objects.get(email="b@x.example").points == [points]


def test_where_a_country_lies_is_a_fact_of_the_person_and_of_the_company():
    asks(
        {"fact": "region", "op": "is", "value": "Northern Europe"},
        {"fact": "sales_area", "op": "is_any_of", "value": ["EMEA"]},
        {"fact": "company_region", "op": "is", "value": "Northern America"},
        {"fact": "company_sales_area", "op": "is_known"},
        {"fact": "region", "choices": {"Northern Europe": 7, "Western Europe": 3}},
    )
    lead = {"email": "b@x.example", "country": "SE", "company": {"name": "B", "country": "US"}}

    ingest_leads([lead], integration=factories.integration(), at=NOW)
    drain(at=NOW)

    assert Lead.objects.get().points == [10, 10, 10, 10, 7]
