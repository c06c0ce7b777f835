-- The ledger replays: each row starts where the one before ended, and a lead stands where its
-- newest row put it. Newest is the highest id: moves of one lead take turns on its row, so their
-- ids are in the order they were written, whatever time an import of the past gives them.
--
-- Asked at the end of each statement, so one statement writes a lead and its rows (leads/ledger.py),
-- and of all its rows together: row by row a batch of moves pays several times as much.
--
-- "id + 0": by the few rows of a lead (index stage_change_of_lead), never by walking along the ids of
-- the whole ledger, be it to order them or to find lower ones. Subqueries and no joins, because a plan made for one lead serves
-- thousands later; and no sequential scans, because one made while the tables were empty does too.

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
        SELECT s.target FROM leads_stagechange s
        WHERE s.lead_id = step.lead_id AND s.id + 0 < step.id ORDER BY s.id + 0 DESC LIMIT 1
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

-- Where the rows of a new lead lead to, the trigger above has asked. It is not judged yet, and due
-- since it came.
CREATE OR REPLACE FUNCTION leads_lead_begins() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.id, l.stage INTO wrong FROM added l
    WHERE (SELECT s.id FROM leads_stagechange s WHERE s.lead_id = l.id LIMIT 1) IS NULL LIMIT 1;
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

CREATE OR REPLACE FUNCTION leads_lead_moves() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
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
