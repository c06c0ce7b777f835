"""How shares read on both pages: each of their numbers opens exactly what it counts."""

from leadportal.look import formats
from leadportal.look.told import Told
from leads.metrics.shares import Share

NONE = [Told("–", look="mut")]


def figure(share: Share, part_url: str, whole_url: str) -> list[Told]:
    """ "65%", which opens those that are, or "13 of 18", of which each number opens its own."""
    if not share.whole:
        return NONE
    if share.is_ranked:
        return [percentage(share, part_url, whole_url)]
    return counts(share, part_url, whole_url)


def percentage(share: Share, part_url: str, whole_url: str) -> Told:
    """Opens the numerator; where there is none of them, those of which it is none."""
    whole = formats.number(share.whole)
    if not share.part:
        return Told(share.figure, whole_url, f"None: opens all {whole}", unit=share.unit)
    says = f"Opens {formats.number(share.part)} of {whole}"
    return Told(share.figure, part_url, says, unit=share.unit)


def counts(share: Share, part_url: str, whole_url: str) -> list[Told]:
    """ "13 of 18" """
    return [
        Told(formats.number(share.part), part_url if share.part else ""),
        Told("", unit=" of "),
        Told("", whole_url, unit=formats.number(share.whole)),
    ]
