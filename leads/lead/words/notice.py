"""What the page says of a lead that a disqualifier meets and nobody moves for it."""

from funnel.rulebook.parts import Rulebook
from funnel.stages import LADDER, SALES_HOLDS
from leadportal.look import formats
from leads.models import Lead


def kept_from(lead: Lead, rulebook: Rulebook) -> str:
    """The disqualifier that holds and who keeps the lead all the same; empty when none does."""
    labels = {item.id: item.label for item in rulebook.disqualifiers}
    label = labels.get(lead.judgement.disqualifier)
    if label is None:
        return ""
    would = f"“{label}” would disqualify this lead now."
    if lead.stage in SALES_HOLDS:
        return f"{would} Sales holds it, so it stays."
    if lead.stage in LADDER and lead.held_until:
        return f"{would} An override keeps it here until {formats.when(lead.held_until)}."
    return ""
