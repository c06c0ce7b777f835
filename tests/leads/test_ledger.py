"""One road for a move, and a database that takes no other."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from funnel.stages import Actor, MoveNotAllowed, Stage
from leads import ledger
from leads.ledger import LedgerRow
from leads.models import Lead, StageChange
from tests import factories
from tests.test_architecture import MODULES, ROOT

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def path(lead: Lead) -> list[tuple[str, str]]:
    rows = StageChange.objects.filter(lead=lead).order_by("id")
    return list(rows.values_list("origin", "target"))


def step(lead: Lead, origin: str, target: str, **fields) -> LedgerRow:
    return LedgerRow(lead.pk, origin, target, fields.pop("at", NOW), Actor.MACHINE, **fields)


def run(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


# --- the road ----------------------------------------------------------------------------------


def test_many_leads_move_together_each_step_a_row():
    one, two = factories.lead(), factories.lead(stage=Stage.MQL, fit=30)

    ledger.write(
        [
            step(one, "inquiry", "lead", total=40, evidence={"criteria": [{"value": 1.5}]}),
            step(two, "mql", "lead", reason="Fell “below”"),
            step(one, "lead", "mql"),
        ]
    )

    assert path(one) == [("", "inquiry"), ("inquiry", "lead"), ("lead", "mql")]
    assert path(two)[-1] == ("mql", "lead")
    stages = dict(Lead.objects.values_list("pk", "stage"))
    assert stages == {one.pk: "mql", two.pk: "lead"}
    first = StageChange.objects.get(lead=one, target="lead")
    assert (first.total, first.evidence) == (40, {"criteria": [{"value": 1.5}]})
    assert StageChange.objects.get(lead=two, target="lead", origin="mql").reason == "Fell “below”"
    assert set(Lead.objects.values_list("stage_since", flat=True)) == {NOW}


def test_columns_of_the_lead_are_written_with_its_move():
    rep = factories.rep()
    lead = factories.lead(stage=Stage.SQL, fit=40, intent=40)

    moved = ledger.move(
        lead.pk,
        Stage.CLAIMED,
        at=NOW,
        actor=Actor.REP,
        person=rep,
        sets={"owner_id": rep.pk, "attributes": {"n": [1]}, "held_until": NOW, "city": ""},
    )

    assert (moved.stage, moved.owner, moved.attributes, moved.held_until, moved.city) == (
        "claimed",
        rep,
        {"n": [1]},
        NOW,
        "",
    )


def test_a_move_that_the_table_does_not_have_writes_nothing():
    one, two = factories.lead(), factories.lead()

    with pytest.raises(MoveNotAllowed):
        ledger.write([step(one, "inquiry", "lead"), step(two, "inquiry", "claimed")])

    assert set(Lead.objects.values_list("stage", flat=True)) == {"inquiry"}


def test_no_moves_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        ledger.write([])


def test_an_import_of_the_past_may_tell_later_what_happened_earlier():
    lead = factories.lead()
    before = NOW - timedelta(days=400)

    ledger.write([step(lead, "inquiry", "lead", at=before), step(lead, "lead", "mql", at=before)])
    ledger.write([step(lead, "mql", "lead", at=before - timedelta(days=1))])

    lead.refresh_from_db()
    assert (lead.stage, path(lead)[-1]) == ("lead", ("mql", "lead"))


def test_nobody_else_writes_the_ledger_or_a_stage():
    writes = re.compile(
        r"StageChange\(|StageChange\.objects\.(bulk_)?create|INTO leads_stagechange"
        r"|update\(stage=|SET stage|insert\(StageChange"
    )

    found = {
        str(path.relative_to(ROOT))
        for path in [*MODULES, *ROOT.glob("*/sql/*.sql")]
        if "migrations" not in path.parts and writes.search(path.read_text())
    }

    # Judging moves many in its own statement, with the rows that `ledger.insertion` writes.
    assert found == {
        "leads/judging/moving.py",
        "leads/ledger.py",
        "leads/models/stage.py",
        "leads/sql/move.sql",
    }


# --- what the database refuses -----------------------------------------------------------------


def test_a_stage_is_not_set_without_the_ledger():
    lead = factories.lead()

    with pytest.raises(IntegrityError, match=f"lead {lead.pk} is put at stage mql without"):
        run("UPDATE leads_lead SET stage = 'mql' WHERE id = %s", lead.pk)


def test_no_lead_of_many_is_put_anywhere_without_the_ledger():
    factories.lead(), factories.lead(stage=Stage.MQL, fit=10), factories.lead()

    with pytest.raises(IntegrityError, match="without its ledger"):
        run("UPDATE leads_lead SET stage = 'mql', cycle = cycle")


def test_a_lead_does_not_begin_without_the_ledger():
    with pytest.raises(IntegrityError, match="begins at stage inquiry without its ledger"):
        Lead.objects.create(last_name="Nobody")


@pytest.mark.parametrize(
    ("origin", "target"),
    [
        ("lead", "mql"),  # it stands at inquiry
        ("", "lead"),  # it has begun
        ("inquiry", "lead"),  # the lead itself stays where it is
    ],
)
def test_a_row_that_tells_of_no_move_is_refused(origin, target):
    lead = factories.lead()

    with pytest.raises(IntegrityError, match=f"lead {lead.pk} did not move"):
        StageChange.objects.create(lead=lead, origin=origin, target=target, actor="machine")


def test_rows_of_one_statement_follow_one_another():
    lead = factories.lead()

    with pytest.raises(IntegrityError, match="did not move from mql to sql"):
        run(
            "WITH stands AS (UPDATE leads_lead SET stage = 'sql' WHERE id = %s) "
            "INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, reason, cycle) "
            "VALUES (%s, 'inquiry', 'lead', now(), 'machine', '', 1), "
            "(%s, 'mql', 'sql', now(), 'machine', '', 1)",
            *[lead.pk] * 3,
        )


def test_the_first_row_starts_nowhere():
    with pytest.raises(IntegrityError, match="did not move from lead to inquiry"):
        run(
            "WITH made AS (INSERT INTO leads_lead SELECT * FROM jsonb_populate_record("
            "(SELECT l FROM leads_lead l WHERE id = %s), "
            """'{"id": 999999, "email": "", "email_key": ""}') RETURNING id) """
            "INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, reason, cycle) "
            "SELECT id, 'lead', 'inquiry', now(), 'machine', '', 1 FROM made",
            factories.lead().pk,
        )


def test_a_lead_moves_twice_in_one_transaction():
    lead = factories.lead()

    with transaction.atomic():
        ledger.write([step(lead, "inquiry", "lead")])
        ledger.write([step(lead, "lead", "inquiry")])

    assert len(path(lead)) == 3


def test_leads_move_moves_one_lead_inside_the_database():
    rep, lead = factories.rep(), factories.lead(stage=Stage.SQL, fit=40, intent=40)

    run(
        "SELECT leads_move(json_populate_record(NULL::leads_stagechange, %s::json), owner => %s)",
        f'{{"lead_id": {lead.pk}, "origin": "sql", "target": "claimed", "actor": "rep", '
        f'"at": "{NOW.isoformat()}", "person_id": {rep.pk}, "reason": "", "cycle": 1}}',
        rep.pk,
    )

    lead.refresh_from_db()
    assert (lead.stage, lead.stage_since, lead.owner) == ("claimed", NOW, rep)
    assert path(lead)[-1] == ("sql", "claimed")
