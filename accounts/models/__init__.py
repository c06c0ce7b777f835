from accounts.models.keys import ApiKey, Integration, Scope
from accounts.models.people import PersonChange, Team, User
from accounts.models.portal import Portal, SettingChange

__all__ = [
    "ApiKey",
    "Integration",
    "PersonChange",
    "Portal",
    "Scope",
    "SettingChange",
    "Team",
    "User",
]
