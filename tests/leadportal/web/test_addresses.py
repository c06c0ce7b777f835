"""Kept addresses are those that Django works out, wherever the portal is mounted."""

from collections.abc import Iterator
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import override_settings
from django.urls import NoReverseMatch, clear_url_caches, path, reverse, set_script_prefix

from leadportal.web import addresses


def nothing(_: HttpRequest, **__: object) -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def elsewhere() -> Iterator[ModuleType]:
    """Other addresses under the same names."""
    module = ModuleType("elsewhere")
    module.urlpatterns = [path("people/<int:pk>&", nothing, name="lead")]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=module):
        yield module
    clear_url_caches()


def test_they_are_those_of_django_each_time() -> None:
    for _ in range(2):
        assert addresses.of("lead", 7) == reverse("lead", args=[7])
        assert addresses.of("queue") == reverse("queue")


def test_below_another_path_they_are_others() -> None:
    at_root = addresses.of("lead", 7)
    set_script_prefix("/portal/")
    try:
        assert addresses.of("lead", 7) == f"/portal{at_root}"
    finally:
        set_script_prefix("/")
    assert addresses.of("lead", 7) == at_root


def test_other_addresses_are_not_mixed_up_with_the_kept(elsewhere: ModuleType) -> None:
    assert addresses.of("lead", 7) == "/people/7&"


@pytest.mark.parametrize(
    ("said", "becomes"),
    [
        ("{% url 'lead' pk %}", "/people/7&amp;"),
        ("{% url 'lead' pk=pk %}", "/people/7&amp;"),
        ("{% url 'lead' pk as it %}[{{ it }}]", "[/people/7&amp;]"),
        ("{% url 'no such' pk as it %}[{{ it }}]", "[]"),
    ],
)
def test_the_tag_is_djangos(elsewhere: ModuleType, said: str, becomes: str) -> None:
    assert Template(said).render(Context({"pk": 7})) == becomes


def test_an_address_that_is_none_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        Template("{% url 'no such' %}").render(Context())
