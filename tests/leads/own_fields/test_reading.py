"""What there is to define, how it would be read, and who uses what there is."""

import pytest

from funnel.models import CriteriaVersion
from leads.inbound import inlets
from leads.models import AttributeCounting, CustomField, Import, Inlet, SeenAttribute
from leads.own_fields import counting, forecast, keeping, reading, unfit, usage, words
from leads.own_fields.counting import Count
from leads.unread import listing, meanings
from leads.web_forms import web_forms
from tests import factories

pytestmark = pytest.mark.django_db


def counted(*values) -> Count:
    count = Count()
    for value, number in values:
        count.add(value, number)
    return count


@pytest.mark.parametrize(
    ("values", "type", "said"),
    [
        ([('"12"', 90), ("7", 9), ('"many"', 1)], "number", "reads 99 of 100 leads, not “many”"),
        ([('"yes"', 3), ('"no"', 3)], "yes_no", "reads all 6 leads"),
        ([('"2026-11-02"', 3)], "date", "reads all 3 leads"),
        ([('"Small"', 30), ('"large"', 10)], "choice", "reads all 40 leads"),
        ([('["a", "b"]', 2)], "choices", "reads all 2 leads"),
        ([('"One thing"', 1), ('"Another"', 1)], "text", "reads all 2 leads"),
        ([], "text", ""),
    ],
)
def test_the_type_is_guessed_by_what_it_would_read(values, type, said):
    count = counted(*values)

    forecasts = forecast.of_all(count)

    assert forecast.guess(count, forecasts) == type
    (one,) = (one for one in forecasts if one.type == type)
    assert words.forecast_said(one) == said


def test_choices_come_in_the_spelling_of_most():
    count = counted(('"small"', 2), ('"Large"', 9), ('"Small"', 3), ('["XL", "Large"]', 1))

    assert forecast.choices_in(count) == ["Large", "Small", "XL"]


def test_names_that_are_no_field_are_counted_with_who_sends_them(send, seats):
    hubspot = factories.integration("HubSpot")
    send({"phone": "1", "attributes": {"seats": 1, "tool": "Excel", "Plan B": "x"}})
    send({"phone": "2", "attributes": {"tool": "Excel"}}, integration=hubspot)
    send({"phone": "3", "attributes": {"tool": "None"}}, integration=hubspot)

    found = counting.counts()
    to_come = reading.not_yet(found, {"seats"})

    assert (to_come.names, to_come.more) == (["tool", "Plan_B"], 0)
    assert reading.not_yet(found, {"seats"}, "plan b").names == ["Plan_B"]
    assert to_come.systems["tool"] == sorted(["HubSpot", factories.integration().name])
    (line, _) = words.seen_lines(to_come.names, found, to_come.systems)
    assert (line.leads, line.samples) == (3, ["Excel", "None"])
    assert SeenAttribute.objects.filter(name="tool").count() == 2
    assert found.by_name["seats"].leads == 1


def test_a_large_record_is_counted_by_the_sweep(send, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    monkeypatch.setattr(counting, "WINDOW", 2)
    monkeypatch.setattr(counting, "TOLD_APART", 3)
    send(*({"phone": str(n), "attributes": {"n": n, "all": "x"}} for n in range(5)))
    assert counting.counts().by_name == {}
    assert counting.oldest_due() is not None

    assert counting.drain() == 1
    assert counting.drain() == 0

    found = counting.counts()
    assert found.at == AttributeCounting.objects.get().counted_at
    assert (found.by_name["all"].leads, found.by_name["all"].is_whole) == (5, True)
    assert (found.by_name["n"].leads, found.by_name["n"].is_whole) == (5, False)
    count, at = counting.count_of(["n", "nobody"])
    assert (count.leads, len(count.most), at) == (5, 3, found.at)
    assert counting.oldest_due() is None


def test_who_was_erased_or_merged_carries_nothing(send):
    send({"phone": "1", "attributes": {"tool": "Excel"}})
    factories.lead(attributes={"tool": "Excel"})
    factories.moved(factories.lead(attributes={"tool": "x"}), "erased")

    assert counting.counts().by_name["tool"].leads == 2


def test_each_use_names_its_own_page(manager, send, seats):
    inlet = inlets.create(factories.admin(), system="json", name="Ads")
    Inlet.objects.filter(pk=inlet.pk).update(mapping={"answers.0": "field.seats"})
    form = web_forms.create(factories.admin(), name="Demo", slug="demo")
    web_forms.put_field(
        form, factories.admin(), target="field.seats", label="", help="", required=False
    )
    send({"email": "a@x.example", "attributes": {"seats": "dozen"}})
    group = listing.group(factories.integration().pk, "attributes.seats", "dozen")
    meanings.give(group, manager, value=12, seen=0, defined={"seats": seats})

    uses = usage.of_all(["seats", "purchase_timeline"])

    assert [use[0] for use in uses["seats"]] == ["Form", "Inbound", "Value"]
    assert uses["seats"][0].url == f"{form.get_absolute_url()}#asks"
    assert uses["seats"][1].url == f"/settings/inbound/{inlet.pk}/values"
    criteria = [use for use in uses["purchase_timeline"] if use.kind == "Criteria"]
    number = factories.live_version().number
    assert criteria[0].label.startswith(f"v{number}, live: ")
    assert any(use.url.startswith("/criteria#rule-") for use in criteria)
    assert any(use.url == "/criteria#makes-sql" for use in criteria)


def test_only_the_newest_import_of_a_kind_is_a_recipe(manager, seats):
    author = {"author": manager, "lines_total": 1, "began_at": seats.created_at}
    kept = {"header": ["Seats"], "columns": ["field.seats"], **author}
    Import.objects.create(name="old.csv", **kept)
    Import.objects.create(name="new.csv", **kept)
    Import.objects.create(name="other.csv", **{**kept, "header": ["N"], "columns": [""]})

    assert [use.label for use in usage.of_all(["seats"])["seats"]] == ["new.csv"]


def test_values_a_field_cannot_read_are_counted_wherever_they_are(manager, send):
    send(*({"phone": str(n), "attributes": {"tier": v}} for n, v in enumerate(["gold", "S", "s"])))
    one = keeping.add(manager, name="tier", label="Tier", type="choice", choices=["Gold"])
    send({"phone": "9", "attributes": {"tier": "S"}}, {"phone": "8", "attributes": {"tier": "X"}})

    count, _ = counting.count_of(["tier"])

    assert [(row.value, row.leads) for row in unfit.values(one, count)] == [("S", 3), ("X", 1)]


def test_a_draft_is_linked_where_it_is_edited():
    live = factories.live_version()
    CriteriaVersion.objects.create(
        number=live.number + 1, content=live.content, content_hash=live.content_hash
    )
    (one,) = CustomField.objects.standing().filter(name="purchase_timeline")

    urls = {use.url.partition("#")[0] for use in usage.of_all([one.name])[one.name]}

    assert urls == {"/criteria", f"/criteria/drafts/{live.number + 1}"}
    assert len(usage.asking(one)) == 2
