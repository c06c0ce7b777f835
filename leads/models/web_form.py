from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

SLUG_MAX = 25


class WebForm(models.Model):
    """A form made here: on a page of ours, in a frame of theirs, or as HTML on their page.

    What is sent comes in by its inlet, whose name and source are its own.
    """

    inlet = models.OneToOneField("leads.Inlet", models.PROTECT, related_name="form")
    # Its page is /f/<slug>.
    slug = models.SlugField(max_length=SLUG_MAX, unique=True)
    title = models.CharField(max_length=120)
    intro = models.CharField(max_length=1000, blank=True)
    # Blank: as its language says it.
    button = models.CharField(max_length=40, blank=True)
    # [{"target", "label", "help", "required"}] in their order: what is asked, by the names of
    # leads/imports/targets.py.
    fields = models.JSONField(default=list)
    thanks = models.CharField(max_length=1000, blank=True)
    # Where who sent it is led instead.
    redirect_url = models.CharField(max_length=300, blank=True)
    # Sites that may show it in a frame: ["https://www.example.com"].
    framed_by = models.JSONField(default=list)
    # Whether it may stand as HTML on pages that can give it no token.
    is_pasted = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")

    class Meta:
        ordering = ["inlet__name", "id"]

    def __str__(self) -> str:
        return str(self.inlet)

    def get_absolute_url(self) -> str:
        return reverse("web-form", args=[self.pk])

    @property
    def page(self) -> str:
        return reverse("hosted-form", args=[self.slug])


class ConsentText(models.Model):
    """What a form asks consent for, in the words people read. Another text is another version."""

    form = models.ForeignKey(WebForm, models.PROTECT, related_name="consent_texts", db_index=False)
    purpose = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    text = models.CharField(max_length=2000)
    is_required = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    # Since when it is not asked any more.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["form", "purpose", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "purpose", "version"], name="consent_text_version_once"
            ),
            models.UniqueConstraint(
                fields=["form", "purpose"],
                condition=Q(retired_at=None),
                name="consent_text_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"
