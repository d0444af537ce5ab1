"""How much energy there is, as one more part of a check-in. Stops nobody from reading or writing."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

ENERGY = [("little", "Very little"), ("some", "Some"), ("enough", "Enough")]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("checkins", "0009_limited")]

    operations = [
        migrations.AddField(
            "checkin",
            "energy",
            models.CharField(blank=True, choices=ENERGY, db_default="", default="", max_length=10),
        ),
        AddConstraintNotValid(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(energy__in=["", "little", "some", "enough"]), name="checkin_energy_known"
            ),
        ),
        ValidateConstraint(model_name="checkin", name="checkin_energy_known"),
    ]
