"""What the rulebook hangs into the package below it. Read once, when all apps are loaded."""

from accounts import policy
from funnel import versions

policy.NAV_COUNTS["criteria"] = versions.waiting_for
