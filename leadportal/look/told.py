"""What is said in pieces, of which those with a number are links to what they count."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of a sentence; a link where it has a `url`.

    `says` tells on hover what the link opens, where the text alone does not; `unit` follows the
    text in small letters where the place has them; `look` is a class, such as "bad-ink".
    """

    text: str
    url: str = ""
    says: str = ""
    unit: str = ""
    look: str = ""


def told(pieces: Sequence[Told] | str) -> SafeString:
    """`{% told tile.note %}`: the pieces in a row, escaped."""
    if isinstance(pieces, str):
        return format_html("{}", pieces)
    return format_html_join("", "{}", ((_piece(one),) for one in pieces))


def _piece(one: Told) -> SafeString | str:
    shown: SafeString | str = one.text
    if one.unit:
        shown = format_html('{}<span class="unit">{}</span>', one.text, one.unit)
    if not one.url:
        return format_html('<span class="{}">{}</span>', one.look, shown) if one.look else shown
    look = f"link {one.look}".rstrip()
    title = format_html(' title="{}"', one.says) if one.says else ""
    return format_html('<a class="{}" href="{}"{}>{}</a>', look, one.url, title, shown)
