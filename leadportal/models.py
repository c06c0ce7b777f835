"""The tables of the ground: what was sent once, so that sending it again does nothing twice."""

from django.db import models
from django.utils import timezone


class IdempotentAnswer(models.Model):
    """The answer one key once gave to one request; holds ids, no personal data."""

    # An index of its own would tempt the planner to read all answers to the key.
    api_key = models.ForeignKey("accounts.ApiKey", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # As it was called when the record made it.
        db_table = "leads_idempotentanswer"
        constraints = [
            # Two parallel retries: one does the work, the other reads its answer.
            models.UniqueConstraint(
                fields=["api_key", "key", "route"], name="idempotent_answer_once"
            ),
        ]
        indexes = [
            # Read by: the sweep that forgets answers after 72 hours.
            models.Index(fields=["created_at"], name="idempotent_answer_age"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class SentForm(models.Model):
    """A form of a page that was sent, and where its answer led (leadportal/web/once.py)."""

    # A digest of who sent it, from which form, to which address, and what it said.
    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    # None while it is worked on.
    done_at = models.DateTimeField(null=True)
    # The next page; empty when the answer was the page itself.
    place = models.TextField(default="")
    # What it said there: level, text and tags of each message.
    said = models.JSONField(default=list)

    class Meta:
        constraints = [
            # Two presses at the same moment: one acts, the other waits for its answer.
            models.UniqueConstraint(fields=["key"], name="sent_form_once"),
        ]
        indexes = [
            # Read by: the sweep that forgets forms after a day.
            models.Index(fields=["at"], name="sent_form_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.place}"
