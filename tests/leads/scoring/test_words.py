"""Lists of words, asked of texts as they were sent: what stands between the words is a gap."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leads import fields
from leads.ingest.events import ingest_events
from leads.ingest.leads import ingest_leads
from leads.judging.due import drain
from leads.models import Lead
from tests import factories
from tests.leads.judging import simple

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def asks(*whens: dict[str, Any]) -> None:
    """Live criteria of fit rules for 1 point, one for each condition."""
    content = simple.content()
    content["rules"] = [
        {"id": f"r{n}", "label": f"R{n}", "kind": "fit", "points": 1, "when": when}
        for n, when in enumerate(whens)
    ]
    factories.switched_on(content, at=NOW)


def judged(**lead: Any) -> list[int | None]:
    """The points per rule of the lead of whom this was said last."""
    values = {"email": "maya@brightwater.example", **lead}
    (result,) = ingest_leads([values], integration=factories.integration(), at=NOW)
    assert not result.errors
    drain(at=NOW)
    return Lead.objects.get(pk=result.lead_id).judgement.points


def title(op: str, value: Any) -> dict[str, Any]:
    return {"fact": "job_title", "op": op, "value": value}


@pytest.mark.parametrize(
    ("wanted", "found", "not_found"),
    [
        (
            ["vice president", "vp"],
            ["Vice-President", "V.P.", "Sr. V.P., Sales", "VP,Sales", "Vice\u2011President/EMEA"],
            ["Vice and President", "V/P", "SVP", "S.V.P.", "President, Vice"],
        ),
        (["V.P."], ["VP", "v.p. of Sales"], ["V P"]),
        (["co-founder"], ["Co Founder & CEO", "CEO/Co-Founder"], ["Cofounder", "Founder"]),
        (["founder"], ["Co-Founder", "CEO/Founder"], ["Founders"]),
        (["R&D"], ["Head of R&D", "R & D"], ["R", "Rd"]),
        (["C++"], ["C/C++", "C++, Java", "C++17"], ["C", "C#", "C developer"]),
        (["C#"], ["C#/.NET"], ["C++", "C"]),
        (["c"], ["C developer", "Java, C"], ["C++", "C#", "V.C."]),
        (["o'neill"], ["O’Neill"], ["Neill"]),
        (["node.js"], ["Node JS", "Node.js-Dev"], ["Node"]),
        # No word to look for: what consists of signs is contained as written.
        (["&"], [], ["R&D", "&"]),
    ],
)
def test_words_are_found_however_they_are_joined(wanted, found, not_found):
    asks(title("contains_any_word", wanted))

    assert {text: judged(job_title=text) for text in found} == dict.fromkeys(found, [1])
    assert {text: judged(job_title=text) for text in not_found} == dict.fromkeys(not_found, [0])


def test_what_a_text_is_contains_and_begins_with_is_asked_with_its_signs():
    asks(
        title("is", "Vice President"),
        title("contains", "vice president"),
        title("starts_with", "vice p"),
        title("is", "vice-president"),
        title("starts_with", "VICE-"),
    )

    assert judged(job_title="Vice - President") == [0, 0, 0, 1, 1]
    assert judged(job_title="Vice President") == [1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("fact", "lead"),
    [
        ("last_name", {"last_name": "Vice-President"}),
        ("department", {"department": "Vice-President"}),
        ("city", {"city": "Vice-President"}),
        ("source", {"source": "Vice-President"}),
        ("campaign", {"campaign": "Vice-President"}),
        ("company", {"company": {"name": "Vice-President"}}),
        ("company_industry", {"company": {"name": "A", "industry": "Vice-President"}}),
        ("attributes.tool", {"attributes": {"tool": "Vice-President"}}),
    ],
)
def test_every_text_has_its_words(fact, lead):
    fields.define("tool", "Tool", "text")
    asks({"fact": fact, "op": "contains_any_word", "value": ["vice president"]})

    assert judged(**lead) == [1]


def test_a_property_of_an_event_has_its_words():
    where = [{"property": "topic", "op": "contains_any_word", "value": ["node js"]}]
    asks({"event": "webinar", "where": where})
    judged(email="ann@brightwater.example")

    for topic in ("Node, then js", "Node.js"):
        ingest_events(
            [
                {
                    "type": "webinar",
                    "lead": {"email": "ann@brightwater.example"},
                    "properties": {"topic": topic},
                }
            ],
            integration=factories.integration(),
            at=NOW,
        )
        drain(at=NOW)
        assert Lead.objects.get().judgement.points == [int(topic == "Node.js")]
