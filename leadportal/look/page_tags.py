"""What a page makes of its own request and messages: the drawer, the undo, the sorted column."""

from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.context import Context, RequestContext
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from leadportal.web import addresses, answers, once
from leadportal.web.answers import HtmxRequest

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString | str:
    """Django's own, and beside it the token by which a form that is sent twice acts once."""
    secret = defaulttags.CsrfTokenNode().render(context)
    if not secret:
        return ""
    field = '{}<input type="hidden" name="{}" value="{}">'
    return format_html(field, secret, once.FIELD, once.new_token())


class AddressNode(defaulttags.URLNode):
    """Django's own, but for addresses that are kept."""

    def render(self, context: Context) -> str:
        if self.kwargs:
            return super().render(context)
        name, args = self.view_name.resolve(context), [one.resolve(context) for one in self.args]
        try:
            address = addresses.of(name, *args)
        except NoReverseMatch:
            if not self.asvar:
                raise
            address = ""
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address)


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """As Django's `{% url %}`."""
    node = defaulttags.url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


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
