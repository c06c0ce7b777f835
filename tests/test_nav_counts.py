"""What the navigation counts is what each place finds for this person, by roles and id alone."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.utils import timezone

from accounts import policy
from accounts.models import User
from accounts.roles import Role
from funnel.models import Queue, QueueMember
from funnel.versions import current, editing
from leadportal.db import clock, compiled
from tests import factories

pytestmark = pytest.mark.django_db
ROLES = [*((role,) for role in Role), *combinations(Role, 2)]


def busy(user: User) -> None:
    """Something for this person in every place that counts."""
    QueueMember.objects.get_or_create(queue=Queue.default(), user=user)
    factories.handoff()
    factories.claimed(user)
    factories.claimed(user, first_touch_at=timezone.now())
    for ahead in (timedelta(minutes=-5), timedelta(days=3)):
        factories.follow_up(user, ahead=ahead)
    factories.rejected()
    factories.disputed(arbiter=user)


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
def test_each_person_has_what_waits_for_them(roles: tuple[Role, ...]) -> None:
    editing.propose(editing.draft(current.live().content, author=None))
    people = [factories.person(*roles), factories.person(*roles)]
    for user in people:
        busy(user)
    factories.handoff()
    counted = {place.url_name for place in policy.places(people[0])} & policy.NAV_COUNTS.keys()

    for user in people:
        until = clock.day_end(clock.now())
        plain = {name: policy.NAV_COUNTS[name](user, until).count() for name in counted}
        assert policy.nav_counts(user) == {name: n for name, n in plain.items() if n}
        # Nothing here is compared with nothing, but where it is not theirs to sign or to answer.
        assert {name for name, n in plain.items() if not n} <= {"criteria", "rejections"}


def test_it_is_made_into_sql_once_for_all_who_have_the_same_roles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled, "_made", {})
    for _ in range(3):
        policy.nav_counts(factories.person(Role.SALES))

    assert len(compiled._made) == 1
