-- What was signed stays as it was signed, whoever writes to the database.

CREATE FUNCTION funnel_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'criteria v% is %, so it cannot be deleted', OLD.number, OLD.state
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'criteria start as a draft'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.content, NEW.content_hash, NEW.number) IS DISTINCT FROM
       (OLD.content, OLD.content_hash, OLD.number)
       AND NOT (OLD.state IN ('draft', 'proposed') AND NEW.state = 'draft') THEN
        RAISE EXCEPTION 'the content of criteria v% is frozen (%)', OLD.number, OLD.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'retired' AND NEW.state <> 'retired' THEN
        RAISE EXCEPTION 'criteria v% is retired; going back is a new version', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state = 'live' AND NEW.state NOT IN ('live', 'retired') THEN
        RAISE EXCEPTION 'criteria v% is live and can only retire', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state IN ('live', 'scheduled') AND OLD.state <> NEW.state AND (
        SELECT count(DISTINCT side) FROM funnel_signature
        WHERE version_id = NEW.id AND voided_at IS NULL AND content_hash = NEW.content_hash
    ) < 2 THEN
        RAISE EXCEPTION 'criteria v% lacks a signature of marketing and sales', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funnel_version_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON funnel_criteriaversion
    FOR EACH ROW EXECUTE FUNCTION funnel_version_is_frozen();

CREATE FUNCTION funnel_signature_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.voided_at IS NULL
       AND (NEW.version_id, NEW.side, NEW.content_hash, NEW.signed_at, NEW.both_hats)
         IS NOT DISTINCT FROM
           (OLD.version_id, OLD.side, OLD.content_hash, OLD.signed_at, OLD.both_hats)
       AND NEW.signed_by_id IS NOT DISTINCT FROM OLD.signed_by_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a signature can be made void, never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER funnel_signature_is_kept BEFORE UPDATE OR DELETE ON funnel_signature
    FOR EACH ROW EXECUTE FUNCTION funnel_signature_is_kept();
