"""Sources and campaigns: added, changed, renamed, and two that are one made one.

An old name stays a name: what still comes under it arrives at what is called otherwise now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from accounts import policy
from accounts.models import SettingChange, User
from accounts.policy import Action
from funnel.conditions.tree import Test
from funnel.models import CriteriaVersion
from funnel.versions import current
from leadportal.db import clock
from leadportal.db.meanwhile import really_new
from leads import news
from leads.models import Campaign, NameMerge, Source
from leads.sources import moving
from leads.sources.kinds import Kind, Row, kind_named
from leads.sources.words import said


class NamingRefused(Exception):
    """It cannot be called that; says why."""


class MergedMeanwhile(Exception):
    """Somebody made it another name of something while this person looked at it."""

    def __init__(self, row: Row) -> None:
        self.row = row
        super().__init__(f"It is {row} by now.")


@transaction.atomic
def add(kind: Kind, person: User, *, at: datetime | None = None, **fields: Any) -> Row:
    """A new one. `fields` are those of the kind. Raises NamingRefused or NotAllowed."""
    policy.require(person, Action.EDIT_SOURCES)
    at = at or clock.now()
    row: Row = kind.model(created_at=at, **fields | kind.named(fields["name"]))
    _save(kind, row)
    _remember(kind, person, "", said(row), at)
    return row


@transaction.atomic
def change(
    kind: Kind,
    row: Row,
    person: User,
    *,
    read: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Row:
    """What a manager says of one; under its name of before it is still found.

    `read` is what this person saw. Raises NamingRefused, MergedMeanwhile, ChangedMeanwhile or
    NotAllowed.
    """
    policy.require(person, Action.EDIT_SOURCES)
    at = at or clock.now()
    (row,) = _locked(kind, row)
    before, old = said(row), kind.named(row.name)
    new = really_new({name: getattr(row, name) for name in kind.fields}, fields, read)
    for name, value in (new | (kind.named(new["name"]) if "name" in new else {})).items():
        setattr(row, name, value)
    if not new:
        return row
    is_other = kind.folded(row.name) != kind.folded(old["name"])
    if is_other:
        _free(kind, row)
    _save(kind, row)
    if is_other:
        kind.model.objects.create(same_as=row, created_at=at, **old)
    if "name" in new and _is_asked_for(kind):
        news.of_everybody(at)
    _remember(kind, person, before, said(row), at)
    return row


@transaction.atomic
def merge(
    kind: Kind, row: Row, heir: Row, person: User, *, at: datetime | None = None
) -> NameMerge:
    """Make one another name of `heir`, which all that pointed to it counts under from now on.

    What is known of the heir stays; what is not, it learns. Raises NamingRefused, MergedMeanwhile
    or NotAllowed.
    """
    policy.require(person, Action.EDIT_SOURCES)
    at = at or clock.now()
    if row.pk == heir.pk:
        raise NamingRefused(f"It is called “{row.name}” already. Choose another.")
    row, heir = _locked(kind, row, heir)
    _require_parted(kind, row, heir)
    names = list(row.other_names.values_list("pk", flat=True))
    done = NameMerge(kind=kind.name, row=row.pk, heir=heir.pk, by=person, at=at, names=names)
    before = _known(heir)
    _learn(heir, row)
    heir.save()
    since = _known(heir)
    done.learned = {one: [before[one], since[one]] for one in since if since[one] != before[one]}
    done.save()
    row.other_names.update(same_as=heir)
    row.same_as, row.due_at = heir, at + moving.SETTLES
    row.save(update_fields=["same_as", "due_at"])
    moving.begin(done, at)
    _remember(kind, person, said(row), f"merged into “{heir.name}”", at)
    return done


@transaction.atomic
def undo(done: NameMerge, person: User, *, at: datetime | None = None) -> Row:
    """Part the two again; gives the one that was merged away.

    What counted under it goes back, but for what somebody has given another since; what came
    under either name meanwhile stays with the heir. Raises NamingRefused or NotAllowed.
    """
    policy.require(person, Action.EDIT_SOURCES)
    at, kind = at or clock.now(), kind_named(done.kind)
    rows = kind.model.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[done.row, done.heir])}
    done = NameMerge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    row, heir = found.get(done.row), found.get(done.heir)
    if done.undone_at or row is None or heir is None or row.same_as_id is None:
        raise NamingRefused("The two are not one any more.")
    if row.same_as_id != heir.pk:
        detail = f"“{heir.name}” became “{row.same_as.name}” itself since. Undo that first."
        raise NamingRefused(detail)
    _require_parted(kind, row, heir)
    row.same_as = row.due_at = None
    row.save(update_fields=["same_as", "due_at"])
    kind.model.objects.filter(pk__in=done.names, same_as=heir).update(same_as=row)
    _forget(heir, done.learned)
    done.undone_at, done.undone_by = at, person
    done.save(update_fields=["undone_at", "undone_by"])
    moving.begin_back(done, at)
    _remember(kind, person, f"“{row.name}” merged into “{heir.name}”", said(row), at)
    return cast(Row, row)


def _require_parted(kind: Kind, *rows: Row) -> None:
    """Raises NamingRefused as long as what was undone is still going back from or to one."""
    ids = [row.pk for row in rows]
    going = NameMerge.objects.filter(kind=kind.name, due_at__isnull=False)
    if going.filter(Q(row__in=ids) | Q(heir__in=ids)).exists():
        detail = "Leads are still going back to one that was parted. Try again in a minute."
        raise NamingRefused(detail)


def _known(row: Any) -> dict[str, str | None]:
    """What one may learn of another, as texts to keep."""
    fields = _LEARNED[type(row)]
    return {name: row._meta.get_field(name).value_to_string(row) for name in fields} | {
        name: None for name in fields if getattr(row, row._meta.get_field(name).attname) is None
    }


def _forget(heir: Any, learned: Mapping[str, Sequence[str | None]]) -> None:
    """What it learned of the other, where it still says so."""
    now = _known(heir)
    for name, (before, since) in learned.items():
        if now[name] == since:
            field = heir._meta.get_field(name)
            value = None if before is None else field.to_python(before)
            setattr(heir, field.attname, value)
    heir.save()


_LEARNED = {Source: ("channel",), Campaign: ("source", "spend", "starts_on", "ends_on")}


def _learn(heir: Any, row: Any) -> None:
    """What only the other knew. The days of a campaign belong together."""
    if isinstance(heir, Campaign):
        heir.source_id = heir.source_id or row.source_id
        heir.spend = row.spend if heir.spend is None else heir.spend
        if heir.starts_on is None and heir.ends_on is None:
            heir.starts_on, heir.ends_on = row.starts_on, row.ends_on
    elif heir.channel == heir.Channel.OTHER:
        heir.channel = row.channel


def _locked(kind: Kind, *wanted: Row) -> list[Any]:
    """As they are now, in the order asked for, held for a change. Raises MergedMeanwhile."""
    rows = kind.model.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[row.pk for row in wanted])}
    for row in found.values():
        if row.same_as_id:
            raise MergedMeanwhile(row.same_as)
    return [found[row.pk] for row in wanted]


def _free(kind: Kind, row: Row) -> None:
    """Let a name that was its own before be its name again. Raises NamingRefused."""
    try:
        row.other_names.filter(folded=kind.folded(row.name)).delete()
    except models.ProtectedError:
        detail = f"Leads are still being moved from “{row.name}”. Try again in a minute."
        raise NamingRefused(detail) from None


def _save(kind: Kind, row: Row) -> None:
    """The database says that a name stands for one alone."""
    if not kind.folded(row.name):
        raise NamingRefused("A name needs a letter or a digit.")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        other = kind.called(row.name)
        if other is None:
            raise
        if kind.folded(other.name) != kind.folded(row.name):
            raise NamingRefused(f"That is another name of “{other.name}”.") from None
        raise NamingRefused(f"There is “{other.name}” already. Merge the two instead.") from None


def _is_asked_for(kind: Kind) -> bool:
    """Whether the live criteria ask by name, so that another name may make another score."""
    live = CriteriaVersion.objects.live().first()
    facts = {kind.name, f"last_{kind.name}"}
    tests = current.rulebook(live).tests() if live else ()
    return any(isinstance(test, Test) and test.fact.name in facts for test in tests)


def _remember(kind: Kind, person: User, before: str, after: str, at: datetime) -> None:
    SettingChange.objects.create(
        at=at, person=person, setting=kind.plural, old=before or "nothing", new=after
    )
