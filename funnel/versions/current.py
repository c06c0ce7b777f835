"""The version that judges, and its rulebook as judging reads it."""

from collections.abc import Callable

from django.db import connection

from funnel.conditions.values import ConditionError
from funnel.models import CriteriaVersion
from funnel.rulebook.parsing import parse_content
from funnel.rulebook.parts import Rulebook
from funnel.vocabulary.facts import Fact, Vocabulary
from funnel.vocabulary.standard import STANDARD

# The advisory lock that judging holds shared and switching on holds alone; any constant will do.
JUDGING = 7_040_001
# Keeps the live version that until the transaction ends. Batches share the hold; a switch-on waits
# for those that run, and the next wait for it: no lead is judged by a version after a newer one
# has judged. A statement that reads the version comes after it, or it may see an older one.
HOLD = f"pg_advisory_xact_lock_shared({JUDGING})"

# Rulebooks by the hash of their content and the installation's own facts.
_PARSED: dict[tuple[str, tuple[Fact, ...]], Rulebook] = {}
MOST_PARSED = 32

# The record knows its columns and custom fields; it hangs its vocabulary in here when it is ready.
VOCABULARY: list[Callable[[], Vocabulary]] = [lambda: STANDARD]


def vocabulary() -> Vocabulary:
    """Every fact this installation has."""
    return VOCABULARY[-1]()


def live() -> CriteriaVersion:
    """The one version that judges. There always is one: version 1 ships with the product."""
    return CriteriaVersion.objects.live().get()


def wait_for_judging() -> None:
    """Hold judging off until the caller's transaction ends."""
    # An advisory lock queues fairly: batches that follow one another cannot keep us out.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [JUDGING])


def rulebook(version: CriteriaVersion, words: Vocabulary | None = None) -> Rulebook:
    """The version's content, parsed. Raises ConditionError when a fact it asks is gone."""
    words = words or vocabulary()
    # Equal content with equal facts is the same rulebook; every batch asks for it.
    key = (version.content_hash, words.own)
    if key not in _PARSED:
        if len(_PARSED) >= MOST_PARSED:
            _PARSED.clear()
        _PARSED[key] = parse_content(version.content, words)
    return _PARSED[key]


def readable(version: CriteriaVersion, words: Vocabulary | None = None) -> Rulebook | None:
    """The rulebook; None for an old version that asks for a field which is gone."""
    try:
        return rulebook(version, words)
    except ConditionError:
        return None
