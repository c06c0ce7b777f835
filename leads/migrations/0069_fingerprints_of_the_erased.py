"""What is kept of the address and the ids of somebody erased is a fingerprint of them.

As they stood in a column of keys, whoever could read the database could read them.
"""

from django.db import migrations

FINGERPRINT = """
CREATE OR REPLACE FUNCTION leads_fingerprint(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value = '' OR value LIKE 'erased:%' THEN value
        ELSE 'erased:' || encode(sha256(convert_to(value, 'UTF8')), 'hex') END
$$;
"""
ERASED = """
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    who bigint[];
    handed bigint[];
BEGIN
    -- Most statements erase nobody.
    PERFORM FROM became WHERE stage = 'erased';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    WITH RECURSIVE part AS (
        SELECT b.id FROM became b JOIN was ON was.id = b.id
        WHERE b.stage = 'erased' AND was.stage <> 'erased'
        UNION
        SELECT l.id FROM leads_lead l JOIN part ON l.merged_into_id = part.id
    ) SELECT array_agg(id) INTO who FROM part;
    IF who IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE leads_lead SET
        email = '', email_key = leads_fingerprint(email_key), email_kind = '', phone = '',
        first_name = '', last_name = '', name_key = '', job_title = '', job_title_key = '',
        department = '', department_key = '', website = '', linkedin = '', country = '', city = '',
        city_key = '', company_id = NULL, attributes = '{}', attribute_keys = '{}',
        word_keys = NULL, estimated_value = NULL, search_key = '', typed = NULL, not_of = NULL,
        tags = NULL, last_tags = NULL
    WHERE id = ANY(who);
    DELETE FROM leads_unreadvalue WHERE lead_id = ANY(who);
    UPDATE leads_externalid SET value = leads_fingerprint(value) WHERE lead_id = ANY(who);
    DELETE FROM leads_alias WHERE lead_id = ANY(who);
    DELETE FROM leads_rawvalue WHERE lead_id = ANY(who);
    DELETE FROM leads_leadchange WHERE lead_id = ANY(who);
    DELETE FROM leads_note WHERE lead_id = ANY(who);
    UPDATE leads_bantitem SET note = '' WHERE lead_id = ANY(who) AND note <> '';
    UPDATE leads_adjustment SET reason = 'Erased' WHERE lead_id = ANY(who) AND reason <> 'Erased';
    UPDATE leads_override SET reason = 'Erased' WHERE lead_id = ANY(who) AND reason <> 'Erased';
    UPDATE leads_consent SET address = '' WHERE lead_id = ANY(who) AND address <> '';
    UPDATE leads_event SET properties = '{}', property_keys = '{}', word_keys = NULL
        WHERE lead_id = ANY(who) AND (properties <> '{}' OR property_keys <> '{}'
            OR word_keys IS NOT NULL);
    UPDATE leads_importline SET cells = '[]', email_key = '', external_id = '', errors = NULL
        WHERE lead_id = ANY(who);
    UPDATE leads_delivery SET body = '', headers = '{}', address = '', forget_at = NULL,
        reason = CASE state WHEN 'taken' THEN '' ELSE reason END,
        results = (SELECT jsonb_agg(one || '{"problems": []}')
            FROM jsonb_array_elements(results) AS one)
        WHERE lead_id = ANY(who);
    UPDATE leads_merge SET taken = '{}' WHERE lead_id = ANY(who) OR heir_id = ANY(who);
    UPDATE leads_stagechange SET
        evidence = CASE WHEN evidence IS NULL THEN NULL ELSE '{}'::jsonb END,
        reason = CASE WHEN reason = 'Undone' OR target = 'erased' THEN reason ELSE '' END
        WHERE lead_id = ANY(who) AND (evidence <> '{}'
            OR reason NOT IN ('', 'Undone') AND target <> 'erased');
    SELECT array_agg(id) INTO handed FROM leads_handoff WHERE lead_id = ANY(who);
    IF handed IS NOT NULL THEN
        UPDATE leads_handoff SET why = '', note = '', bought_because = '', competitor = '',
            reasons = (SELECT coalesce(jsonb_agg(line || CASE
                    WHEN line->>'rule' = '' AND NOT coalesce((line->>'cut')::boolean, false)
                    THEN '{"evidence": "", "label": "Adjusted"}'::jsonb
                    ELSE '{"evidence": ""}' END ORDER BY place), '[]')
                FROM jsonb_array_elements(reasons) WITH ORDINALITY AS one (line, place))
            WHERE id = ANY(handed);
        UPDATE leads_touch SET note = '' WHERE handoff_id = ANY(handed);
        UPDATE leads_answer SET text = CASE text WHEN '' THEN '' ELSE 'Erased' END, because = ''
            WHERE handoff_id = ANY(handed);
        UPDATE leads_followup SET note = '' WHERE lead_id = ANY(who);
    END IF;
    RETURN NULL;
END $$;
"""
AS_IT_WAS = ERASED.replace(" email_key = leads_fingerprint(email_key),", "").replace(
    "    UPDATE leads_externalid SET value = leads_fingerprint(value) WHERE lead_id = ANY(who);\n",
    "",
)
# Those who were erased before, with who became a part of them.
BEFORE = """
WITH RECURSIVE gone AS (
    SELECT id FROM leads_lead WHERE stage = 'erased'
    UNION
    SELECT l.id FROM leads_lead l JOIN gone ON l.merged_into_id = gone.id
), keys AS (
    UPDATE leads_lead SET email_key = leads_fingerprint(email_key)
    WHERE id IN (SELECT id FROM gone) AND email_key <> ''
)
UPDATE leads_externalid SET value = leads_fingerprint(value)
WHERE lead_id IN (SELECT id FROM gone)
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0068_continues_lead_by_lead")]

    operations = [
        migrations.RunSQL(FINGERPRINT, "DROP FUNCTION leads_fingerprint(text)"),
        migrations.RunSQL(ERASED, AS_IT_WAS),
        # Nobody can read them back.
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
