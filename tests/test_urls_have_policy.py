"""No page without a decision about who may open it."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.keys.authentication import ScopePermission

# Open to strangers, each with its reason.
PUBLIC = {
    "healthz": "asked by a load balancer",
    "readyz": "asked by a load balancer",
    "theme": "the sign-in page has the button",
    "account_login": "signing in",
    "account_logout": "signing out",
    "account_inactive": "says why signing in failed",
    "account_reset_password": "for who cannot sign in",
    "account_reset_password_done": "for who cannot sign in",
    "account_reset_password_from_key": "for who cannot sign in",
    "account_reset_password_from_key_done": "for who cannot sign in",
    "mfa_authenticate": "the second half of signing in",
    "hosted-form": "strangers fill it in",
    "hosted-thanks": "what they read then",
    "preferences": "a person comes by a signed link",
    "preferences-unsubscribe": "a person comes by a signed link",
    "preferences-scoring": "a person comes by a signed link",
    "in": "other systems post there; its address is the key",
    "schema": "the description of the API holds no data",
    "docs": "the description of the API holds no data",
}
# Pages of django-allauth about oneself: SignInMiddleware and they themselves ask who it is.
ABOUT_ONESELF = "allauth."


def all_patterns(resolver: URLResolver, path: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = f"{path}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from all_patterns(entry, here)
        else:
            yield here, entry


PATTERNS = list(all_patterns(get_resolver("leadportal.urls")))


@pytest.mark.parametrize(
    "pattern", [pattern for _, pattern in PATTERNS], ids=[path for path, _ in PATTERNS]
)
def test_every_address_has_a_policy(pattern: URLPattern):
    view = pattern.callback
    public = not getattr(view, "login_required", True)

    if hasattr(view, "cls"):
        assert pattern.name in PUBLIC or has_scope(view.cls), "needs a HasScope permission"
    elif public:
        assert pattern.name in PUBLIC, "open to strangers, and not on the list of these"
    else:
        decided = hasattr(view, "roles") or view.__module__.startswith(ABOUT_ONESELF)
        assert decided, "needs signed_in or permission_required"


def has_scope(view: type) -> bool:
    return any(issubclass(permission, ScopePermission) for permission in view.permission_classes)
