"""What the search knows of the listings: made from them, and made again by the next sweep."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

import resources.models.search


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0009_desk_begins"),
    ]

    operations = [
        migrations.CreateModel(
            name="FruitlessSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=120)),
                ("on", models.DateField()),
                ("times", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["-on", "-times", "words"],
                "constraints": [
                    models.UniqueConstraint(fields=("words", "on"), name="fruitless_search_once_a_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.CharField(db_collation="C", max_length=60)),
                ("stem", models.CharField(db_collation="C", max_length=60)),
                ("times", models.PositiveIntegerField(default=1)),
                (
                    "nearby",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(db_collation="C"), size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["stem"], name="known_word_stem"),
                    django.contrib.postgres.indexes.GinIndex(fields=["nearby"], name="known_word_nearby"),
                ],
                "constraints": [models.UniqueConstraint(fields=("word", "stem"), name="known_word_once")],
            },
        ),
        migrations.CreateModel(
            name="Findable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sites", models.PositiveSmallIntegerField(default=1)),
                ("name", models.CharField(db_collation="C", max_length=255)),
                ("search", django.contrib.postgres.search.SearchVectorField()),
                (
                    "facts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(db_collation="C"), size=None
                    ),
                ),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("anywhere", models.BooleanField(default=False)),
                ("hours", resources.models.search.MomentsField(null=True)),
                ("zone", models.CharField(default="UTC", max_length=63)),
                (
                    "sessions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField()),
                ("shown_until", models.DateTimeField(null=True)),
                ("refreshed_on", models.DateField()),
                (
                    "at_location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="resources.serviceatlocation",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findable",
                        to="resources.service",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["search"], name="findable_search"
                    ),
                    models.Index(fields=["name", "service"], name="findable_name"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "at_location"), name="findable_once_a_site", nulls_distinct=False
                    )
                ],
            },
        ),
        # Its times are written over once a day: room on each page lets that happen in place, without new index entries.
        migrations.RunSQL("ALTER TABLE resources_findable SET (fillfactor = 75)", migrations.RunSQL.noop),
    ]
