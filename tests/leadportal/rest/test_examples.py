"""Every request example of the description is sent, in the world it is about, and succeeds.

The answers are checked against the description by tests/described.py, as all are; the examples of
answers by test_docs.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db.models import Model

from accounts.models import User
from accounts.roles import Role
from funnel.stages import Stage
from leads.duplicates import merging
from leads.examples import NOW
from leads.models import Duplicate, Event, ExternalId, Handoff, Lead, Merge, Outcome
from tests import factories
from tests.described import description

pytestmark = pytest.mark.django_db


@dataclass
class Story:
    """Who the examples name, and what they are about, in the state each needs."""

    dana: User = field(default_factory=lambda: named("Dana Okafor", "dana", Role.SALES))
    ines: User = field(default_factory=lambda: named("Ines Carvalho", "ines", Role.MARKETING))

    def nothing(self) -> None:
        """The sender is the first to tell."""

    def known(self) -> Lead:
        return factories.lead()

    def waiting(self) -> Handoff:
        return factories.handoff()

    def held(self) -> Handoff:
        """Held by Dana, who knows three of BANT; with the criteria that the examples name."""
        factories.reason("Too small")
        held = factories.claimed(self.dana)
        factories.bant(held.lead, self.dana)
        held.reasons = [{**held.reasons[0], "rule": "size"}]
        held.save()
        return held

    def rejected(self) -> Lead:
        return factories.rejected(self.dana).lead

    def alike(self) -> Duplicate:
        return factories.duplicate()

    def merged(self) -> Merge:
        return merging.merge(factories.lead(), factories.lead(), self.ines)

    def one_of_two(self) -> Lead:
        """Beside the lead that the example names."""
        with factories.as_owner() as cursor:
            cursor.execute("ALTER SEQUENCE leads_lead_id_seq RESTART WITH 12")
        factories.lead()
        return factories.lead()

    def accepted(self) -> Lead:
        """One that Dana accepted, and the CRM knows by its own id."""
        held = self.held()
        held.state, held.outcome, held.closed_at = "closed", Outcome.ACCEPTED, held.claimed_at
        held.save()
        ExternalId.objects.create(
            lead=held.lead, integration=factories.integration(), value="crm-1"
        )
        return factories.moved(held.lead, Stage.ACCEPTED)


def named(name: str, mail: str, role: Role) -> User:
    person = factories.rep(name) if role is Role.SALES else factories.person(role, name=name)
    person.email = f"{mail}@ourcompany.example"
    person.save()
    return person


# By operation: what the example is about.
ABOUT: dict[str, Callable[[Story], Model | None]] = {
    "postLead": Story.nothing,
    "postLeads": Story.nothing,
    "changeLead": Story.known,
    "postEvent": Story.nothing,
    "postEvents": Story.nothing,
    "claimHandoff": Story.waiting,
    "releaseHandoff": Story.held,
    "touchHandoff": Story.held,
    "acceptHandoff": Story.held,
    "rejectHandoff": Story.held,
    "answerLead": Story.rejected,
    "refuseDuplicate": Story.alike,
    "mergeLead": Story.one_of_two,
    "undoMerge": Story.merged,
    "postOutcome": Story.accepted,
    "postNamedOutcome": Story.accepted,
}
SENT = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in description()["paths"].items()
    for method, operation in methods.items()
    if "requestBody" in operation
}


def examples(operation: dict[str, Any]) -> list[Any]:
    content = operation["requestBody"]["content"]["application/json"]
    return [example["value"] for example in content["examples"].values()]


def test_every_example_has_its_story():
    assert ABOUT.keys() == SENT.keys()


@pytest.mark.usefixtures("database_travels")
@time_machine.travel(NOW)  # days that are ahead in an example stay so
@pytest.mark.parametrize("name", SENT)
def test_a_request_succeeds_as_its_example_has_it(api, name):
    method, path, operation = SENT[name]
    about = ABOUT[name](Story())
    path = re.sub(r"\{\w+\}", str(about.pk) if about else "", path).removeprefix("/api/v1")
    needed = {one["name"] for one in operation["parameters"] if one.get("required")}
    headers = {"If-Match": "*"} if "If-Match" in needed else {}

    for body in examples(operation):
        answer = api.send(method, path, body, **headers)
        assert answer.status_code in (200, 201), answer.content


def test_what_the_examples_send_is_what_is_kept(api):
    for name in ("postLead", "postEvent"):
        method, path, operation = SENT[name]
        (body,) = examples(operation)
        assert api.send(method, path.removeprefix("/api/v1"), body).status_code == 201

    lead, event = Lead.objects.get(), Event.objects.get()
    assert (lead.first_name, lead.company.name) == ("Maya", "Brightwater Foods")
    assert (event.lead, event.type) == (lead, "demo_request")


def test_every_read_succeeds_with_its_defaults(api):
    """Those without a number in their address; the others are read by tests of their own."""
    for path, methods in description()["paths"].items():
        if "get" in methods and "{" not in path:
            assert api.get(path.removeprefix("/api/v1")).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (path, one["name"])
        for path, methods in description()["paths"].items()
        for one in methods.get("get", {}).get("parameters", ())
        if one["in"] == "query" and "{" not in path and one["name"] != "cursor"
    ],
)
def test_every_parameter_of_a_list_is_taken_as_it_is_described(api, path, name):
    parameters = description()["paths"][path]["get"]["parameters"]
    schema = next(one["schema"] for one in parameters if one["name"] == name)
    value = of_kind(schema)
    answer = api.get(f"{path.removeprefix('/api/v1')}?{name}={value}")

    assert answer.status_code == 200, answer.content


def of_kind(schema: dict[str, Any]) -> str:
    """A value that the schema allows."""
    if schema["type"] == "array":
        return of_kind(schema["items"])
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") == "date-time":
        return "2026-11-22T13:37:00Z"
    return {"integer": "7", "boolean": "true", "string": "word"}[schema["type"]]
