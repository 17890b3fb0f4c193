"""What the page of a change of address asks about the link that it sends."""

from allauth.account.internal.flows.email_verification import consume_email_verification_rate_limit
from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def link_went_just_now(context: template.Context, email: str) -> bool:
    """Whether the login library would send no other link to the address yet. It does not say so itself."""
    return not consume_email_verification_rate_limit(context["request"], email, dry_run=True)
