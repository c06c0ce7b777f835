"""Two names that are one are made one, and an old name still leads there."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import SettingChange
from accounts.policy import NotAllowed
from funnel.conditions.parsing import parse
from funnel.versions import current
from funnel.vocabulary.facts import Use
from leadportal.db.meanwhile import ChangedMeanwhile
from leads.ingest.leads import ingest_leads
from leads.invariants import invariants
from leads.models import Campaign, Lead, MovedByName, NameMerge, News, Source
from leads.sources import moving, naming
from leads.sources.kinds import CAMPAIGNS, SOURCES
from tests import factories
from tests.leads.scoring.reference import Moment
from tests.leads.scoring.rows import sql_holds

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines():
    return factories.marketing_manager()


def arrive(email: str, **said: str) -> Lead:
    (result,) = ingest_leads([{"email": email} | said], integration=factories.integration())
    return Lead.objects.get(pk=result.lead_id)


def broken() -> list[str]:
    asked = {"names_are_settled", "last_times_are_last"}
    told = [answer for answer in invariants.violations() if answer.name in asked]
    return [row.found for answer in told for row in answer.offences]


def test_what_pointed_to_one_points_to_the_other(ines) -> None:
    lead = arrive("a@x.example", source="Webinar", campaign="Q1")
    arrive("a@x.example", source="Webinars 2026")
    other = arrive("b@x.example", source="Webinars 2026", campaign="Q2")
    handoff = factories.handoff(factories.lead(source=lead.source, stage="sql", fit=4, intent=4))
    webinar, heir = Source.objects.get(name="Webinar"), Source.objects.get(name="Webinars 2026")

    naming.merge(SOURCES, webinar, heir, ines)

    for row in (lead, handoff, other):
        row.refresh_from_db()
        assert row.source == heir
    assert Campaign.objects.get(name="Q1").source == heir
    assert list(Source.objects.standing().filter(pk__in=[webinar.pk, heir.pk])) == [heir]
    assert broken() == []


def test_what_comes_under_the_old_name_arrives_at_the_heir(ines) -> None:
    lead = arrive("a@x.example", source="Webinar")
    heir = factories.source("Webinars 2026")
    naming.merge(SOURCES, lead.source, heir, ines)

    assert arrive("b@x.example", source="WEB-INAR").source == heir
    assert arrive("c@x.example", source="webinars-2026").source == heir
    assert Source.objects.standing().count() == 1


def test_names_of_names_lead_to_the_last(ines) -> None:
    first, second, third = (factories.source(name) for name in ("One", "Two", "Three"))

    naming.merge(SOURCES, first, second, ines)
    naming.merge(SOURCES, second, third, ines)

    assert arrive("a@x.example", source="one").source == third
    assert broken() == []


def test_the_heir_learns_what_only_the_other_knew(ines) -> None:
    days = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1)}
    one = factories.campaign("Q1", spend=Decimal("20.00"), **days)
    heir = factories.campaign("First quarter", spend=Decimal("7.00"))

    naming.merge(CAMPAIGNS, one, heir, ines)

    heir.refresh_from_db()
    assert (heir.spend, heir.starts_on, heir.ends_on) == (Decimal("7.00"), *days.values())


def test_more_than_a_batch_is_moved_by_the_sweep(ines, monkeypatch) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    leads = [arrive(f"{n}@x.example", source="Webinar") for n in range(5)]
    heir = factories.source("Webinars 2026")
    naming.merge(SOURCES, leads[0].source, heir, ines, at=datetime.now(UTC) - timedelta(hours=1))
    assert Lead.objects.filter(source=heir).count() == 2
    assert moving.oldest_due() is not None

    moving.drain()

    assert Lead.objects.filter(source=heir).count() == 5
    assert moving.oldest_due() is None
    assert broken() == []


def test_a_source_that_is_called_otherwise_is_found_by_both_names(ines) -> None:
    lead = arrive("a@x.example", source="Webinar")

    naming.change(SOURCES, lead.source, ines, name="Online events", channel="event")

    lead.source.refresh_from_db()
    assert (lead.source.name, lead.source.channel) == ("Online events", "event")
    assert arrive("b@x.example", source="webinar").source == lead.source
    assert arrive("c@x.example", source="online events").source == lead.source


def test_a_name_may_come_back(ines) -> None:
    source = factories.source("Webinar")
    naming.change(SOURCES, source, ines, name="Online events", channel="event")

    naming.change(SOURCES, source, ines, name="Webinar", channel="event")

    assert [*Source.objects.values_list("name", "same_as").order_by("name")] == [
        ("Online events", source.pk),
        ("Webinar", None),
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("newsletter", "There is “Newsletter” already"),
        ("mailing", "another name of “Newsletter”"),
        ("\u200b", "needs a letter"),
    ],
)
def test_a_name_of_another_is_refused(ines, name, says) -> None:
    newsletter = factories.source("Newsletter")
    naming.merge(SOURCES, factories.source("Mailing"), newsletter, ines)

    with pytest.raises(naming.NamingRefused, match=says):
        naming.add(SOURCES, ines, name=name, channel="email")


def test_criteria_mean_what_is_called_otherwise_by_now(ines) -> None:
    lead = arrive("a@x.example", source="Webinar")
    heir = factories.source("Online events")
    tests = [
        {"id": "c1", "fact": fact, "op": op, "value": value}
        for fact in ("source", "last_source")
        for op, value in (("is", "webinar"), ("is", "Web-Inar"), ("is_not", "Fair"))
    ]
    moment = Moment(at=datetime.now(UTC))

    def answers() -> list[bool]:
        words = current.vocabulary()
        trees = [parse(test, words, use=Use.DEFINITION) for test in tests]
        return [sql_holds(tree, [lead.pk], moment)[0] for tree in trees]

    before = answers()
    naming.merge(SOURCES, lead.source, heir, ines)

    assert before == answers() == [True] * 6


def test_leads_that_are_moved_are_judged_anew(ines) -> None:
    lead = arrive("a@x.example", source="Webinar")
    News.objects.all().delete()

    naming.merge(SOURCES, lead.source, factories.source("Online events"), ines)

    assert News.objects.filter(lead=lead).exists()


def test_it_is_told_in_the_history_of_the_settings(ines) -> None:
    source = factories.source("Webinar", channel="event")
    naming.change(SOURCES, source, ines, name="Webinars", channel="event")
    naming.merge(SOURCES, source, factories.source("Online events"), ines)

    told = SettingChange.objects.filter(setting="sources").order_by("pk")
    assert [(one.old, one.new) for one in told] == [
        ("“Webinar” (events and webinars)", "“Webinars” (events and webinars)"),
        ("“Webinars” (events and webinars)", "merged into “Online events”"),
    ]


def test_only_a_manager_may(ines) -> None:
    rep, source = factories.rep(), factories.source("Webinar")

    for act in (
        lambda: naming.add(SOURCES, rep, name="X", channel="event"),
        lambda: naming.change(SOURCES, source, rep, name="X", channel="event"),
        lambda: naming.merge(SOURCES, source, factories.source("Y"), rep),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_who_is_slower_is_told(ines) -> None:
    source, heir = factories.source("Webinar"), factories.source("Online events")
    read = {"name": "Webinar", "channel": "other"}
    naming.change(SOURCES, source, ines, read=read, name="Webinars", channel="other")

    with pytest.raises(ChangedMeanwhile):
        naming.change(SOURCES, source, ines, read=read, name="Seminars", channel="other")
    naming.merge(SOURCES, source, heir, ines)
    for act in (naming.change, naming.merge):
        more = {"name": "X", "channel": "other"} if act is naming.change else {}
        args = (ines,) if act is naming.change else (factories.source("Z"), ines)
        with pytest.raises(naming.MergedMeanwhile):
            act(SOURCES, source, *args, **more)


# --- parted again ------------------------------------------------------------------------------


def test_a_merge_is_undone_and_each_gets_back_what_counted_under_it(ines) -> None:
    lead = arrive("a@x.example", source="Webinar", campaign="Q1")
    theirs = arrive("b@x.example", source="Fair")
    arrive("e@x.example", source="Letter")
    came_last = arrive("e@x.example", source="Webinar")
    handoff = factories.handoff(factories.lead(source=lead.source, stage="sql", fit=4, intent=4))
    webinar, fair = Source.objects.get(name="Webinar"), Source.objects.get(name="Fair")
    naming.change(SOURCES, webinar, ines, name="Webinars")
    done = naming.merge(SOURCES, webinar, fair, ines)
    since = arrive("c@x.example", source="Webinars")

    assert naming.undo(done, ines) == webinar

    for row in (lead, came_last, handoff, theirs, since):
        row.refresh_from_db()
    assert lead.source == came_last.last_source == handoff.source == webinar
    # What was the heir's before, and what came meanwhile, stays there.
    assert theirs.source == since.source == fair
    assert Campaign.objects.get(name="Q1").source == webinar
    assert set(Source.objects.standing().filter(pk__in=[webinar.pk, fair.pk])) == {webinar, fair}
    # Its own other name is its own again.
    assert arrive("d@x.example", source="Webinar").source == webinar
    assert News.objects.filter(lead=lead).exists() and broken() == []
    moving.drain()
    assert NameMerge.objects.get().due_at is None and not MovedByName.objects.exists()
    told = SettingChange.objects.filter(setting="sources").order_by("pk").last()
    assert (told.old, told.new) == ("“Webinars” merged into “Fair”", "“Webinars” (other)")


def test_the_heir_forgets_what_it_learned_where_it_still_says_so(ines) -> None:
    row = factories.campaign("Spring", spend=Decimal("12.50"), starts_on=date(2026, 3, 1))
    heir = factories.campaign("Summer", spend=None, starts_on=None)
    done = naming.merge(CAMPAIGNS, row, heir, ines)
    heir.refresh_from_db()
    assert (heir.spend, heir.starts_on) == (Decimal("12.50"), date(2026, 3, 1))
    naming.change(
        CAMPAIGNS, heir, ines, name="Summer", spend=Decimal(99), starts_on=heir.starts_on,
        ends_on=None,
    )  # fmt: skip

    naming.undo(done, ines)

    heir.refresh_from_db()
    assert (heir.spend, heir.starts_on) == (Decimal(99), None)


def test_a_large_merge_goes_back_in_batches_however_far_it_had_come(ines, monkeypatch) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    leads = [arrive(f"{n}@x.example", source="Webinar") for n in range(15)]
    webinar, fair = leads[0].source, factories.source("Fair")
    done = naming.merge(SOURCES, webinar, fair, ines)
    Source.objects.filter(pk=webinar.pk).update(due_at=datetime(2020, 1, 1, tzinfo=UTC))
    for _ in range(5):
        moving._move_some()
    assert Lead.objects.filter(source=fair).count() == 12

    naming.undo(done, ines)
    assert moving.oldest_due() is not None
    moving.drain()

    assert Lead.objects.filter(source=webinar, last_source=None).count() == 15
    assert moving.oldest_due() is None and broken() == []


def test_what_was_merged_on_is_undone_from_the_end(ines) -> None:
    a, b, c = map(factories.source, ("aa", "bb", "cc"))
    lead = arrive("a@x.example", source="aa")
    first, second = naming.merge(SOURCES, a, b, ines), naming.merge(SOURCES, b, c, ines)
    with pytest.raises(naming.NamingRefused, match="became “cc” itself since. Undo that first"):
        naming.undo(first, ines)

    naming.undo(second, ines)
    naming.undo(first, ines)

    lead.refresh_from_db()
    assert lead.source == a and Source.objects.standing().count() >= 3
    with pytest.raises(naming.NamingRefused, match="not one any more"):
        naming.undo(first, ines)


def test_what_moved_through_two_merges_goes_back_through_both(ines, monkeypatch) -> None:
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    leads = [arrive(f"{n}@x.example", source="aa") for n in range(11)]
    a, b, c = map(factories.source, ("aa", "bb", "cc"))
    first = naming.merge(SOURCES, a, b, ines)
    second = naming.merge(SOURCES, b, c, ines)
    Source.objects.filter(due_at__isnull=False).update(due_at=datetime(2020, 1, 1, tzinfo=UTC))
    moving.drain()
    assert Lead.objects.filter(source=c).count() == len(leads)

    naming.undo(second, ines)
    for too_soon in (
        lambda: naming.merge(SOURCES, b, factories.source("dd"), ines),
        lambda: naming.undo(first, ines),
    ):
        with pytest.raises(naming.NamingRefused, match="still going back"):
            too_soon()
    moving.drain()
    assert Lead.objects.filter(source=b).count() == len(leads) and broken() == []
    naming.undo(first, ines)
    moving.drain()

    assert Lead.objects.filter(source=a).count() == len(leads) and broken() == []


def test_merged_undone_and_merged_once_more(ines) -> None:
    lead = arrive("a@x.example", source="Webinar")
    webinar, fair = lead.source, factories.source("Fair")
    for _ in range(2):
        naming.undo(naming.merge(SOURCES, webinar, fair, ines), ines)
        moving.drain()
    naming.merge(SOURCES, webinar, fair, ines)

    lead.refresh_from_db()
    assert lead.source == fair and broken() == []


def test_the_database_lets_only_those_back_who_came_from_there(ines) -> None:
    moved, never = arrive("a@x.example", source="Webinar"), arrive("b@x.example", source="Fair")
    webinar, fair = moved.source, never.source
    done = naming.merge(SOURCES, webinar, fair, ines)
    with pytest.raises(IntegrityError, match="came from elsewhere"), transaction.atomic():
        Lead.objects.filter(pk=moved.pk).update(source=webinar)
    NameMerge.objects.update(undone_at=done.at)

    with pytest.raises(IntegrityError, match="came from elsewhere"), transaction.atomic():
        Lead.objects.filter(pk=never.pk).update(source=webinar)
    with pytest.raises(IntegrityError, match="name_parted_goes_back"), transaction.atomic():
        NameMerge.objects.update(undone_at=None, due_at=done.at)
    with pytest.raises(IntegrityError, match="name_merged_once"), transaction.atomic():
        NameMerge.objects.update(undone_at=None)
        naming.NameMerge.objects.create(kind="source", row=webinar.pk, heir=fair.pk, by=ines)


def test_who_may_not_merge_may_not_undo(ines) -> None:
    a, b = map(factories.source, ("aa", "bb"))
    done = naming.merge(SOURCES, a, b, ines)

    with pytest.raises(NotAllowed):
        naming.undo(done, factories.rep())
