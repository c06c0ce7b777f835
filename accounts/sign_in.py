"""Signing in: nobody signs up alone, guessing is slowed down, what was typed is kept."""

from collections.abc import Sequence
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.account.signals import password_reset
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.signals import authentication_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import browsers, tries
from accounts.access import View
from accounts.mails import mails
from accounts.models import User
from leadportal.look import formats
from leadportal.web import once

ABOUT_ONESELF = "allauth."
log = structlog.get_logger("accounts.sign_in")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email or the password is not right. Type both again.",
        "incorrect_password": "This is not your password. Type it again.",
        "incorrect_code": "This code is not right. Type the one your app shows now.",
        "account_inactive": "This account is closed. An admin can open it again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """An admin makes the accounts."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who has this address and password, if it is not too early to look."""
        email = credentials.get("email", "").lower()
        account = User.objects.filter(email=email).first()
        counters = self._counters(request, email, account)
        for key, patience in counters:
            if wait := tries.begin(key, patience):
                self._log("sign_in_refused", account)
                raise ImmediateHttpResponse(wait_page(request, wait))
        person: User | None = super().authenticate(request, **credentials)
        if person is None or not person.is_active:
            self._log("sign_in_failed", account)
        elif counters:
            (own, _), *wider = counters
            tries.forgive(own)
            for key, _ in wider:
                tries.take_back(key)
        return person

    def forgive(self, request: HttpRequest, person: User) -> None:
        """Who chose a new password by mail need not wait for the wrong ones before."""
        place = browsers.network_of(self.get_client_ip(request))
        tries.forgive(tries.key_of("account", person.email, place))
        if browser := browsers.known_browser(request, person):
            tries.forgive(tries.key_of("browser", browser, person.email))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Not django-allauth's own count, which closes an account to everybody."""

    def _counters(
        self, request: HttpRequest, email: str, account: User | None
    ) -> list[tuple[str, tries.Patience]]:
        """What this try counts for; nothing in a visit, where a password only confirms it."""
        if request.user.is_authenticated:
            return []
        if account and (browser := browsers.known_browser(request, account)):
            return [(tries.key_of("browser", browser, email), tries.OF_ACCOUNT)]
        place = browsers.network_of(self.get_client_ip(request))
        return [
            (tries.key_of("account", email, place), tries.OF_ACCOUNT),
            (tries.key_of("place", place), tries.OF_PLACE),
        ]

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:  # type: ignore[override]
        response = super().post_login(request, user, **how)
        self._log("signed_in", user)
        browsers.remember_browser(request, response, user)
        return response

    def _log(self, event: str, account: User | None) -> None:
        """For who watches the door: which account, from where, and nothing that was typed."""
        write = log.info if event == "signed_in" else log.warning
        address = self.get_client_ip(context.request)
        write(event, user_id=account.pk if account else None, address=address)


@receiver(authentication_failed)
def code_was_wrong(*, user: User, **_: Any) -> None:
    """The second factor, that is."""
    AccountAdapter()._log("sign_in_failed", user)


@receiver(password_reset)
def password_was_chosen(*, request: HttpRequest, user: User, **_: Any) -> None:
    """By a link that was sent, or given by an admin."""
    AccountAdapter().forgive(request, user)


class SignInForm(LoginForm):  # type: ignore[misc]
    """Without a link between its fields: Tab goes from the mail address to the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link by mail. Who asks in somebody's name fills no mailbox and locks nobody out.

    Where one was sent a moment ago no other is; the page says the same, and that one works. Who has
    the address is not looked up here: known and unknown ones cost the same, and answer the same.
    """

    MAILS = tries.Patience(free=3, longest=300)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        if not tries.begin(tries.key_of("mail", email), self.MAILS):
            mails.ask_password(email)
        return email


def wait_page(request: HttpRequest, seconds: int) -> HttpResponse:
    """Too early: how long to wait, and what else to do."""
    minutes = seconds >= 60
    wait = formats.some(-(-seconds // 60), "minute") if minutes else formats.some(seconds, "second")
    response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def typed_again(request: HttpRequest, view: View) -> Sequence[tuple[str, str]]:
    """What a post that was not let in says, to be sent once more; nothing about passwords."""
    return [] if view.__module__.startswith(ABOUT_ONESELF) else once.typed(request)
