"""Sessions that are over go, those that are not stay."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import visits
from leadportal.celery import task_of

pytestmark = pytest.mark.django_db


def test_what_is_over_goes_by_its_sweep() -> None:
    now = timezone.now()
    for key, ends in (("over", now - timedelta(minutes=3)), ("open", now + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    assert visits.oldest_expired() == now - timedelta(minutes=3)

    task_of("forget_sessions").apply()

    assert [session.session_key for session in Session.objects.all()] == ["open"]
    assert visits.oldest_expired() is None
