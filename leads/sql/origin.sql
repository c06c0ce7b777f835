-- Where a lead came from at first stands, or what was counted under a source would move when the
-- same person comes again. A person may correct it (what they type is marked in `typed`), two names
-- of one source may become one and be parted again, and of two leads of one person the heir may take
-- the older word.
CREATE OR REPLACE FUNCTION leads_came_under(of text, lead bigint, heir bigint, origin bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    -- Index moved_by_name.
    SELECT EXISTS (SELECT FROM leads_namemerge m JOIN leads_movedbyname b ON b.merge_id = m.id
        WHERE m.kind = of AND m.row = origin AND m.heir = leads_came_under.heir
            AND m.undone_at IS NOT NULL AND b."column" = of
            AND lead BETWEEN b.first AND b.last AND lead = ANY (b.ids))
$$;
CREATE OR REPLACE FUNCTION leads_origin_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.source_id IS DISTINCT FROM NEW.source_id
            AND NOT coalesce(NEW.typed ? 'source', FALSE)
            AND NOT EXISTS (SELECT FROM leads_source s
                WHERE s.id = OLD.source_id AND s.same_as_id = NEW.source_id)
            AND NOT leads_came_under('source', OLD.id, OLD.source_id, NEW.source_id)
        OR OLD.campaign_id IS DISTINCT FROM NEW.campaign_id
            AND NOT coalesce(NEW.typed ? 'campaign', FALSE)
            AND NOT EXISTS (SELECT FROM leads_campaign c
                WHERE c.id = OLD.campaign_id AND c.same_as_id = NEW.campaign_id)
            AND NOT leads_came_under('campaign', OLD.id, OLD.campaign_id, NEW.campaign_id))
        AND NOT EXISTS (SELECT FROM leads_lead m WHERE m.merged_into_id = NEW.id)
    THEN
        RAISE EXCEPTION 'lead % came from elsewhere already', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER leads_origin_stands BEFORE UPDATE OF source_id, campaign_id ON leads_lead
    FOR EACH ROW WHEN ((OLD.source_id IS NOT NULL OR OLD.campaign_id IS NOT NULL)
        AND (OLD.source_id, OLD.campaign_id) IS DISTINCT FROM (NEW.source_id, NEW.campaign_id))
    EXECUTE FUNCTION leads_origin_stands();
