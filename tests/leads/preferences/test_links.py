"""Whom a link means, for how long, and how much it may."""

from datetime import timedelta

import pytest
from django.core.signing import Signer

from leadportal.db import clock
from leads.duplicates import merging, undoing
from leads.models import Alias, Lead
from leads.preferences import links
from leads.preferences.links import FRESH, LinkBroken
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_names_nobody_and_means_one_person_through_their_address(maya):
    token = links.token(maya, clock.now())

    visit = links.visit(token, clock.now())

    assert (visit.lead, visit.address, visit.is_fresh) == (maya, maya.email, True)
    assert maya.email not in token and "Maya" not in token
    assert links.page(maya, clock.now()).startswith("http://")


def test_with_time_it_may_less_and_never_nothing(maya):
    made = clock.now()
    token = links.token(maya, made)

    assert links.visit(token, made + FRESH - timedelta(seconds=2)).is_fresh
    assert not links.visit(token, made + FRESH).is_fresh
    assert links.visit(token, made + timedelta(days=3650)).lead == maya
    # Signed by us, and yet of a time to come.
    assert not links.visit(token, made - timedelta(hours=1)).is_fresh


@pytest.mark.parametrize(
    "wrong",
    ["", "x", "WzEsMl0:abc", "{}", "a:b:c"],
)
def test_what_we_did_not_sign_means_nobody(maya, wrong):
    with pytest.raises(LinkBroken):
        links.visit(wrong, clock.now())


@pytest.mark.parametrize("signed", [[1], ["x", "y", 0], [1, "m", 10**20], {"a": 1}, 7])
def test_what_was_signed_for_something_else_means_nobody(maya, signed):
    with pytest.raises(LinkBroken):
        links.visit(Signer(salt=links.SALT).sign_object(signed), clock.now())
    with pytest.raises(LinkBroken):
        links.visit(Signer(salt="other").sign_object([maya.pk, "", 0]), clock.now())


def test_it_outlives_a_key_that_is_rotated_out(maya, settings):
    token = links.token(maya, clock.now())

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the next key", [settings.SECRET_KEY]
    assert links.visit(token, clock.now()).lead == maya

    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LinkBroken):
        links.visit(token, clock.now())


def test_it_works_while_its_address_is_theirs(maya):
    token = links.token(maya, clock.now())
    old, maya.email = maya.email, "maya@new.example"
    maya.email_key = maya.email
    maya.save()
    with pytest.raises(LinkBroken):
        links.visit(token, clock.now())

    Alias.objects.create(lead=maya, email_key=old)
    assert links.visit(token, clock.now()).address == old

    # Somebody else has it now.
    factories.lead(email=old)
    with pytest.raises(LinkBroken):
        links.visit(token, clock.now())


def test_it_follows_the_person_into_a_merge_and_out_of_it(maya):
    ines, heir = factories.marketing_manager(), factories.lead()
    token = links.token(maya, clock.now())
    done = merging.merge(maya, heir, ines)

    visit = links.visit(token, clock.now())
    assert (visit.lead, visit.address) == (heir, maya.email)

    undoing.undo(done, ines)
    assert links.visit(token, clock.now()).lead == maya


def test_who_has_no_address_and_who_writes_from_that_of_a_team_have_links_too(db):
    for email in ("", "info@brightwater.example"):
        lead = factories.lead(email=email)
        Lead.objects.filter(pk=lead.pk).update(email_key="")
        visit = links.visit(links.token(lead, clock.now()), clock.now())
        assert (visit.lead, visit.address) == (lead, email)


def test_a_link_of_who_had_no_address_stays_theirs_when_they_have_one(maya):
    Lead.objects.filter(pk=maya.pk).update(email="", email_key="")
    maya.refresh_from_db()
    token = links.token(maya, clock.now())
    Lead.objects.filter(pk=maya.pk).update(email="m@x.example", email_key="m@x.example")

    assert links.visit(token, clock.now()).lead == maya


def test_who_is_gone_has_none(maya):
    token = links.token(maya, clock.now())
    factories.moved(maya, "erased")

    with pytest.raises(LinkBroken):
        links.visit(token, clock.now())
