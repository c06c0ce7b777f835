"""The stages on a page, a builtin of all templates."""

from django import template
from django.utils.safestring import SafeString

from funnel.stages import Stage
from leadportal.look import marks

register = template.Library()


@register.simple_tag
def stage_badge(stage: str) -> SafeString:
    """`{% stage_badge lead.stage %}`: its word behind the baton that says who holds the lead."""
    told = Stage(stage)
    return marks.baton(told.badge, told.label)
