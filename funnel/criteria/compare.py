"""What changed between two rulebooks, in sentences people can sign.

Pure: two rulebooks in, sentences out. Rules and disqualifiers are the same one when their ids are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from funnel.criteria import words
from funnel.rulebook.parts import KINDS, RUNGS, Disqualifier, Rule, Rulebook
from leadportal.look import formats

# Shown in full below each change, and by name only where nothing changed.
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was: what goes, and what comes instead."""

    label: str
    before: Lines
    after: Lines
    id: str = ""

    @property
    def kind(self) -> str:
        """ "new", "gone" or "changed"."""
        if not self.before:
            return "new"
        return "changed" if self.after else "gone"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the rulebook, with what changed in it and the names of what did not."""

    title: str
    noun: str
    changes: tuple[Change, ...]
    same: Lines

    @property
    def folded(self) -> str:
        """ "6 rules are the same": the head of what is not shown."""
        if len(self.same) == 1:
            return f"1 {self.noun} is the same"
        return f"{len(self.same)} {self.noun}s are the same"


@dataclass(frozen=True, slots=True)
class Comparison:
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        return sum(len(part.changes) for part in self.parts)

    @property
    def is_same(self) -> bool:
        return not self.count

    def of(self, id_: str) -> Change | None:
        """The change of the rule or disqualifier with this id."""
        changes = (change for part in self.parts for change in part.changes)
        return next((change for change in changes if change.id == id_), None)


def compare(before: Rulebook, after: Rulebook) -> Comparison:
    return Comparison(
        (
            _lines(before, after),
            _definitions(before, after),
            *(_rules(before, after, kind) for kind in KINDS),
            _disqualifiers(before, after),
            _limits(before, after),
            _accept(before, after),
        )
    )


# Lines and definitions.


def _lines(before: Rulebook, after: Rulebook) -> Part:
    def said(rulebook: Rulebook) -> dict[str, str]:
        lines = {rung: rulebook.definitions[rung].line for rung in ("mql", "sql")}
        return {f"The {rung.upper()} line": _line(rung, points) for rung, points in lines.items()}

    return _part("The two lines", "line", said(before), said(after))


def _line(rung: str, points: int | None) -> str:
    if points is None:
        return f"{words.makes(rung)} needs no points"
    return f"{words.makes(rung)} needs {points} point{'' if points == 1 else 's'}"


def _definitions(before: Rulebook, after: Rulebook) -> Part:
    changes, same = [], []
    for rung in RUNGS:
        was, now = (_clauses(words.top(r.definitions[rung].condition)) for r in (before, after))
        if was == now:
            same.append(words.makes(rung))
        else:
            changes.append(Change(words.makes(rung), *_only(was, now)))
    return Part("Definitions", "definition", tuple(changes), tuple(same))


def _clauses(clause: words.Clause) -> Lines:
    """The items of a definition; each names the heading above it, unless all must hold."""
    heading = "" if clause.text in (words.ALL, words.ONE) else f"{clause.text}: "
    return tuple(f"{heading}{_flat(part)}" for part in clause.parts)


def _flat(clause: words.Clause) -> str:
    if not clause.parts:
        return clause.text
    inner = "; ".join(_flat(part) for part in clause.parts)
    return f"{clause.text.lower()} ({inner})"


def _only(was: Lines, now: Lines) -> tuple[Lines, Lines]:
    """What only one of them has; all of both when the same sentences are in another order."""
    gone = tuple(line for line in was if line not in now)
    new = tuple(line for line in now if line not in was)
    return (gone, new) if gone or new else (was, now)


# Rules and disqualifiers.


class Item(NamedTuple):
    """What has an id and can be said in lines."""

    id: str
    label: str
    lines: Lines


def _rules(before: Rulebook, after: Rulebook, kind: str) -> Part:
    was, now = (
        [Item(rule.id, rule.label, rule_lines(rule)) for _, rule in book.rules_of(kind)]
        for book in (before, after)
    )
    return _by_id(f"{kind.capitalize()} rules", "rule", was, now)


def rule_lines(rule: Rule) -> Lines:
    """A rule in full but for its name: its points, its sentence, its small print."""
    text = words.rule_text(rule)
    if text.bands:
        points = [f"{band}: {formats.signed(points)}" for band, points in text.bands]
        return (text.sentence, *points)
    return (f"Gives {formats.signed(rule.points)}", text.sentence, *text.notes)


def _disqualifiers(before: Rulebook, after: Rulebook) -> Part:
    was, now = ([_out(item) for item in book.disqualifiers] for book in (before, after))
    return _by_id("Kept out", "reason", was, now)


def _out(item: Disqualifier) -> Item:
    return Item(item.id, item.label, _clauses(words.top(item.condition)))


def _by_id(title: str, noun: str, before: Sequence[Item], after: Sequence[Item]) -> Part:
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    changes = [
        Change(one.label, *_only(*_named(one, new[one.id])), id=one.id)
        if one.id in new
        else Change(one.label, one.lines, (), id=one.id)
        for one in before
        if new.get(one.id) != one
    ]
    changes += [Change(one.label, (), one.lines, id=one.id) for one in after if one.id not in old]
    same = tuple(one.label for one in after if old.get(one.id) == one)
    return Part(title, noun, (*changes, *_moved(before, after)), same)


def _named(was: Item, now: Item) -> tuple[Lines, Lines]:
    """The lines of both; the heading says the name, so only another name is a line."""
    if was.label == now.label:
        return was.lines, now.lines
    return (f"Is called “{was.label}”", *was.lines), (f"Is called “{now.label}”", *now.lines)


def _moved(before: Sequence[Item], after: Sequence[Item]) -> Iterator[Change]:
    """Order gives no points, but it is part of what is signed, so it is said."""
    kept = {one.id for one in before} & {one.id for one in after}
    old, new = ([one for one in items if one.id in kept] for items in (before, after))
    if [one.id for one in old] != [one.id for one in new]:
        was, now = (", ".join(one.label for one in items) for items in (old, new))
        yield Change("Their order", (was,), (now,))


# Caps, bands, what accept asks for.


def _limits(before: Rulebook, after: Rulebook) -> Part:
    def said(rulebook: Rulebook) -> dict[str, str]:
        found = {}
        for kind in KINDS:
            best, good, fair = rulebook.bands[kind]
            name = kind.capitalize()
            found[f"{name}, at most"] = f"{name} gives at most {rulebook.caps[kind]} points"
            found[f"{name} grades"] = (
                f"{', '.join(words.GRADES[kind][:3])} start at {best}, {good} and {fair} % of it"
            )
        return found

    return _part("Caps and grades", "limit", said(before), said(after))


def _accept(before: Rulebook, after: Rulebook) -> Part:
    def said(rulebook: Rulebook) -> dict[str, str]:
        asked = f"Asks for {rulebook.accept_bant} of budget, authority, need and timing"
        return {"Accepting a lead": asked}

    return _part("Accept", "limit", said(before), said(after))


def _part(title: str, noun: str, before: Mapping[str, str], after: Mapping[str, str]) -> Part:
    changes = [
        Change(label, (before[label],), (now,))
        for label, now in after.items()
        if before[label] != now
    ]
    same = [label for label, now in after.items() if before[label] == now]
    return Part(title, noun, tuple(changes), tuple(same))
