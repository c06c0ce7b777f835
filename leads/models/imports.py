from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leadportal.db import clock

# So long an import can be undone; then the cells of its file are forgotten.
UNDO_LASTS = timedelta(days=30)
# As many workers take in one file at a time; a larger worker has others left for other work.
LANES = 2


def from_the_first() -> list[int]:
    """Where each lane begins."""
    return [0] * LANES


class ImportState(models.TextChoices):
    OPEN = "open", "Columns to choose"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Ready to import"
    RUNNING = "running", "Coming in"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


# A worker is at it, line by line.
WORKING = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
# Nothing came in yet, so it may be thrown away.
BEFORE = (ImportState.OPEN, ImportState.CHECKING, ImportState.CHECKED)
# What several workers may do with people at a time.
_APART = (ImportState.CHECKING, ImportState.RUNNING)


class Lists(models.TextChoices):
    """What each line of a file is."""

    PEOPLE = "people", "A person"
    ACTIVITIES = "activities", "An activity"
    OUTCOMES = "outcomes", "A deal won or lost"


class Import(models.Model):
    """A file: what its lines and columns are, how far it is, and what became of its lines."""

    name = models.CharField(max_length=200)
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.OPEN)
    # The heads of the columns as the file has them.
    header = models.JSONField(default=list)
    # What was found about the file, in words: "UTF-16, columns separated by tabs".
    found = models.CharField(max_length=300)
    lists = models.CharField(
        max_length=10, choices=Lists, default=Lists.PEOPLE, db_default=Lists.PEOPLE
    )
    # What each column is, by the names of leads/imports/targets.py; "" leaves it out.
    columns = models.JSONField(default=list)
    # 3/4/2026 is the 3rd of April.
    day_first = models.BooleanField(default=False)
    # Whose ids its external ids are, and whose word its values.
    integration = models.ForeignKey(
        "accounts.Integration", models.PROTECT, null=True, related_name="+"
    )
    # Of lines that name none.
    source = models.CharField(max_length=80, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    # What happened, where a line of activities does not say.
    activity = models.CharField(max_length=60, blank=True, default="", db_default="")
    # What all of them agreed to, and when; blank where the file does not say so of all.
    consent_text = models.CharField(max_length=2000, blank=True)
    consent_at = models.DateTimeField(null=True)
    # Until then the criteria score its new leads, and those of its activities, and move none;
    # nothing is handed over.
    hold_until = models.DateTimeField(null=True)
    lines_total = models.PositiveIntegerField()
    # How many lines the work of the present state is past, the last of them in each lane, and what
    # became of them all.
    lines_done = models.PositiveIntegerField(default=0)
    at_lines = models.JSONField(default=from_the_first)
    counts = models.JSONField(default=dict)
    # Of a check: {"sampled": 1000, "stages": {"mql": 61}}.
    forecast = models.JSONField(default=dict)
    # When its lines began to come in.
    began_at = models.DateTimeField(null=True)
    # Since when the next batch waits for a worker; None where nothing is to be done.
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # When the cells of its lines are forgotten, or the whole of it where nothing came in.
    forget_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.DONE, ImportState.UNDONE])
                | Q(finished_at__isnull=False),
                name="import_done_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WORKING, due_at__isnull=False)
                | (~Q(state__in=WORKING) & Q(due_at=None)),
                name="import_at_work_is_due",
            ),
        ]
        indexes = [
            # Read by: the sweep (leads/imports/job.py).
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="import_due"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def undo_until(self) -> datetime | None:
        finished: datetime | None = self.finished_at
        return finished + UNDO_LASTS if finished and self.state == ImportState.DONE else None

    @property
    def may_be_undone(self) -> bool:
        return self.undo_until is not None and clock.now() < self.undo_until

    @property
    def lanes(self) -> int:
        """In how many lanes the work of the present state goes on, of which each is in order."""
        is_apart = self.lists == Lists.PEOPLE and self.state in _APART
        return LANES if is_apart else 1

    @property
    def at_line(self) -> int:
        """The last line that work in one lane is past."""
        first: int = self.at_lines[0]
        return first

    def count(self, *statuses: str) -> int:
        counts: dict[str, Any] = self.counts
        return sum(int(counts.get(status, 0)) for status in statuses)


class LineStatus(models.TextChoices):
    WAITING = "", "Waiting"
    CREATED = "created", "New"
    MATCHED = "matched", "Known already"
    DUPLICATE = "duplicate", "Twice in the file"
    REFUSED = "refused", "Refused"
    # After an undo; what somebody has worked with stays as it is.
    REMOVED = "removed", "Removed again"
    RESTORED = "restored", "As before again"
    KEPT = "kept", "Kept"


class ImportLine(models.Model):
    """One line of a file, as it came, and what became of it."""

    # import_line_once begins with it.
    of = models.ForeignKey(Import, models.CASCADE, related_name="lines", db_index=False)
    # As a spreadsheet numbers it.
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    # Who is meant, or what happened, to find the same twice in a file and here.
    external_id = models.CharField(max_length=200, blank=True)
    email_key = models.CharField(max_length=254, blank=True)
    # While it is checked: by what it is told whether others are about the same (lanes.py).
    names = ArrayField(models.BigIntegerField(), null=True)
    # In which lane it comes in.
    lane = models.PositiveSmallIntegerField(default=0, db_default=0)
    status = models.CharField(max_length=9, choices=LineStatus, blank=True)
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, related_name="+")
    # The event it made. No key of the database: an undo takes the event away, not the line.
    event_id = models.BigIntegerField(null=True)
    # Whether it put its lead among the won or lost.
    settled = models.BooleanField(default=False, db_default=False)
    # [{"pointer", "code", "detail"}]: why it was refused, or what of it was not understood.
    errors = models.JSONField(null=True)
    # When it came in.
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="import_line_once"),
            models.CheckConstraint(
                condition=~Q(status="refused") | Q(errors__isnull=False),
                name="import_line_refused_says_why",
            ),
        ]
        indexes = [
            # Read by: the trigger that lets an undo take an event away (leads/sql/append_only.sql).
            models.Index(
                fields=["event_id"],
                condition=Q(event_id__isnull=False),
                name="import_line_of_event",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.number}"
