"""What people do with a form: make it, word it, choose what it asks, and for what consent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, FilteredRelation, Max, Q, QuerySet

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from leadportal.db import clock
from leadportal.db.meanwhile import really_new
from leads.inbound import inlets
from leads.inbound.languages import ENGLISH, words_of
from leads.models import ConsentText, DeliveryState, Inlet, System, WebForm
from leads.web_forms.asking import REACHES

FIELDS_MAX = 40
UP, DOWN = "up", "down"
# What a person words, beside what its inlet says of all that comes by it.
WORDED = (
    *("title", "intro", "button", "thanks", "redirect_url", "framed_by", "is_pasted"),
    *("language", "slug"),
)
OF_INLET = ("name", "source", "campaign", "event_type")


class FormRefused(Exception):
    """A form cannot be like this; says why, and at which field of it."""

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


def counted() -> "QuerySet[WebForm, Any]":
    """All, each with what came by it lately and waits for somebody."""
    kept = Q(inlet__deliveries__forget_at__isnull=False)
    recent = FilteredRelation("inlet__deliveries", condition=kept)
    rows = WebForm.objects.select_related("inlet").annotate(recent=recent)
    return rows.annotate(
        last_at=Max("recent__received_at"),
        taken=Count("recent", filter=Q(recent__state=DeliveryState.TAKEN)),
        waiting=Count("recent", filter=Q(recent__state=DeliveryState.QUARANTINED)),
    ).order_by("inlet__name", "pk")


@transaction.atomic
def create(person: User, *, name: str, slug: str, language: str = ENGLISH) -> WebForm:
    """A form that asks who somebody is, in that language. Raises FormRefused or NotAllowed."""
    policy.require(person, Action.EDIT_INBOUND)
    inlet = inlets.create(person, system=System.FORM, name=name, source=name)
    words = words_of(language)
    first = [
        _field("email", words.work_email, required=True),
        _field("first_name", words.first_name),
        _field("last_name", words.last_name),
        _field("company.name", words.company),
    ]
    form = WebForm(inlet=inlet, slug=slug, title=name, fields=first, language=words.code)
    return _saved(form)


def values(form: WebForm) -> dict[str, Any]:
    """What a form of it shows."""
    own = {name: getattr(form, name) for name in WORDED}
    return own | {name: getattr(form.inlet, name) for name in OF_INLET}


@transaction.atomic
def change(
    form: WebForm, person: User, *, read: Mapping[str, Any] | None = None, **wanted: Any
) -> WebForm:
    """Other words, address or origin. `read` is what the person saw.

    Raises FormRefused, ChangedMeanwhile or NotAllowed.
    """
    form = _held(form, person)
    for name, value in really_new(values(form), wanted, read).items():
        setattr(form.inlet if name in OF_INLET else form, name, value)
    form.inlet.save(update_fields=[*OF_INLET])
    return _saved(form)


@transaction.atomic
def put_field(
    form: WebForm,
    person: User,
    *,
    target: str,
    label: str,
    help: str = "",  # noqa: A002
    required: bool = False,
    is_long: bool = False,
    read: Mapping[str, Any] | None = None,
) -> WebForm:
    """Ask this, at the end, or otherwise than before. `read` is what the person saw.

    Raises FormRefused, ChangedMeanwhile or NotAllowed.
    """
    form = _held(form, person)
    new = _field(target, label, help, required=required, is_long=is_long)
    places = [place for place, one in enumerate(form.fields) if one["target"] == target]
    if places:
        now = form.fields[places[0]]
        form.fields[places[0]] = now | really_new(now, new, {**(read or {}), "target": target})
    elif len(form.fields) == FIELDS_MAX:
        raise FormRefused(f"A form asks at most {FIELDS_MAX} things.")
    else:
        form.fields.append(new)
    return _saved(form)


@transaction.atomic
def move_field(form: WebForm, person: User, target: str, way: str) -> bool:
    """Put a question one place up or down; whether there was a place. Raises NotAllowed."""
    form = _held(form, person)
    here = next((n for n, one in enumerate(form.fields) if one["target"] == target), None)
    there = None if here is None else here + (-1 if way == UP else 1)
    if here is None or there is None or not 0 <= there < len(form.fields):
        return False
    form.fields[here], form.fields[there] = form.fields[there], form.fields[here]
    _saved(form)
    return True


@transaction.atomic
def take_field(form: WebForm, person: User, target: str) -> WebForm:
    """Ask something no more. Raises FormRefused or NotAllowed."""
    form = _held(form, person)
    left = [one for one in form.fields if one["target"] != target]
    if not REACHES & {one["target"] for one in left}:
        raise FormRefused("It has to ask for the email or the phone, or nobody can be reached.")
    form.fields = left
    return _saved(form)


@transaction.atomic
def ask_consent(
    form: WebForm,
    person: User,
    *,
    purpose: str,
    text: str,
    is_required: bool = False,
    at: datetime | None = None,
    read: Mapping[str, Any] | None = None,
) -> ConsentText:
    """Ask consent for a purpose in these words; other words are the next version.

    What people agreed to before stays as they read it. `read` is what the person saw. Raises
    ChangedMeanwhile or NotAllowed.
    """
    form, at = _held(form, person), at or clock.now()
    before = form.consent_texts.filter(purpose=purpose).order_by("-version").first()
    asked = before if before and before.retired_at is None else None
    if asked:
        now: dict[str, Any] = {"text": asked.text, "is_required": asked.is_required}
        new = now | really_new(now, {"text": text, "is_required": is_required}, read)
        text, is_required = new["text"], new["is_required"]
    if asked and asked.text == text:
        asked.is_required = is_required
        asked.save(update_fields=["is_required"])
        return asked
    form.consent_texts.filter(purpose=purpose, retired_at=None).update(retired_at=at)
    return ConsentText.objects.create(
        form=form,
        purpose=purpose,
        version=before.version + 1 if before else 1,
        text=text,
        is_required=is_required,
        made_at=at,
        made_by=person,
    )


@transaction.atomic
def stop_asking(form: WebForm, person: User, purpose: str, *, at: datetime | None = None) -> bool:
    """Ask consent for a purpose no more; whether it was asked. Raises NotAllowed."""
    form = _held(form, person)
    texts = form.consent_texts.filter(purpose=purpose, retired_at=None)
    return bool(texts.update(retired_at=at or clock.now()))


def _field(
    target: str,
    label: str,
    help: str = "",  # noqa: A002
    *,
    required: bool = False,
    is_long: bool = False,
) -> dict[str, Any]:
    return {
        "target": target,
        "label": label,
        "help": help,
        "required": required,
        "is_long": is_long,
    }


def _held(form: WebForm, person: User) -> WebForm:
    policy.require(person, Action.EDIT_INBOUND)
    Inlet.objects.select_for_update(no_key=True).get(pk=form.inlet_id)
    rows = WebForm.objects.select_related("inlet").select_for_update(no_key=True, of=("self",))
    return rows.get(pk=form.pk)


def _saved(form: WebForm) -> WebForm:
    """The database says that an address is of one form."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        if not WebForm.objects.filter(slug=form.slug).exclude(pk=form.pk).exists():
            raise
        raise FormRefused("Another form has this address.", "slug") from None
    return form
