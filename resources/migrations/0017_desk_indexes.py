"""The desk's queues each find their page by an index; names and addresses are looked up by one.

Built while others write. A build that was broken off leaves an invalid index: it is begun anew.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Upper

DRAFT = Q(published_at=None, archived_at=None, merged_into=None)
UNSURE = Q(published_at__isnull=False, due_at__isnull=False) & ~Q(confirmed__contains=["name", "contact"])
WAITING = Q(decided_at=None)
INDEXES = (
    ("service", models.Index(fields=["created_at", "id"], name="service_drafts", condition=DRAFT)),
    ("service", models.Index(fields=["name", "id"], name="service_drafts_by_name", condition=DRAFT)),
    ("service", models.Index(fields=["updated_at", "id"], name="service_unsure", condition=UNSURE)),
    (
        "service",
        models.Index(fields=["name", "id"], name="service_archived", condition=Q(archived_at__isnull=False)),
    ),
    ("service", models.Index(Upper("name"), name="service_upper_name")),
    ("service", models.Index(fields=["url"], name="service_url", condition=~Q(url=""))),
    ("organization", models.Index(Upper("name"), name="organization_upper_name")),
    ("organization", models.Index(fields=["website"], name="organization_website", condition=~Q(website=""))),
    ("location", models.Index(fields=["url"], name="location_url", condition=~Q(url=""))),
    ("url", models.Index(fields=["url"], name="url_url")),
    (
        "changerequest",
        models.Index(
            fields=["created_at", "id"], name="change_of_people", condition=WAITING & ~Q(kind="conflict")
        ),
    ),
    (
        "changerequest",
        models.Index(
            fields=["created_at", "id"],
            name="change_of_imports",
            condition=Q(decided_at=None, kind="conflict"),
        ),
    ),
    (
        "likeness",
        models.Index(fields=["found_at"], name="likeness_found", condition=Q(ruled_out_at=None)),
    ),
    ("checkedlink", models.Index(fields=["url"], name="link_moved", condition=~Q(moved_to=""))),
)


def built(model, index):
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"
    yield migrations.RunSQL(drop, migrations.RunSQL.noop)
    yield AddIndexConcurrently(model, index)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("resources", "0016_who_and_why_holds")]
    operations = [operation for model, index in INDEXES for operation in built(model, index)]
