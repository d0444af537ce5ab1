"""What the database holds true of the new columns, without a lock on a large table.

Checks come NOT VALID and are validated afterwards; unique indexes are built CONCURRENTLY. So this is not one
transaction. Where it stops, its indexes may be built again as they are; a check that it had added already is named in
the error, and is dropped by hand before the next try.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


def unique_index(model, name, columns, condition, where):
    """A partial unique index, built while others go on writing."""
    fields = [column.removesuffix("_id") for column in columns]
    create = (
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON checkins_{model} ({', '.join(columns)}) WHERE {where}"
    )
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    constraint = models.UniqueConstraint(fields=fields, condition=condition, name=name)
    return migrations.SeparateDatabaseAndState(
        # A build that was broken off leaves an invalid index behind: begin anew.
        database_operations=[
            migrations.RunSQL(drop, migrations.RunSQL.noop),
            migrations.RunSQL(create, drop),
        ],
        state_operations=[migrations.AddConstraint(model_name=model, constraint=constraint)],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("checkins", "0002_safety_net")]

    operations = [
        unique_index(
            "plan",
            "plan_made_once",
            ["owner_id", "form_key"],
            models.Q(form_key__isnull=False),
            "form_key IS NOT NULL",
        ),
        unique_index(
            "silence",
            "silence_one_open_each",
            ["plan_id", "nature"],
            models.Q(closed_at=None),
            "closed_at IS NULL",
        ),
        unique_index(
            "silencestep",
            "silence_step_owner_once",
            ["silence_id", "position"],
            models.Q(whom="owner"),
            "whom = 'owner'",
        ),
        unique_index(
            "silencestep",
            "silence_step_supporter_once",
            ["silence_id", "membership_id"],
            models.Q(membership__isnull=False),
            "membership_id IS NOT NULL",
        ),
        unique_index(
            "step", "step_owner_once", ["plan_id", "position"], models.Q(whom="owner"), "whom = 'owner'"
        ),
        unique_index(
            "step",
            "step_supporter_once",
            ["plan_id", "membership_id"],
            models.Q(membership__isnull=False),
            "membership_id IS NOT NULL",
        ),
        AddConstraintNotValid(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["", "okay", "company"])), name="checkin_answer_known"
            ),
        ),
        ValidateConstraint(model_name="checkin", name="checkin_answer_known"),
        AddConstraintNotValid(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(("via__in", ["page", "link", "sign_in", "touch", "answer"])),
                name="checkin_via_known",
            ),
        ),
        ValidateConstraint(model_name="checkin", name="checkin_via_known"),
        AddConstraintNotValid(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("report__in", ["", "okay", "no_answer", "cannot"])),
                name="claim_report_is_known",
            ),
        ),
        ValidateConstraint(model_name="claim", name="claim_report_is_known"),
        AddConstraintNotValid(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("days__len__gt", 0), ("every", None)),
                        models.Q(("days__len", 0), ("every__gt", 0), ("starts_on__isnull", False)),
                        _connector="OR",
                    ),
                    ("times__len__gt", 0),
                ),
                name="plan_has_a_rhythm",
            ),
        ),
        ValidateConstraint(model_name="plan", name="plan_has_a_rhythm"),
        AddConstraintNotValid(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on", None),
                    ("ends_on", None),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="plan_ends_after_it_starts",
            ),
        ),
        ValidateConstraint(model_name="plan", name="plan_ends_after_it_starts"),
        AddConstraintNotValid(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_as__in", ["", "pause", "rest"])), name="plan_rest_known"
            ),
        ),
        ValidateConstraint(model_name="plan", name="plan_rest_known"),
        AddConstraintNotValid(
            model_name="silence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ending__in", ["", "checked_in", "heard_from", "set_aside", "ran_through"])
                ),
                name="silence_ending_is_known",
            ),
        ),
        ValidateConstraint(model_name="silence", name="silence_ending_is_known"),
        AddConstraintNotValid(
            model_name="silence",
            constraint=models.CheckConstraint(
                condition=models.Q(("nature__in", ["real", "rehearsal"])), name="silence_nature_known"
            ),
        ),
        ValidateConstraint(model_name="silence", name="silence_nature_known"),
        AddConstraintNotValid(
            model_name="silencestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("passed_over_at", None), ("why_passed_over", "")),
                    models.Q(
                        ("passed_over_at__isnull", False), models.Q(("why_passed_over", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="silence_step_passed_for_a_reason",
            ),
        ),
        ValidateConstraint(model_name="silencestep", name="silence_step_passed_for_a_reason"),
        AddConstraintNotValid(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("may_wake_at", None), ("agreed_at__isnull", False), _connector="OR"),
                name="step_wakes_whom_it_may",
            ),
        ),
        ValidateConstraint(model_name="step", name="step_wakes_whom_it_may"),
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_report_known",
        ),
        migrations.RemoveConstraint(
            model_name="plan",
            name="plan_has_days_and_times",
        ),
        migrations.RemoveConstraint(
            model_name="silence",
            name="silence_one_open",
        ),
        migrations.RemoveConstraint(
            model_name="silence",
            name="silence_ending_known",
        ),
        migrations.RemoveConstraint(
            model_name="silencestep",
            name="silence_step_once",
        ),
        migrations.RemoveConstraint(
            model_name="step",
            name="step_position_once",
        ),
    ]
