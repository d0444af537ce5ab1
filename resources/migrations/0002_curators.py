"""The group of curators, with the permissions they need and no others."""

from django.db import migrations

MODELS = (
    *("organization", "service", "location", "serviceatlocation", "address", "phone", "schedule"),
    *("language", "costoption", "servicearea", "accessibility", "helpline"),
)


def codenames():
    yield from (f"{act}_{model}" for model in MODELS for act in ("add", "change", "view"))
    yield from (f"delete_{model}" for model in MODELS if model not in ("organization", "service"))
    yield from ("verify_service", "publish_service", "view_verification", "view_source")


def make_group(apps, schema_editor):
    # Django makes permissions after all migrations have run. Those made here are the same rows: it finds them.
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


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
