"""A case against the criteria in a sentence, for the note of a draft."""

import re
from collections.abc import Mapping, Sequence

from funnel.rulebook.parts import Rule
from leadportal.look import formats
from leads.metrics.answers.evidence import Flaw
from leads.metrics.answers.verdicts import Reasons
from leads.metrics.periods import Period
from leads.metrics.shares import Share
from leads.quality.tables import NO_SOURCE, most_common
from leads.rejections.words import FLAWS

NAMED = 3


def of_reason(reason: int, reasons: Reasons, period: Period) -> str:
    """ "12 leads handed over 1 to 30 May were rejected for “Student”: 7 from Ads, 5 from Fair." """
    found = most_common(reasons.of_reason(reason), reasons.source_names)
    count = sum(number for _, number in found)
    parts = [
        f"{formats.number(number)} from {reasons.source_names[source] or NO_SOURCE.lower()}"
        for source, number in found[:NAMED]
    ]
    more = sum(number for _, number in found[NAMED:])
    parts += [f"{formats.number(more)} from others"] if more else []
    return (
        f"{formats.some(count, 'lead')} handed over {period.days_text} {_were(count)} rejected "
        f"for “{reasons.labels[reason]}”: {', '.join(parts)}."
    )


def told_of_reason(label: str) -> str:
    """A pattern of what `of_reason` said of this reason before, whatever the days and numbers."""
    return rf"[\d,]+ leads? handed over .+ (was|were) rejected for “{re.escape(label)}”: .+"


def told_of_rule(label: str) -> str:
    """The same of `of_rule`."""
    return rf"“{re.escape(label)}”, [^:]+: (of [\d,]+ leads? that it gave|Sales said) .+"


def of_rule(label: str, share: Share, flaws: Sequence[Flaw], period: Period) -> str:
    """ "“Chat”, 1 to 30 May: of 34 leads that it gave points to and Sales decided, 25 …" """
    parts = [f"“{label}”, {period.days_text}:"]
    if share.whole:
        decided = formats.some(share.whole, "lead")
        accepted = formats.number(share.part)
        parts.append(
            f"of {decided} that it gave points to and Sales decided, {accepted} "
            f"{_were(share.part)} accepted."
        )
    for flaw, words in FLAWS.items():
        if count := sum(one.count for one in flaws if one.flaw == flaw):
            times = "once" if count == 1 else f"{formats.number(count)} times"
            parts.append(f"Sales said {times}: {words}.")
    return " ".join(parts)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def label_of(rule: str, live: Mapping[str, Rule], flaws: Sequence[Flaw]) -> str:
    """The words of a rule: those of the live version, else those sales saw; empty for neither."""
    if rule in live:
        return live[rule].label
    return next((one.label for one in flaws if one.rule == rule), "")
