from accounts.models.keys import ApiKey, Integration, Scope
from accounts.models.mails import Mail, MailKind
from accounts.models.people import PersonChange, Team, User
from accounts.models.portal import Portal, SettingChange
from accounts.models.tries import SignInTries

__all__ = [
    "ApiKey",
    "Integration",
    "Mail",
    "MailKind",
    "PersonChange",
    "Portal",
    "Scope",
    "SettingChange",
    "SignInTries",
    "Team",
    "User",
]
