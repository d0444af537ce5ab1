"""Crisis lines from the first day. Later changes to them are made in the admin, never here."""

from django.db import migrations

from resources import helplines


def load(apps, schema_editor):
    helplines.load(apps.get_model("resources", "Helpline"))


class Migration(migrations.Migration):
    dependencies = [("resources", "0002_curators")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
