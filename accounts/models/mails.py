from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class MailKind(models.TextChoices):
    """Who says what is in it: whoever wrote it, or the worker, when it sends it."""

    WRITTEN = "written", "Mail"
    PASSWORD = "password", "Link to a new password"  # noqa: S105 - a name
    TEST = "test", "Test"


class Mail(models.Model):
    """A mail on its way: a row when somebody writes it, sent by a worker (accounts/mails).

    Waiting while `due_at` says when to try next; then sent, or given up. All times are the
    database's. Whoever tries has pushed `due_at` ahead and taken `error` away before: a worker that
    died leaves the mail to the next try.
    """

    kind = models.CharField(max_length=8, choices=MailKind.choices, default=MailKind.WRITTEN)
    to = ArrayField(models.CharField(max_length=320))
    subject = models.CharField(max_length=250, blank=True, default="")
    # Sender, names, body, html and headers of what somebody wrote. Forgotten, with every link in
    # it, once the mail is sent or given up; a link to a password is never written here.
    content = models.JSONField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(null=True, db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    # What the mail server said to the last try, for the admins' eyes alone.
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(to=[]), name="mail_has_a_recipient"),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(sent_at=None), name="mail_sent_is_not_due"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(content=None), name="mail_done_is_forgotten"
            ),
        ]
        indexes = [
            # Read by: the sweep that sends.
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mail_due"),
            # Read by: the page of what was not sent; the sweep that forgets.
            models.Index(fields=["made_at"], name="mail_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
