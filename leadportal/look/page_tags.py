"""What a page makes of its own request and messages: the drawer, the undo, the sorted column."""

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import Context, RequestContext
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadportal.web import answers, once
from leadportal.web.answers import HtmxRequest

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString | str:
    """Django's own, and beside it the token by which a form that is sent twice acts once."""
    secret = CsrfTokenNode().render(context)
    if not secret:
        return ""
    field = '{}<input type="hidden" name="{}" value="{}">'
    return format_html(field, secret, once.FIELD, once.new_token())


@register.filter
def undo_url(message: Message) -> str:
    """Where a message's Undo posts to: the view gave it as `extra_tags="undo:/…"`."""
    tag = message.extra_tags or ""
    return tag.removeprefix("undo:") if tag.startswith("undo:") else ""


@register.filter
def drawer_base(request: HtmxRequest) -> str:
    """`{% extends request|drawer_base %}`: one template that is a drawer for htmx, else a page."""
    return "partials/drawer.html" if request.htmx else "partials/drawer_page.html"


@register.simple_tag(takes_context=True)
def way_back(context: Context, thing: Any) -> str:
    """`{% way_back lead %}`: where a drawer was opened; without a script the page of the thing."""
    request: HtmxRequest = context["request"]
    page = answers.page_of(request, thing)
    return answers.came_from(request, page) if request.htmx else page


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
    current = context.get("sort") or ""
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
