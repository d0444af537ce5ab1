"""Curators read what kept somebody away, too, before it counts: the index of what waits for them holds it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("resources", "0013_import_clocks"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                fields=["changed_at"],
                name="feedback_unread",
                condition=Q(read_at=None) & (~Q(words="") | ~Q(because=[])),
            ),
        ),
        RemoveIndexConcurrently(model_name="feedback", name="feedback_to_read"),
    ]
