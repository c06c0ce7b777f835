"""The database keeps a lead at the stage of its newest row in the ledger, and the ledger whole.

The text is that of leads/sql (move, claim, ledger) as of now. Each trigger is a statement of its
own, so that its lock on the table is there for a moment only; no row is read or written. What was
done before a failure is done again without harm.
"""

from django.db import migrations

MOVE = """
CREATE OR REPLACE FUNCTION leads_move(step leads_stagechange, owner bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH stands AS (
        UPDATE leads_lead SET stage = step.target, stage_since = step.at, owner_id = owner
        WHERE id = step.lead_id
    )
    INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, person_id, integration_id,
        reason, version_id, handoff_id, cycle, total, evidence, amount)
    VALUES (step.lead_id, step.origin, step.target, step.at, step.actor, step.person_id,
        step.integration_id, step.reason, step.version_id, step.handoff_id, step.cycle, step.total,
        step.evidence, step.amount);
END $$;
"""

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
                SELECT h.id, l.id, l.stage, l.version_id, l.cycle, l.total
                INTO taken.handoff_id, taken.lead_id, taken.origin, taken.version_id, taken.cycle,
                    taken.total
                FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
                WHERE h.id = waiting AND h.state = 'open' AND l.stage = ANY (origins)
                FOR NO KEY UPDATE OF h, l SKIP LOCKED;
                EXIT search WHEN FOUND;
            END LOOP;
        END LOOP;
    ELSE
        -- The lead before the handoff, as the machine locks them: neither waits in a circle.
        PERFORM FROM leads_lead WHERE id = (SELECT lead_id FROM leads_handoff WHERE id = wanted)
        FOR NO KEY UPDATE;
        SELECT h.id, l.id, l.stage, l.version_id, l.cycle, l.total
        INTO taken.handoff_id, taken.lead_id, taken.origin, taken.version_id, taken.cycle,
            taken.total
        FROM leads_handoff h
        JOIN leads_lead l ON l.id = h.lead_id
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

CLAIM_BEFORE = """
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
    chosen bigint;
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
                SELECT h.id INTO chosen
                FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id
                WHERE h.id = waiting AND h.state = 'open' AND l.stage = ANY (origins)
                FOR NO KEY UPDATE OF h, l SKIP LOCKED;
                EXIT search WHEN FOUND;
            END LOOP;
        END LOOP;
    ELSE
        -- The lead before the handoff, as the machine locks them: neither waits in a circle.
        PERFORM FROM leads_lead WHERE id = (SELECT lead_id FROM leads_handoff WHERE id = wanted)
        FOR NO KEY UPDATE;
        SELECT h.id INTO chosen
        FROM leads_handoff h
        JOIN leads_lead l ON l.id = h.lead_id
        JOIN funnel_queuemember member ON member.queue_id = h.queue_id AND member.user_id = rep
        WHERE h.id = wanted AND h.state = 'open' AND l.stage = ANY (origins)
        FOR NO KEY UPDATE OF h;
    END IF;
    IF chosen IS NULL THEN
        RETURN;
    END IF;

    INSERT INTO leads_stagechange (lead_id, origin, target, at, actor, person_id, reason,
                                   version_id, handoff_id, cycle, total)
    SELECT l.id, l.stage, becomes, moment, mover, rep, '', l.version_id, h.id, l.cycle, l.total
    FROM leads_handoff h JOIN leads_lead l ON l.id = h.lead_id WHERE h.id = chosen;
    UPDATE leads_lead SET stage = becomes, stage_since = moment, owner_id = rep
    WHERE id = (SELECT lead_id FROM leads_handoff WHERE id = chosen);
    RETURN QUERY
    UPDATE leads_handoff AS h
    SET state = 'claimed', claimed_by_id = rep, claimed_at = moment, touch_due_at = touch_due
    WHERE h.id = chosen
    RETURNING h.*;
END $$;
"""

LEDGER_CONTINUES = """
CREATE OR REPLACE FUNCTION leads_ledger_continues() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT step.lead_id, step.origin, step.target INTO wrong
    FROM (
        SELECT id, lead_id, origin, target, lag(target) OVER of_lead AS before,
               lead(id) OVER of_lead IS NULL AS is_last
        FROM added WINDOW of_lead AS (PARTITION BY lead_id ORDER BY id)
    ) AS step
    WHERE step.origin <> coalesce(step.before, (
        SELECT s.target FROM leads_stagechange s
        WHERE s.lead_id = step.lead_id AND s.id < step.id ORDER BY s.id + 0 DESC LIMIT 1
    ), '') OR step.is_last AND step.target IS DISTINCT FROM (
        SELECT l.stage FROM leads_lead l WHERE l.id = step.lead_id
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % did not move from % to %', wrong.lead_id,
            coalesce(nullif(wrong.origin, ''), 'nowhere'), wrong.target
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_ledger_continues AFTER INSERT ON leads_stagechange
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION leads_ledger_continues();
"""

LEAD_BEGINS = """
CREATE OR REPLACE FUNCTION leads_lead_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM leads_stagechange s WHERE s.lead_id = NEW.id) THEN
        RAISE EXCEPTION 'lead % begins at stage % without its ledger', NEW.id, NEW.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_begins AFTER INSERT ON leads_lead
    FOR EACH ROW EXECUTE FUNCTION leads_lead_begins();
"""

LEAD_MOVES = """
CREATE OR REPLACE FUNCTION leads_lead_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stage IS DISTINCT FROM (
        SELECT s.target FROM leads_stagechange s
        WHERE s.lead_id = NEW.id ORDER BY s.id + 0 DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'lead % is put at stage % without its ledger', NEW.id, NEW.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_moves AFTER UPDATE OF stage ON leads_lead
    FOR EACH ROW WHEN (OLD.stage IS DISTINCT FROM NEW.stage)
    EXECUTE FUNCTION leads_lead_moves();
"""


def dropped(name: str, table: str) -> str:
    return f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("leads", "0017_adjustment_ended_by")]

    operations = [
        migrations.RunSQL(MOVE, "DROP FUNCTION leads_move(leads_stagechange, bigint);"),
        # Before the triggers, which refuse what the claim did until now.
        migrations.RunSQL(CLAIM, CLAIM_BEFORE),
        migrations.RunSQL(LEDGER_CONTINUES, dropped("leads_ledger_continues", "leads_stagechange")),
        migrations.RunSQL(LEAD_BEGINS, dropped("leads_lead_begins", "leads_lead")),
        migrations.RunSQL(LEAD_MOVES, dropped("leads_lead_moves", "leads_lead")),
    ]
