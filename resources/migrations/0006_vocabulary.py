"""The words we start with. Later changes to them are made by curators, never here.

It only adds rows, each found by its code first, so it takes no lock anybody waits for and may run again.
Taking it back leaves the words where they are: curators may have made them theirs.
"""

from functools import partial

from django.db import migrations

from resources import vocabulary


def load(apps, schema_editor):
    vocabulary.load(partial(apps.get_model, "resources"))


class Migration(migrations.Migration):
    dependencies = [("resources", "0005_clock_index")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
