"""How a form's fields are shown: the control, its name, and what is wrong with it."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

register = template.Library()

GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.filter
def control(field: BoundField, first: bool = False) -> SafeString:
    """The field's own widget, dressed; Django adds aria-describedby and aria-invalid itself.

    `first`: the page begins here, as long as nothing is wrong.
    """
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        look = "box"
    elif isinstance(widget, GROUPS):
        look = ""
    else:
        look = "in wrong" if field.errors else "in"
    own = widget.attrs.get("class", "")
    # What people type may run from right to left; addresses and numbers never do.
    if type(widget) in (forms.TextInput, forms.Textarea):
        widget.attrs.setdefault("dir", "auto")
    begins = {"autofocus": True} if first and not field.form.errors else {}
    return field.as_widget(attrs={"class": f"{look} {own}".strip()} | begins)


@register.filter
def problems(field: BoundField) -> list[str]:
    """What is wrong with a field, named, so that the summary says the same words as the field."""
    default = forms.Field.default_error_messages["required"]
    return [
        gettext("%(field)s is missing") % {"field": field.label} if text == default else text
        for text in map(str, field.errors)
    ]


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands after the control."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is a set of choices, so its name is a legend and not a label."""
    return isinstance(field.field.widget, GROUPS)


@register.simple_tag
def options(choices: Iterable[str | tuple[str, str]], chosen: str) -> SafeString:
    """Of a select: words, or values with their labels; hundreds, so no template walks them.

    What is chosen stays chosen, also where it is not offered.
    """
    pairs = [(one, one) if isinstance(one, str) else one for one in choices]
    if chosen and all(value != chosen for value, _ in pairs):
        pairs.insert(0, (chosen, chosen))
    return _options(tuple(pairs), chosen)


@lru_cache(64)
def _options(pairs: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """A page has the same ones in several selects, and again the next time."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", label) for value, label in pairs),
    )


SELECTED = mark_safe(" selected")


@register.filter
def in_words(name: str) -> str:
    """The name of a field whose label nothing here knows: "hold_until" is "Hold until"."""
    return capfirst(re.sub(r"[._]+", " ", name).strip())
