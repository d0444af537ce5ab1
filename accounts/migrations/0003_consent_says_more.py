"""The consent record says which version of the words, how, and until when; and no line of it can be taken out."""

from django.db import migrations, models

# A line goes only with the person it is about: looked at when the transaction ends, for Django deletes the lines first.
GUARD = """
CREATE FUNCTION accounts_consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounts_user WHERE id = OLD.subject_id) THEN
        RAISE EXCEPTION 'the record of consents is only added to' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER accounts_consent_stays AFTER DELETE ON accounts_consent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_consent_stays();
"""
UNGUARD = "DROP TRIGGER accounts_consent_stays ON accounts_consent; DROP FUNCTION accounts_consent_stays();"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_consent_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="how",
            field=models.CharField(db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="consent",
            name="until_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="version",
            field=models.CharField(db_default="", default="", max_length=16),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
