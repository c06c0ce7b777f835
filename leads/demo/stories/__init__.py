"""The people one meets first: those who wait in the queue now, and what the day brought so far."""

from datetime import datetime

from leads.demo.journeys import Journey
from leads.demo.stories.colleagues import colleagues
from leads.demo.stories.today import in_hand, sent_back
from leads.demo.stories.waiting import waiting


def all_of_them(now: datetime) -> list[Journey]:
    return [*waiting(now), *colleagues(now), *in_hand(now), *sent_back(now)]
