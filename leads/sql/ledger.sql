-- The ledger replays: each row starts where the one before ended, and a lead stands where its
-- newest row put it. Newest is the highest id: moves of one lead take turns on its row, so their
-- ids are in the order they were written, whatever time an import of the past gives them.
--
-- Asked at the end of each statement, of all its rows together: to ask row by row at commit takes
-- three times as long. So one statement writes a lead and its rows (leads/ledger.py).
--
-- The plans are made once for a connection, perhaps by a single lead and in an empty database, and
-- serve batches later: hence subqueries that find their rows by index, and no joins. The rows of a
-- lead are read by index stage_change_of_lead, all of them: "ORDER BY id LIMIT 1" could be planned
-- as a walk down the whole ledger.

-- What is to follow a move, by whatever road it came, follows here: `added` has the new rows.
CREATE OR REPLACE FUNCTION leads_ledger_continues() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
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
        SELECT (array_agg(s.target ORDER BY s.id DESC))[1]
        FROM leads_stagechange s WHERE s.lead_id = step.lead_id AND s.id < step.id
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

CREATE OR REPLACE FUNCTION leads_lead_begins() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong FROM made l
    WHERE l.stage IS DISTINCT FROM (
        SELECT (array_agg(s.target ORDER BY s.id DESC))[1]
        FROM leads_stagechange s WHERE s.lead_id = l.id
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % begins at stage % without its ledger', wrong.id, wrong.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_begins AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_begins();

CREATE OR REPLACE FUNCTION leads_lead_moves() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong
    FROM (SELECT id, stage FROM becomes EXCEPT SELECT id, stage FROM was) AS l
    WHERE l.stage IS DISTINCT FROM (
        SELECT (array_agg(s.target ORDER BY s.id DESC))[1]
        FROM leads_stagechange s WHERE s.lead_id = l.id
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lead % is put at stage % without its ledger', wrong.id, wrong.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_moves AFTER UPDATE ON leads_lead
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_moves();
