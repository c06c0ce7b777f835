from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own hash with one round, so its own processes can read it as well."""

    iterations = 1
