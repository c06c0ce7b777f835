"""A row that becomes an object at once is the object that Django's own way makes."""

import pytest
from django.apps import apps
from django.db import models

from accounts.models import User
from leadportal.db import rows
from leadportal.db.loaded import Loaded
from leads.models import Handoff, Lead
from tests import factories

pytestmark = pytest.mark.django_db

LOADED = [model for model in apps.get_models() if issubclass(model, Loaded)]


def state_of(row: models.Model) -> dict[str, object]:
    values = {name: value for name, value in vars(row).items() if name != "_state"}
    return values | {"is new": row._state.adding, "from": row._state.db}


def as_django_makes_it(row: models.Model, *names: str) -> models.Model:
    return models.Model.from_db.__func__(
        type(row), "default", names, [getattr(row, name) for name in names]
    )


def test_it_is_what_django_makes_of_the_same_columns():
    lead = Lead.objects.get(pk=factories.lead("Maya Lindqvist").pk)
    names = [field.attname for field in Lead._meta.concrete_fields]

    assert state_of(lead) == state_of(as_django_makes_it(lead, *names))


def test_what_a_list_leaves_out_is_read_when_it_is_asked(django_assert_num_queries):
    factories.lead("Maya Lindqvist", job_title="VP Operations")
    lead = Lead.objects.only("first_name").get()

    assert state_of(lead) == state_of(as_django_makes_it(lead, "id", "first_name"))
    assert "job_title" in lead.get_deferred_fields()
    with django_assert_num_queries(1):
        assert lead.job_title == "VP Operations"


def test_what_it_hangs_on_comes_with_it(django_assert_num_queries):
    factories.handoff(factories.lead("Maya Lindqvist", company=factories.company("Brightwater")))
    with django_assert_num_queries(1):
        handoff = Handoff.objects.select_related("lead__company", "claimed_by").get()

        assert (handoff.lead.company.name, handoff.claimed_by) == ("Brightwater", None)


def test_it_is_saved_as_any_other():
    lead = Lead.objects.get(pk=factories.lead("Maya Lindqvist").pk)
    lead.job_title = "Buyer"
    lead.save(update_fields=["job_title"])
    lead.refresh_from_db()

    assert lead.job_title == "Buyer"
    assert Lead.objects.count() == 1


def test_a_row_of_a_prepared_statement_has_all_its_columns():
    person = factories.rep()

    assert state_of(rows.one(User, "email", person.email)) == state_of(
        User.objects.get(pk=person.pk)
    )


@pytest.mark.parametrize("model", LOADED, ids=lambda model: model.__name__)
def test_no_column_of_it_does_something_when_it_is_set(model):
    """As a file's does: of those Django's own way would be needed."""
    odd = [
        field.name
        for field in model._meta.concrete_fields
        if type(vars(model)[field.attname]).__name__
        not in ("DeferredAttribute", "ForeignKeyDeferredAttribute")
    ]

    assert not odd
