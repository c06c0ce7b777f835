"""A company adds a field of its own by command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from leads.models import CustomField
from tests import factories

pytestmark = pytest.mark.django_db


def define(*arguments: str) -> str:
    out = StringIO()
    call_command("define_field", *arguments, stdout=out)
    return out.getvalue()


def test_what_leads_already_carry_is_counted_and_what_does_not_fit_is_named() -> None:
    factories.lead(attributes={"seats": 12})
    factories.lead(attributes={"seats": "many"})

    said = define("seats", "--label", "Seats", "--type", "number")

    assert CustomField.objects.get(name="seats").type == "number"
    assert "attributes.seats. 1 values" in said
    assert "1 do not fit" in said


def test_a_choice_without_choices_is_refused() -> None:
    with pytest.raises(CommandError):
        define("plan", "--label", "Plan", "--type", "choice")

    assert not CustomField.objects.filter(name="plan").exists()


def test_a_name_that_is_a_fact_already_is_refused() -> None:
    with pytest.raises(CommandError):
        define("job_title", "--label", "Title", "--type", "text")
