"""Tags and filters of every page, a builtin of all templates: thin, over formats and drawing."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts import drawing, formats

register = template.Library()

register.simple_tag(drawing.icon)
register.simple_tag(drawing.bar)
register.simple_tag(drawing.score_bar)
register.simple_tag(drawing.score_track)
register.simple_tag(drawing.score_scale)
register.simple_tag(drawing.points_bar)
register.simple_tag(drawing.sla_clock)
register.simple_tag(drawing.sparkline)
register.simple_tag(drawing.baton)
register.simple_tag(drawing.avatar)
register.simple_tag(drawing.delta)


@register.simple_tag
def sla_met(taken: timedelta, label: str) -> SafeString:
    """`{% sla_met taken "claimed in time" %}`: a promise that was kept."""
    return drawing.sla_met(formats.duration(taken), label)


@register.simple_tag
def share_bar(value: float, side: str = "sa", width: int | str = 88) -> SafeString:
    """`{% share_bar 81 "sa" %}`: a share in percent as a bar; side mk, sa, bad, ok or ink."""
    return drawing.bar(value, side, width=width)


@register.simple_tag
def ribbon(steps: list[dict[str, Any]]) -> SafeString:
    """`{% ribbon steps %}`: the band of a funnel; each step has a `count` and a `side` (mk, sa)."""
    return drawing.ribbon([step["count"] for step in steps], [step["side"] for step in steps])


@register.filter
def when(moment: datetime | None) -> str | SafeString:
    """`{{ lead.created_at|when }}`: "today 13:38", exact on hover; nothing for no moment."""
    if moment is None:
        return ""
    return _time(moment, formats.when(moment))


@register.filter
def clock(moment: datetime | None) -> str | SafeString:
    """`{{ event.occurred_at|clock }}`: "13:38", where the day is already said."""
    if moment is None:
        return ""
    return _time(moment, f"{timezone.localtime(moment):%H:%M}")


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """`{{ key.last_used_at|ago }}`: "31 min ago"."""
    if moment is None:
        return ""
    return _time(moment, f"{formats.duration(timezone.now() - moment)} ago")


def _time(moment: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        formats.exact(moment),
        text,
    )


@register.filter
def duration(span: timedelta | float | None) -> str:
    """`{{ handoff.waited|duration }}`: "31 min", "1 h 21", from a timedelta or seconds."""
    return "" if span is None else formats.duration(span)


@register.filter
def money(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """`{{ lead.estimated_value|money:company.currency }}`: "€48k"; nothing for no amount."""
    return "" if amount is None else formats.money(amount, currency)


@register.filter
def signed(points: int) -> str:
    """`{{ line.points|signed }}`: "+25", "−5"."""
    return formats.signed(points)


@register.filter
def number(value: float | None) -> str:
    """`{{ count|number }}`: "1,204"."""
    return "" if value is None else formats.number(value)


@register.filter
def initials(name: str) -> str:
    return formats.initials(name)


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's own widget, dressed; Django adds aria-describedby and aria-invalid itself."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        look = "box"
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        look = ""
    else:
        look = "in wrong" if field.errors else "in"
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{look} {own}".strip()})


@register.filter
def problems(field: BoundField) -> list[str]:
    """What is wrong with a field, named, so that the summary says the same words as the field."""
    default = forms.Field.default_error_messages["required"]
    return [
        gettext("%(field)s is missing") % {"field": field.label} if text == default else text
        for text in field.errors
    ]


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the label stands after the control."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is a set of choices, so its name is a legend and not a label."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's Undo posts to: the view gave it as `extra_tags="undo:/…"`."""
    tag = message.extra_tags or ""
    return tag.removeprefix("undo:") if tag.startswith("undo:") else ""


@register.filter
def scan_code(svg: str) -> SafeString:
    """
    `{{ totp_svg|scan_code }}`: the drawn code inline, as the policy lets no image come from data.

    Only its shape is taken over, so nothing else of the given markup reaches the page.
    """
    shape = {name: SVG_SHAPE[name].search(svg) for name in SVG_SHAPE}
    view, path = (found.group(1) if found else "" for found in shape.values())
    return format_html(
        '<svg class="scan" viewBox="{}" role="img"'
        ' aria-label="Code to scan; the secret below says the same"><path d="{}"/></svg>',
        view,
        path,
    )


SVG_SHAPE = {
    "viewBox": re.compile(r'\bviewBox="([^"]*)"'),
    "d": re.compile(r'\bd="([^"]*)"'),
}


@register.filter
def drawer_base(request: HttpRequest) -> str:
    """`{% extends request|drawer_base %}`: one template that is a drawer for htmx, else a page."""
    return "partials/drawer.html" if request.htmx else "partials/drawer_page.html"


SORT_STATES = {"ascending": "▲", "descending": "▼"}


@register.inclusion_tag("partials/sort_header.html", takes_context=True)
def sort_header(
    context: RequestContext, label: str, field: str, classes: str = "", first: str = ""
) -> dict[str, Any]:
    """
    `{% sort_header "Score" "score" "r" "-" %}`: a column head that sorts by `?sort=score`.

    The view puts the current order into the context as `sort` ("-score" is descending); `first`
    is "-" for columns that people want to see largest first.
    """
    current = context.get("sort", "")
    state = ""
    if current.lstrip("-") == field:
        state = "descending" if current.startswith("-") else "ascending"
    turned = field if state == "descending" else f"-{field}"
    return {
        "request": context.get("request"),
        "label": label,
        "classes": classes,
        "state": state,
        "arrow": SORT_STATES.get(state, ""),
        "next": turned if state else f"{first}{field}",
    }
