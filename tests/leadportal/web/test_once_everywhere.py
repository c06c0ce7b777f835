"""Every form of every page carries what makes it act once, and every POST address leads back."""

import pytest
from django.test import Client

from accounts.models import User
from tests import factories
from tests.test_access_matrix import PAGES, World, address, world  # noqa: F401
from tests.test_urls_have_policy import PATTERNS

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_every_form_that_posts_carries_a_token(world: World):  # noqa: F811
    shown = 0
    clients = [signed_in(person) for person in world.people.values()]
    for name, pages in PAGES.items():
        for page in pages:
            if page.method != "GET":
                continue
            for client in clients:
                html = client.get(address(name, page.about, world.ids)).content.decode()
                forms = html.split('method="post"')[1:]
                shown += len(forms)
                for form in forms:
                    assert 'name="once"' in form.split("</form>")[0], name
    assert shown > 100


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
