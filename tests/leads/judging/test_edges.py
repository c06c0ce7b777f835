"""Which batches keep a plan for any edges, and which have one of their own."""

import pytest
from django.db import transaction

from leadportal.db import prepared
from leads.judging import scoring
from leads.judging.basis import Basis
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
COLLEAGUES = {
    "id": "team",
    "kind": "fit",
    "label": "Colleagues",
    "points": 5,
    "when": {
        "id": "team-1",
        "fact": "colleagues_active",
        "op": "at_least",
        "value": 1,
        "within_days": 14,
    },
}


@pytest.mark.parametrize(("rules", "is_kept"), [([], True), ([COLLEAGUES], False)])
def test_a_batch_that_counts_colleagues_has_a_plan_of_its_own(rules, is_kept):
    """One for any edges would count them anew for each lead."""
    content = simple.content()
    content["rules"] = [*content["rules"], *rules]
    factories.switched_on(content)

    with transaction.atomic():
        made = scoring.statement(range(1, scoring.MANY + 2), Basis.now())

    assert any(isinstance(value, prepared.Edge) for value in made.params) == is_kept
