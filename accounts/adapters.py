"""Where the login library asks us: what it may do to people goes through our services."""

from __future__ import annotations

import logging
from contextvars import copy_context
from threading import Thread
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from notifications.post import UNUSABLE

from . import services
from .models import User

log = logging.getLogger(__name__)

#: The name of the thread that talks to the mail server about a password.
HANDING_OVER = "handing over a link to a new password"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Email and password do not belong together. Check both, then try again.",
        "too_many_login_attempts": "Too many failed attempts. Wait five minutes, then try again.",
        "duplicate_email": "This is your email address already, or you are about to change to it.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your current password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited by their company."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """`?next=` leads nowhere but to the host that was asked, however many hosts we answer to."""
        request = context.request
        return bool(url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Only the person's own address is a login: one that waits for its confirmation is none yet."""
        person = super().authenticate(request, **credentials)
        if person is not None and person.email != credentials.get("email", person.email).lower():
            return None
        return person

    def set_password(self, user: Any, password: str) -> None:
        services.set_password(person=user, password=password)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Move the person to the new address, if it is that person who asks.

        A mistyped address belongs to a stranger. Were the link enough, it would hand over the account.
        """
        if request.user.pk != email_address.user_id:
            raise ImmediateHttpResponse(redirect_to_login(request.get_full_path()))
        person, before = email_address.user, email_address.user.email
        try:
            services.change_email(person=person, email=email_address.email)
        except ValidationError:
            return self._tell(request, messages.ERROR, "email_confirmation_failed", email_address.email)
        update_session_auth_hash(request, person)
        self.send_notification_mail(
            "account/email/email_changed", person, {"from_email": before, "to_email": person.email}, email=before
        )
        return self._tell(request, messages.SUCCESS, "email_confirmed", person.email)

    def _tell(self, request: HttpRequest, level: int, what: str, email: str) -> bool:
        self.add_message(request, level, f"account/messages/{what}.txt", {"email": email})
        return level == messages.SUCCESS

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """To the person's own address only; one that waits for its confirmation may be a stranger's.

        Handed over beside the request: how long its answer takes would show a stranger that there is an account.
        """
        if email.lower() == user.email:
            letter = self.render_mail("account/email/password_reset_key", email, context)
            Thread(target=copy_context().run, args=(_hand_over, letter), name=HANDING_OVER).start()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that cannot be used must not cost the request."""
        try:
            super().send_mail(template_prefix, email, context)
        except UNUSABLE:
            log.exception("account mail not sent: %s", template_prefix)
            if isinstance(self.request.user, User):
                messages.error(self.request, "The email could not be sent just now. Try again in a few minutes.")
            if template_prefix == "account/email/email_confirmation":
                # Not one that counts, and no word after it: the library would say that the link is sent.
                ratelimit.clear(self.request, action="confirm_email", key=email.lower())
                raise ImmediateHttpResponse(redirect("account_email")) from None

    def render_mail(self, template_prefix: str, email: Any, context: dict[str, Any], **more: Any) -> EmailMessage:
        return super().render_mail(template_prefix, email, context | {"site_url": settings.SITE_URL}, **more)

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', key)}"

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return f"{settings.SITE_URL}{reverse('account_confirm_email', args=[emailconfirmation.key])}"

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return _own_place(email_address.user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return _own_place(request.user)


def _own_place(user: Any) -> str:
    """Operators belong to no company, and so have no settings of their own."""
    return reverse("account-settings" if user.company_id else "admin:index")


def _hand_over(letter: EmailMessage) -> None:
    """Touches no database: nobody would close its connection."""
    try:
        letter.send()
    except UNUSABLE:
        log.exception("account mail not sent: %s", letter.subject)
