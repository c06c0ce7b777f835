-- A claim is one round trip, whose statements the database has planned before. Called by
-- leads/handoffs/claims.py, which brings the promise, and the move from the table of moves.
--
-- A function and not one statement with CTEs: to plan that anew for each claim takes longer than
-- the claim, and its one snapshot would count what a rep holds as it was before waiting for the
-- rep's other window. Here each statement sees what was committed before it began.

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
-- "LIMIT near" is planned once, not again for each of its two values; a plan made while the queue
-- was empty serves a full one too.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
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

    -- Who rejected a lead the last time gets it when its promise is over, and nobody took it.
    IF wanted IS NULL THEN
        -- Index handoff_open_by_deadline, the head of each of the rep's queues; all that wait only
        -- where others hold the whole head.
        <<search>> FOREACH near IN ARRAY ARRAY[20, NULL] LOOP
            FOR waiting IN
                SELECT head.id FROM funnel_queuemember member CROSS JOIN LATERAL (
                    SELECT h.id, h.due_at FROM leads_handoff h
                    WHERE h.queue_id = member.queue_id AND h.state = 'open'
                    AND (h.spared_id IS DISTINCT FROM rep OR h.due_at <= moment)
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
        AND (h.spared_id IS DISTINCT FROM rep OR h.due_at <= moment)
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
