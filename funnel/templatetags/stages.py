"""The stages on a page, a builtin of all templates."""

from django import template
from django.utils.safestring import SafeString

from accounts import drawing
from funnel.stages import Stage

register = template.Library()


@register.simple_tag
def stage_badge(stage: str) -> SafeString:
    """`{% stage_badge lead.stage %}`: its word behind the baton that says who holds the lead."""
    told = Stage(stage)
    return drawing.baton(told.badge, told.label)
