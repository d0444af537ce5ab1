"""The record of consents is only ever added to; the database sees to it, whoever asks."""

from django.db import migrations

# One change is let through: when the other person's account goes, the row forgets who it was.
GUARD = """
CREATE FUNCTION accounts_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.grantee_id IS NULL THEN
        OLD.grantee_id := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the record of consents is only added to' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER accounts_consent_guard BEFORE UPDATE ON accounts_consent
    FOR EACH ROW EXECUTE FUNCTION accounts_consent_guard();
"""
UNGUARD = "DROP TRIGGER accounts_consent_guard ON accounts_consent; DROP FUNCTION accounts_consent_guard();"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
