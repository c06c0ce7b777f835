"""What pages say of two leads that may be one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from funnel.stages import IN_WORK, Stage
from funnel.vocabulary.facts import Fact, Vocabulary
from leadportal.look import formats
from leadportal.look.bidi import apart
from leadportal.world.countries import country_name
from leads.duplicates import merging, pieces
from leads.facts.known import CUSTOM
from leads.ingest.records import ATTRIBUTE
from leads.lead.words.alike import reasons
from leads.lead.words.who import choices_said
from leads.models import Duplicate, Lead
from leads.models.duplicates import Rank

FIRST, SECOND = "first", "second"


def why(pair: Duplicate) -> str:
    """ "The same phone number and name, and the same name in the same company." """
    text = reasons(pair.why) or "somebody said so"
    return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True)
class Row:
    """A line of the comparison: what each says, and which of the two counts."""

    name: str
    label: str
    first: str
    second: str
    # Whose word counts, and whether somebody chooses.
    takes: str
    is_open: bool


def rows(
    pair: Duplicate, heir: str, chosen: Mapping[str, str], vocabulary: Vocabulary
) -> Iterator[Row]:
    """All that either says; `heir` is the side that stays, `chosen` the side by field."""
    one, other = pair.leads
    staying, going = (one, other) if heir == FIRST else (other, one)
    away = SECOND if heir == FIRST else FIRST
    for name in pieces.names(one, other):
        if pieces.is_blank(one, name) and pieces.is_blank(other, name):
            continue
        takes = away if pieces.better(staying, going, name) else heir
        differs = pieces.differs(one, other, name)
        yield Row(
            name,
            label(name, vocabulary),
            _shown(one, name, vocabulary),
            _shown(other, name, vocabulary),
            chosen.get(name, takes) if differs else takes,
            differs,
        )


def label(name: str, vocabulary: Vocabulary) -> str:
    if name == pieces.COMPANY:
        return "Company"
    if name.startswith(ATTRIBUTE):
        fact = _defined(name, vocabulary)
        return fact.label if fact else apart(name.removeprefix(ATTRIBUTE))
    return pieces.COLUMNS[name].label


def _defined(name: str, vocabulary: Vocabulary) -> Fact | None:
    return vocabulary.get(f"{CUSTOM}{name.removeprefix(ATTRIBUTE)}")


def _shown(lead: Lead, name: str, vocabulary: Vocabulary) -> str:
    found = merging.shown(lead, name)
    if found in ("", None):
        return ""
    if name == "country":
        return country_name(lead.country)
    if name.startswith(ATTRIBUTE) and (fact := _defined(name, vocabulary)) and fact.choices:
        return choices_said(fact, pieces.value(lead, name))
    if isinstance(found, bool):
        return "Yes" if found else "No"
    if name in pieces.COLUMNS and name not in ("source", "campaign", "website", "linkedin"):
        return str(pieces.COLUMNS[name].on_page(pieces.value(lead, name)))
    return str(found)


def holder(lead: Lead) -> str:
    """ "claimed by Dana Okafor" """
    by = f" by {apart(lead.owner.name)}" if lead.owner else ""
    return f"{Stage(lead.stage).label.lower()}{by}"


def work(pair: Duplicate) -> str:
    """What has to be said where sales works with one or both; blank where with none."""
    one, other = pair.leads
    if staying := merging.must_stay(one, other):
        return (
            f"Sales works with lead {staying.pk}, {holder(staying)}, so that is the one that stays."
        )
    if one.stage in IN_WORK:
        return (
            f"Sales works with both: lead {one.pk} is {holder(one)}, lead {other.pk} is"
            f" {holder(other)}. Choose whose work goes on; the other claim ends."
        )
    return ""


def merged(count: int, left: int) -> str:
    """ "12 pairs merged. 3 certain pairs left." """
    text = (
        f"{formats.some(count, 'pair')} merged." if count else "No certain pair was left to merge."
    )
    return f"{text} {formats.some(left, 'certain pair')} left." if left else text


def tabs(counted: Mapping[int, int], shown: str) -> Sequence[Mapping[str, Any]]:
    """The ranks with their numbers, then what was decided."""
    ranks = [(rank.label.lower(), rank.label, counted[rank]) for rank in Rank]
    decided = [("merged", "Merged lately", 0), ("refused", "Not duplicates", 0)]
    return [
        {
            "url": f"?show={name}" if name else "?",
            "label": text,
            "count": count,
            "current": name == shown,
        }
        for name, text, count in [("", "All", sum(counted.values())), *ranks, *decided]
    ]
