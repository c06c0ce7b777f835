"""What leads already carry, read as the values of a field, some leads at a time.

A value that was read otherwise than it came is kept beside (RawValue) as long as that reading
stands, so that another type reads what came, and nothing is lost. What does not fit stays.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from leadportal.db import rows
from leads import news
from leads.checks.reading import Wrong
from leads.field_values import checked_value, lenient, twin, words
from leads.models import CustomField, Lead, RawValue

# As many leads are held, and written, at once.
AT_ONCE = 2_000
_COLUMNS = ("attributes", "attribute_keys", "word_keys")


@dataclass
class Read:
    """How many leads a value was read of, and those values that could not be: kept as they were."""

    fitted: int = 0
    unfit: Counter[str] = field(default_factory=Counter)

    @property
    def misfits(self) -> list[tuple[Any, int]]:
        return [(json.loads(value), count) for value, count in self.unfit.most_common()]


def read_past(one: CustomField, at: datetime, *, after: int = 0, until: int | None = None) -> Read:
    """Read what the leads with these ids carry under any name of the field; they are judged anew.

    In one transaction; without `until`, all leads from there on.
    """
    read, names = Read(), [one.name, *one.other_names.values_list("name", flat=True)]
    found = Lead.objects.filter(attributes__has_any_keys=names, pk__gt=after)
    if until is not None:
        found = found.filter(pk__lte=until)
    with transaction.atomic():
        while theirs := list(found.locked().order_by("pk").values("id", *_COLUMNS)[:AT_ONCE]):
            _Batch(one, names, theirs, at).read(read)
            found = found.filter(pk__gt=theirs[-1]["id"])
    return read


def fitting(one: CustomField, value: Any) -> Any:
    """The value as the field has it; None where it does not fit as it is."""
    try:
        return checked_value(one, lenient(one, value))
    except Wrong:
        return None


class _Batch:
    """Some leads, as columns, and what was kept of them as it came."""

    def __init__(
        self, one: CustomField, names: Sequence[str], leads: list[rows.Row], at: datetime
    ) -> None:
        self.one, self.names, self.leads, self.at = one, names, leads, at
        kept = RawValue.objects.filter(lead__in=[lead["id"] for lead in leads], name=one.name)
        self.raw = {row.lead_id: row for row in kept}
        self.written: list[rows.Row] = []
        self.kept: list[RawValue] = []
        self.dropped: list[int] = []

    def read(self, read: Read) -> None:
        for lead in self.leads:
            self._read_one(lead, read)
        rows.update(Lead, [*_COLUMNS, "updated_at"], self.written)
        RawValue.objects.filter(pk__in=self.dropped).delete()
        RawValue.objects.bulk_create(self.kept, ignore_conflicts=True)
        # Also who carries what they carried: the field means something else by it.
        news.of_leads([int(lead["id"]) for lead in self.leads], self.at)

    def _read_one(self, lead: rows.Row, read: Read) -> None:
        names = lead["attributes"].keys() & set(self.names)
        carried = self._taken_over(lead)
        came = self._as_it_came(lead["id"], carried)
        value = fitting(self.one, came)
        if value is None:
            read.unfit[json.dumps(came)] += 1
            value = came
        else:
            read.fitted += 1
        self._keep(lead["id"], came, value)
        if _put(lead, self.one, value) or names != {self.one.name}:
            self.written.append({"id": lead["id"], "updated_at": self.at} | _of(lead))

    def _taken_over(self, lead: rows.Row) -> Any:
        """What a lead carries under the first of the names it has; the rest is kept beside."""
        own, *others = [name for name in self.names if name in lead["attributes"]]
        value = lead["attributes"][own]
        for name in others:
            other = RawValue(lead_id=lead["id"], name=name, read_as=None)
            other.value = lead["attributes"][name]
            self.kept.append(other)
        for name in {own, *others} - {self.one.name}:
            _drop(lead, name)
        return value

    def _as_it_came(self, lead: int, carried: Any) -> Any:
        """What the value was before it was read, if that is what stands."""
        raw = self.raw.get(lead)
        return raw.value if raw is not None and _same(raw.read_as, carried) else carried

    def _keep(self, lead: int, came: Any, value: Any) -> None:
        raw = self.raw.get(lead)
        if raw is not None and _same(raw.read_as, value) and _same(raw.value, came):
            return
        if raw is not None:
            self.dropped.append(raw.pk)
        if not _same(came, value):
            self.kept.append(RawValue(lead_id=lead, name=self.one.name, value=came, read_as=value))


def _of(lead: Mapping[str, Any]) -> rows.Row:
    return {name: lead[name] for name in _COLUMNS}


def _same(one: Any, other: Any) -> bool:
    # 1 and true are equal in Python only.
    return type(one) is type(other) and bool(one == other)


def _drop(lead: rows.Row, name: str) -> None:
    lead["attributes"].pop(name)
    lead["attribute_keys"].pop(name, None)
    if lead["word_keys"]:
        lead["word_keys"].pop(name, None)
        lead["word_keys"] = lead["word_keys"] or None


def _put(lead: rows.Row, one: CustomField, value: Any) -> bool:
    """The value with its twin and its words, as ingest writes them; whether that is another."""
    made, found = twin(value, one), words(value, one) or None
    kept = lead["word_keys"] or {}
    now = lead["attributes"].get(one.name), lead["attribute_keys"].get(one.name), kept.get(one.name)
    if _same(now[0], value) and now[1:] == (made, found):
        return False
    lead["attributes"][one.name] = value
    for place, twin_now in ((lead["attribute_keys"], made), (kept, found)):
        place.pop(one.name, None)
        if twin_now is not None:
            place[one.name] = twin_now
    lead["word_keys"] = kept or None
    return True
