"""What the rulebook hangs into the package below it. Read once, when all apps are loaded."""

from accounts import policy
from accounts.people.groups import GROUPS
from funnel import membership
from funnel.versions import signing

policy.NAV_COUNTS["criteria"] = lambda user, until: signing.signatures_waiting_for(user)
GROUPS.append(membership.QUEUES)
