"""What the record hangs into the packages below it. Read once, when all apps are loaded."""

from datetime import datetime

from accounts import policy
from accounts.models import Portal, User
from funnel.versions import current
from leadportal.db import clock, sweeps
from leads import news
from leads.facts import known
from leads.follow_ups import follow_ups
from leads.mine import mine
from leads.models import Handoff, Lead
from leads.models.follow_up import FollowUpQuerySet
from leads.models.handoff import HandoffQuerySet
from leads.rejections import listing


def handoffs_waiting_for(user: User, until: datetime) -> HandoffQuerySet:
    """Open handoffs in the queues of this person, for the navigation."""
    return Handoff.objects.open().filter(queue__in=user.queues.values("pk"))


def follow_ups_due(user: User, until: datetime) -> FollowUpQuerySet:
    """What this person has promised themselves for today, and what is late."""
    return follow_ups.of_person(user).due_before(until)


def rescore_after(portal: Portal, changed: frozenset[str]) -> None:
    """The criteria ask about the countries we sell to, and for days as our clocks have them."""
    if changed & {"sells_to", "zone"} and Lead.objects.exists():
        news.of_everybody(clock.now())


def give_back_claims(person: User) -> None:
    """Who is switched off holds no leads: the sweep finds them, this makes it prompt."""
    sweeps.nudge("give_back")


current.VOCABULARY.append(known.record_vocabulary)
policy.NAV_COUNTS["queue"] = handoffs_waiting_for
policy.NAV_COUNTS["rejections"] = lambda user, until: listing.needing(user)
policy.NAV_COUNTS["my-leads"] = lambda user, until: mine.untouched(user)
policy.NAV_COUNTS["follow-ups"] = follow_ups_due
policy.ON_SETTINGS_CHANGED.append(rescore_after)
policy.ON_SWITCHED_OFF.append(give_back_claims)
