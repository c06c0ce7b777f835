"""The fields of a company: added, changed, renamed, typed otherwise, put in order and retired.

What leads carry under a name of the field is read again, some at once and the rest by a sweep.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from funnel.models import CriteriaVersion
from leadportal.db import clock
from leadportal.db.meanwhile import really_new
from leads import fields, tags
from leads.checks import spellings
from leads.checks.leads import LEAD
from leads.models import CustomField, SeenAttribute
from leads.own_fields import past, usage
from leads.own_fields.words import said
from leads.text import key

UP, DOWN = "up", "down"
# Leads have fields of these names of their own.
_RESERVED = LEAD.keys() - tags.NAMES
SETTING = "fields"
# What a manager says of a field beside its type; `name` is what the API calls it.
FIELDS = ("label", "name", "help", "unit")


class FieldRefused(Exception):
    """A field cannot be so; says why. `about` is what of it."""

    def __init__(self, text: str, about: str | None = None) -> None:
        self.about = about
        super().__init__(text)


class AskedFor(FieldRefused):
    """Criteria ask for it, which have to be changed first."""

    def __init__(self, text: str, versions: Sequence[CriteriaVersion]) -> None:
        self.versions = list(versions)
        super().__init__(text)


def current_values(one: CustomField) -> dict[str, Any]:
    """What FIELDS say now."""
    return {"label": one.label, "name": one.api_name, "help": one.help, "unit": one.unit}


# --- verbs -------------------------------------------------------------------------------------


def add(
    person: User,
    *,
    name: str,
    label: str,
    type: str,
    choices: Sequence[str] = (),
    help: str = "",
    unit: str = "",
    carried: str = "",
    at: datetime | None = None,
) -> CustomField:
    """A new field at the end of the list; what leads carry under its name is read.

    `carried` is another name under which they carry it. Raises FieldRefused or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    last = CustomField.objects.aggregate(last=Max("position"))["last"] or 0
    one = CustomField(name=_free(name), label=label, type=type, help=help, unit=unit)
    one.choices = list(choices) if one.has_choices else []
    one.position, one.created_at = last + 1, at
    with transaction.atomic():
        write(one, at)
        if carried not in ("", name):
            _call(one, carried, at)
        past.begin(one, at)
        _remember(person, "", said(one), at)
    return one


@transaction.atomic
def change(
    one: CustomField,
    person: User,
    *,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **typed: Any,
) -> CustomField:
    """Another label, help, unit or name in the API; `typed` are FIELDS.

    Under its names of before it is still understood. `read` is what this person saw. Raises
    FieldRefused, ChangedMeanwhile or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    before = said(one)
    new = really_new(current_values(one), typed, read)
    name = new.pop("name", None)
    for what, value in new.items():
        setattr(one, what, value)
    if name is not None:
        _rename(one, name, at)
    if new or name is not None:
        write(one, at)
        _remember(person, before, said(one), at)
    return one


@transaction.atomic
def retype(
    one: CustomField,
    person: User,
    *,
    type: str,
    choices: Sequence[str] = (),
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> CustomField:
    """Another type; what leads carry is read by it, as it came. Those of choices add theirs.

    Raises FieldRefused, AskedFor where criteria in use ask for it, ChangedMeanwhile or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    if not really_new({"type": one.type}, {"type": type}, read):
        return one
    if versions := usage.asking(one):
        raise AskedFor("Criteria ask for it as it is.", versions)
    before = said(one)
    one.type = type
    known = set(map(key, one.choices))
    one.choices = [*one.choices, *(choice for choice in choices if key(choice) not in known)]
    if not one.has_choices:
        one.choices, one.choice_terms = [], {}
    write(one, at)
    past.begin(one, at)
    _remember(person, before, said(one), at)
    return one


@transaction.atomic
def also_called(
    one: CustomField, person: User, name: str, *, at: datetime | None = None
) -> CustomField:
    """Say that an attribute is this field: what leads carry, and what comes, moves there.

    Raises FieldRefused or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    _call(one, name, at)
    past.begin(one, at)
    _remember(person, said(one), f"“{one.label}” also called {name}", at)
    return one


@transaction.atomic
def move(one: CustomField, person: User, way: str) -> bool:
    """Put a field one place up or down; whether there was a place. Raises NotAllowed."""
    policy.require(person, Action.EDIT_FIELDS)
    standing = CustomField.objects.standing().filter(retired_at=None)
    rows = list(standing.select_for_update(no_key=True).order_by("position", "label", "pk"))
    here = next((i for i, row in enumerate(rows) if row.pk == one.pk), None)
    there = None if here is None else here + (-1 if way == UP else 1)
    if here is None or there is None or not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    for position, row in enumerate(rows):
        row.position = position
    CustomField.objects.bulk_update(rows, ["position"])
    return True


@transaction.atomic
def retire(one: CustomField, person: User, *, at: datetime | None = None) -> CustomField:
    """Offer it no more; what leads carry stays, and what is sent of it is still read.

    Raises AskedFor where criteria in use ask for it, or NotAllowed.
    """
    policy.require(person, Action.EDIT_FIELDS)
    at = at or clock.now()
    one = held(one)
    if versions := usage.asking(one):
        raise AskedFor("Criteria ask for it.", versions)
    return _switch(one, person, at, retired_at=at)


@transaction.atomic
def bring_back(one: CustomField, person: User, *, at: datetime | None = None) -> CustomField:
    """Offer a retired one again. Raises NotAllowed."""
    policy.require(person, Action.EDIT_FIELDS)
    return _switch(held(one), person, at or clock.now(), retired_at=None)


# --- in their transactions ---------------------------------------------------------------------


def held(one: CustomField) -> CustomField:
    """As it is now, held for a change. Raises FieldRefused where it was removed."""
    rows = CustomField.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(pk=one.pk, same_as=None).first()
    if found is None:
        raise FieldRefused("Somebody removed it meanwhile.")
    return found


def write(one: CustomField, at: datetime) -> None:
    """Save a definition. Raises FieldRefused where no field may be so."""
    try:
        with transaction.atomic():
            fields.save(one, at)
    except IntegrityError:
        raise FieldRefused(f"There is a field “{one.name}” already.", "name") from None
    except ValidationError as error:
        about = next(iter(error.message_dict), None) if hasattr(error, "error_dict") else None
        raise FieldRefused(" ".join(error.messages), about) from None


def _remember(person: User, before: str, after: str, at: datetime) -> None:
    SettingChange.objects.create(
        at=at, person=person, setting=SETTING, old=before or "nothing", new=after
    )


def who_saved(one: CustomField) -> str:
    """The name of who made it what it is now; "Somebody" where that is not known."""
    now = said(CustomField.objects.get(pk=one.pk))
    made = SettingChange.objects.filter(setting=SETTING, new=now).select_related("person")
    newest = made.order_by("-at", "-pk").first()
    return newest.person.name if newest else "Somebody"


def _switch(
    one: CustomField, person: User, at: datetime, *, retired_at: datetime | None
) -> CustomField:
    if one.is_retired != (retired_at is not None):
        before = said(one)
        one.retired_at = retired_at
        one.save(update_fields=["retired_at"])
        _remember(person, before, said(one), at)
    return one


def _free(name: str) -> str:
    """A name that stands for nothing yet. Raises FieldRefused."""
    if not name or spellings.name(name) != name:
        raise FieldRefused("A name has letters, digits and _ only, like team_size.", "name")
    if name in _RESERVED:
        raise FieldRefused(f"Leads have a field {name} of their own.", "name")
    other = CustomField.objects.filter(name=name).select_related("same_as").first()
    if other is not None:
        raise FieldRefused(f"“{(other.same_as or other).label}” is called so.", "name")
    return name


def _rename(one: CustomField, name: str, at: datetime) -> None:
    """Let the API call it so, by a name it has already or a new one."""
    if name != one.name and not one.other_names.filter(name=name).exists():
        _call(one, name, at)
        past.begin(one, at)
    one.sent_as = "" if name == one.name else name
    transaction.on_commit(fields.renamed.forget)


def _call(one: CustomField, name: str, at: datetime) -> None:
    other = CustomField(name=_free(name), label=one.label, type=one.type, same_as=one)
    other.created_at = at
    try:
        with transaction.atomic():
            other.save()
    except IntegrityError:
        raise FieldRefused(f"Another field is called {name}.", "name") from None
    SeenAttribute.objects.filter(name=name).delete()
