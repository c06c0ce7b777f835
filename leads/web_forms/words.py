"""What is copied out of the settings of a form: its address, a frame, and HTML."""

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html

from leads.inbound.languages import words_of
from leads.inbound.systems.ours import CONSENT, TRAP
from leads.models import ConsentText, CustomField, WebForm
from leads.web_forms import asking


def button(form: WebForm) -> str:
    """What its button says: its own words, or those of its language."""
    return form.button or words_of(form.language).send


def url(form: WebForm) -> str:
    """The whole address of its page."""
    return urljoin(f"{settings.BASE_URL}/", form.page.lstrip("/"))


def frame(form: WebForm) -> str:
    """HTML that shows the page in a frame; a text to copy, not to show as it is."""
    frame = format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy"></iframe>',
        url(form),
        form.title,
        220 + 84 * len(form.fields),
    )
    return "".join(frame)


def html(form: WebForm, texts: Sequence[ConsentText], defined: Mapping[str, CustomField]) -> str:
    """The form as plain HTML, for a page of somebody else's."""
    context = {
        "form": form,
        "words": words_of(form.language),
        "button": button(form),
        "action": urljoin(f"{settings.BASE_URL}/", form.inlet.address.lstrip("/")),
        "asked": [(one, asking.choices(one)) for one in asking.asked(form, defined)],
        "texts": texts,
        "consent": CONSENT,
        "trap": TRAP,
    }
    lines = render_to_string("leads/web_forms/snippet.html", context).splitlines()
    return "\n".join(line for line in lines if line.strip())
