from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leadportal.look.bidi import apart

# So long what came in is kept as it came, to be read again.
BODY_KEPT = timedelta(days=30)


class System(models.TextChoices):
    """What posts to an inlet; how each is read stands in leads/inbound/systems."""

    FORM = "form", "A form made here"
    HTML = "html", "A form of a website"
    JSON = "json", "Zapier, Make, n8n or other JSON"
    GOOGLE = "google", "Google Ads lead forms"
    META = "meta", "Meta lead ads"
    LINKEDIN = "linkedin", "LinkedIn lead gen forms"
    TYPEFORM = "typeform", "Typeform"
    WEBFLOW = "webflow", "Webflow"
    HUBSPOT = "hubspot", "HubSpot"
    SEGMENT = "segment", "Segment"
    CALENDLY = "calendly", "Calendly"
    CALCOM = "calcom", "Cal.com"
    MAIL = "mail", "Mails about leads"


class Inlet(models.Model):
    """An address of ours that one form, ad account or tool posts leads to."""

    name = models.CharField(max_length=80)
    system = models.CharField(max_length=8, choices=System)
    # What its address ends with: who knows it may post, and do nothing else.
    token = models.CharField(max_length=40, unique=True)
    # What the other side signs with, sealed (leadportal/db/sealed.py); blank: it does not sign.
    secret = models.TextField(blank=True)
    # With which the other side is asked for leads that it posts the ids of; sealed as well.
    access_token = models.TextField(blank=True, default="", db_default="")
    # Whose ids its external ids are, and whose word its values.
    integration = models.ForeignKey("accounts.Integration", models.PROTECT, related_name="+")
    # Of leads that name none.
    source = models.CharField(max_length=80, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    # What a person did who is sent here, as a type of events; blank where it is nothing.
    event_type = models.CharField(max_length=60, blank=True)
    # {"answers.work_email": "email"}: what people said a value is, by its place in what is sent
    # and the names of leads/imports/targets.py. The others are guessed.
    mapping = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return apart(self.name)

    def get_absolute_url(self) -> str:
        return reverse("inlet", args=[self.pk])

    @property
    def address(self) -> str:
        """Where to post, from the root of this site."""
        return reverse("in", args=[self.token])


class DeliveryState(models.TextChoices):
    # Its lead is asked for (leads/inbound/fetching.py).
    FETCHING = "fetching", "To be fetched"
    RECEIVED = "received", "Waiting"
    TAKEN = "taken", "Taken in"
    QUARANTINED = "quarantined", "In quarantine"
    FAILED = "failed", "Not taken"
    IGNORED = "ignored", "Passed over"
    # It named leads by their ids; each is a delivery of its own.
    NAMED = "named", "Names leads"


# Something is still to be done about it, at a time.
DUE = (DeliveryState.FETCHING, DeliveryState.RECEIVED)


class Delivery(models.Model):
    """One post to an inlet, kept as it came before it is read, and what became of it."""

    # delivery_of_inlet begins with it.
    inlet = models.ForeignKey(Inlet, models.PROTECT, related_name="deliveries", db_index=False)
    received_at = models.DateTimeField(default=timezone.now)
    # Empty as long as it is to be fetched.
    body = models.BinaryField()
    content_type = models.CharField(max_length=200, blank=True)
    # Those that prove who sent it, in small letters.
    headers = models.JSONField(default=dict)
    # Whence it came, as long as its body is kept.
    address = models.CharField(max_length=45, blank=True)
    # A try by a person here: it goes all the way and leaves no lead.
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=11, choices=DeliveryState, default=DeliveryState.RECEIVED)
    # Why it is not taken in, or not whole.
    reason = models.CharField(max_length=300, blank=True)
    # The system's id of the lead that is to be fetched, or was, and what named it.
    asks_for = models.CharField(max_length=200, blank=True, default="", db_default="")
    named_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Since when it waits to be read or fetched, or when the next try is.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The sender's own name of it, or a digest.
    key = models.CharField(max_length=200, blank=True)
    # Whom it speaks of and nobody knows yet: it is read again once somebody says who that is.
    waits_for = models.CharField(max_length=200, blank=True)
    # The first lead it made or found, and all: [{"status", "lead", "problems"}].
    lead = models.ForeignKey("leads.Lead", models.PROTECT, null=True, related_name="+")
    results = models.JSONField(null=True)
    # Who said that it is right whatever speaks against it.
    let_in_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    # When its body is forgotten.
    forget_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            # What is sent again is the same delivery.
            models.UniqueConstraint(
                fields=["inlet", "key"],
                condition=Q(state=DeliveryState.TAKEN) & ~Q(key=""),
                name="delivery_taken_once",
            ),
            # Whoever names it, and however often.
            models.UniqueConstraint(
                fields=["inlet", "asks_for"],
                condition=~Q(asks_for=""),
                name="delivery_fetched_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DUE, due_at__isnull=False)
                | (~Q(state__in=DUE) & Q(due_at=None)),
                name="delivery_waits_is_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*DUE, DeliveryState.TAKEN]) | ~Q(reason=""),
                name="delivery_says_why_not",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.FETCHING) | ~Q(asks_for=""),
                name="delivery_fetches_something",
            ),
        ]
        indexes = [
            # Read by: the sweeps (leads/inbound/job.py, fetching.py).
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(
                fields=["forget_at"], condition=Q(forget_at__isnull=False), name="delivery_forget"
            ),
            # Read by: the page of an inlet, what came from one place lately.
            models.Index(fields=["inlet", "-received_at", "-id"], name="delivery_of_inlet"),
            # Read by: who is known now (leads/inbound/taking.py).
            models.Index(
                fields=["inlet", "waits_for"], condition=~Q(waits_for=""), name="delivery_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("delivery", args=[self.pk])

    @property
    def is_forgotten(self) -> bool:
        """Whether what was sent is gone, so that it cannot be read again."""
        return self.forget_at is None
