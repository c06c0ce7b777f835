"""How numbers, money, spans and moments read on a page. Pure: text in, text out, no markup."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

MINUS = "\N{MINUS SIGN}"

CURRENCY_SIGNS = {
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "CHF": "CHF ",
    "INR": "₹",
}

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def number(value: float | Decimal) -> str:
    """1204 -> "1,204"; keeps one decimal of a fraction: 61.25 -> "61.2"."""
    sign = MINUS if value < 0 else ""
    size = -value if value < 0 else value
    return f"{sign}{size:,.0f}" if size == int(size) else f"{sign}{size:,.1f}"


def some(count: int, thing: str) -> str:
    """ "1 lead", "1,204 leads" """
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def signed(value: float) -> str:
    """Points as people add them up: "+25", "−5", "0"."""
    return f"+{number(value)}" if value > 0 else number(value)


def money(amount: float | Decimal, currency: str = "EUR") -> str:
    """An amount short enough for a table: "€850", "€48k", "€1.24 m"; an unknown code leads."""
    sign = MINUS if amount < 0 else ""
    unit = CURRENCY_SIGNS.get(currency, f"{currency} " if currency else "")
    size = -amount if amount < 0 else amount
    # The limits sit where the rounded text would otherwise read "1000k" or "10,000".
    if size >= 999_500:
        text = f"{size / 1_000_000:,.2f} m"
    elif size >= 9_999.5:
        text = f"{size / 1_000:.0f}k"
    else:
        text = f"{size:,.0f}"
    return f"{sign}{unit}{text}"


def amount(value: float | Decimal, currency: str = "EUR") -> str:
    """An amount in full, as somebody gave it: "€37,400", "€1,250.50"."""
    sign = MINUS if value < 0 else ""
    unit = CURRENCY_SIGNS.get(currency, f"{currency} " if currency else "")
    size = -value if value < 0 else value
    return f"{sign}{unit}{size:,.0f}" if size == int(size) else f"{sign}{unit}{size:,.2f}"


def duration(span: timedelta | float) -> str:
    """A length of time, or its seconds, two units at most: "31 min", "1 h 21", "3 days"."""
    seconds = int(abs(span.total_seconds() if isinstance(span, timedelta) else span))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"
    days = seconds // DAY
    return "1 day" if days == 1 else f"{days:,} days"


def countdown(seconds: float) -> str:
    """What a clock shows: "4:12" left, "1h 38m" left, "3:06 late" once the time is over."""
    # Whole seconds first, so that a clock never reads 0:00 late.
    seconds = int(seconds)
    left = abs(seconds)
    if left < HOUR:
        text = f"{left // MINUTE}:{left % MINUTE:02}"
    else:
        text = f"{left // HOUR}h {left % HOUR // MINUTE:02}m"
    return f"{text} late" if seconds < 0 else text


def when(moment: datetime, now: datetime | None = None) -> str:
    """A moment as people say it, in the reader's zone: "today 13:38", "12 Nov", "3 Mar 2024"."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    clock = f"{local:%H:%M}"
    away = (today - local.date()).days
    if away in NEAR_DAYS:
        return f"{NEAR_DAYS[away]} {clock}"
    day = f"{local.day} {local:%b}"
    return day if local.year == today.year else f"{day} {local.year}"


NEAR_DAYS = {-1: "tomorrow", 0: "today", 1: "yesterday"}


def exact(moment: datetime) -> str:
    """A moment in full, for the title of a short one: "Thursday 12 November 2026, 13:38 CET"."""
    local = timezone.localtime(moment)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}"


def initials(name: str) -> str:
    """Two letters for an avatar: first and last word, "?" for nobody."""
    words = name.split()
    letters = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in letters).upper() or "?"
