"""Rows on their way to PostgreSQL say exactly what was in them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from funnel.stages import Stage
from leadportal.db.rows import as_json

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (NOON, NOON.isoformat()),
        (Decimal("1200.50"), "1200.50"),
        # As long as the API takes them, longer than a machine's word.
        (-(10**19 - 1), -(10**19 - 1)),
        (10**19 - 1, 10**19 - 1),
        ({7: "by number"}, {"7": "by number"}),
        (Stage.MQL, "mql"),
        (mark_safe("Zoë’s"), "Zoë’s"),
        (None, None),
    ],
)
def test_a_value_is_read_as_it_was_meant(value, read):
    assert json.loads(as_json([{"x": value}])) == [{"x": read}]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**19), 10**19) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(VALUES)
def test_it_is_what_the_standard_library_writes(value):
    assert json.loads(as_json(value)) == json.loads(json.dumps(value))
