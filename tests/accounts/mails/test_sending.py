"""Nobody who asks for a mail waits for a mail server; a worker sends it, and tries again."""

import json
import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.mail import BadHeaderError, EmailMultiAlternatives, send_mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.mails import mails, sending
from accounts.models import Mail, MailKind
from leadportal.db.sweeps import SWEEPS
from tests import factories
from tests.concurrently import at_once
from tests.mails import MailServer, delivered

pytestmark = pytest.mark.django_db
RESET = "/account/password/reset/"


@pytest.fixture(autouse=True)
def _the_products_own_way(settings):
    """Django's test runner hangs in an outbox instead."""
    settings.EMAIL_BACKEND = "accounts.mails.backend.RowsBackend"


@pytest.fixture
def mail_server(settings):
    """Have mail go by a server of this machine: mail_server(silent=True)."""
    servers = []

    def start(**how):
        servers.append(MailServer(**how))
        settings.MAIL_SENDER = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers[-1].port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 0.2
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def written(to="maya@example.com", subject="Hello", body="It is due."):
    send_mail(subject, body, None, [to])
    return Mail.objects.latest("pk")


def due_again(mail):
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now())


# --- who asks waits for nobody -----------------------------------------------------------------


def test_a_silent_mail_server_is_not_even_called_by_who_asks_for_a_link(mail_server):
    server, rep = mail_server(silent=True), factories.person()

    answer = Client().post(RESET, {"email": rep.email})

    assert answer["Location"] == "/account/password/reset/done/"
    assert server.calls == 0
    (mail,) = Mail.objects.all()
    assert (mail.kind, mail.to, mail.content) == (MailKind.PASSWORD, [rep.email], None)


def test_a_known_and_an_unknown_address_cost_the_same_and_answer_the_same():
    rep = factories.person()

    def asked(email):
        with CaptureQueriesContext(connection) as queries:
            answer = Client().post(RESET, {"email": email})
        # Whether a counter of the cache is new has to do with who asked before.
        ours = [query["sql"] for query in queries if "cache_entry" not in query["sql"]]
        ours = [sql.split(" ")[:4] for sql in ours if "SAVEPOINT" not in sql]
        return ours, (answer.status_code, answer["Location"], answer.content)

    assert asked(rep.email) == asked("nobody@example.com")


def test_the_worker_finds_out_who_has_the_address_and_writes_to_nobody_else():
    rep, closed = factories.person(), factories.person(is_active=False)
    for email in (rep.email.upper(), closed.email, "nobody@example.com"):
        mails.ask_password(email)

    assert [message.to for message in delivered()] == [[rep.email]]
    assert [mail.to for mail in Mail.objects.all()] == [[rep.email.upper()]]


def test_what_django_sends_becomes_a_row_and_goes_out_as_it_was(mail_server):
    server = mail_server()
    message = EmailMultiAlternatives(
        "Größe", "Text: ü", "Portal <p@example.com>", ["a@example.com"], bcc=["b@example.com"]
    )
    message.attach_alternative("<p>ü</p>", "text/html")
    message.extra_headers["List-Unsubscribe"] = "<https://example.com/u>"

    message.send()
    assert server.calls == 0
    assert sending.drain() == 1

    (source,) = server.data
    assert server.recipients == ["a@example.com", "b@example.com"]
    for part in ("From: Portal <p@example.com>", "List-Unsubscribe:", "Message-ID:", "<p>"):
        assert part in source
    assert "b@example.com" not in source
    mail = Mail.objects.get()
    assert mail.sent_at
    assert (mail.due_at, mail.content, mail.attempts) == (None, None, 1)


@pytest.mark.parametrize("subject", ["One\nBcc: all@example.com", "Two\rTo: x@example.com"])
def test_a_line_break_in_a_header_is_refused_when_it_is_written(subject):
    with pytest.raises(BadHeaderError):
        written(subject=subject)
    assert not Mail.objects.exists()


def test_a_mail_to_nobody_is_none():
    assert send_mail("Hello", "…", None, []) == 0
    assert not Mail.objects.exists()


def test_a_mail_goes_with_the_transaction_of_who_wrote_it():
    with transaction.atomic():
        written()
        transaction.set_rollback(True)

    assert not Mail.objects.exists()


# --- trying again ------------------------------------------------------------------------------


def test_a_mail_server_that_is_away_is_tried_again_after_growing_pauses(mail_server, settings):
    mail_server(silent=True)
    mail = written()
    pauses = []

    for _ in range(sending.MOST_ATTEMPTS):
        sending.drain()
        mail.refresh_from_db()
        if mail.due_at:
            pauses.append(mail.due_at - timezone.now())
            due_again(mail)

    assert [round(pause / timedelta(minutes=1)) for pause in pauses] == [2, 10, 60, 240, 720, 1440]
    assert (mail.attempts, mail.error, mail.due_at) == (
        7,
        "Connection unexpectedly closed: timed out",
        None,
    )
    assert mail.content is None  # nor does what was given up say anything any more
    assert list(mails.not_sent()) == [mail]


def test_while_it_is_away_one_mail_asks_for_all(mail_server):
    server = mail_server(silent=True)
    first, *others = [written(f"{n}@example.com") for n in range(5)]

    sending.drain()

    assert server.calls == 1
    assert [mail.attempts for mail in Mail.objects.order_by("pk")] == [1, 0, 0, 0, 0]
    assert sending.oldest_due() is None


def test_who_is_refused_for_good_is_not_tried_again_and_holds_up_nobody(mail_server):
    mail_server(says={"RCPT": "550 5.1.1 no such mailbox"})
    mail = written()

    sending.drain()

    mail.refresh_from_db()
    assert (mail.error, mail.due_at) == ("550 5.1.1 no such mailbox", None)


def test_who_is_refused_for_now_is_tried_again(mail_server):
    server = mail_server(says={"RCPT": "451 4.7.1 greylisted"})
    mail = written()
    sending.drain()
    mail.refresh_from_db()
    assert mail.error == "451 4.7.1 greylisted"

    server.says = {}
    due_again(mail)
    sending.drain()

    mail.refresh_from_db()
    assert mail.sent_at
    assert mail.error == ""


def test_a_worker_that_dies_while_it_sends_leaves_the_mail_to_the_next_try(monkeypatch):
    mail = written()

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sending, "_sent", die)
    with pytest.raises(KeyboardInterrupt):
        sending.drain()

    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at) == (1, None)
    assert sending.drain() == 0  # not now: the mail server may have it
    assert mail.due_at > timezone.now() + timedelta(seconds=90)


@pytest.mark.django_db(transaction=True)
def test_each_mail_is_sent_by_one_of_several_workers(mail_server):
    server = mail_server()
    for n in range(12):
        written(f"{n}@example.com")

    at_once([sending.drain] * 3)

    assert len(server.data) == 12
    assert not Mail.objects.exclude(attempts=1).exists()


def test_a_drain_gives_the_worker_back_when_its_time_is_over():
    written()

    assert sending.drain(seconds=0) == 0


# --- what is kept and told ---------------------------------------------------------------------


def test_the_log_of_sending_names_nobody(mail_server, caplog):
    caplog.set_level(logging.INFO)
    mail_server(says={"RCPT": "550 maya@example.com is unknown here"})
    mail = written("maya@example.com")

    sending.drain()

    lines = [record.msg for record in caplog.records if record.name == "accounts.mails.sending"]
    (line,) = lines
    assert (line["mail_id"], line["error"]) == (mail.pk, "SMTPRecipientsRefused 550")
    assert "maya" not in json.dumps(line, default=str)


def test_a_mail_that_is_done_may_not_say_anything():
    mail = written()

    with pytest.raises(IntegrityError), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(due_at=None, sent_at=timezone.now())


def test_mails_are_forgotten_after_30_days():
    old, new = written(), written()
    Mail.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=31))
    assert mails.oldest_kept()

    assert mails.forget_mails() == 1

    assert list(Mail.objects.all()) == [new]
    assert mails.oldest_kept() is None


def test_mail_that_waits_too_long_is_late_work():
    mail = written()

    assert SWEEPS["mail"].oldest_due() == mail.made_at


def test_a_server_without_a_mail_server_says_so_at_its_start(settings, caplog):
    settings.MAIL_SENDER, settings.EMBEDDED, settings.PROCESS = mails.PRINTED, False, "web"

    apps.get_app_config("accounts").ready()

    assert "nobody gets a mail: set EMAIL_URL" in [
        record.msg["event"] for record in caplog.records if record.name == "accounts.apps"
    ]
