-- Moves one lead that the caller has locked: where it stands and since when, whose it is, and the
-- row of the ledger, in one statement. What leads/ledger.py is for Python, this is for the other
-- functions of the database.

CREATE OR REPLACE FUNCTION leads_move(step leads_stagechange, owner bigint) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off AS $$
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
