"""Signing in: nobody signs up alone, guessing gets a page of its own, what was typed is kept."""

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.access import View
from leadportal.web import once

ABOUT_ONESELF = "allauth."


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

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            # The only refusal before the password is looked at: too many wrong ones.
            raise ImmediateHttpResponse(respond_429(request)) from error


class SignInForm(LoginForm):  # type: ignore[misc]
    """Without a link between its fields: Tab goes from the mail address to the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


def typed_again(request: HttpRequest, view: View) -> Sequence[tuple[str, str]]:
    """What a post that was not let in says, to be sent once more; nothing about passwords."""
    return [] if view.__module__.startswith(ABOUT_ONESELF) else once.typed(request)
