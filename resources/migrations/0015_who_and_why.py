"""More that stands in the history, a clock for each part, and constraints that were missing.

The checks hold for what is written from now on; the next migration looks at the rows that are there.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

HOW = {
    "edited": "edited",
    "decided": "a proposal was taken over",
    "merged": "merged with another listing",
    "unmerged": "taken apart again",
    "undone": "an earlier change was undone",
    "added": "added",
    "verified": "checked",
    "published": "published",
    "withdrawn": "taken off the public pages",
    "archived": "put away",
    "over": "put away, as the event is over",
    "imported": "taken over from another directory",
    "ruled": "the rules were gone through",
    "reworded": "a topic of it was changed",
    "link": "a link was looked at",
}
ACCESS = [
    *("step_free", "toilet", "parking", "lie_down", "arm_chairs", "little_standing", "quiet", "dim"),
    *("warm_water", "hearing_loop", "camera_off", "leave_any_time", "easy_cancel", "companion_free"),
]
PARTS = ["name", "description", "contact", "place", "times", "cost", "access", "eligibility"]
WAYS = ["in_person", "online", "phone", "at_home"]
RULES = ["open", "fitting", "steady", "fair", "honest", "safe"]
PROBLEMS = ["", "unclear", "contact", "gone", "not_here", "other"]
IN_THE_WAY = ["flares", "stairs", "standing", "sitting", "money", "transport", "evenings", "noise"]


def actor_has_time(actor, time):
    return Q((actor, None), (f"{time}__isnull", False), _connector="OR")


CHECKS = (
    ("change", "change_how_known", Q(how__in=list(HOW))),
    ("changerequest", "change_problem_known", Q(problem__in=PROBLEMS)),
    ("changerequest", "change_decider_has_time", actor_has_time("decided_by", "decided_at")),
    ("changerequest", "change_lease_has_end", actor_has_time("leased_by", "leased_until_at")),
    ("checkedlink", "link_answer_known", Q(answer__in=["", "works", "shy", "dead", "refused"])),
    ("claim", "claim_state_known", Q(state__in=["asked", "confirmed", "denied", "ended"])),
    ("claim", "claim_decider_has_time", actor_has_time("decided_by", "decided_at")),
    ("claim", "claim_ender_has_time", actor_has_time("ended_by", "ended_at")),
    (
        "feedback",
        "feedback_because_known",
        Q(because__contained_by=["stairs", "pain", "transport", "money", "not_welcome"]),
    ),
    ("findingwishes", "in_the_way_known", Q(in_the_way__contained_by=IN_THE_WAY)),
    ("importjob", "import_stopper_has_time", actor_has_time("cancelled_by", "cancelled_at")),
    ("inclusion", "inclusion_rules_known", Q(rules__contained_by=RULES)),
    ("likeness", "likeness_reasons_known", Q(reasons__contained_by=["name", "phone", "domain", "place"])),
    ("service", "service_delivery_known", Q(delivery__contained_by=WAYS)),
    ("service", "service_access_known", Q(access__contained_by=ACCESS)),
    ("service", "service_access_lacking_known", Q(access_lacking__contained_by=ACCESS)),
    ("service", "service_parts_known", Q(confirmed__contained_by=PARTS)),
    ("service", "service_lease_has_end", actor_has_time("leased_by", "leased_until_at")),
    ("verification", "verification_parts_known", Q(parts__contained_by=PARTS)),
)


def link(to, on_delete, **more):
    return models.ForeignKey(blank=True, null=True, on_delete=on_delete, related_name="+", to=to, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("resources", "0014_feedback_unread"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "change", "source", link("resources.source", django.db.models.deletion.SET_NULL, db_index=False)
        ),
        migrations.AddField(
            "unindexed", "source", link("resources.source", django.db.models.deletion.CASCADE, db_index=False)
        ),
        migrations.AddField(
            "claim", "ended_by", link(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL)
        ),
        migrations.AddField(
            "service", "stale_at", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.AlterField("change", "how", models.CharField(choices=list(HOW.items()), max_length=10)),
        migrations.RemoveConstraint("change", "change_how_known"),
        *(
            AddConstraintNotValid(model, models.CheckConstraint(condition=condition, name=name))
            for model, name, condition in CHECKS
        ),
    ]
