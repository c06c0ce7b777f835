"""Who may be the same person as a lead, and who became a part of it."""

from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from accounts.models import User
from leads.ingest.identity import find_leads
from leads.models import Duplicate, Lead

# More are in the list of duplicates.
MOST = 3


def alike_for(reader: User) -> ArraySubquery:
    """Who may be the same person, of those the reader sees; for a query of leads."""
    mine = Q(first=OuterRef("pk")) | Q(second=OuterRef("pk"))
    pairs = Duplicate.objects.open().visible_to(reader).filter(mine)
    said = JSONObject(id="id", first="first_id", second="second_id", why="why")
    return ArraySubquery(pairs.order_by("rank", "pk").values(said=said)[:MOST])


def parts_of_lead() -> ArraySubquery:
    """Ids of the leads that were merged into one."""
    gone = Lead.objects.filter(merged_into=OuterRef("pk"))
    return ArraySubquery(gone.order_by("pk").values("pk"))


def parts_of(heirs: Iterable[int]) -> list[int]:
    """All leads that became a part of these, and of those in turn."""
    found: list[int] = []
    ids = list(heirs)
    while ids:
        ids = list(Lead.objects.filter(merged_into__in=ids).values_list("pk", flat=True))
        found += ids
    return found


def living_heir(pk: int) -> int:
    """The lead that an id means now: its own, or that of whom it became a part."""
    return find_leads(None, ids=[pk]).by_id.get(pk, pk)
