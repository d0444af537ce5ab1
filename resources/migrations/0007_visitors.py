"""What visitors keep and tell: saved listings and searches, what gets in their way, how it was. New tables only."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0006_vocabulary"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feedback",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("helpful", "It helped"),
                            ("not_helpful", "It did not help"),
                            ("could_not", "I could not go or take part"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "because",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("stairs", "The stairs"),
                                ("pain", "Too much pain that day"),
                                ("transport", "Getting there"),
                                ("money", "The money"),
                                ("not_welcome", "I did not feel welcome"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        max_length=600,
                        validators=[django.core.validators.MaxLengthValidator(600)],
                    ),
                ),
                (
                    "said_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("shown_at", models.DateTimeField(blank=True, null=True)),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="resources.service",
                    ),
                ),
            ],
            options={
                "verbose_name": "feedback",
                "verbose_name_plural": "feedback",
                "ordering": ["-changed_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None), models.Q(("words", ""), _negated=True)),
                        fields=["changed_at"],
                        name="feedback_to_read",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("service", "said_by"), name="feedback_once_each"),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["helpful", "not_helpful", "could_not"])),
                        name="feedback_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", []), ("verdict", "could_not"), _connector="OR"),
                        name="feedback_because_they_could_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shown_at", None), ("read_at__isnull", False), _connector="OR"),
                        name="feedback_read_before_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("read_by", None), ("read_at__isnull", False), _connector="OR"),
                        name="feedback_reader_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("read_by", None),
                            models.Q(("read_by", models.F("said_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="feedback_needs_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingWishes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "in_the_way",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("flares", "Getting out on flare days"),
                                ("stairs", "Stairs"),
                                ("standing", "Standing for long"),
                                ("sitting", "Sitting for long"),
                                ("money", "Money"),
                                ("transport", "Getting there"),
                                ("evenings", "Evenings"),
                                ("noise", "Noise and bright light"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        size=None,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("picks_off_at", models.DateTimeField(blank=True, null=True)),
                ("letters_off_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="finding_wishes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_the_way", []), ("answered_at__isnull", False), _connector="OR"
                        ),
                        name="in_the_way_was_answered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedListing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "saved_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_listings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="resources.service"
                    ),
                ),
            ],
            options={
                "ordering": ["-saved_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "service"), name="listing_saved_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "saved_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("seen_until_at", models.DateTimeField()),
                ("next_look_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-saved_at", "-pk"],
                "indexes": [models.Index(fields=["next_look_at"], name="saved_search_next")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "query"), name="search_saved_once"),
                    models.UniqueConstraint(fields=("owner", "form_key"), name="search_sent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="saved_search_has_name"
                    ),
                ],
            },
        ),
    ]
