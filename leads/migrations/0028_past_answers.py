"""Answers of before get their rows, and a claim spares who rejected the lead the last time."""

from django.db import migrations, models

# What was rejected and answered before there was a place for it, as the ledger tells it.
PAST = """
UPDATE leads_handoff SET answer_due_at = closed_at + interval '2 days' WHERE outcome = 'rejected';

INSERT INTO leads_answer (handoff_id, kind, by_id, at, text, decision, because, is_example)
SELECT DISTINCT ON (h.id) h.id, CASE s.target WHEN 'nurture' THEN 'nurture' ELSE 'close' END,
    s.person_id, s.at, s.reason, '', '', FALSE
FROM leads_stagechange s JOIN LATERAL (
    SELECT id FROM leads_handoff WHERE lead_id = s.lead_id AND outcome = 'rejected'
    AND closed_at <= s.at ORDER BY closed_at DESC LIMIT 1
) h ON TRUE
WHERE s.origin = 'rejected' AND s.target IN ('nurture', 'disqualified')
    AND s.person_id IS NOT NULL
ORDER BY h.id, s.id;

INSERT INTO leads_nurture (lead_id, handoff_id, by_id, since, cycle, return_on, return_event,
    by_hand_only, look_at, ended_by)
SELECT l.id, h.id, s.person_id, l.stage_since, l.cycle,
    greatest((l.stage_since + interval '180 days')::date, CURRENT_DATE + 1), '', l.cycle >= 3,
    CASE WHEN l.cycle < 3
    THEN greatest((l.stage_since + interval '180 days')::date, CURRENT_DATE + 1) END, ''
FROM leads_lead l JOIN LATERAL (
    SELECT person_id FROM leads_stagechange WHERE lead_id = l.id AND target = 'nurture'
    ORDER BY id DESC LIMIT 1
) s ON s.person_id IS NOT NULL
LEFT JOIN LATERAL (
    SELECT id FROM leads_handoff WHERE lead_id = l.id AND outcome = 'rejected'
    ORDER BY id DESC LIMIT 1
) h ON TRUE
WHERE l.stage = 'nurture';
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
"""

SPARES = "AND (h.spared_id IS DISTINCT FROM rep OR h.due_at <= moment)"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_answer_promises"),
        ("funnel", "0008_reasons_lead_somewhere"),
        ("leads", "0027_verdicts_and_answers"),
    ]

    operations = [
        migrations.RunSQL(PAST, "UPDATE leads_handoff SET answer_due_at = NULL"),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer_due_at__isnull", False), ("outcome", "rejected")),
                    models.Q(
                        models.Q(("outcome", "rejected"), _negated=True), ("answer_due_at", None)
                    ),
                    _connector="OR",
                ),
                name="handoff_rejected_waits_for_an_answer",
            ),
        ),
        migrations.RunSQL(CLAIM, CLAIM.replace(SPARES, "")),
    ]
