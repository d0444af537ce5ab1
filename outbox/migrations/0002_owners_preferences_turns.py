import datetime

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

CHANNEL = models.CharField(choices=[("email", "e-mail")], db_default="email", default="email", max_length=10)


class Migration(migrations.Migration):
    """Whose message it is, how its reader wants to hear from us, and one gentle message a day.

    Nothing here rewrites or reads through the big table: new columns are empty or constant, defaults are set for
    later rows, the check is proven in the next migration.
    """

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="caused_messages",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="wakes",
            field=models.BooleanField(
                db_default=False, default=False, help_text="may be sent in the reader’s quiet hours"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="held_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("quiet_hours", "the reader’s quiet hours"),
                    ("one_a_day", "one gentle message a day"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AlterField("message", "channel", CHANNEL),
        migrations.AlterField(
            model_name="message",
            name="address",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="only for somebody without an account",
                max_length=254,
            ),
        ),
        migrations.AlterField(
            "message", "attempts", models.PositiveSmallIntegerField(db_default=0, default=0)
        ),
        migrations.AlterField(
            "message", "last_error", models.TextField(blank=True, db_default="", default="")
        ),
        migrations.AlterField(
            "message", "sent_to", models.CharField(blank=True, db_default="", default="", max_length=254)
        ),
        AddConstraintNotValid(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_for__in", ["", "quiet_hours", "one_a_day"])),
                name="message_held_for_known",
            ),
        ),
        migrations.AddField("brokenaddress", "channel", CHANNEL),
        migrations.AlterField("brokenaddress", "address", models.CharField(max_length=254)),
        migrations.AddConstraint(
            model_name="brokenaddress",
            constraint=models.UniqueConstraint(fields=("channel", "address"), name="broken_address_once"),
        ),
        migrations.CreateModel(
            name="ChannelPreference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", CHANNEL),
                (
                    "quiet_from",
                    models.TimeField(
                        db_default=datetime.time(21, 0),
                        default=datetime.time(21, 0),
                        verbose_name="quiet from",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(
                        db_default=datetime.time(9, 0),
                        default=datetime.time(9, 0),
                        verbose_name="quiet until",
                    ),
                ),
                ("discreet_at", models.DateTimeField(blank=True, null=True)),
                ("nudges_stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channel_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "channel"), name="preference_once_a_channel"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email"])), name="preference_channel_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="daily_turns",
                        to="outbox.message",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="daily_turns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "day"), name="one_gentle_message_a_day"),
                ],
            },
        ),
    ]
