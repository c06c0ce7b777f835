"""Small signs of one element that stand beside a word or around it."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leadportal.look import formats


@lru_cache(typed=True)
def icon(name: str, size: int = 16) -> SafeString:
    """One symbol of the sprite in the page; decorative, so a word or a label stands beside it."""
    return format_html(
        '<svg width="{0}" height="{0}" aria-hidden="true"><use href="#i-{1}"/></svg>', size, name
    )


def avatar(name: str, side: str = "", *, large: bool = False) -> SafeString:
    """Initials in a disc; the name itself stands beside it, so the disc is silent."""
    return format_html(
        '<span class="av{}{}" aria-hidden="true">{}</span>',
        " lg" if large else "",
        f" {side}" if side else "",
        formats.initials(name),
    )


@lru_cache(typed=True)
def baton(filled: str, word: str) -> SafeString:
    """A word behind a baton of two halves; `filled` is mk, sa, over (both) or none."""
    return format_html('<span class="stage {}">{}</span>', filled, word)


def moment(at: datetime, text: str) -> SafeString:
    """A short text for a moment, which says it in full on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        formats.exact(at),
        text,
    )


def when(at: datetime) -> SafeString:
    """A moment beside a thing: "today 13:38"."""
    zone = timezone.get_current_timezone()
    return _when(at, zone, timezone.localdate(timezone=zone))


@lru_cache(4096)
def _when(at: datetime, zone: tzinfo, today: date) -> SafeString:
    """Rows of a list say it twice each, and again with every look at the list."""
    return moment(at, formats.when(at))
