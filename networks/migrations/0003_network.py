"""What a network is from now on: kinds, cadence, private notes, moves, suggestions, links, roles, signals, looks.

Rows that are there already are looked at by the next migration, which stops nobody.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("networks", "0002_safety_net"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=300)),
                ("asked_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "saw",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("looked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="NetworkWishes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("suggestions_off_at", models.DateTimeField(blank=True, null=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="OwnWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("hello", "Saying hello"),
                            ("bad_day", "Explaining a bad day"),
                            ("ask", "Asking"),
                            ("decline", "Saying no"),
                            ("cancel", "Cancelling"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(max_length=600)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("form_key", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("thinking", "Thinking of you"),
                            ("cant_talk", "Can’t talk today"),
                            ("hugged", "Read, and hugged"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hello", "said hello"),
                            ("not_now", "not now"),
                            ("let_go", "let this one go"),
                        ],
                        db_default="",
                        default="",
                        max_length=10,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TieMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "circle_before",
                    models.CharField(
                        blank=True,
                        choices=[("closest", "Closest"), ("close", "Close"), ("wider", "Wider")],
                        max_length=10,
                    ),
                ),
                (
                    "circle_after",
                    models.CharField(
                        blank=True,
                        choices=[("closest", "Closest"), ("close", "Close"), ("wider", "Wider")],
                        max_length=10,
                    ),
                ),
                ("moved_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_shares_known",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_shares_known",
        ),
        migrations.AddField(
            model_name="membership",
            name="limited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[("supporter", "supporter"), ("organiser", "organiser")],
                db_default="supporter",
                default="supporter",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="weekly_cap",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tie",
            name="archived_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="tie",
            name="at_most_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tie",
            name="energy",
            field=models.CharField(
                blank=True,
                choices=[("gives", "gives me energy"), ("mixes", "a bit of both"), ("takes", "takes energy")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="helps",
            field=models.TextField(
                blank=True, db_default="", default="", max_length=1000, verbose_name="what helps"
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="hinders",
            field=models.TextField(
                blank=True, db_default="", default="", max_length=1000, verbose_name="what doesn’t"
            ),
        ),
        migrations.AddField(
            model_name="tie",
            name="ideal_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="tie",
            name="kind",
            field=models.CharField(
                choices=[("person", "a person"), ("group", "a group"), ("place", "a place")],
                db_default="person",
                default="person",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="touch",
            name="afterwards",
            field=models.CharField(
                blank=True,
                choices=[("closer", "closer"), ("same", "the same"), ("drained", "drained")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="touch",
            name="note",
            field=models.TextField(blank=True, db_default="", default="", max_length=600),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="shares",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("word", "how you are, in a word"),
                        ("checkins", "that you checked in"),
                        ("pain", "your pain score"),
                        ("mood", "your mood"),
                        ("notes", "your notes"),
                        ("plans", "when your check-ins are due"),
                        ("asks", "what you ask for"),
                        ("names", "the names in your network"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="shares",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("word", "how you are, in a word"),
                        ("checkins", "that you checked in"),
                        ("pain", "your pain score"),
                        ("mood", "your mood"),
                        ("notes", "your notes"),
                        ("plans", "when your check-ins are due"),
                        ("asks", "what you ask for"),
                        ("names", "the names in your network"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        AddConstraintNotValid(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "shares__contained_by",
                        ["word", "checkins", "pain", "mood", "notes", "plans", "asks", "names"],
                    )
                ),
                name="invitation_shares_are_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "shares__contained_by",
                        ["word", "checkins", "pain", "mood", "notes", "plans", "asks", "names"],
                    )
                ),
                name="membership_shares_are_known",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["supporter", "organiser"])), name="membership_role_known"
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weekly_cap", None),
                    models.Q(("weekly_cap__gte", 1), ("weekly_cap__lte", 20)),
                    _connector="OR",
                ),
                name="membership_cap_sane",
            ),
        ),
        AddConstraintNotValid(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["person", "group", "place"])), name="tie_kind_known"
            ),
        ),
        AddConstraintNotValid(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(("energy__in", ["", "gives", "mixes", "takes"])), name="tie_energy_known"
            ),
        ),
        AddConstraintNotValid(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ideal_days", None),
                    models.Q(("ideal_days__gte", 1), ("ideal_days__lte", 366)),
                    _connector="OR",
                ),
                name="tie_ideal_sane",
            ),
        ),
        AddConstraintNotValid(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("at_most_days", None),
                    models.Q(("at_most_days__gte", 1), ("at_most_days__lte", 366)),
                    _connector="OR",
                ),
                name="tie_at_most_sane",
            ),
        ),
        AddConstraintNotValid(
            model_name="tie",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ideal_days", None),
                    ("at_most_days", None),
                    models.Q(("at_most_days__gte", models.F("ideal_days")), ("ideal_days__isnull", False)),
                    _connector="OR",
                ),
                name="tie_ideal_before_at_most",
            ),
        ),
        AddConstraintNotValid(
            model_name="touch",
            constraint=models.CheckConstraint(
                condition=models.Q(("afterwards__in", ["", "closer", "same", "drained"])),
                name="touch_afterwards_known",
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="requests_to_join",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="membership",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="join_request",
                to="networks.membership",
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="join_requests",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="look",
            name="membership",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="looks",
                to="networks.membership",
            ),
        ),
        migrations.AddField(
            model_name="look",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="looked_at",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="look",
            name="viewer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="networkwishes",
            name="owner",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="network_wishes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ownwords",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="own_words",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="share_links",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="networks.sharelink"
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signal",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="signals", to="networks.membership"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="tie",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="suggestions", to="networks.tie"
            ),
        ),
        migrations.AddField(
            model_name="tiemove",
            name="tie",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="moves", to="networks.tie"
            ),
        ),
        migrations.AddIndex(
            model_name="look",
            index=models.Index(fields=["owner", "-looked_at"], name="look_at_owner"),
        ),
        migrations.AddConstraint(
            model_name="ownwords",
            constraint=models.UniqueConstraint(fields=("owner", "form_key"), name="own_words_sent_once"),
        ),
        migrations.AddConstraint(
            model_name="ownwords",
            constraint=models.CheckConstraint(
                condition=models.Q(("occasion__in", ["hello", "bad_day", "ask", "decline", "cancel"])),
                name="own_words_occasion_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ownwords",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="own_words_say_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at", None)), fields=("owner",), name="share_link_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at", None), ("declined_at", None), ("taken_back_at", None)),
                fields=("owner", "member"),
                name="join_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("declined_at", None)),
                    models.Q(("approved_at", None), ("taken_back_at", None)),
                    models.Q(("declined_at", None), ("taken_back_at", None)),
                    _connector="OR",
                ),
                name="join_request_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("membership", None), ("approved_at__isnull", False), _connector="OR"),
                name="join_request_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner", models.F("member")), _negated=True),
                name="join_request_of_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(fields=("membership", "by"), name="signal_latest_only"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["thinking", "cant_talk", "hugged"])),
                name="signal_kind_known",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(fields=["tie", "-made_at"], name="suggestion_of_tie"),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at", None)),
                    models.Q(("answer__in", ["hello", "not_now", "let_go"]), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="suggestion_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="tiemove",
            index=models.Index(fields=["tie", "moved_at"], name="move_of_tie"),
        ),
        migrations.AddConstraint(
            model_name="tiemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("circle_after__in", ["", "closest", "close", "wider"]),
                    ("circle_before__in", ["", "closest", "close", "wider"]),
                ),
                name="move_circles_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="tiemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("circle_before", models.F("circle_after")), _negated=True),
                name="move_goes_somewhere",
            ),
        ),
    ]
