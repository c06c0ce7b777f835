"""Mails that are due go out, by any number of workers, each by one of them at a time.

A try is noted before it begins: the mail is due again after the pause that follows it, so a worker
that dies leaves it to the next. No transaction is open while the mail server is talked to.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Min
from django.db.models.functions import Now
from django.template.loader import render_to_string

from accounts.mails import mails
from accounts.models import Mail, MailKind, User
from accounts.people.links import password_address
from leadportal.db import errors, sweeps

# From one try to the next. The first is longer than a task may last, so no two try at once.
PAUSES = [
    *(timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)),
    *(timedelta(hours=4), timedelta(hours=12), timedelta(hours=24)),
]
MOST_ATTEMPTS = len(PAUSES) + 1
# A mail server that lets nobody in is asked again after so long, whoever else waits.
AWAY = timedelta(minutes=1)
# What a server refuses for good: no such mailbox, and the like (RFC 5321, 4.2.1).
FOR_GOOD = 500

log = structlog.get_logger(__name__)

_TAKE = """
UPDATE accounts_mail SET attempts = attempts + 1, error = '', due_at = clock_timestamp()
    + (%(pauses)s::interval[])[least(attempts + 1, cardinality(%(pauses)s::interval[]))]
WHERE id = (SELECT id FROM accounts_mail WHERE due_at <= clock_timestamp()
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
"""


def drain(*, seconds: float | None = None) -> int:
    """Send what is due until nothing is, or the seconds are spent; gives how many were tried."""
    server = get_connection(settings.MAIL_SENDER, timeout=settings.EMAIL_TIMEOUT)
    try:
        return sweeps.in_batches(partial(_send_next, server), seconds=seconds)
    finally:
        _hang_up(server)


def _send_next(server: BaseEmailBackend) -> int:
    taken = list(Mail.objects.raw(_TAKE, {"pauses": PAUSES}))
    if not taken:
        return 0
    (mail,) = taken
    message = _message(mail)
    if message is None:  # nobody has this address
        mail.delete()
        return 1
    try:
        server.open()
    except OSError as error:
        _failed(mail, error)
        # The others need not wait for the same, one after another.
        Mail.objects.filter(due_at__lte=Now()).update(due_at=Now() + AWAY)
        return 1
    try:
        server.send_messages([message])
    except OSError as error:  # all of SMTP's are
        _failed(mail, error)
        _hang_up(server)
    else:
        _sent(mail)
    return 1


def _hang_up(server: BaseEmailBackend) -> None:
    with suppress(OSError):
        server.close()


# --- what is sent ------------------------------------------------------------------------------


def _message(mail: Mail) -> EmailMessage | None:
    if mail.kind == MailKind.PASSWORD:
        return _password_link(mail.to[0])
    if mail.kind == MailKind.TEST:
        body = f"{settings.BASE_URL} sends mail. Nothing is to be done.\n"
        return EmailMessage(f"{settings.MAIL_PREFIX}Test", body, to=mail.to)
    said: dict[str, Any] = mail.content or {}
    message = EmailMultiAlternatives(
        mail.subject, said["body"], said["sender"], headers=said["headers"], **said["named"]
    )
    if said["html"]:
        message.attach_alternative(said["html"], mails.HTML)
    return message


def _password_link(address: str) -> EmailMessage | None:
    person = User.objects.active().filter(email=address.lower()).first()
    if person is None:
        return None
    template, context = "account/email/password_reset_key", {"link": password_address(person)}
    subject = render_to_string(f"{template}_subject.txt").strip()
    body = render_to_string(f"{template}_message.txt", context)
    return EmailMessage(f"{settings.MAIL_PREFIX}{subject}", body, to=[person.email])


# --- what came of it ---------------------------------------------------------------------------


def _sent(mail: Mail) -> None:
    _done(mail, sent_at=Now())
    log.info("mail sent", mail_id=mail.pk, attempts=mail.attempts)
    if mail.kind == MailKind.TEST:  # whatever was in the way is not any more
        mails.try_again()


def _failed(mail: Mail, error: OSError) -> None:
    code, said = answer(error)
    kind = f"{type(error).__name__} {code}" if code else errors.name_of(error)
    log.warning("mail not sent", mail_id=mail.pk, attempts=mail.attempts, error=kind)
    if _is_for_good(error) or mail.kind == MailKind.TEST or mail.attempts >= MOST_ATTEMPTS:
        _done(mail, error=said)
    else:
        _held(mail).update(error=said)


def _done(mail: Mail, **came: Any) -> None:
    _held(mail).update(due_at=None, content=None, **came)


def _held(mail: Mail) -> Any:
    """This mail, if nobody began another try since we took it."""
    return Mail.objects.filter(pk=mail.pk, attempts=mail.attempts)


def answer(error: OSError) -> tuple[int | None, str]:
    """The code and the words of the mail server, or the words of the system; 300 signs at most."""
    code: int | None = None
    said: str | bytes = error.strerror or str(error) or type(error).__name__
    if isinstance(error, SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return code, f"{code} {text}"[:300] if code else text[:300]


def _is_for_good(error: OSError) -> bool:
    return isinstance(error, SMTPRecipientsRefused) and all(
        code >= FOR_GOOD for code, _ in error.recipients.values()
    )


def oldest_due(*, at: datetime | None = None) -> datetime | None:
    """When the mail that waits longest was to be sent; None when none is due."""
    due = Mail.objects.filter(due_at__lte=at or Now())
    oldest: datetime | None = due.aggregate(at=Min("due_at"))["at"]
    return oldest
