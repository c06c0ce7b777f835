"""Values a field cannot read: those leads carry from before, and those that were left out."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count as Counting
from django.db.models import Min
from django.db.models.functions import Left

from leads.models import CustomField
from leads.own_fields import forecast
from leads.own_fields.counting import VALUE_LENGTH, Count
from leads.own_fields.past import not_understood
from leads.text import key

# More are few leads each.
SHOWN = 50


@dataclass(frozen=True)
class Unfit:
    """One value, however it is written, and of how many leads."""

    value: str
    leads: int


def values(one: CustomField, count: Count) -> list[Unfit]:
    """Those of most leads first."""
    spelled: dict[str, str] = {}
    leads: Counter[str] = Counter()
    carried = [(str(value), number) for value, number in forecast.of_field(one, count).unread]
    groups = not_understood(one).order_by().values("value_key")
    left_out = groups.annotate(some=Left(Min("value"), VALUE_LENGTH), number=Counting("pk"))
    told = [(row["some"], row["number"]) for row in left_out.order_by("-number")[:SHOWN]]
    for value, number in (*carried, *told):
        spelled.setdefault(key(value), value)
        leads[key(value)] += number
    return [Unfit(spelled[word], number) for word, number in leads.most_common(SHOWN)]
