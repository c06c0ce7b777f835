"""The stages on a page, a builtin of all templates."""

from django import template
from django.utils.safestring import SafeString

from funnel.stages import Stage
from leadportal.look import marks

register = template.Library()

# Which half of the baton is filled: who holds a lead in this stage.
FILLED = {
    Stage.MQL: "mk",
    Stage.NURTURE: "mk",
    Stage.REJECTED: "mk",
    Stage.SQL: "over",
    Stage.CLAIMED: "sa",
    Stage.ACCEPTED: "sa",
    Stage.OPPORTUNITY: "sa",
    Stage.WON: "sa",
}


@register.simple_tag
def stage_badge(stage: str, label: str = "") -> SafeString:
    """`{% stage_badge lead.stage %}`: its word behind the baton that says who holds the lead."""
    told = Stage(stage)
    return marks.baton(FILLED.get(told, "none"), label or told.label)
