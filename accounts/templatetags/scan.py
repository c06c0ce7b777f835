"""The code that sets up an authenticator app."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


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
