-- Who was erased says nothing any more: what was kept of them as it came, and the
-- addresses they had before, go with them. As the owner, for the app's role may not change history.
CREATE OR REPLACE FUNCTION leads_lead_erased() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM leads_unreadvalue WHERE lead_id = NEW.id;
    DELETE FROM leads_alias WHERE lead_id = NEW.id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION leads_lead_erased() FROM PUBLIC;
CREATE OR REPLACE TRIGGER leads_lead_erased AFTER UPDATE OF stage ON leads_lead
    FOR EACH ROW WHEN (NEW.stage = 'erased') EXECUTE FUNCTION leads_lead_erased();
