"""Whatever criteria say, writing them down and reading them again changes nothing."""

import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funnel.rulebook.parsing import parse_content
from funnel.rulebook.saving import prepared, with_ids
from funnel.text_form.reading import load, read_text
from funnel.text_form.writing import written
from funnel.versions.editing import content_hash
from tests.leads.scoring import strategies

SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
# Everything that JSON in PostgreSQL holds, with what YAML reads as something else among it.
TRAPS = (
    "NO", "yes", "on", "null", "~", "true", "True", "1e3", "012", "0x1F", "1_000", ".5e3", ".inf",
    "2026-03-31", "12:30", "- a", "a: b", "a #b", "#", "&a", "*a", "!a", "%a", "@a", "`a", "|",
    ">", "<<", "=", "a\r\n", "---", "...", "'", '"', "\\", " a", "a ", "\ta", "a\n", "\na",
    "a\n\n b\n", "\r", "\x85", "\u2028", "\x7f", "\x07", "\ufeff", "🙂", "", " ", "? a", "[", "]",
    "{", "}", ",", "a  b" * 40, "word " * 40, "x" * 300, "a\u2029b " * 30, "  two\n lines", "a \nb",
    "a\n b\n\tc",
)  # fmt: skip
texts = st.sampled_from(TRAPS) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30
)
numbers = st.integers(-(10**30), 10**30) | st.floats(-1e30, 1e30) | st.sampled_from([-0.0, 1e22])
scalars = st.none() | st.booleans() | numbers | texts
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@settings(SETTINGS, max_examples=300)
@given(st.lists(trees, max_size=4), texts)
def test_any_data_comes_back_from_its_text(rules: list, note: str) -> None:
    rules = [_without_factors(rule) for rule in rules]

    content, found = load(written({"rules": rules}, note=note))

    assert json.dumps(content) == json.dumps({"rules": _ordered(rules, content["rules"])})
    assert found == note


def _without_factors(node: object) -> object:
    """Writing leaves factors out, wherever they stand."""
    if isinstance(node, dict):
        return {key: _without_factors(value) for key, value in node.items() if key != "factors"}
    return [_without_factors(item) for item in node] if isinstance(node, list) else node


def _ordered(node: object, like: object) -> object:
    """The same data with its keys in the order of the other, where that has the same."""
    if isinstance(node, dict) and isinstance(like, dict) and node.keys() == like.keys():
        return {key: _ordered(node[key], like[key]) for key in like}
    if isinstance(node, list) and isinstance(like, list) and len(node) == len(like):
        return [_ordered(a, b) for a, b in zip(node, like, strict=True)]
    return node


@pytest.mark.django_db
@settings(SETTINGS, max_examples=100)
@given(st.data())
def test_criteria_come_back_from_their_text_and_from_the_database_as_they_were_signed(
    db: None, data: st.DataObject
) -> None:
    moment = data.draw(strategies.moments())
    words = strategies.vocabulary(data.draw(strategies.custom_fields()))
    drawn = prepared(data.draw(strategies.contents(words, moment.at)))
    saved = with_ids(drawn, parse_content(drawn, words))

    document = read_text(written(saved, number=3), words)
    again = prepared(document.content)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(saved)])
        stored = json.loads(cursor.fetchone()[0])

    assert content_hash(with_ids(again, parse_content(again, words))) == content_hash(saved)
    assert content_hash(again) == content_hash(saved)
    assert content_hash(stored) == content_hash(saved)
