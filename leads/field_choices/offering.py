"""The choices of a field: added, called otherwise, put in order, retired, and one made another.

A choice itself never changes, for leads hold it and criteria ask for it: its label does.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.meanwhile import really_new
from leads.models import CustomField
from leads.own_fields import keeping, past, usage
from leads.own_fields.keeping import AskedFor, FieldRefused, held, write
from leads.own_fields.words import said, said_of_choice
from leads.text import key

UP = "up"
# What a manager says of a choice.
TERMS = ("label", "also", "retired")


def terms(one: CustomField, choice: str) -> dict[str, Any]:
    """What TERMS say of a choice now. Raises FieldRefused where there is none, or no more."""
    if choice not in one.choices or one.term(choice).get("is"):
        raise FieldRefused(f"“{choice}” is no choice of it, or no more.")
    term = one.term(choice)
    return {
        "label": one.label_of(choice),
        "also": list(term.get("also", ())),
        "retired": bool(term.get("retired")),
    }


@transaction.atomic
def add_choice(
    one: CustomField,
    person: User,
    choice: str,
    *,
    also: Sequence[str] = (),
    at: datetime | None = None,
) -> CustomField:
    """One more choice, at the end. Raises FieldRefused or NotAllowed."""
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    before = said(one)
    _refuse_taken(one, [choice, *also])
    one.choices = [*one.choices, choice]
    if also:
        one.choice_terms = one.choice_terms | {choice: {"also": list(also)}}
    return _saved(one, person, before, at, reads=True)


@transaction.atomic
def change_choice(
    one: CustomField,
    person: User,
    choice: str,
    *,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **typed: Any,
) -> CustomField:
    """Another label, other spellings, retired or brought back; `typed` are TERMS.

    `read` is what this person saw. Raises FieldRefused, ChangedMeanwhile or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    now = terms(one, choice)
    new = really_new(now, typed, read)
    if not new:
        return one
    before = said_of_choice(one, choice)
    term = {**one.term(choice), **new}
    spelled = [*filter(None, [term.get("label")]), *term.get("also", ())]
    _refuse_taken(one, spelled, but=choice)
    if term.get("label") == choice:
        del term["label"]
    kept = {name: value for name, value in term.items() if value}
    rest = {name: value for name, value in one.choice_terms.items() if name != choice}
    one.choice_terms = rest | ({choice: kept} if kept else {})
    is_read = bool({"label", "also"} & new.keys())
    return _saved(one, person, before, at, reads=is_read, about=choice)


@transaction.atomic
def also_spelled(
    one: CustomField, person: User, choice: str, word: str, *, at: datetime | None = None
) -> CustomField:
    """One more spelling of a choice; who said so is read again. Raises as `change_choice`."""
    policy.require(person, Action.EDIT_FIELDS)
    one = held(one)
    also = [*terms(one, choice)["also"], word]
    return change_choice(one, person, choice, also=also, at=at)


@transaction.atomic
def move_choice(one: CustomField, person: User, choice: str, way: str) -> bool:
    """Put a choice one place up or down among those offered. Raises FieldRefused or NotAllowed."""
    policy.require(person, Action.EDIT_FIELDS)
    one = held(one)
    offered = one.offered
    if choice not in offered:
        return False
    here = offered.index(choice)
    there = here + (-1 if way == UP else 1)
    if not 0 <= there < len(offered):
        return False
    offered[here], offered[there] = offered[there], offered[here]
    one.choices = [*offered, *(other for other in one.choices if other not in offered)]
    write(one, clock.now())
    return True


@transaction.atomic
def merge_choice(
    one: CustomField, person: User, choice: str, into: str, *, at: datetime | None = None
) -> CustomField:
    """Make one choice another: who holds it, or says it from now on, is of the other.

    Raises FieldRefused, AskedFor where criteria in use ask for it, or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    terms(one, choice)
    terms(one, into)
    if choice == into:
        raise FieldRefused("It is that already. Choose another.")
    if versions := usage.asking(one, choice=choice):
        raise AskedFor(f"Criteria ask for “{one.label_of(choice)}”.", versions)
    before = said_of_choice(one, choice)
    # Those that became this one before are the other now.
    moved = {name for name, term in one.choice_terms.items() if term.get("is") == choice}
    one.choice_terms = one.choice_terms | {
        name: one.term(name) | {"is": into} for name in {choice, *moved}
    }
    return _saved(one, person, before, at, reads=True, about=choice)


def _saved(
    one: CustomField,
    person: User,
    before: str,
    at: datetime,
    *,
    reads: bool,
    about: str | None = None,
) -> CustomField:
    one.__dict__.pop("by_spelling", None)
    write(one, at)
    if reads:
        past.begin(one, at)
    after = said(one) if about is None else said_of_choice(one, about)
    told = {"setting": keeping.SETTING, "old": before, "new": after}
    SettingChange.objects.create(at=at, person=person, **told)
    return one


def _refuse_taken(one: CustomField, spellings: Sequence[str], *, but: str | None = None) -> None:
    """Each spelling means one choice."""
    known = one.by_spelling
    for spelling in spellings:
        if not any(map(str.isalnum, spelling)):
            raise FieldRefused("A choice needs a letter or a digit.")
        other = known.get(key(spelling), but)
        if other != but:
            raise FieldRefused(f"“{spelling}” means “{one.label_of(str(other))}” already.")
    if len({key(one) for one in spellings}) < len(spellings) and but is None:
        raise FieldRefused("Two spellings differ by case or accents only.")
