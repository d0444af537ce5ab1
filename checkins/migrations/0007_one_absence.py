"""A word that stands while new terms wait for their answer; a supporter who was told already; a grace that gives time.

Plans made around the forms get the least grace the forms allow before the check comes: a check that is not validated
yet refuses every later change of a row that breaks it.
"""

import datetime

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

LEAST_GRACE = """
    UPDATE checkins_plan
    SET grace = interval '30 minutes', deadline_at = greatest(deadline_at, next_due_at + interval '30 minutes')
    WHERE grace < interval '30 minutes'
"""
# Before, whoever was asked anew was not told until they answered.
ASKED_ANEW = """
    UPDATE checkins_step SET agreed_at = NULL, may_wake_at = NULL, reconfirm_asked_at = NULL,
        old_terms = NULL, old_words = NULL, old_after = NULL
    WHERE old_terms IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("checkins", "0006_both_or_neither_everywhere")]

    operations = [
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
                    ("told", "had been told already, in another plan"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField("step", "old_terms", models.TextField(blank=True, null=True)),
        migrations.AddField("step", "old_words", models.TextField(blank=True, null=True)),
        migrations.AddField(
            "step",
            "old_after",
            models.DurationField(blank=True, null=True, help_text="from due to being told"),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, ASKED_ANEW),
        AddConstraintNotValid(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("old_after", None), ("old_terms", None), ("old_words", None)),
                    models.Q(
                        ("agreed_at__isnull", False),
                        ("old_after__isnull", False),
                        ("old_terms__isnull", False),
                        ("old_words__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="step_old_word_is_whole",
            ),
        ),
        migrations.RunSQL(LEAST_GRACE, migrations.RunSQL.noop),
        AddConstraintNotValid(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("grace__gte", datetime.timedelta(minutes=30))),
                name="plan_grace_gives_time",
            ),
        ),
        migrations.RemoveConstraint(model_name="plan", name="plan_grace_is_not_negative"),
    ]
