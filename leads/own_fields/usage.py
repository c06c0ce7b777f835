"""Who uses a field: criteria, forms, inlets and imports, each with the page that shows it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils.http import urlencode

from funnel.conditions.tree import Condition, EventTest, Test, walk
from funnel.models import CriteriaVersion, VersionState
from funnel.rulebook.parts import Rulebook
from funnel.stages import Stage
from funnel.versions import current
from leads.facts.known import CUSTOM
from leads.imports.targets import FIELD
from leads.models import CustomField


class Use(NamedTuple):
    """One place where a field is used: of what kind, what it is called there, and its page."""

    kind: str
    label: str
    url: str


@dataclass(frozen=True)
class _Place:
    """Somewhere in a version that asks for facts."""

    label: str
    anchor: str
    tests: tuple[Test | EventTest, ...]


Uses = dict[str, list[Use]]


def of_all(names: Iterable[str]) -> Uses:
    """By name of a field, who uses it. Three queries, whatever the number of fields."""
    found: Uses = {name: [] for name in names}
    for name, use in (*_criteria(), *_ways_in()):
        if name in found and use not in found[name]:
            found[name].append(use)
    return found


def asking(one: CustomField, *, choice: str | None = None) -> list[CriteriaVersion]:
    """The versions that judge or may yet judge, and ask for a field, or for one of its choices."""
    return [
        version
        for version, rulebook in _in_use()
        if any(_asks(test, one.name, choice) for test in rulebook.tests())
        or choice is not None
        and any(
            choice in band.choices
            for rule in rulebook.rules
            if rule.table and field_of(rule.table[0]) == one.name
            for band in rule.table[1]
        )
    ]


def field_of(test: Test | EventTest) -> str:
    """The name of the field a test asks for; blank where it asks for something else."""
    if isinstance(test, EventTest):
        return ""
    fact = test.fact.days_of or test.fact
    return fact.name.removeprefix(CUSTOM) if fact.name.startswith(CUSTOM) else ""


def _asks(test: Test | EventTest, name: str, choice: str | None) -> bool:
    if field_of(test) != name or isinstance(test, EventTest):
        return False
    if choice is None:
        return True
    return choice in (test.value if isinstance(test.value, list | tuple) else [test.value])


# --- criteria ----------------------------------------------------------------------------------


def _in_use() -> Iterator[tuple[CriteriaVersion, Rulebook]]:
    versions = CriteriaVersion.objects.exclude(state=VersionState.RETIRED).order_by("-number")
    words = current.vocabulary()
    for version in versions:
        if rulebook := current.readable(version, words):
            yield version, rulebook


def _criteria() -> Iterator[tuple[str, Use]]:
    for version, rulebook in _in_use():
        page = version.get_absolute_url()
        if version.state == VersionState.DRAFT:
            page = reverse("draft", args=[version.number])
        elif version.state == VersionState.LIVE:
            page = reverse("criteria")
        for place in _places(rulebook, is_draft=version.state == VersionState.DRAFT):
            label = f"{version}, {version.get_state_display().lower()}: {place.label}"
            for test in place.tests:
                if name := field_of(test):
                    yield name, Use("Criteria", label, f"{page}#{place.anchor}")


def _places(rulebook: Rulebook, *, is_draft: bool) -> Iterator[_Place]:
    """Each with its place on the page of a version, or of a draft."""
    for rule in rulebook.rules:
        yield _Place(rule.label, f"rule-{rule.id}", rule.tests)
    for name, definition in rulebook.definitions.items():
        anchor = "defs" if is_draft else f"makes-{name}"
        label = f"what makes {Stage(name).one}"
        yield _Place(label, anchor, _tests(definition.condition))
    for out in rulebook.disqualifiers:
        yield _Place(out.label, "kept-out", _tests(out.condition))


def _tests(condition: Condition) -> tuple[Test | EventTest, ...]:
    return tuple(walk(condition))


# --- ways in -----------------------------------------------------------------------------------

# What each calls the targets of leads/imports/targets.py; of imports the newest of each kind of
# file, whose columns are a recipe for the next. And what values were said to mean, by field.
_WAYS_IN = """
(SELECT 'Form', f.id, i.name, jsonb_path_query_array(f.fields, '$[*].target')::text, '{}'
   FROM leads_webform f JOIN leads_inlet i ON i.id = f.inlet_id ORDER BY i.name, f.id)
UNION ALL
(SELECT 'Inbound', id, name, jsonb_path_query_array(mapping, '$.*')::text, '{}'
   FROM leads_inlet WHERE mapping <> '{}' ORDER BY name, id)
UNION ALL
(SELECT DISTINCT ON (header) 'Import', id, name, columns::text, '{}'
   FROM leads_import WHERE began_at IS NOT NULL ORDER BY header, created_at DESC, id DESC)
UNION ALL
(SELECT 'Value', m.integration_id, '“' || left(m.value, 60) || '” from ' || i.name,
        jsonb_build_array(%(field)s || substr(m.field, length(%(custom)s) + 1))::text,
        jsonb_build_object('field', m.field, 'value', m.value_key)::text
   FROM leads_meaning m JOIN accounts_integration i ON i.id = m.integration_id
  WHERE m.field LIKE %(custom)s || '%%' AND m.editions->-1 ? 'is' ORDER BY i.name, m.value)
"""
_PAGES = {"Form": "web-form", "Inbound": "inlet-values", "Import": "import"}


def _ways_in() -> Iterator[tuple[str, Use]]:
    with connection.cursor() as cursor:
        cursor.execute(_WAYS_IN, {"field": FIELD, "custom": CUSTOM})
        rows = cursor.fetchall()
    for kind, pk, name, targets, about in rows:
        use = Use(kind, name, _page(kind, pk, json.loads(about)))
        for target in json.loads(targets):
            if target.startswith(FIELD):
                yield target.removeprefix(FIELD), use


def _page(kind: str, pk: int, about: dict[str, str]) -> str:
    if kind in _PAGES:
        return reverse(_PAGES[kind], args=[pk]) + ("#asks" if kind == "Form" else "")
    return f"{reverse('value-meaning')}?{urlencode({'system': str(pk), **about})}"
