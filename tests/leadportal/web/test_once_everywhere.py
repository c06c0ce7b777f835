"""Every form of every page carries what makes it act once, and every POST address leads back."""

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests import factories
from tests.test_access_matrix import PAGES, World, address, forms_that_post, world  # noqa: F401
from tests.test_urls_have_policy import PATTERNS

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_forms_that_post_are_found_in_a_page(world: World):  # noqa: F811
    """Of every page and person, tests/test_access_matrix.py asks whether each carries its token."""
    page = signed_in(world.people["sales"]).get(address("lead", "lead", world.ids))

    forms = forms_that_post(page)

    assert len(forms) > 5
    assert all('name="once"' in form for form in forms)
    without = HttpResponse(page.content.replace(b'name="once"', b""))
    assert not any('name="once"' in form for form in forms_that_post(without))


def test_every_address_that_only_takes_posts_leads_to_its_page(world: World):  # noqa: F811
    views = {pattern.name: pattern.callback for _, pattern in PATTERNS}
    client = Client()
    client.force_login(factories.admin())

    for name, pages in PAGES.items():
        if {page.method for page in pages} != {"POST"}:
            continue
        answer = client.get(address(name, pages[0].about, world.ids))

        assert hasattr(views[name], "post_only"), f"{name} needs post_only in place of require_POST"
        assert answer.status_code == 302, name
        assert client.get(answer["Location"], follow=True).status_code in (200, 403, 404), name
