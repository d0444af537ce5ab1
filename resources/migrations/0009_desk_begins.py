"""Curators may use the desk; what was checked before the clock existed is wound from its newest check."""

from django.db import connection, migrations

MODELS = ("openingexception", "requireddocument", "url", "attribute", "taxonomyterm", "synonym", "donotlist")
MORE = (
    *("view_taxonomy", "view_changerequest", "change_changerequest", "view_change"),
    *("view_claim", "change_claim", "view_feedback", "change_feedback"),
)
# A batch at a time, each its own transaction; the same again does nothing.
WIND = """
UPDATE resources_service AS s SET due_at = w.due, confirmed = w.parts, clock_at = CASE
    WHEN s.kind = 'event' THEN w.due + interval '92 days'
    WHEN w.due - interval '6 months' > now() AND w.due - interval '6 months' > w.verified_at
        THEN w.due - interval '6 months'
    WHEN w.due - interval '1 month' > now() THEN w.due - interval '1 month' END
FROM (
    SELECT o.id, v.verified_at, v.parts, v.verified_at + CASE
        WHEN v.parts = ARRAY['times']::varchar[] THEN interval '6 months' ELSE interval '12 months' END AS due
    FROM resources_service o JOIN resources_verification v ON v.id = o.verification_id
    WHERE o.due_at IS NULL AND o.id > %s ORDER BY o.id LIMIT 2000
) AS w WHERE w.id = s.id RETURNING s.id
"""


def codenames():
    yield from (f"{act}_{model}" for model in MODELS for act in ("add", "change", "view"))
    yield from (f"delete_{model}" for model in MODELS if model != "taxonomyterm")
    yield from MORE


def let_curators(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    group, _created = apps.get_model("auth", "Group").objects.get_or_create(name="Curators")
    for codename in codenames():
        act, _, model = codename.partition("_")
        kind, _created = ContentType.objects.get_or_create(app_label="resources", model=model)
        permission, _created = Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": f"Can {act} {model}"}
        )
        group.permissions.add(permission)


def wind(apps, schema_editor):
    last = "00000000-0000-0000-0000-000000000000"
    while last:
        with connection.cursor() as cursor:
            cursor.execute(WIND, [last])
            last = max((str(row[0]) for row in cursor.fetchall()), default="")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("resources", "0008_desk")]
    operations = [
        migrations.RunPython(let_curators, migrations.RunPython.noop),
        migrations.RunPython(wind, migrations.RunPython.noop),
    ]
