"""What every template may show of data: pictures, small signs, and how things read.

A builtin of all templates, like form_tags and page_tags: nothing is loaded by hand.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import wraps

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from leadportal.look import bars, bidi, changes, clocks, formats, marks, ribbon, sparkline, told
from leadportal.look.pictures import Picture, draw

register = template.Library()

# --- pictures and signs ------------------------------------------------------------------------

register.simple_tag(draw)


def picture(lay_out: Callable[..., Picture | None]) -> None:
    """Register a tag with the name and the arguments of the function that lays a picture out."""

    @wraps(lay_out)
    def tag(*args: object, **options: object) -> SafeString:
        return draw(lay_out(*args, **options))

    register.simple_tag(tag)


picture(bars.share_bar)
picture(bars.points_bar)
picture(bars.score_bar)
picture(bars.score_track)
picture(bars.score_scale)
picture(changes.delta)
picture(clocks.sla_clock)
picture(clocks.sla_met)
picture(ribbon.ribbon)
picture(sparkline.sparkline)

register.simple_tag(marks.icon)
register.simple_tag(marks.avatar)
register.simple_tag(marks.baton)
register.simple_tag(told.told)

# --- how things read ---------------------------------------------------------------------------


@register.filter
def when(moment: datetime | None) -> str | SafeString:
    """`{{ lead.created_at|when }}`: "today 13:38", exact on hover; nothing for no moment."""
    return "" if moment is None else marks.when(moment)


@register.filter
def clock(moment: datetime | None) -> str | SafeString:
    """`{{ event.occurred_at|clock }}`: "13:38", where the day is already said."""
    if moment is None:
        return ""
    return marks.moment(moment, f"{timezone.localtime(moment):%H:%M}")


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """`{{ key.last_used_at|ago }}`: "31 min ago"."""
    if moment is None:
        return ""
    return marks.moment(moment, f"{formats.duration(timezone.now() - moment)} ago")


@register.filter
def duration(span: timedelta | float | None) -> str:
    """`{{ handoff.waited|duration }}`: "31 min", "1 h 21", from a timedelta or seconds."""
    return "" if span is None else formats.duration(span)


@register.filter
def money(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """`{{ lead.estimated_value|money:company.currency }}`: "€48k"; nothing for no amount."""
    return "" if amount is None else formats.money(amount, currency)


@register.filter
def number(value: float | None) -> str:
    """`{{ count|number }}`: "1,204"."""
    return "" if value is None else formats.number(value)


# `{{ line.points|signed }}`: "+25", "−5".
register.filter(formats.signed)
register.filter(formats.initials)
# `{{ lead.first_name|apart }}`: a name within a sentence, whichever way it runs.
register.filter(bidi.apart)


@register.filter
def breakable(text: str) -> str | SafeString:
    """`{{ lead.email|breakable }}`: an address or a file's name, broken where its parts end."""
    if " " in text or not {"@", ".", "_"} & set(text):
        return text
    parts = re.findall(r"[^@._]*[@._]?", text)
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts if part))
