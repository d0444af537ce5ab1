"""States, actors and choices that make no sense are refused by the database itself."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from resources.models import (
    ChangeRequest,
    CheckedLink,
    Claim,
    Feedback,
    FindingWishes,
    ImportJob,
    Inclusion,
    Likeness,
    Service,
    Verification,
)
from resources.models.listings import ACCESS, PARTS

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SOMEBODY = None


@pytest.fixture
def rows(published, draft, curator, owner):
    """One of each."""
    service, other = sorted([published(), draft("Other")], key=lambda one: one.pk)
    return {
        Service: service,
        Verification: Verification.objects.get(),
        ChangeRequest: ChangeRequest.objects.create(kind="problem", service=service),
        CheckedLink: CheckedLink.objects.create(url="https://example.org"),
        Claim: Claim.objects.create(organization=service.organization, claimed_by=owner),
        Feedback: Feedback.objects.create(service=service, said_by=owner, verdict="could_not"),
        FindingWishes: FindingWishes.objects.create(owner=owner, answered_at=NOW),
        ImportJob: ImportJob.objects.create(source_name="County"),
        Inclusion: Inclusion.objects.create(service=service),
        Likeness: Likeness.objects.create(one=service, other=other, score=80),
    }


@pytest.mark.parametrize(
    ("model", "wrong", "name"),
    [
        (Service, {"delivery": ["by_owl"]}, "service_delivery_known"),
        (Service, {"access": ["lift", "quiet"]}, "service_access_known"),
        (Service, {"access_lacking": ["lift"]}, "service_access_lacking_known"),
        (Service, {"confirmed": ["all"]}, "service_parts_known"),
        (Service, {"leased_by": SOMEBODY}, "service_lease_has_end"),
        (Verification, {"parts": ["all"]}, "verification_parts_known"),
        (ChangeRequest, {"problem": "dull"}, "change_problem_known"),
        (ChangeRequest, {"decided_by": SOMEBODY}, "change_decider_has_time"),
        (ChangeRequest, {"leased_by": SOMEBODY}, "change_lease_has_end"),
        (CheckedLink, {"answer": "perhaps"}, "link_answer_known"),
        (Claim, {"state": "odd", "decided_at": NOW}, "claim_state_known"),
        (Claim, {"decided_by": SOMEBODY}, "claim_decider_has_time"),
        (Claim, {"ended_by": SOMEBODY}, "claim_ender_has_time"),
        (Feedback, {"because": ["rain"]}, "feedback_because_known"),
        (FindingWishes, {"in_the_way": ["rain"]}, "in_the_way_known"),
        (ImportJob, {"cancelled_by": SOMEBODY}, "import_stopper_has_time"),
        (Inclusion, {"rules": ["nice"]}, "inclusion_rules_known"),
        (Likeness, {"reasons": ["colour"]}, "likeness_reasons_known"),
    ],
)
def test_what_makes_no_sense_is_refused(rows, curator, model, wrong, name):
    row = model.objects.filter(pk=rows[model].pk)
    somebody = {key: curator for key in wrong if key.endswith("_by")}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.update(**wrong | somebody)


def test_what_the_database_knows_is_what_the_choices_are():
    assert set(Service.Access.values) == set(ACCESS)
    assert set(Verification.Part.values) == set(PARTS)


def test_every_choice_is_let_through(rows):
    """A choice that is added one day has to be added to its constraint."""
    for model, row in rows.items():
        for field in model._meta.concrete_fields:
            base = getattr(field, "base_field", None)
            if base is not None and base.choices:
                every = [value for value, _label in base.choices]
                other = {"access": "access_lacking", "access_lacking": "access"}.get(field.name)
                model.objects.filter(pk=row.pk).update(
                    **{field.name: every}, **({other: []} if other else {})
                )


def test_nothing_is_left_to_be_looked_at(db):
    """All checks hold for the rows that were there before them, too."""
    tables = [model._meta.db_table for model in apps.get_app_config("resources").get_models()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE NOT convalidated AND conrelid::regclass::text = ANY(%s)",
            [tables],
        )
        assert cursor.fetchall() == []
