"""What base.html shows on every page. Everything that asks the database is asked only if shown."""

from typing import Any, TypedDict

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts import policy
from accounts.access import AuthenticatedRequest, is_signed_in

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "keys_on": request.COOKIES.get("keys") != "off",
        "palette_key": "⌘K" if "Mac OS" in request.headers.get("User-Agent", "") else "Ctrl K",
        # None where the request never reached our middleware, as for a refused host.
        "portal": getattr(request, "portal", None),
    }
    if hasattr(request, "user") and is_signed_in(request):
        context["nav"] = SimpleLazyObject(lambda: nav(request))
        context["settings_pages"] = SimpleLazyObject(lambda: settings_pages(request))
        context["role_label"] = policy.role_label(request.user)
    return context


class NavItem(TypedDict):
    """A place in the navigation, and how many things there need the reader."""

    label: str
    url: str
    key: str
    icon: str
    count: int
    current: bool


def nav(request: AuthenticatedRequest) -> list[NavItem]:
    """The places of this person, each with what needs them, and where they are now."""
    counts = policy.nav_counts(request.user)
    items: list[NavItem] = [
        {
            "label": place.label,
            "url": reverse(place.url_name),
            "key": place.key,
            "icon": place.icon,
            "count": counts.get(place.url_name, 0),
            "current": False,
        }
        for place in policy.places(request.user)
    ]
    here = [item for item in items if is_at(request.path, item["url"])]
    if here:
        # /settings/keys is below /settings: the longest address is the place.
        max(here, key=lambda item: len(item["url"]))["current"] = True
    return items


class SettingsPage(TypedDict):
    """A page of the settings, in the navigation they have in common."""

    label: str
    url: str
    current: bool


def settings_pages(request: AuthenticatedRequest) -> list[SettingsPage]:
    """The pages of the settings this person may open."""
    return [
        {"label": label, "url": reverse(name), "current": request.path == reverse(name)}
        for label, name, action in policy.SETTINGS_PAGES
        if policy.can(request.user, action)
    ]


def is_at(path: str, url: str) -> bool:
    return path == url or path.startswith(f"{url}/")
