-- Who is new, or has another name, number, address or company, is to be compared with all others
-- (leads/duplicates/search.py), whoever wrote it; since now, whenever it is said to have been.
CREATE OR REPLACE FUNCTION leads_lead_is_uncompared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) SELECT l.id, now() FROM added l;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_is_uncompared AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_is_uncompared();

CREATE OR REPLACE FUNCTION leads_lead_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO leads_uncompared (lead_id, at) VALUES (NEW.id, now());
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER leads_lead_is_another
    AFTER UPDATE OF email, phone, name_key, company_id, merged_into_id ON leads_lead
    FOR EACH ROW WHEN (
        (OLD.email, OLD.phone, OLD.name_key) IS DISTINCT FROM (NEW.email, NEW.phone, NEW.name_key)
        OR OLD.company_id IS DISTINCT FROM NEW.company_id
        OR OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
    ) EXECUTE FUNCTION leads_lead_is_another();
