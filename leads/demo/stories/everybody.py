"""The people one meets first: those who wait in the queue now, and what the day brought so far."""

from datetime import datetime

from leads.demo.journeys import Journey
from leads.demo.stories.colleagues import COLLEAGUES
from leads.demo.stories.today import IN_HAND, SENT_BACK
from leads.demo.stories.verdicts import VERDICTS
from leads.demo.stories.waiting import WAITING


def all_of_them(now: datetime) -> list[Journey]:
    stories = (*WAITING, *COLLEAGUES, *IN_HAND, *SENT_BACK, *VERDICTS)
    return [story.journey(now) for story in stories]
