"""Asks, their dates, who said yes; offers, what the owner gives, and private calendars. New tables only."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("networks", "0004_rows_looked_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Ask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "need",
                    models.CharField(
                        choices=[
                            ("lift", "A lift"),
                            ("errand", "An errand"),
                            ("meal", "A meal"),
                            ("company", "Company"),
                            ("call", "A call"),
                            ("paperwork", "Help with papers"),
                            ("childcare", "Time with the children"),
                            ("pets", "Care for a pet"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(max_length=600)),
                ("starts_at", models.DateTimeField(null=True)),
                ("minutes", models.PositiveSmallIntegerField(null=True)),
                ("by_on", models.DateField(null=True)),
                ("time_zone", models.CharField(max_length=64)),
                ("weeks_apart", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("repeats_until_on", models.DateField(null=True)),
                ("flexible_at", models.DateTimeField(null=True)),
                (
                    "energy",
                    models.CharField(
                        choices=[
                            ("low", "Little: it can just happen"),
                            ("middle", "Some: I take part for a while"),
                            ("high", "A lot: I need rest afterwards"),
                        ],
                        default="middle",
                        max_length=6,
                    ),
                ),
                (
                    "softer",
                    models.CharField(
                        choices=[
                            ("call", "A call instead"),
                            ("ten_minutes", "Ten minutes instead"),
                            ("message", "A message instead"),
                            ("none", "Nothing instead, another time"),
                        ],
                        default="none",
                        max_length=12,
                    ),
                ),
                (
                    "to",
                    models.CharField(
                        choices=[
                            ("everybody", "Everybody who sees what I ask for"),
                            ("chosen", "Only the people I choose"),
                        ],
                        default="everybody",
                        max_length=10,
                    ),
                ),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("form_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chosen",
                    models.ManyToManyField(
                        blank=True, related_name="asks_for_them", to="networks.membership"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="asks_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Gift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("listened", "I listened"),
                            ("hosted", "I had them over"),
                            ("answered", "I answered a question"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("given_on", models.DateField()),
                ("form_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gifts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tie",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="gifts",
                        to="networks.tie",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Occurrence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("softened_at", models.DateTimeField(null=True)),
                ("moved_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "ask",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="occurrences", to="asks.ask"
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("lift", "A lift"),
                                ("errand", "An errand"),
                                ("meal", "A meal"),
                                ("company", "Company"),
                                ("call", "A call"),
                                ("paperwork", "Help with papers"),
                                ("childcare", "Time with the children"),
                                ("pets", "Care for a pet"),
                                ("other", "Something else"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("when", models.CharField(blank=True, max_length=120)),
                ("offered_at", models.DateTimeField()),
                (
                    "membership",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offer",
                        to="networks.membership",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Taking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("handed_back_at", models.DateTimeField(null=True)),
                ("thanked_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="takings",
                        to="networks.membership",
                    ),
                ),
                (
                    "occurrence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="takings",
                        to="asks.occurrence",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="ask",
            index=models.Index(
                condition=models.Q(("cancelled_at", None), ("weeks_apart__gt", 0)),
                fields=["weeks_apart"],
                name="ask_repeating",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(fields=("owner", "form_key"), name="ask_made_once"),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "need__in",
                        [
                            "lift",
                            "errand",
                            "meal",
                            "company",
                            "call",
                            "paperwork",
                            "childcare",
                            "pets",
                            "other",
                        ],
                    )
                ),
                name="ask_need_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("energy__in", ["low", "middle", "high"])), name="ask_energy_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("softer__in", ["call", "ten_minutes", "message", "none"])),
                name="ask_softer_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("to__in", ["everybody", "chosen"])), name="ask_to_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="ask_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("minutes", None), ("starts_at", None)),
                    models.Q(("minutes__gte", 5), ("starts_at__isnull", False)),
                    _connector="OR",
                ),
                name="ask_takes_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at", None), ("by_on", None), _connector="OR"),
                name="ask_at_a_time_or_by_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("repeats_until_on", None), ("weeks_apart", 0)),
                    models.Q(("starts_at__isnull", False), ("weeks_apart__gte", 1), ("weeks_apart__lte", 12)),
                    _connector="OR",
                ),
                name="ask_repeats_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(("cancelled_by", None), ("cancelled_at__isnull", False), _connector="OR"),
                name="ask_cancelled_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancelled_at", None), ("cancelled_at__gte", models.F("made_at")), _connector="OR"
                ),
                name="ask_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)),
                fields=("person",),
                name="calendar_feed_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="gift",
            index=models.Index(fields=["owner", "-given_on"], name="gift_of_owner"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.UniqueConstraint(fields=("owner", "form_key"), name="gift_noted_once"),
        ),
        migrations.AddConstraint(
            model_name="gift",
            constraint=models.CheckConstraint(
                condition=models.Q(("what__in", ["listened", "hosted", "answered", "other"])),
                name="gift_what_known",
            ),
        ),
        migrations.AddIndex(
            model_name="occurrence",
            index=models.Index(fields=["ask", "starts_at"], name="occurrence_of_ask"),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.UniqueConstraint(fields=("ask", "number"), name="occurrence_once"),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends_at", None), ("starts_at", None)),
                    ("ends_at__gt", models.F("starts_at")),
                    _connector="OR",
                ),
                name="occurrence_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.CheckConstraint(
                condition=models.Q(("cancelled_by", None), ("cancelled_at__isnull", False), _connector="OR"),
                name="occurrence_cancelled_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "needs__contained_by",
                        [
                            "lift",
                            "errand",
                            "meal",
                            "company",
                            "call",
                            "paperwork",
                            "childcare",
                            "pets",
                            "other",
                        ],
                    )
                ),
                name="offer_needs_known",
            ),
        ),
        migrations.AddIndex(
            model_name="taking",
            index=models.Index(fields=["membership", "-taken_at"], name="taking_by_member"),
        ),
        migrations.AddConstraint(
            model_name="taking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("handed_back_at", None)),
                fields=("occurrence",),
                name="taking_one_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="taking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_back_at", None), ("handed_back_at__gte", models.F("taken_at")), _connector="OR"
                ),
                name="taking_handed_back_later",
            ),
        ),
    ]
