"""Mails that wait to be sent: written by whoever has something to say, in one statement each.

Asking for a link to a password costs the same, and answers the same, whoever has that address: who
they are is looked up by the worker, when it sends (accounts/mails/sending.py).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, make_msgid
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import policy
from accounts.models import Mail, MailKind, User
from accounts.policy import Action
from leadportal.db import sweeps

# So long one can see that a mail was sent, or that it was given up.
KEPT = timedelta(days=30)
HTML = "text/html"
NAMED = ("to", "cc", "bcc", "reply_to")
# What of Django's means sends nothing to anybody.
PRINTED = "django.core.mail.backends.console.EmailBackend"


def write(message: EmailMessage) -> bool:
    """Have this mail sent soon; False where nobody is to have it.

    Raises ValueError for a header with a line break, and for a file, which rows do not carry.
    """
    recipients = message.recipients()
    if not recipients:
        return False
    if message.attachments:
        raise ValueError("A mail that waits to be sent carries no files.")
    message.message()  # refuses headers with line breaks
    content: dict[str, Any] = {
        "sender": message.from_email,
        # Whom it names; `to` of the row is everybody who gets it.
        "named": {part: list(getattr(message, part)) for part in NAMED},
        "body": message.body,
        "html": _html_of(message),
        # One id for all tries: who was sent it twice after all sees one mail.
        "headers": {"Message-ID": make_msgid(domain=settings.MAIL_DOMAIN)} | message.extra_headers,
    }
    _add(kind=MailKind.WRITTEN, to=recipients, subject=message.subject[:250], content=content)
    return True


def _html_of(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    found = [str(content) for content, kind in message.alternatives if kind == HTML]
    return found[0] if found else ""


def ask_password(address: str) -> None:
    """Have a link to a new password sent to whoever has this address, if anybody has."""
    _add(kind=MailKind.PASSWORD, to=[address])


def ask_test(*, by: User) -> Mail:
    """Have a mail sent to this person, to see what the mail server says. Raises NotAllowed."""
    policy.require(by, Action.LOOK_AFTER_MAIL)
    return _add(kind=MailKind.TEST, to=[by.email])


def _add(**fields: Any) -> Mail:
    mail = Mail.objects.create(**fields)
    sweeps.nudge("mail")
    return mail


def not_sent() -> QuerySet[Mail]:
    """What failed and waits for its next try, or was given up; the newest first."""
    rows = Mail.objects.filter(sent_at=None).exclude(error="").exclude(kind=MailKind.TEST)
    return rows.order_by("-made_at", "-pk")


def last_test(person: User) -> Mail | None:
    """The newest test this person asked for."""
    rows = Mail.objects.filter(kind=MailKind.TEST, to=[person.email])
    return rows.order_by("-made_at", "-pk").first()


def try_again(*, by: User | None = None) -> int:
    """Have every mail that waits for its next try sent now; gives how many. Raises NotAllowed."""
    policy.require(by, Action.LOOK_AFTER_MAIL)
    # Without an error somebody is at it.
    waiting = Mail.objects.filter(due_at__isnull=False).exclude(error="")
    return waiting.update(due_at=Now())


def is_only_printed() -> bool:
    """Whether mail reaches nobody, as the worker prints it to its log."""
    return settings.MAIL_SENDER == PRINTED


def forget_mails(at: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete mails of long ago; gives how many. What is longer on its way is pointless, too."""
    return sweeps.forget(Mail, "made_at", kept=KEPT, now=at, seconds=seconds)


def oldest_kept(*, at: datetime | None = None) -> datetime | None:
    return sweeps.oldest_kept_too_long(Mail, "made_at", kept=KEPT, now=at)
