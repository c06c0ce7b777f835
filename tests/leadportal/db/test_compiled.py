"""A query of one shape is made into SQL once, whoever asks and when, and finds what it found."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Team, User
from leadportal.db import compiled

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_made", {})


def joined_by(role: str, until: datetime, but: int) -> QuerySet:
    rows = User.objects.filter(roles__contains=[role], joined_at__lt=until).exclude(pk=but)
    return rows.order_by("name").values_list("name", Value("100 % %s"))


def people() -> dict[str, User]:
    return {
        name: User.objects.create(
            email=f"{name.lower()}@x.example", name=name, roles=[role], joined_at=NOW + after
        )
        for name, role, after in (
            ("Ada", "sales", -2 * HOUR),
            ("Bo", "sales", HOUR),
            ("Cy", "admin", -HOUR),
        )
    }


def names(role: str, until: datetime, but: int = 0) -> list[str]:
    rows = compiled.fetch(joined_by, role, until=until, but=but)
    assert all(said == "100 % %s" for _, said in rows)
    return [name for name, _ in rows]


def test_every_value_and_every_shape_finds_its_own() -> None:
    made = people()

    assert names("sales", NOW) == ["Ada"]
    assert names("sales", NOW + 2 * HOUR) == ["Ada", "Bo"]
    assert names("sales", NOW + 2 * HOUR, made["Ada"].pk) == ["Bo"]
    assert names("admin", NOW + 2 * HOUR) == ["Cy"]
    assert len(compiled._made) == 2


def test_it_counts_what_it_would_find() -> None:
    people()

    assert compiled.count(joined_by, "sales", until=NOW, but=0) == 1
    assert compiled.count(joined_by, "sales", until=NOW + 2 * HOUR, but=0) == 2
    assert compiled.count(lambda: User.objects.none()) == 0


def test_without_prepared_statements_it_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)

    assert names("sales", NOW) == ["Ada"]


def test_what_is_the_same_for_everybody_is_in_the_text() -> None:
    """A plan for any value would not use an index of some of the rows."""
    with CaptureQueriesContext(connection) as queries:
        names("sales", NOW)

    made = next(iter(filter(None, compiled._made.values())))
    assert "'sales'" in made.text
    assert sorted(made.used) == ["but", "until"]
    assert len(queries) == 1


def whoever_is_a_hundred_percent() -> QuerySet:
    return User.objects.filter(name__contains="100%").values_list("name", Value("%s"))


@pytest.mark.parametrize("pooled", [False, True])
def test_without_any_value_it_is_asked_as_well(
    pooled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create(email="a@x.example", name="100% Ada", roles=["sales"])
    User.objects.create(email="b@x.example", name="1000 Bo", roles=["sales"])
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", pooled)

    assert compiled.fetch(whoever_is_a_hundred_percent) == [("100% Ada", "%s")]


def nobody(reader: int) -> QuerySet:
    return User.objects.none().values_list("pk")


def test_what_can_find_nothing_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert compiled.fetch(nobody, reader=1) == []


def one_of(reader: int, until: datetime) -> QuerySet:
    return User.objects.filter(pk=reader).values_list("pk", "name")


def test_a_value_that_is_not_used_is_left_out() -> None:
    ada = people()["Ada"]

    assert compiled.fetch(one_of, reader=ada.pk, until=NOW) == [(ada.pk, "Ada")]


def with_their_team(reader: int) -> QuerySet:
    rows = User.objects.select_related("team").defer("zone")
    return rows.filter(pk__gte=reader).annotate(said=Value("hi")).order_by("pk")


def test_a_query_of_objects_gives_them_as_ever(django_assert_num_queries) -> None:
    ada, bo, _ = people().values()
    bo.team = Team.objects.create(name="North", side="sales")
    bo.save()

    with django_assert_num_queries(1):
        found = compiled.fetch(with_their_team, reader=ada.pk)
        again = [(one.pk, one.team and one.team.name, one.roles, one.said) for one in found]

    plain = with_their_team(ada.pk)
    assert again == [(one.pk, one.team and one.team.name, one.roles, one.said) for one in plain]
    assert found[0].get_deferred_fields() == plain[0].get_deferred_fields() == {"zone"}
    assert compiled.fetch(with_their_team, reader=bo.pk)[0] == bo


def later(until: datetime) -> QuerySet:
    return User.objects.filter(joined_at__lt=until + HOUR).values_list("pk")


def by_value(reader: int) -> QuerySet:
    rows = User.objects.values_list("pk")
    return rows.filter(pk=reader) if reader % 2 else rows.exclude(pk=F("pk"))


@pytest.mark.parametrize("build", [later, by_value])
def test_what_makes_something_of_a_value_is_refused(build) -> None:
    value = {"until": NOW} if build is later else {"reader": 1}

    with pytest.raises(ValueError, match=build.__name__):
        compiled.fetch(build, **value)
