import pytest

from leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(api):
    return f"/leads/{api.post('/leads', {'phone': '+46401234567'}).json()['id']}"


def test_who_has_the_lead_as_it_is_gets_no_second_copy(api, path):
    tag = api.get(path)["ETag"]

    again = api.get(path, **{"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == tag


def test_a_lead_that_changed_has_another_tag(api, path):
    tag = api.get(path)["ETag"]
    Lead.objects.update(city="Malmö")

    changed = api.get(path, **{"If-None-Match": tag})

    assert (changed.status_code, changed.json()["city"]) == (200, "Malmö")
    assert changed["ETag"] != tag


def test_a_read_that_expects_another_lead_is_412(api, path, as_problem):
    as_problem(api.get(path, **{"If-Match": '"other"'}), 412)
