import pytest
from django.core.exceptions import ValidationError

from leads import fields
from leads.models import CustomField, Lead, SeenAttribute
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("type", "good", "bad"),
    [
        ("text", "Excel", ["Excel"]),
        ("number", 12.5, "a dozen"),
        ("money", 1200, True),
        ("yes_no", False, "perhaps"),
        ("date", "2026-11-22", "22.11.2026"),
        ("choice", "this  QUARTER", "never"),
        ("choices", ["This quarter"], "never"),
    ],
)
def test_a_defined_field_takes_its_type_only(send, type, good, bad):
    fields.define("x", "X", type, choices=["This quarter"] if "choice" in type else [])

    taken, refused = send(
        {"phone": "1", "attributes": {"x": good}},
        {"phone": "2", "attributes": {"x": bad}},
        strict=True,
    )

    assert not taken.errors
    assert refused.errors[0].pointer == "/attributes/x"
    kept = {"choice": "This quarter"}.get(type, good)
    assert Lead.objects.get().attributes == {"x": kept}
    assert not SeenAttribute.objects.exists()


@pytest.mark.parametrize(
    ("type", "sent", "kept"),
    [
        ("text", 12, "12"),
        ("number", "12", 12),
        ("number", " 1,200.5 ", 1200.5),
        ("money", "€ 1.200,50", 1200.5),
        ("yes_no", "on", True),
        ("yes_no", 0, False),
        ("date", "2026-11-22T15:00:00Z", "2026-11-22"),
        ("choices", "next YEAR; this quarter", ["Next year", "This quarter"]),
        ("choices", "Now, or never", ["Now, or never"]),
    ],
)
def test_a_defined_field_reads_what_forms_and_spreadsheets_make_of_its_values(
    send, type, sent, kept
):
    choices = ["This quarter", "Next year", "Now, or never"]
    fields.define("x", "X", type, choices=choices if "choice" in type else [])

    send({"phone": "1", "attributes": {"x": sent}})

    assert Lead.objects.get().attributes == {"x": kept}


def test_defining_a_field_retypes_what_is_stored_and_lists_what_does_not_fit(send):
    send(
        *({"phone": str(n), "attributes": {"seats": v}} for n, v in enumerate(["12", "12", 3, "x"]))
    )
    factories.nothing_due()

    defined = fields.define("seats", "Seats", "number")

    assert (defined.fitted, defined.misfits, defined.misfit_leads) == (3, [("x", 1)], 1)
    assert sorted(str(lead.attributes["seats"]) for lead in Lead.objects.all()) == [
        "12",
        "12",
        "3",
        "x",
    ]
    assert factories.due() == set(Lead.objects.values_list("pk", flat=True))
    assert not SeenAttribute.objects.exists()


def test_only_a_real_date_has_a_twin_that_sql_may_cast(one):
    one(external_id="1", attributes={"renewal": "2026-12-01"})
    one(external_id="2", attributes={"renewal": "soon"})

    fields.define("renewal", "Renewal", "date")
    one(external_id="3", attributes={"renewal": "2027-01-01"})

    twins = [lead.attribute_keys.get("renewal") for lead in Lead.objects.order_by("id")]
    assert twins == ["2026-12-01", None, "2027-01-01"]
    assert not Lead.objects.exclude(word_keys=None).exists()


def test_a_text_field_again_has_its_twins_back(one):
    one(external_id="1", job_title="V.P.", attributes={"renewal": "Soon-ish"})
    fields.define("renewal", "Renewal", "date")

    fields.define("renewal", "Renewal", "text")

    lead = Lead.objects.get()
    assert lead.attribute_keys == {"renewal": " soon - ish "}
    assert lead.word_keys == {"job_title": " vp ", "renewal": " soon ish "}


def test_choices_take_the_spelling_of_the_definition(one):
    one(external_id="1", attributes={"size": "small ", "langs": "SV"})

    fields.define("size", "Size", "choice", choices=["Small", "Large"])
    fields.define("langs", "Languages", "choices", choices=["sv", "en"])

    lead = Lead.objects.get()
    assert lead.attributes == {"size": "Small", "langs": ["sv"]}
    assert lead.attribute_keys == {"size": " small ", "langs": [" sv "]}


def test_a_field_of_no_known_type_is_refused():
    with pytest.raises(ValidationError):
        fields.define("x", "X", "colour")

    assert not CustomField.objects.filter(name="x").exists()
