-- Somebody must be able to let others in: the last admin who can sign in stays one. What is done
-- at once by two admins, accounts/people/people.py settles by holding the rows of all admins.
CREATE OR REPLACE FUNCTION accounts_admin_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_user WHERE is_active AND 'admin' = ANY (roles)) THEN
        RAISE EXCEPTION 'the last admin who can sign in must stay one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER accounts_admin_stays_changed
    AFTER UPDATE OF is_active, roles ON accounts_user
    FOR EACH ROW
    WHEN (OLD.is_active AND 'admin' = ANY (OLD.roles)
          AND NOT (NEW.is_active AND 'admin' = ANY (NEW.roles)))
    EXECUTE FUNCTION accounts_admin_stays();

CREATE OR REPLACE TRIGGER accounts_admin_stays_deleted
    AFTER DELETE ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active AND 'admin' = ANY (OLD.roles))
    EXECUTE FUNCTION accounts_admin_stays();
