"""A draft beside the version it would replace: its rows, and the small edits a page makes to it.

Pure: rulebooks or content in, rows or new content out. Saving is versions.edit.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from funnel.criteria import words
from funnel.criteria.compare import rule_lines
from funnel.rulebook.parts import Rule, Rulebook

Content = dict[str, Any]

# A longer table is read, and edited as text.
MOST_BANDS = 12


@dataclass(frozen=True, slots=True)
class DraftBand:
    """One line of a table: points by a number or a choice."""

    says: str
    points: int
    was: int | None = None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One rule of the draft, or one that the draft leaves out."""

    id: str
    text: words.RuleText
    # "", "chg", "new" or "del", against the version it would replace.
    status: str = ""
    # The points and the sentence it had, where they were others.
    was_points: int | None = None
    was_lines: tuple[str, ...] = ()
    bands: tuple[DraftBand, ...] = ()
    # The rule above and below it in its section, for moving it.
    above: str = ""
    below: str = ""

    @property
    def has_points(self) -> bool:
        return not self.text.bands


@dataclass(frozen=True, slots=True)
class DraftSection:
    name: str
    title: str
    says: str
    rows: tuple[DraftRow, ...]


SECTIONS = (
    ("fit", "Fit", "who they are, up to {} points"),
    ("intent", "Intent", "what they did, up to {} points"),
    ("away", "Take points away", "from fit or intent"),
)


def section_of(rule: Rule) -> str:
    """Rules that take points away stand together, whatever their kind."""
    return "away" if words.rule_text(rule).points < 0 else rule.kind


def sections(draft: Rulebook, base: Rulebook | None) -> list[DraftSection]:
    """The rules of the draft by section, marked against `base` (None: nothing is marked)."""
    return [
        DraftSection(
            name,
            title,
            says.format(draft.caps[name]) if name in draft.caps else says,
            tuple(_rows(draft, base, name)),
        )
        for name, title, says in SECTIONS
    ]


def _rows(draft: Rulebook, base: Rulebook | None, name: str) -> Iterator[DraftRow]:
    rules = [rule for rule in draft.rules if section_of(rule) == name]
    ids = ["", *(rule.id for rule in rules), ""]
    for i, rule in enumerate(rules):
        was = base.rule(rule.id) if base else None
        yield _row(rule, was, is_new=base is not None, above=ids[i], below=ids[i + 2])
    for rule in base.rules if base else ():
        if section_of(rule) == name and draft.rule(rule.id) is None:
            yield DraftRow(rule.id, words.rule_text(rule), "del")


def _row(rule: Rule, was: Rule | None, *, is_new: bool, above: str, below: str) -> DraftRow:
    text = words.rule_text(rule)
    if was is None:
        status = "new" if is_new else ""
        return DraftRow(rule.id, text, status, bands=_bands(text), above=above, below=below)
    old, lines = words.rule_text(was), rule_lines(rule)
    # Points have a place of their own; what else was different is said in the words it had.
    said = {text.label, text.sentence, *text.notes}
    return DraftRow(
        rule.id,
        text,
        "chg" if (was.label, *rule_lines(was)) != (rule.label, *lines) else "",
        was_points=old.points if old.points != text.points and not text.bands else None,
        was_lines=tuple(
            line for line in (old.label, old.sentence, *old.notes) if line and line not in said
        ),
        bands=_bands(text, old),
        above=above,
        below=below,
    )


def _bands(text: words.RuleText, old: words.RuleText | None = None) -> tuple[DraftBand, ...]:
    before = dict(old.bands) if old else {}
    return tuple(
        DraftBand(says, points, before[says] if before.get(says, points) != points else None)
        for says, points in text.bands
    )


# Edits. Each gives new content and leaves the given one alone.


def with_line(content: Content, rung: str, line: int | None) -> Content:
    definition = dict(content["definitions"][rung])
    definition.pop("line", None)
    if line is not None:
        definition["line"] = line
    return {**content, "definitions": {**content["definitions"], rung: definition}}


def with_accept(content: Content, known: int) -> Content:
    """Another number of the four that accept asks for."""
    return {**content, "accept": {"bant": known}}


def with_points(content: Content, id_: str, points: int) -> Content:
    """The rule with other points; a rule that is gone stays gone."""
    return _with_rule(content, id_, lambda rule: {**rule, "points": points})


def with_band(content: Content, id_: str, position: int, points: int) -> Content:
    """The rule's table with other points on one of its lines, counted from 0."""

    def edited(rule: Content) -> Content:
        table = deepcopy(rule.get("table", {}))
        if len(table.get("bands", ())) > position:
            table["bands"][position]["points"] = points
        elif len(choices := table.get("choices", {})) > position:
            choices[[*choices][position]] = points
        return {**rule, "table": table}

    return _with_rule(content, id_, edited)


def without_rule(content: Content, id_: str) -> Content:
    return {**content, "rules": [rule for rule in content["rules"] if rule["id"] != id_]}


def put_back(content: Content, base: Mapping[str, Any], id_: str) -> Content:
    """The rule as the base has it, behind the rule it stood behind there."""
    before, found = [], None
    for rule in base["rules"]:
        if rule["id"] == id_:
            found = rule
            break
        before.append(rule["id"])
    ids = [rule["id"] for rule in content["rules"]]
    if found is None or id_ in ids:
        return content
    place = max((ids.index(other) + 1 for other in before if other in ids), default=0)
    rules = [*content["rules"][:place], found, *content["rules"][place:]]
    return {**content, "rules": rules}


def swapped(content: Content, one: str, other: str) -> Content:
    """Two rules in each other's place."""
    places = {rule["id"]: i for i, rule in enumerate(content["rules"])}
    if one not in places or other not in places:
        return content
    rules = [*content["rules"]]
    rules[places[one]], rules[places[other]] = rules[places[other]], rules[places[one]]
    return {**content, "rules": rules}


def with_rule_moved(content: Content, rulebook: Rulebook, id_: str, *, up: bool) -> Content:
    """The rule one place up or down among those of its section."""
    rows = [row for section in sections(rulebook, None) for row in section.rows]
    row = next((row for row in rows if row.id == id_), None)
    return content if row is None else swapped(content, id_, row.above if up else row.below)


def _with_rule(content: Content, id_: str, edit: Any) -> Content:
    rules = [edit(rule) if rule["id"] == id_ else rule for rule in content["rules"]]
    return {**content, "rules": rules}
