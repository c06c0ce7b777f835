"""What holds in one seeded year; it is told once, and each test only looks at it."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from accounts.models import User
from funnel.criteria.compare import compare
from funnel.models import CriteriaVersion
from funnel.versions.current import rulebook
from funnel.versions.signing import valid_signatures
from leadportal.db import clock
from leads.demo import cast, year
from leads.models import Judgement
from tests import factories
from tests.concurrently import rolled_back

pytestmark = [pytest.mark.usefixtures("seeded"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The transaction of each test is a part of this one."""
    with django_db_blocker.unblock(), rolled_back():
        year.seed(leads=120)
        yield


def test_what_was_seeded_holds_every_invariant():
    call_command("check_invariants", stdout=StringIO())


def test_nobody_is_left_to_judge():
    assert factories.all_judged(by=factories.live_version())
    waiting = Judgement.objects.filter(rescore_at__lt=clock.now() - timedelta(minutes=5))
    assert not waiting.exists()


def test_their_versions_were_signed_by_both_managers():
    versions = CriteriaVersion.objects.filter(number__gt=1, live_at__isnull=False).order_by(
        "number"
    )
    assert [version.state for version in versions] == ["retired", "live"]
    for version in versions:
        signed_by = [signature.signed_by.name for signature in valid_signatures(version)]
        assert sorted(signed_by) == ["Helena Brandt", "Tomasz Zieliński"]


def test_the_next_version_waits_for_the_signature_of_sales():
    version = CriteriaVersion.objects.get(state="proposed")
    (signature,) = valid_signatures(version)
    assert (signature.signed_by.name, signature.side) == ("Helena Brandt", "marketing")
    changes = compare(rulebook(CriteriaVersion.objects.live().get()), rulebook(version))
    assert changes.count == 4


def test_everybody_listed_can_sign_in():
    for _, email, password in cast.SIGN_INS:
        assert User.objects.get(email=email).check_password(password)
