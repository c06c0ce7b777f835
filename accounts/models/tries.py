from django.db import models
from django.utils import timezone


class SignInTries(models.Model):
    """How often in a row signing in failed: for an account from one place, or for one place."""

    # A digest of what is counted (accounts/tries.py); it says neither address nor account.
    key = models.CharField(max_length=64, unique=True)
    tries = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # Read by: the sweep that forgets tries after a day.
            models.Index(fields=["at"], name="sign_in_tries_age"),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.tries}"
