"""What HSDS holds beside the tables we had; words, places, change requests; the clock of checks.

Checks on tables that were there come NOT VALID; the next migration validates them and builds their indexes.
"""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0003_helplines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attribute",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("link_type", models.CharField(blank=True, max_length=60, verbose_name="what it says")),
                ("value", models.CharField(blank=True, max_length=500, verbose_name="value")),
                ("label", models.CharField(blank=True, max_length=255, verbose_name="label")),
            ],
            options={
                "verbose_name": "filed under",
                "verbose_name_plural": "filed under",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("form_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("addition", "a new listing"),
                            ("correction", "a correction"),
                            ("problem", "a problem"),
                            ("conflict", "an import says otherwise"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unclear", "Something is unclear"),
                            ("contact", "The number or address is wrong, or nobody answers"),
                            ("gone", "It no longer exists"),
                            ("not_here", "It does not serve this area"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="in your own words",
                    ),
                ),
                (
                    "evidence",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="how you know",
                    ),
                ),
                (
                    "evidence_url",
                    models.URLField(blank=True, max_length=500, verbose_name="a page that says so"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("sent_by_email", models.EmailField(blank=True, max_length=254)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("leased_until_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("approved", "taken over"),
                            ("edited", "taken over with changes"),
                            ("refused", "not taken over"),
                            ("withdrawn", "taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="reason",
                    ),
                ),
            ],
            options={
                "verbose_name": "change request",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=255, verbose_name="title")),
                ("department", models.CharField(blank=True, max_length=255, verbose_name="department")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
            ],
            options={
                "verbose_name": "contact",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DoNotList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("folded_name", models.CharField(blank=True, editable=False, max_length=255)),
                ("domain", models.CharField(blank=True, max_length=255, verbose_name="web or mail domain")),
                ("phone", models.CharField(blank=True, max_length=60, verbose_name="phone")),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="reason",
                    ),
                ),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "verbose_name": "asked not to be listed",
                "verbose_name_plural": "asked not to be listed",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FieldChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=30)),
                ("row", models.UUIDField(blank=True, null=True)),
                ("group", models.PositiveSmallIntegerField(default=0)),
                ("field", models.CharField(max_length=60)),
                ("before", models.JSONField(blank=True, null=True)),
                ("after", models.JSONField(blank=True, null=True)),
                ("taken", models.JSONField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Funding",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "source",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="paid for by",
                    ),
                ),
            ],
            options={
                "verbose_name": "funding",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="OpeningException",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                (
                    "opens_at",
                    models.TimeField(blank=True, help_text="Empty: closed", null=True, verbose_name="from"),
                ),
                ("closes_at", models.TimeField(blank=True, null=True, verbose_name="to")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
            ],
            options={
                "verbose_name": "exception",
                "ordering": ["starts_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OrganizationIdentifier",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("identifier_scheme", models.CharField(blank=True, max_length=255, verbose_name="scheme")),
                ("identifier_type", models.CharField(max_length=255, verbose_name="what kind of number")),
                ("identifier", models.CharField(max_length=255, verbose_name="number")),
            ],
            options={
                "verbose_name": "registration number",
                "ordering": ["identifier_type", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PostalCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("code", models.CharField(max_length=20)),
                ("place_name", models.CharField(blank=True, max_length=180)),
                ("folded_name", models.CharField(blank=True, max_length=180)),
                ("region", models.CharField(blank=True, max_length=100)),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("original_id", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("alternate_name", models.CharField(blank=True, max_length=255, verbose_name="other name")),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="description",
                    ),
                ),
            ],
            options={
                "verbose_name": "programme",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RequiredDocument",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "document",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="what to bring",
                    ),
                ),
                ("uri", models.URLField(blank=True, max_length=500, verbose_name="web address")),
            ],
            options={
                "verbose_name": "document to bring",
                "verbose_name_plural": "documents to bring",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ServiceCapacity",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "available",
                    models.FloatField(
                        validators=[django.core.validators.MinValueValidator(0)], verbose_name="free now"
                    ),
                ),
                (
                    "maximum",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="in all",
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="description",
                    ),
                ),
                ("updated", models.DateTimeField(verbose_name="as of")),
            ],
            options={
                "verbose_name": "capacity",
                "verbose_name_plural": "capacities",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Synonym",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        help_text="With commas between: fibro, fibromyalgia, FMS",
                        size=None,
                        verbose_name="words that mean the same",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                (
                    "note",
                    models.CharField(blank=True, max_length=300, verbose_name="note for other curators"),
                ),
            ],
            options={
                "verbose_name": "words that mean the same",
                "verbose_name_plural": "words that mean the same",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Taxonomy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("slug", models.SlugField(editable=False, unique=True)),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                (
                    "description",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="description",
                    ),
                ),
                ("uri", models.URLField(blank=True, max_length=500, verbose_name="web address")),
                ("version", models.CharField(blank=True, max_length=60, verbose_name="version")),
                ("licence", models.CharField(blank=True, max_length=200, verbose_name="licence")),
            ],
            options={
                "verbose_name": "vocabulary",
                "verbose_name_plural": "vocabularies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TaxonomyTerm",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=120, verbose_name="code")),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                (
                    "description",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(20000)],
                        verbose_name="description",
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("term_uri", models.URLField(blank=True, max_length=500, verbose_name="web address")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="no longer used")),
            ],
            options={
                "verbose_name": "term",
                "ordering": ["taxonomy", "name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("scheme", models.CharField(blank=True, max_length=255)),
                ("identifier", models.CharField(blank=True, max_length=255)),
                ("uri", models.URLField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "unit",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Url",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("label", models.CharField(blank=True, max_length=255, verbose_name="label")),
                ("url", models.URLField(max_length=500, verbose_name="web address")),
            ],
            options={
                "verbose_name": "web page",
                "ordering": ["label", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="phone",
            name="phone_belongs_somewhere",
        ),
        migrations.RemoveConstraint(
            model_name="verification",
            name="verification_how_known",
        ),
        migrations.AddField(
            model_name="location",
            name="time_zone",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=63, verbose_name="time zone"
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="logo",
            field=models.URLField(
                blank=True, default="", db_default="", max_length=500, verbose_name="picture"
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="parent_organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="resources.organization",
                verbose_name="part of",
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="uri",
            field=models.URLField(
                blank=True, default="", db_default="", max_length=500, verbose_name="permanent address"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="access_lacking",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("step_free", "Step-free"),
                        ("toilet", "Accessible toilet"),
                        ("parking", "Parking close to the door"),
                        ("lie_down", "You can lie down"),
                        ("arm_chairs", "Chairs with arms"),
                        ("little_standing", "Little or no standing"),
                        ("quiet", "Quiet space"),
                        ("dim", "Soft light"),
                        ("warm_water", "Warm water"),
                        ("hearing_loop", "Hearing loop"),
                        ("camera_off", "Camera off is fine"),
                        ("leave_any_time", "Leave any time"),
                        ("easy_cancel", "Cancel at the last minute"),
                        ("companion_free", "A companion comes free"),
                    ],
                    max_length=20,
                ),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="known not to be there",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="alert_until",
            field=models.DateField(blank=True, null=True, verbose_name="notice until"),
        ),
        migrations.AddField(
            model_name="service",
            name="assurer_email",
            field=models.EmailField(
                blank=True,
                default="",
                db_default="",
                max_length=254,
                verbose_name="who at its source checked it",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="cancel_policy",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=300, verbose_name="cancelling"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="clock_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="confirmed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=15),
                blank=True,
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="due_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="to be checked by"
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="leased_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="leased_until_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="merged",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="parking_metres",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(20000),
                ],
                verbose_name="metres from parking to the door",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="referral",
            field=models.CharField(
                blank=True,
                choices=[("none", "No referral needed"), ("needed", "A referral is needed")],
                default="",
                db_default="",
                max_length=10,
                verbose_name="referral",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="standing_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(600),
                ],
                verbose_name="minutes of standing",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="text_language",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=10, verbose_name="written in"
            ),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="extent",
            field=models.TextField(
                blank=True,
                default="",
                db_default="",
                validators=[django.core.validators.MaxLengthValidator(20000)],
            ),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="extent_type",
            field=models.CharField(blank=True, default="", db_default="", max_length=20),
        ),
        migrations.AddField(
            model_name="servicearea",
            name="uri",
            field=models.URLField(
                blank=True, default="", db_default="", max_length=500, verbose_name="web address"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="language",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=10, verbose_name="language"
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="time_zone",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=63, verbose_name="time zone"
            ),
        ),
        migrations.AlterField(
            model_name="verification",
            name="how",
            field=models.CharField(
                choices=[
                    ("phone", "by phone"),
                    ("email", "by e-mail"),
                    ("website", "on their website"),
                    ("visit", "by a visit"),
                    ("provider", "by the organisation itself"),
                    ("sample", "sample data, nothing to check"),
                ],
                max_length=10,
                verbose_name="how",
            ),
        ),
        AddConstraintNotValid(
            model_name="verification",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["phone", "email", "website", "visit", "provider", "sample"])),
                name="verification_how_known",
            ),
        ),
        migrations.AddField(
            model_name="attribute",
            name="location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributes",
                to="resources.location",
            ),
        ),
        migrations.AddField(
            model_name="attribute",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributes",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="attribute",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributes",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="attribute",
            name="service_at_location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributes",
                to="resources.serviceatlocation",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="leased_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="on_behalf_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="change_requests",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="change_requests",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="resources.source",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="resources.location",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="service_at_location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="contacts",
                to="resources.serviceatlocation",
            ),
        ),
        migrations.AddField(
            model_name="phone",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="phones",
                to="resources.contact",
            ),
        ),
        AddConstraintNotValid(
            model_name="phone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", False),
                    ("service__isnull", False),
                    ("location__isnull", False),
                    ("service_at_location__isnull", False),
                    ("contact__isnull", False),
                    _connector="OR",
                ),
                name="phone_belongs_somewhere",
            ),
        ),
        migrations.AddField(
            model_name="donotlist",
            name="entered_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="fieldchange",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="fields",
                to="resources.changerequest",
            ),
        ),
        migrations.AddField(
            model_name="funding",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="funding",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="funding",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="funding",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="openingexception",
            name="location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exceptions",
                to="resources.location",
            ),
        ),
        migrations.AddField(
            model_name="openingexception",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exceptions",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="openingexception",
            name="service_at_location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exceptions",
                to="resources.serviceatlocation",
            ),
        ),
        migrations.AddField(
            model_name="organizationidentifier",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="organization_identifiers",
                to="resources.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="postalcode",
            index=models.Index(fields=["code"], name="postal_code_code"),
        ),
        migrations.AddIndex(
            model_name="postalcode",
            index=models.Index(fields=["folded_name"], name="postal_code_name"),
        ),
        migrations.AddConstraint(
            model_name="postalcode",
            constraint=models.UniqueConstraint(fields=("country", "code"), name="postal_code_once"),
        ),
        migrations.AddConstraint(
            model_name="postalcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                name="postal_code_is_on_earth",
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="programs",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="source",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="resources.source",
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="program",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="services",
                to="resources.program",
                verbose_name="programme",
            ),
        ),
        AddConstraintNotValid(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("referral__in", ["", "none", "needed"])), name="service_referral_known"
            ),
        ),
        AddConstraintNotValid(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("access__overlap", models.F("access_lacking")), _negated=True),
                name="service_access_there_or_not",
                violation_error_message="The same thing cannot be there and not be there.",
            ),
        ),
        AddConstraintNotValid(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", None), ("published_at", None), _connector="OR"),
                name="service_merged_not_public",
            ),
        ),
        migrations.AddField(
            model_name="requireddocument",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="required_documents",
                to="resources.service",
            ),
        ),
        migrations.AddField(
            model_name="servicecapacity",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="capacities", to="resources.service"
            ),
        ),
        migrations.AddConstraint(
            model_name="synonym",
            constraint=models.CheckConstraint(
                condition=models.Q(("words__len__gte", 2)), name="synonym_has_two_words"
            ),
        ),
        migrations.AddField(
            model_name="taxonomyterm",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="resources.taxonomyterm",
            ),
        ),
        migrations.AddField(
            model_name="taxonomyterm",
            name="same_as",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="resources.taxonomyterm",
                verbose_name="nearest term elsewhere",
            ),
        ),
        migrations.AddField(
            model_name="taxonomyterm",
            name="taxonomy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="resources.taxonomy"
            ),
        ),
        migrations.AddField(
            model_name="attribute",
            name="taxonomy_term",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attributes",
                to="resources.taxonomyterm",
                verbose_name="term",
            ),
        ),
        migrations.AddField(
            model_name="servicecapacity",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="capacities", to="resources.unit"
            ),
        ),
        migrations.AddField(
            model_name="url",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="additional_websites",
                to="resources.organization",
            ),
        ),
        migrations.AddField(
            model_name="url",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="additional_urls",
                to="resources.service",
            ),
        ),
        migrations.AddIndex(
            model_name="changerequest",
            index=models.Index(
                condition=models.Q(("decided_at", None)), fields=["created_at"], name="change_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["addition", "correction", "problem", "conflict"])),
                name="change_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("problem", ""), ("kind", "problem"), _connector="OR"),
                name="change_problem_only_with_problem",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "addition"), ("service__isnull", False), _connector="OR"),
                name="change_is_about_a_service",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decision", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["approved", "edited", "refused", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="change_decision_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="change_refused_with_reason",
                violation_error_message="Say why, in words the sender can read.",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    ("sent_by", None),
                    ("decision", "withdrawn"),
                    models.Q(("decided_by", models.F("sent_by")), _negated=True),
                    _connector="OR",
                ),
                name="change_needs_two_people",
                violation_error_message="Somebody else has to look at what you proposed yourself.",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", False),
                    ("service__isnull", False),
                    ("location__isnull", False),
                    ("service_at_location__isnull", False),
                    _connector="OR",
                ),
                name="contact_belongs_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldchange",
            constraint=models.UniqueConstraint(
                fields=("request", "table", "row", "group", "field"),
                name="field_change_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_at", None), ("refused_at", None), _connector="OR"),
                name="field_change_decided_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="funding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", False), ("service__isnull", False), _connector="OR"
                ),
                name="funding_belongs_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service__isnull", False),
                    ("location__isnull", False),
                    ("service_at_location__isnull", False),
                    _connector="OR",
                ),
                name="exception_belongs_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="exception_days_in_order",
                violation_error_message="The last day must not come before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="openingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at", None), ("opens_at", None)),
                    models.Q(("closes_at__isnull", False), ("opens_at__isnull", False)),
                    _connector="OR",
                ),
                name="exception_closed_or_both_times",
                violation_error_message="Give both times, or neither when it is closed.",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxonomyterm",
            constraint=models.UniqueConstraint(fields=("taxonomy", "code"), name="term_code_once"),
        ),
        migrations.AddConstraint(
            model_name="taxonomyterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"
                ),
                name="term_not_its_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="attribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", False),
                    ("service__isnull", False),
                    ("location__isnull", False),
                    ("service_at_location__isnull", False),
                    _connector="OR",
                ),
                name="attribute_belongs_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="attribute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("service__isnull", False)),
                fields=("service", "taxonomy_term", "link_type", "value"),
                name="service_filed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecapacity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("available__gte", 0), models.Q(("maximum", None), ("maximum__gte", 0), _connector="OR")
                ),
                name="capacity_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="url",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organization__isnull", False), ("service__isnull", False), _connector="OR"
                ),
                name="url_belongs_somewhere",
            ),
        ),
    ]
