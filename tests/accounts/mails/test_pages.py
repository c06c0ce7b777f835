"""The page of mail: how it goes out, a test of it, and what did not go out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.mails import mails, sending
from accounts.models import Mail
from accounts.roles import Role
from tests.mails import delivered

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client_of):
    return client_of(Role.ADMIN, email="sanna@example.com")


def page(client, path="/settings/mail"):
    return client.get(path).content.decode()


def failed(**fields):
    said = (
        {"sender": None, "named": {}, "body": "…", "html": "", "headers": {}}
        if fields["due_at"]
        else None
    )
    row = {"to": ["maya@example.com"], "subject": "Hello", "error": "451 later", "attempts": 1}
    return Mail.objects.create(**row | {"content": said} | fields)


def test_it_says_by_which_server_and_not_the_password(admin, settings):
    settings.MAIL_SENDER = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp.example.com", 587
    settings.EMAIL_HOST_PASSWORD = "hidden-word"

    text = page(admin)

    assert "By smtp.example.com, port 587, from LeadPortal" in text
    assert "hidden-word" not in text


def test_it_says_that_nobody_gets_a_mail_where_it_is_only_printed(admin, settings):
    settings.MAIL_SENDER = mails.PRINTED

    assert "Nobody gets a mail" in page(admin)


def test_a_test_goes_to_who_asks_by_the_worker_and_the_page_says_when_it_came(admin):
    answer = admin.post("/settings/mail/test")
    assert answer["Location"] == "/settings/mail"
    assert "A worker sends a mail to you" in page(admin)
    assert 'hx-trigger="every 2s"' in page(admin)

    (message,) = delivered()

    assert message.to == ["sanna@example.com"]
    part = page(admin, "/settings/mail/test/progress")
    assert "The mail server took a mail to sanna@example.com." in part
    assert "hx-trigger" not in part


def test_a_test_that_fails_says_what_the_mail_server_said_and_is_not_tried_again(
    admin, monkeypatch
):
    def refuse(*_):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
    admin.post("/settings/mail/test")

    sending.drain()

    assert "The mail server said: Connection refused" in page(admin)
    assert "Not sent" in page(admin)
    assert not mails.not_sent().exists()
    assert Mail.objects.get().due_at is None


def test_the_test_of_another_admin_is_not_shown(admin, client_of):
    client_of(Role.ADMIN, email="other@example.com").post("/settings/mail/test")

    assert "A worker sends" not in page(admin)


def test_what_failed_is_listed_with_what_was_said(admin, django_assert_max_num_queries):
    failed(due_at=timezone.now() + timedelta(hours=1))
    failed(subject="<b>مرحبا</b>", error="550 <i>gone</i>", due_at=None, attempts=7)

    with django_assert_max_num_queries(12):
        text = page(admin)

    assert text.index("550 &lt;i&gt;gone&lt;/i&gt;") < text.index("451 later")
    assert "given up" in text
    assert "&lt;b&gt;مرحبا&lt;/b&gt;" in text


def test_what_waits_is_tried_at_once_when_asked_or_when_a_test_came_through(admin):
    later = timezone.now() + timedelta(hours=4)
    waiting, done = failed(due_at=later), failed(due_at=None)
    under_way = failed(error="", due_at=later)

    answer = admin.post("/settings/mail/retry", follow=True)

    assert "1 mail will be tried again now." in answer.content.decode()
    for mail in (waiting, done, under_way):
        mail.refresh_from_db()
    assert waiting.due_at < timezone.now()
    assert (done.due_at, under_way.due_at) == (None, later)

    Mail.objects.filter(pk=waiting.pk).update(due_at=later)
    admin.post("/settings/mail/test")
    sending.drain()
    waiting.refresh_from_db()
    assert waiting.due_at is None or waiting.due_at < timezone.now()


def test_to_try_again_is_offered_while_something_waits(admin):
    failed(due_at=None)
    assert "Try again now" not in page(admin)

    late = admin.post("/settings/mail/retry", follow=True).content.decode()

    assert "No mail waits for another try any more." in late
    failed(due_at=timezone.now() + timedelta(hours=1))
    assert "Try again now" in page(admin)


def test_the_address_of_a_button_leads_to_the_page(admin):
    for button in ("test", "retry"):
        assert admin.get(f"/settings/mail/{button}")["Location"] == "/settings/mail"
    assert not Mail.objects.exists()
