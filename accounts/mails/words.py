"""What the page of mail says."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from accounts.mails import mails
from accounts.models import Mail, MailKind

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def how_it_goes() -> str:
    """By which server and from whom; nothing of a password, and nothing where nobody gets any."""
    if mails.is_only_printed():
        return ""
    server = settings.MAIL_SENDER
    if server == SMTP:
        server = f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}"
    return f"By {server}, from {settings.DEFAULT_FROM_EMAIL}."


@dataclass(frozen=True, slots=True)
class Test:
    """How far a test has come: waits, came or failed, and the sentence for it."""

    state: Literal["waits", "came", "failed"]
    said: str


def test(mail: Mail) -> Test:
    (address,) = mail.to
    if mail.sent_at and mails.is_only_printed():
        return Test("came", f"The worker printed a mail to {address} to its log.")
    if mail.sent_at:
        return Test("came", f"The mail server took a mail to {address}.")
    if mail.due_at:
        return Test("waits", "A worker sends a mail to you …")
    return Test("failed", f"Nothing was sent. The mail server said: {mail.error}")


def subject(mail: Mail) -> str:
    return mail.subject if mail.kind == MailKind.WRITTEN else mail.get_kind_display()
