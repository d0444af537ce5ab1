"""Listings are ranked by the words of their names and terms, frequent facts are bits of one number, areas are numbered."""

import django.contrib.postgres.fields
import django.contrib.postgres.search
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resources", "0018_imports_find_their_rows")]

    operations = [
        migrations.AddField(
            "findable", "heading", django.contrib.postgres.search.SearchVectorField(null=True)
        ),
        migrations.AddField("findable", "traits", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField(
            "findable",
            "others",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(db_collation="C"), null=True, size=None
            ),
        ),
        migrations.AddField("findable", "part", models.PositiveSmallIntegerField(default=0, db_default=0)),
    ]
