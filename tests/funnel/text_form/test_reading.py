"""What a text says and what is refused, each mistake with its line and its path."""

import pytest

from funnel.defaults import CONTENT
from funnel.rulebook.saving import prepared
from funnel.text_form.reading import LARGEST, line_of, load, read_text
from funnel.text_form.tree import TextError
from funnel.text_form.writing import written
from funnel.vocabulary.facts import Fact
from funnel.vocabulary.operators import FactType
from leads.facts.known import FACTS

WORDS = FACTS.with_facts(
    [
        Fact(
            "attributes.purchase_timeline",
            FactType.CHOICE,
            "Purchase timeline",
            choices=tuple((c, c) for c in ("Now", "This quarter", "Within 6 months")),
        )
    ]
)
TEXT = """\
criteria: 7
note: As agreed
definitions:
  lead: {condition: {fact: email, op: is_known}}
  mql:
    condition: {fact: email, op: is_known}
    line: 40
  sql: {condition: {fact: email, op: is_known}, line: 70}
rules:
- id: consent
  label: Said yes
  kind: fit
  table: {fact: consent_marketing, choices: {true: 5, false: -5}}
- id: demo
  label: Asked for a demo
  kind: intent
  points: 20
  when: {event: demo_request}
  ageing:
    kind: linear
    days: 30
"""


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def refused(text: str) -> TextError:
    with pytest.raises(TextError) as error:
        read_text(text, WORDS)
    return error.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("yes", "yes"),
        ("On", "On"),
        ("true", True),
        ("2026-03-31", "2026-03-31"),
        ("2026-03-31 10:00", "2026-03-31 10:00"),
        ("12:30", "12:30"),
        ("012", 12),
        ("'012'", "012"),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("-2.5", -2.5),
        ("2.50", 2.5),
        ("~", None),
        ("", None),
        ('"~"', "~"),
        ("50%", "50%"),
        ("straße 東京", "straße 東京"),
        ("'it''s'", "it's"),
        ('"a\\tb\\u0041"', "a\tbA"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">\n  one\n  line\n", "one line\n"),
        ("C# and #1", "C# and"),
        ("a#b", "a#b"),
    ],
)
def test_words_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    content, _ = load(f"rules:\n- {written}\n")

    (found,) = content["rules"]
    assert (found, type(found)) == (meant, type(meant))


def test_keys_are_the_words_they_are_written_with() -> None:
    content, _ = load("rules: [{NO: 1, true: 2, 2024: 3, 012: 4, 1e3: 5, ~: 6}]")

    assert content["rules"] == [{"NO": 1, "true": 2, "2024": 3, "012": 4, "1e3": 5, "~": 6}]


def test_a_whole_text_is_read_with_its_note() -> None:
    document = read_text(TEXT, WORDS)

    assert (document.note, document.has_comments) == ("As agreed", False)
    assert document.content["definitions"]["mql"]["line"] == 40
    assert document.content["rules"][0]["table"]["choices"] == {"true": 5, "false": -5}


@pytest.mark.parametrize(
    ("text", "has_comments"),
    [
        (f"# ours\n{TEXT}", True),
        (changed("line: 40", "line: 40  # not 45"), True),
        (f"{TEXT}# the end", True),
        (changed("Said yes", "'Said # yes'"), False),
        (changed("Said yes", "Said#yes"), False),
    ],
)
def test_comments_are_noticed_since_they_are_not_kept(text: str, has_comments: bool) -> None:
    assert read_text(text, WORDS).has_comments is has_comments


@pytest.mark.parametrize(
    ("text", "line", "path", "says"),
    [
        (changed("line: 40", "line: many"), 7, "definitions.mql.line", "whole number"),
        (changed("fact: email", "fact: shoe"), 4, "definitions.lead.condition.fact", "no fact"),
        (changed("kind: fit", "kid: fit"), 12, "rules.0.kid", "no key “kid”"),
        (changed("points: 20", "points: twenty"), 17, "rules.1.points", "whole number"),
        # What is missing is missing where it should stand.
        (changed("  label: Said yes\n", ""), 10, "rules.0.label", "1 to 120"),
        (changed("days: 30", "days: 30\n    factors: [10000]"), 22, "rules.1.ageing.factors",
         "computed"),
        (changed("id: demo", "id: consent"), 14, "rules.1.id", "twice"),
        (changed("label: Said yes", "label: A\n  label: B"), 12, "rules.0.label", "written twice"),
        (changed("criteria: 7", "criteria: seven"), 1, "criteria", "whole"),
        (changed("criteria: 7", "criteria: true"), 1, "criteria", "whole"),
        (changed("As agreed", "[1]"), 2, "note", "text"),
        (changed("As agreed", '"\\0"'), 2, "note", "text"),
        (changed("As agreed", "x" * 2001), 2, "note", "2,000"),
        (changed("rules:", "kaps: {}\nrules:"), 9, "kaps", "no key “kaps”"),
        (changed("note: As", "note: &n As"), 2, "note", "Anchors and aliases"),
        (changed("note: As agreed", "note: *n"), 2, "note", "Anchors and aliases"),
        (changed("40", "!!int 40"), 7, "definitions.mql.line", "!!int"),
        (changed("40", "!ours 40"), 7, "definitions.mql.line", "!ours"),
        (changed("40", "9" * 101), 7, "definitions.mql.line", "too long"),
        (changed("note:", "? [a]\n:"), 2, "", "A key is a word"),
        (f"{TEXT}---\n{TEXT}", 22, "", "one document"),
        (f"%YAML 1.1\n---\n{TEXT}", 2, "", "YAML 1.2"),
        (f"note: \x01\n{TEXT}", 1, "", "U+0001"),
        (f"{TEXT}\tx", 22, "", "not YAML"),
        ("definitions:\n  lead: [1, 2\n", 3, "", "not YAML"),
        ("rules: " + "[" * 100_000, 1, "", "40 deep"),
        ("rules:\n" + "".join(f"{'  ' * n}- \n" for n in range(100)), 41, "", "40 deep"),
        ("", 0, "", "a mapping"),
        ("# nothing\n", 0, "", "a mapping"),
        ("[1]", 0, "", "a mapping"),
        ("definitions", 0, "", "a mapping"),
        ("x" * (LARGEST + 1), 0, "", "longer than"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line_and_path(
    text: str, line: int, path: str, says: str
) -> None:
    error = refused(text)

    assert (error.line, error.path, says in error.message) == (line, path, True), str(error)


def test_an_error_reads_as_a_sentence_with_its_place() -> None:
    error = refused(changed("line: 40", "line: many"))

    assert str(error) == ("line 7, definitions.mql.line: Give a whole number from 0 to 100.")


def test_the_line_of_a_path_is_that_of_the_nearest_thing_written() -> None:
    assert line_of(TEXT, "rules.1.ageing.days") == 21
    assert line_of(TEXT, "rules.1.ageing.factors") == 19
    assert line_of(TEXT, "rules.9.label") == 9
    assert line_of(TEXT, "caps") == 0
    assert line_of("[", "rules") == 0


def test_the_shipped_criteria_are_read_as_they_are() -> None:
    document = read_text(written(CONTENT, note="As shipped"), WORDS)

    assert prepared(document.content) == prepared(CONTENT)
