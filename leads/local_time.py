"""What time it is where a lead is, as far as country and city tell."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from leadportal.look import formats
from leadportal.world.zones import zone_of_place
from leads.models import Lead

MORNING = time(9)
# Between these nobody minds a call.
FIRST_CALL, LAST_CALL = time(8), time(20)
MONDAY = 0


def zone_of(lead: Lead) -> ZoneInfo | None:
    """The zone a lead lives by; None where its place is unknown or has several."""
    return zone_of_place(lead.country, lead.city)


def told(lead: Lead, now: datetime) -> str:
    """ "08:05, 6 h behind you"; empty where it is unknown. You are the reader of the page."""
    zone = zone_of(lead)
    if zone is None:
        return ""
    theirs, ours = now.astimezone(zone), timezone.localtime(now)
    ahead = (theirs.utcoffset() or timedelta()) - (ours.utcoffset() or timedelta())
    if not ahead:
        return f"{theirs:%H:%M}, as where you are"
    way = "ahead of" if ahead > timedelta() else "behind"
    return f"{theirs:%H:%M}, {formats.duration(ahead)} {way} you"


def is_day(lead: Lead, at: datetime) -> bool:
    """Whether it is a time to call where the lead is; where nobody knows, on the reader's clock."""
    here = timezone.localtime(at, zone_of(lead))
    return FIRST_CALL <= here.time() <= LAST_CALL


def tomorrow(lead: Lead, now: datetime) -> datetime:
    """Tomorrow at nine on their clock; on the reader's where theirs is unknown."""
    here = now.astimezone(zone_of(lead) or timezone.get_current_timezone())
    return _morning(here, days=1)


def next_week(lead: Lead, now: datetime) -> datetime:
    """Next Monday at nine, by the same clock; the one after where that is tomorrow."""
    here = now.astimezone(zone_of(lead) or timezone.get_current_timezone())
    days = 7 - (here.weekday() - MONDAY)
    return _morning(here, days=days if days > 1 else days + 7)


def _morning(here: datetime, *, days: int) -> datetime:
    return datetime.combine(here.date() + timedelta(days=days), MORNING, tzinfo=here.tzinfo)
