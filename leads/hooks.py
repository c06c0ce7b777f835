"""What the record hangs into the packages below it. Read once, when all apps are loaded."""

from django.utils import timezone

from accounts import policy
from accounts.models import Portal, User
from funnel.versions import current
from leads import facts, news
from leads.models import Handoff, Lead
from leads.rejections import listing


def handoffs_waiting_for(user: User) -> int:
    """Open handoffs in the queues of this person, for the navigation."""
    return Handoff.objects.open().filter(queue__in=user.queues.values("pk")).count()


def rescore_after(portal: Portal, changed: frozenset[str]) -> None:
    """The criteria ask about the countries we sell to, and for days as our clocks have them."""
    if changed & {"sells_to", "zone"} and Lead.objects.exists():
        news.of_everybody(timezone.now())


current.VOCABULARY.append(facts.record_vocabulary)
policy.NAV_COUNTS["queue"] = handoffs_waiting_for
policy.NAV_COUNTS["rejections"] = listing.needing
policy.ON_SETTINGS_CHANGED.append(rescore_after)
