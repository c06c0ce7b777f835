"""What two leads agreed to who became one, and what each still agrees to when they are parted."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from leads.consent import Word, standing
from leads.models import Consent, Merge

CHANNEL = "merge"
_COPIED = (
    *("purpose", "given", "at", "text", "channel", "received_at", "is_firm", "address"),
    *("integration_id", "person_id"),
)


def strictest(one: Mapping[str, bool], other: Mapping[str, bool]) -> dict[str, bool]:
    """What both agreed to, or the only one who was asked."""
    return {name: one.get(name, True) and other.get(name, True) for name in {**one, **other}}


def note_stricter(done: Merge) -> None:
    """Say in the history of a merged lead what no word of it says: that the stricter one stands.

    Its rows are those of both by now, and its `consent` what is to stand.
    """
    told = said_by(Consent.objects.filter(lead=done.heir).that_count())
    Consent.objects.bulk_create(
        Consent(
            lead=done.heir,
            purpose=purpose,
            given=False,
            at=done.at,
            received_at=done.at,
            channel=CHANNEL,
            merge=done,
        )
        for purpose, given in sorted(done.heir.consent.items())
        if not given and told.get(purpose)
    )


def said_by(rows: QuerySet[Consent]) -> dict[str, bool]:
    """What stands by these words."""
    return standing((one.purpose, Word(one.at, one.given, one.is_firm)) for one in rows)


def without(done: Merge) -> dict[str, bool]:
    """What stands of a heir once a merge is taken back and its rows are handed back."""
    return said_by(Consent.objects.filter(lead=done.heir).that_count().exclude(merge=done))


def part(done: Merge, at: datetime) -> None:
    """Withdraw of the lead that goes its own way what was withdrawn while the two were one.

    Nobody knows which of the two meant it.
    """
    rows = Consent.objects.filter(lead=done.lead).that_count()
    stands = said_by(rows)
    copies = [
        Consent(lead=done.lead, **{name: getattr(row, name) for name in _COPIED})
        for row in _withdrawn_since(done)
        if stands.get(row.purpose) is not False
    ]
    if not copies:
        return
    Consent.objects.bulk_create(copies)
    done.lead.consent, done.lead.updated_at = said_by(rows.all()), at
    done.lead.save(update_fields=["consent", "updated_at"])


def _withdrawn_since(done: Merge) -> QuerySet[Consent]:
    """What the heir was told itself, and not with others who became a part of it."""
    merges = Merge.objects.filter(heir=done.heir).values_list("moved", flat=True)
    brought = [pk for moved in merges for pk in moved.get(Consent.__name__, ())]
    since = Consent.objects.filter(lead=done.heir, given=False, merge=None)
    return since.filter(received_at__gte=done.at).exclude(pk__in=brought)
