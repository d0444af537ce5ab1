"""What stays of the consent record of somebody who left; nobody changes or deletes a line of it."""

import uuid

from django.db import migrations, models
from django.db.models.functions import Now

GUARD = """
CREATE FUNCTION accounts_kept_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of consents is only added to' USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER accounts_kept_consent_guard BEFORE UPDATE OR DELETE ON accounts_keptconsent
    FOR EACH ROW EXECUTE FUNCTION accounts_kept_consent_guard();
"""
UNGUARD = """
DROP TRIGGER accounts_kept_consent_guard ON accounts_keptconsent;
DROP FUNCTION accounts_kept_consent_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_consent_says_more")]

    operations = [
        migrations.CreateModel(
            name="KeptConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("store", "keep what I write about my health"),
                            ("share", "share what I log with a supporter"),
                            ("ladder", "be told when somebody I support goes quiet"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "act",
                    models.CharField(choices=[("given", "given"), ("withdrawn", "withdrawn")], max_length=10),
                ),
                ("categories", models.JSONField(default=list)),
                ("language", models.CharField(max_length=10)),
                ("version", models.CharField(max_length=16)),
                ("how", models.CharField(max_length=10)),
                ("until_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(db_default=Now(), editable=False)),
            ],
            options={"indexes": [models.Index(fields=["number"], name="kept_consent_number")]},
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
