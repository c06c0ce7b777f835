"""What a password must not be made of."""

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError

from accounts.models import User
from leadportal.world.folding import fold

# Beside the person's own words a password has at least as many letters and digits.
LEAST_BESIDE = 6
# A shorter word stands in too many others; a name in other letters may be as short.
LEAST_LETTERS = 3


class PersonalWordsValidator(UserAttributeSimilarityValidator):
    """Refuses what colleagues would try first: the name or the address, with a year behind it.

    Django's own, which this begins with, knows passwords that are nearly one of these.
    """

    def __init__(self) -> None:
        super().__init__(user_attributes=("name", "email"))

    # The stub has Django's own person.
    def validate(self, password: str, user: User | None = None) -> None:  # type: ignore[override]
        if user is None:
            return
        super().validate(password, user)  # type: ignore[arg-type]
        plain = beside = fold(password).replace(" ", "")
        for word in _own_words(user):
            beside = beside.replace(word, "")
        if beside != plain and len(beside) < LEAST_BESIDE:
            raise ValidationError(
                "The password is little more than the name or the address. Add words that say"
                " nothing about the person.",
                code="password_of_own_words",
            )


def _own_words(user: User) -> list[str]:
    """The words of a name and of an address, the longest first."""
    words = {*fold(user.name).split(), *fold(user.email.replace(".", " ")).split()}
    long = [word for word in words if len(word) >= LEAST_LETTERS or not word.isascii()]
    return sorted(long, key=lambda word: (-len(word), word))
