"""How a lead was judged moves from its row to one of its own, and news becomes a list.

One transaction: writers of leads wait until it is over, readers until its last moment. Processes of
the release before must not write on after it, as they know no such table.
"""

from importlib import import_module

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

CLAIM = """
CREATE OR REPLACE FUNCTION leads_claim(
    rep bigint,
    wanted bigint,           -- a handoff, or NULL for the one with the least time left
    moment timestamptz,
    touch_due timestamptz,
    most_held integer,       -- without a first touch
    origins text[],          -- the stages a rep may claim from
    becomes text,
    mover text
) RETURNS SETOF leads_handoff LANGUAGE plpgsql
-- "LIMIT near" is planned once, not again for each of its two values.
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    held integer;
    near integer;
    waiting bigint;
    taken leads_stagechange;
BEGIN
    -- Two claims of one rep follow one another, or both could pass the limit.
    PERFORM FROM accounts_user WHERE id = rep AND is_active FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- Index handoff_held.
    SELECT count(*) INTO held FROM leads_handoff
    WHERE state = 'claimed' AND claimed_by_id = rep AND first_touch_at IS NULL;
    IF held >= most_held THEN
        RETURN;
    END IF;

    IF wanted IS NULL THEN
        -- Index handoff_open_by_deadline, the head of each of the rep's queues; all that wait only
        -- where others hold the whole head.
        <<search>> FOREACH near IN ARRAY ARRAY[20, NULL] LOOP
            FOR waiting IN
                SELECT head.id FROM funnel_queuemember member CROSS JOIN LATERAL (
                    SELECT h.id, h.due_at FROM leads_handoff h
                    WHERE h.queue_id = member.queue_id AND h.state = 'open'
                    ORDER BY h.due_at, h.id LIMIT near
                ) head
                WHERE member.user_id = rep ORDER BY head.due_at, head.id
            LOOP
                -- A lead the machine is judging at this moment is passed over, not waited for.
                SELECT h.id, l.id, l.stage, j.version_id, l.cycle, j.total
                INTO taken.handoff_id, taken.lead_id, taken.origin, taken.version_id, taken.cycle,
                    taken.total
                FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
                JOIN leads_judgement j ON j.lead_id = l.id
                WHERE h.id = waiting AND h.state = 'open' AND l.stage = ANY (origins)
                FOR NO KEY UPDATE OF h, l SKIP LOCKED;
                EXIT search WHEN FOUND;
            END LOOP;
        END LOOP;
    ELSE
        -- The lead before the handoff, as the machine locks them: neither waits in a circle.
        PERFORM FROM leads_lead WHERE id = (SELECT lead_id FROM leads_handoff WHERE id = wanted)
        FOR NO KEY UPDATE;
        SELECT h.id, l.id, l.stage, j.version_id, l.cycle, j.total
        INTO taken.handoff_id, taken.lead_id, taken.origin, taken.version_id, taken.cycle,
            taken.total
        FROM leads_handoff h
        JOIN leads_lead l ON l.id = h.lead_id
        JOIN leads_judgement j ON j.lead_id = l.id
        JOIN funnel_queuemember member ON member.queue_id = h.queue_id AND member.user_id = rep
        WHERE h.id = wanted AND h.state = 'open' AND l.stage = ANY (origins)
        FOR NO KEY UPDATE OF h;
    END IF;
    IF taken.handoff_id IS NULL THEN
        RETURN;
    END IF;

    taken.target := becomes;
    taken.at := moment;
    taken.actor := mover;
    taken.person_id := rep;
    taken.reason := '';
    PERFORM leads_move(taken, owner => rep);
    RETURN QUERY
    UPDATE leads_handoff AS h
    SET state = 'claimed', claimed_by_id = rep, claimed_at = moment, touch_due_at = touch_due
    WHERE h.id = taken.handoff_id
    RETURNING h.*;
END $$;
"""
BEFORE = import_module("leads.migrations.0018_one_ledger")

BEGINS = """
CREATE OR REPLACE FUNCTION leads_lead_begins() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong FROM added l
    WHERE NOT EXISTS (SELECT FROM leads_stagechange s WHERE s.lead_id = l.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % begins at stage % without its ledger', wrong.id, wrong.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    INSERT INTO leads_judgement (lead_id, rescore_at) SELECT l.id, l.updated_at FROM added l;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_begins AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_begins();
"""
MOVES = """
CREATE OR REPLACE FUNCTION leads_lead_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong FROM became l JOIN was ON was.id = l.id
    WHERE l.stage <> was.stage AND l.stage IS DISTINCT FROM (
        SELECT s.target FROM leads_stagechange s
        WHERE s.lead_id = l.id ORDER BY s.id + 0 DESC LIMIT 1
    ) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % is put at stage % without its ledger', wrong.id, wrong.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_moves AFTER UPDATE ON leads_lead
    REFERENCING OLD TABLE AS was NEW TABLE AS became
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_moves();
"""
# An update finds room for the new version of a row in the same page. News come and go all day.
ROOM = """
ALTER TABLE leads_judgement SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE leads_news SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""

# What both tables call the same; a lead that nobody has judged yet is due since it came.
FILL = """
INSERT INTO leads_judgement (lead_id, version_id, fit, intent, total, grade, points, disqualifier,
    scored_at, below_since, rescore_at, attempts, parked_error)
SELECT id, version_id, fit, intent, total, grade, points, disqualifier, scored_at, below_since,
    CASE WHEN version_id IS NULL THEN coalesce(stale_at, updated_at) ELSE rescore_at END,
    attempts, parked_error
FROM leads_lead WHERE id > %s AND id <= %s
"""
HEARD = """
INSERT INTO leads_news (lead_id, at)
SELECT id, stale_at FROM leads_lead
WHERE id > %s AND id <= %s AND stale_at IS NOT NULL AND version_id IS NOT NULL
ORDER BY stale_at
"""
GIVE_BACK = """
UPDATE leads_lead AS l SET version_id = j.version_id, fit = j.fit, intent = j.intent,
    total = j.total, grade = j.grade, points = j.points, disqualifier = j.disqualifier,
    scored_at = j.scored_at, below_since = j.below_since, rescore_at = j.rescore_at,
    attempts = j.attempts, parked_error = j.parked_error,
    stale_at = CASE WHEN j.version_id IS NULL THEN j.rescore_at ELSE
        (SELECT min(at) FROM leads_news n WHERE n.lead_id = j.lead_id) END
FROM leads_judgement j WHERE j.lead_id = l.id AND l.id > %s AND l.id <= %s
"""
AT_ONCE = 50_000


def hold(apps, schema_editor):
    schema_editor.execute("LOCK TABLE leads_lead IN SHARE ROW EXCLUSIVE MODE")


def fill(apps, schema_editor):
    _in_chunks(schema_editor, "judgements moved", FILL, HEARD)


def give_back(apps, schema_editor):
    _in_chunks(schema_editor, "judgements moved back", GIVE_BACK)
    # Their deferred checks, which would be in the way of what follows.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _in_chunks(schema_editor, says, *statements):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0), count(*) FROM leads_lead")
        highest, leads = cursor.fetchone()
        done = 0
        for low in range(0, highest, AT_ONCE):
            for statement in statements:
                cursor.execute(statement, [low, low + AT_ONCE])
                done += cursor.rowcount if statement == statements[0] else 0
            if leads > AT_ONCE:
                print(f"    {done:,} of {leads:,} {says}", flush=True)


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0007_refusals"),
        ("leads", "0020_answers_to_the_ground"),
    ]

    operations = [
        migrations.RunPython(hold, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="judgement",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funnel.criteriaversion",
                    ),
                ),
                ("fit", models.SmallIntegerField(null=True)),
                ("intent", models.SmallIntegerField(null=True)),
                ("total", models.SmallIntegerField(null=True)),
                ("grade", models.CharField(blank=True, db_default="", default="", max_length=2)),
                (
                    "points",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(null=True),
                        db_default=[],
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "disqualifier",
                    models.CharField(blank=True, db_default="", default="", max_length=40),
                ),
                ("scored_at", models.DateTimeField(null=True)),
                ("below_since", models.DateTimeField(null=True)),
                ("rescore_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "parked_error",
                    models.CharField(blank=True, db_default="", default="", max_length=300),
                ),
            ],
        ),
        migrations.CreateModel(
            name="News",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="news",
                        to="leads.lead",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leads.company",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("spreads", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "verbose_name_plural": "news",
                "ordering": ["id"],
            },
        ),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
        migrations.RunPython(fill, give_back),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(
                condition=models.Q(("parked_error", ""), ("rescore_at__isnull", False)),
                fields=["rescore_at"],
                name="judgement_due",
            ),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(fields=["version", "lead"], name="judgement_by_version"),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(fields=["-total", "-lead"], name="judgement_best"),
        ),
        migrations.AddIndex(
            model_name="judgement",
            index=models.Index(
                condition=models.Q(("parked_error", ""), _negated=True),
                fields=["lead"],
                name="judgement_parked",
            ),
        ),
        migrations.AddConstraint(
            model_name="judgement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("fit", None),
                        ("intent", None),
                        ("scored_at", None),
                        ("total", None),
                        ("version", None),
                    ),
                    models.Q(
                        ("scored_at__isnull", False),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                models.F("fit"), "+", models.F("intent")
                            ),
                        ),
                        ("version__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="judgement_adds_up_and_names_its_version",
            ),
        ),
        migrations.AddIndex(
            model_name="news",
            index=models.Index(
                condition=models.Q(("lead", None)), fields=["id"], name="news_of_many"
            ),
        ),
        migrations.AddConstraint(
            model_name="news",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead", None), ("company", None), _connector="OR"),
                name="news_is_of_one_or_all",
            ),
        ),
        migrations.RunSQL(BEGINS, BEFORE.LEAD_BEGINS),
        migrations.RunSQL(MOVES, BEFORE.LEAD_MOVES),
        migrations.RunSQL(CLAIM, BEFORE.CLAIM),
        migrations.RemoveConstraint(
            model_name="lead",
            name="lead_score_adds_up_and_names_its_version",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_stale",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_due",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_version",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_best",
        ),
        migrations.RemoveIndex(
            model_name="lead",
            name="lead_parked",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="attempts",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="below_since",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="disqualifier",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="fit",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="grade",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="intent",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="parked_error",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="points",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="rescore_at",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="scored_at",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="stale_at",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="total",
        ),
        migrations.RemoveField(
            model_name="lead",
            name="version",
        ),
        migrations.AlterField(
            model_name="dayscore",
            name="lead",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="day_scores",
                to="leads.lead",
            ),
        ),
        migrations.AlterField(
            model_name="dayscore",
            name="version",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funnel.criteriaversion",
            ),
        ),
    ]
