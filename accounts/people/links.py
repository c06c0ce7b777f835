"""A link with which a person chooses a password: it works once, for three days."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import int_to_base36

from accounts.models import User


class PasswordLinks(PasswordResetTokenGenerator):
    """Makes and checks the secret of a link, here and in the mails of django-allauth.

    Dead once it was used, once the person signed in, and once their account was switched off or
    their visits were ended. Nothing is written to make one.
    """

    # The stub knows Django's own class alone.
    def _make_hash_value(self, user: User, timestamp: int) -> str:  # type: ignore[override]
        made: str = super()._make_hash_value(user, timestamp)  # type: ignore[misc]
        return f"{made}{user.is_active}{user.visits_ended}"


def password_address(person: User) -> str:
    """The whole address of such a link."""
    parts = {"uidb36": int_to_base36(person.pk), "key": PasswordLinks().make_token(person)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=parts)}"
