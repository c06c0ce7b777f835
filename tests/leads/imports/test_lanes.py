"""Two workers take in one file, and what comes of it is what one would have made of it."""

import io
import json
import time
from importlib import import_module
from random import Random
from threading import Barrier, Event

import pytest
from django.db import connection, transaction
from django.db.migrations.operations import RunSQL

from leads.imports import imports, job, lanes, people
from leads.imports.imports import ImportRefused, Terms
from leads.models import Company, Import, ImportState, Lead
from leads.models.imports import LANES
from tests import factories
from tests.concurrently import at_once, meanwhile

HEAD = "Id,First Name,Last Name,Email,Phone,Company,Company Website,Title,City\n"
ANN = "a1,Ann,Lee,ann@acme.example,+46701234567,Acme,,Buyer,Lund\n"


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(job, "BATCH", dict.fromkeys(job.BATCH, 20))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(ANN, "a1,,,,,,,,\n", id="id"),
        pytest.param(",,,ann@gmail.com,,,,,\n", ",,,Ann@GMAIL.com,,,,,\n", id="address"),
        pytest.param(ANN, ",Ann,Lee,,+46 70 123 45 67,,,,\n", id="number"),
        pytest.param(ANN, ",Bo,Ek,info@acme.example,,,,,\n", id="domain of the address"),
        pytest.param(ANN, ",Bo,Ek,bo@gmail.com,,,www.acme.example/about,,\n", id="site"),
        pytest.param(ANN, ",Bo,Ek,bo@gmail.com,,ACME GmbH,,,\n", id="name of the company"),
    ],
)
def test_lines_that_may_be_about_the_same_are_in_one_lane(begun, one, other):
    between = [f",,,person@company{n}.example,,,,,\n" for n in range(6)]
    nobody_else = ",,,zoe@initech.example,,,,,\n"

    def lanes_of(last):
        found = begun("".join([HEAD, one, *between, last]))
        lane = dict(found.lines.values_list("number", "lane"))
        assert set(lane.values()) == set(range(LANES))
        return lane[2], lane[9]

    # Strangers there are in one each: they would be in two.
    first, last = lanes_of(nobody_else)
    assert first != last
    first, last = lanes_of(other)
    assert first == last


@pytest.mark.django_db
def test_what_belongs_together_by_way_of_others_is_in_one_lane(begun):
    chain = "".join(f"i{n},,,person@company{n}.example,,Firm {n + 1},,,\n" for n in range(9, 0, -1))
    names = "".join(f",,,bo@company{n}.example,,Firm {n},,,\n" for n in range(20, 1, -1))
    alone = "".join(f"x{n},,,,+467012345{n},,,,\n" for n in range(10, 39))

    one = begun(HEAD + chain + alone + names)

    lane = dict(one.lines.values_list("number", "lane"))
    together = [lane[number] for number in [*range(2, 11), *range(40 + 10, 59)]]
    assert len(set(together)) == 1
    assert sum(lane.values()) == pytest.approx(len(lane) / 2, abs=1)


@pytest.mark.django_db
def test_nothing_is_kept_of_what_told_lines_apart(begun):
    one = begun(HEAD + ANN + ",Nobody,,,,,,,\n")

    assert not one.lines.exclude(names=None).exists()


@pytest.mark.django_db
def test_deals_and_activities_come_in_in_their_order(begun, marketer):
    factories.lead("Ann Lee", email="ann@acme.example")
    text = "Email,Activity,Date\n" + "ann@acme.example,Call,2026-01-02\n" * 3

    one = begun(text, activity="Call")

    assert one.lists == "activities" and one.lanes == 1
    imports.start(one, marketer)
    one.refresh_from_db()
    assert one.lanes == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(2))
def test_two_workers_make_of_a_file_what_one_makes_of_it(seed, monkeypatch):
    # Line by line, as lines of one batch see of each other what those of two do not.
    monkeypatch.setattr(job, "BATCH", dict.fromkeys(job.BATCH, 1))
    text = HEAD + "".join(lines_of_few(Random(seed), 90))  # noqa: S311 - no secret
    assert taken_in(text, "qqx", workers=1) == taken_in(text, "qqy", workers=2)


# Stands for a world of its own: people of two of them have nothing in common.
WORLD = "@@"


def lines_of_few(random, count):
    """Lines of some people in some companies, who say now this and now that of themselves."""
    for _ in range(count):
        person = random.randrange(60)
        firm = random.randrange(25) if random.random() < 0.05 else person % 25
        domain = f"company{firm}{WORLD}.example"
        told = (
            f"{WORLD}{person}" if random.random() < 0.3 else "",
            f"First{person}",
            f"Last{WORLD}",
            f"p{person}@{domain}" if random.random() < 0.7 else "",
            f"+467012345{person:02}" if random.random() < 0.6 else "",
            f"Company {firm} {WORLD}" if random.random() < 0.5 else "",
            domain if random.random() < 0.3 else "",
            random.choice(["", "Buyer", "VP Sales", "Student"]),
            f"City {random.randrange(9)}",
        )
        yield ",".join(told) + "\n"


def taken_in(text, world, *, workers):
    """What a file makes of a world: its leads, companies and lines."""
    marketer = factories.marketer()
    file = io.BytesIO(text.replace(WORLD, world).encode())
    one = imports.begin(marketer, "few.csv", file)
    imports.choose(one, marketer, one.columns, Terms())
    at_once([job.drain] * workers)
    job.drain()
    checked = list(one.lines.values_list("number", "status"))
    if workers == 1:
        one.lines.update(lane=0)
    else:
        assert all(one.lines.filter(lane=lane).count() > 20 for lane in range(LANES))
    imports.start(one, marketer)
    assert all(isinstance(done, int) for done in at_once([job.drain] * workers))
    job.drain()
    one.refresh_from_db()
    assert one.state == ImportState.DONE and one.lines_done == one.lines_total
    assert not one.lines.filter(at=None).exists()
    named = ("email", "first_name", "last_name", "phone", "job_title", "city", "company__name")
    found = {
        "leads": sorted(Lead.objects.filter(last_name=f"Last{world}").values_list(*named)),
        "companies": sorted(
            Company.objects.filter(domain__contains=f"{world}.").values_list("name", "domain")
        ),
        # Somebody of an earlier batch is known, one of the same batch there twice.
        "new": list(one.lines.filter(status="created").values_list("number", flat=True)),
        "whose": list(one.lines.values_list("number", "lead__email", "lead__phone")),
    }
    assert found["leads"] and found["companies"]
    return json.loads(json.dumps([checked, found]).replace(world, WORLD))


@pytest.mark.django_db(transaction=True)
def test_a_verb_waits_for_those_at_work_and_keeps_the_others_away(
    marketer, small_batches, monkeypatch
):
    text = "Email\n" + "".join(f"p@company{n}.example\n" for n in range(200))
    one = imports.begin(marketer, "list.csv", io.BytesIO(text.encode()))
    imports.choose(one, marketer, one.columns, Terms())
    job.drain()
    imports.start(one, marketer)
    both_at_work, first_of_each, run = Barrier(3), [0, 1], people.run

    def slowly(*given):
        if first_of_each:
            first_of_each.pop()
            both_at_work.wait(20)
            time.sleep(0.5)
        return run(*given)

    monkeypatch.setattr(people, "run", slowly)
    with meanwhile(job.drain) as first, meanwhile(job.drain) as second:
        both_at_work.wait(20)
        imports.pause(one, marketer)
        paused = Lead.objects.count()

    # The batches they were at, and nothing after.
    assert first.result() + second.result() == paused == Lead.objects.count()
    assert 40 <= paused < 200
    one.refresh_from_db()
    assert one.state == ImportState.PAUSED and one.lines_done == paused
    imports.go_on(one, marketer)
    job.drain()
    assert Lead.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_a_lane_somebody_is_in_is_left_to_them_and_the_file_ends_with_the_last(begun, marketer):
    one = begun("Email\n" + "".join(f"p@company{n}.example\n" for n in range(10)))
    imports.start(one, marketer)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        assert lanes.enter(one.pk, 1)
        at_once([job.drain])
        half = Import.objects.get(pk=one.pk)
        cursor.execute("COMMIT")

    assert (half.state, half.lines_done) == (ImportState.RUNNING, 5)
    assert half.at_lines[1] == 0 < half.at_lines[0]

    job.drain()

    one.refresh_from_db()
    assert (one.state, one.lines_done, one.counts) == (ImportState.DONE, 10, {"created": 10})
    with pytest.raises(ImportRefused):
        imports.start(one, marketer)


@pytest.mark.django_db(transaction=True)
def test_a_verb_waits_longer_for_a_batch_than_pages_wait_for_a_lock(begun, marketer):
    one = begun("Email\nann@acme.example\n")
    imports.start(one, marketer)

    def work() -> None:
        with transaction.atomic():
            lanes.enter(one.pk, 1)
            entered.set()
            time.sleep(2.5)

    entered = Event()
    with meanwhile(work):
        entered.wait(10)
        imports.pause(one, marketer)

    one.refresh_from_db()
    assert one.state == ImportState.PAUSED


@pytest.mark.django_db
def test_one_at_work_goes_back_into_one_lane_and_leaves_no_line_out():
    upgrade = import_module("leads.migrations.0071_lanes_of_an_import").Migration
    (moved,) = [step for step in upgrade.operations if isinstance(step, RunSQL)]
    with connection.cursor() as cursor:
        # In the place of the table, for as long as this transaction.
        cursor.execute(
            "CREATE TEMP TABLE leads_import (at_line int, at_lines jsonb) ON COMMIT DROP"
        )
        cursor.execute("INSERT INTO leads_import VALUES (999, NULL), (0, NULL)")
        cursor.execute(moved.sql)
        cursor.execute("INSERT INTO leads_import VALUES (NULL, '[6001, 999]'), (NULL, '[40, 80]')")
        cursor.execute(moved.reverse_sql)
        cursor.execute("SELECT at_line FROM leads_import ORDER BY at_line")

        assert [line for (line,) in cursor.fetchall()] == [0, 40, 999, 999]
