"""Energy as a share of its own, silence before the first contact, and when to look for a hello next.

Stops nobody from reading or writing: columns come without a rewrite, the index is built beside the work, checks are
validated afterwards.
"""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

SHARES = ["word", "checkins", "pain", "mood", "energy", "notes", "plans", "asks", "names"]
CHOICES = [
    ("word", "how you are, in a word"),
    ("checkins", "that you checked in"),
    ("pain", "your pain score"),
    ("mood", "your mood"),
    ("energy", "your energy"),
    ("notes", "your notes"),
    ("plans", "when your check-ins are due"),
    ("asks", "what you ask for"),
    ("names", "the names in your network"),
]
# Whoever has ties is looked at from now on.
EVERYBODY_WITH_TIES = """
    INSERT INTO networks_networkwishes (owner_id) SELECT DISTINCT owner_id FROM networks_tie ON CONFLICT DO NOTHING
"""
# On the way back: a share that the older version does not know is not shared.
ONLY_THE_OLD = """
    UPDATE networks_membership SET shares = array_remove(shares, 'energy') WHERE 'energy' = ANY (shares);
    UPDATE networks_invitation SET shares = array_remove(shares, 'energy') WHERE 'energy' = ANY (shares);
"""


def known(model: str) -> list:
    name = f"{model}_shares_are_known"
    check = models.CheckConstraint(condition=models.Q(shares__contained_by=SHARES), name=name)
    return [
        migrations.RemoveConstraint(model, name),
        AddConstraintNotValid(model, check),
        ValidateConstraint(model, name),
    ]


def shares(model: str) -> migrations.AlterField:
    one = models.CharField(choices=CHOICES, max_length=20)
    return migrations.AlterField(
        model,
        "shares",
        django.contrib.postgres.fields.ArrayField(one, blank=True, default=list, size=None),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("networks", "0006_limits")]

    operations = [
        shares("membership"),
        shares("invitation"),
        *known("membership"),
        *known("invitation"),
        migrations.RunSQL(migrations.RunSQL.noop, ONLY_THE_OLD),
        migrations.AddField(
            "tie", "rhythm_set_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.AddField("networkwishes", "gap_not_now_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "networkwishes",
            "next_look_at",
            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.RunSQL(EVERYBODY_WITH_TIES, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "networkwishes",
            models.Index(
                fields=["next_look_at"],
                condition=models.Q(suggestions_off_at=None),
                name="wishes_to_look_at",
            ),
        ),
    ]
