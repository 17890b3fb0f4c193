"""The symbols of our pages; every template knows them."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One symbol of static/icons.svg, decorative: the word beside it carries the meaning. ``extra``: more classes.

    A tag and not a template of its own: a list draws a hundred of them.
    """
    classes = f"asc-icon {extra}" if extra else "asc-icon"
    sprite = static("icons.svg")
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, sprite, name)
