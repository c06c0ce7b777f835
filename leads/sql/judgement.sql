-- A lead has its row of leads_judgement from its beginning: not judged yet, due since it came.

CREATE OR REPLACE FUNCTION leads_judgement_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_judgement (lead_id, rescore_at) SELECT id, updated_at FROM added;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_judgement_begins AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION leads_judgement_begins();
