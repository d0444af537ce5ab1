"""Columns for the deepened plans, ladders and silences: each with a default of the database, so no table is rewritten."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_consent_append_only"),
        ("checkins", "0001_initial"),
        ("networks", "0002_safety_net"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Wishes",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="wishes",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signs_of_life",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("sign_in", "signing in"),
                                ("touch", "writing down that I was in touch with somebody"),
                                ("answer", "answering a message"),
                            ],
                            max_length=10,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("company_words", models.TextField(blank=True, max_length=600)),
                ("helps", models.TextField(blank=True, max_length=600)),
                ("does_not_help", models.TextField(blank=True, max_length=600)),
                ("flare_words", models.TextField(blank=True, max_length=600)),
                ("flare_began_at", models.DateTimeField(blank=True, null=True)),
                ("flare_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AlterModelOptions(
            name="silencestep",
            options={"ordering": ["position", "pk"]},
        ),
        migrations.AlterModelOptions(
            name="step",
            options={"ordering": ["position", "pk"]},
        ),
        migrations.AddField(
            model_name="checkin",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[("okay", "okay"), ("company", "not okay, would like company")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="via",
            field=models.CharField(
                choices=[
                    ("page", "on the page"),
                    ("link", "from a letter"),
                    ("sign_in", "by signing in"),
                    ("touch", "by writing down a contact"),
                    ("answer", "by answering a message"),
                ],
                db_default="page",
                default="page",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="claim",
            name="resumes_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="ends_on",
            field=models.DateField(blank=True, null=True),
        ),
        # Django would add a check with the column, and PostgreSQL would read the whole table for it while nobody can
        # use it. plan_has_a_rhythm in the next migration says more, and is validated while others go on.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE checkins_plan ADD COLUMN every smallint NULL",
                    "ALTER TABLE checkins_plan DROP COLUMN every",
                )
            ],
            state_operations=[
                migrations.AddField(
                    model_name="plan",
                    name="every",
                    field=models.PositiveSmallIntegerField(
                        blank=True, help_text="days; then `days` is empty", null=True
                    ),
                )
            ],
        ),
        migrations.AddField(
            model_name="plan",
            name="form_key",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="name",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.AddField(
            model_name="plan",
            name="paused_as",
            field=models.CharField(
                blank=True, choices=[("pause", "paused"), ("rest", "resting")], db_default="", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="softened_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="starts_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="silence",
            name="does_not_help",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="silence",
            name="helps",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="silence",
            name="nature",
            field=models.CharField(
                choices=[("real", "a missed check-in"), ("rehearsal", "a rehearsal")],
                db_default="real",
                default="real",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="silence",
            name="ran_out_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="silencestep",
            name="agreed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="silencestep",
            name="channel",
            field=models.CharField(db_default="email", default="email", max_length=10),
        ),
        migrations.AddField(
            model_name="silencestep",
            name="may_wake_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="silencestep",
            name="words",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="step",
            name="channel",
            field=models.CharField(db_default="email", default="email", max_length=10),
        ),
        migrations.AddField(
            model_name="step",
            name="may_wake_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="step",
            name="reconfirm_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="step",
            name="words",
            field=models.TextField(blank=True, db_default="", help_text="the owner's own", max_length=600),
        ),
        migrations.AlterField(
            model_name="claim",
            name="report",
            field=models.CharField(
                blank=True,
                choices=[
                    ("okay", "heard from them, they're okay"),
                    ("no_answer", "could not reach them"),
                    ("cannot", "cannot help right now"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="plan",
            name="days",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(), blank=True, help_text="0 is Monday", size=None
            ),
        ),
        migrations.AlterField(
            model_name="silence",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[
                    ("checked_in", "they checked in"),
                    ("heard_from", "a supporter heard from them"),
                    ("set_aside", "they changed, paused or ended the plan"),
                    ("ran_through", "the rehearsal came to its end"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="silencestep",
            name="why_passed_over",
            field=models.CharField(
                blank=True,
                choices=[
                    ("left", "no longer a supporter"),
                    ("withdrew", "took back their agreement"),
                    ("not_agreed", "had not agreed"),
                    ("paused", "is taking a break"),
                    ("broken", "our e-mail does not reach them"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="wishes",
            name="company_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="networks.membership",
            ),
        ),
        migrations.AddField(
            model_name="wishes",
            name="flare_tells",
            field=models.ManyToManyField(blank=True, related_name="+", to="networks.membership"),
        ),
        migrations.AddConstraint(
            model_name="wishes",
            constraint=models.CheckConstraint(
                condition=models.Q(("signs_of_life__contained_by", ["sign_in", "touch", "answer"])),
                name="wishes_signs_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="wishes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("flare_began_at", None), ("flare_until", None)),
                    ("flare_until__gte", models.F("flare_began_at")),
                    _connector="OR",
                ),
                name="wishes_flare_ends",
            ),
        ),
    ]
