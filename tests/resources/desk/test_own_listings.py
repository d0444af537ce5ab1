"""Whoever speaks for an organisation does not decide on its listings, whichever door they take."""

from __future__ import annotations

import pytest

from resources import services
from resources.errors import CannotDecide, OwnListing
from resources.models import Claim, Service
from resources.services import answering, claiming, history, undoing
from tests.resources.conftest import complete

pytestmark = pytest.mark.django_db


def speaks(service: Service, person) -> Claim:
    return claiming.claim(
        organization=service.organization, by=person, affiliation="I run it.", reach_us="555-0150"
    )


@pytest.fixture
def own(published, curator):
    """A public listing of an organisation that the curator speaks for."""
    service = complete(published("Tea and talk"), curator)
    speaks(service, curator)
    return service


def edited(service: Service, by) -> None:
    with history.noting(service=service, by=by):
        Service.objects.filter(pk=service.pk).update(name="Mine")


def test_they_neither_check_nor_publish_it_nor_go_through_its_rules(own, curator, other_curator):
    services.withdraw(service=own, by=other_curator)
    for act in (
        lambda by: services.verify(service=own, by=by, how="provider", parts=["name"]),
        lambda by: services.tick_rules(service=own, by=by, rules=["open"]),
        lambda by: services.publish(service=own, by=by),
    ):
        with pytest.raises(OwnListing, match="You speak for this organisation"):
            act(curator)
    assert services.tick_rules(service=own, by=other_curator, rules=own.inclusion.rules)
    assert services.publish(service=own, by=other_curator)


def test_they_change_nothing_of_what_is_public_nor_undo_it(own, curator, other_curator):
    with pytest.raises(OwnListing):
        edited(own, curator)
    edited(own, other_curator)
    with pytest.raises(OwnListing):
        undoing.undo(change=own.changes.get(how="edited"), by=curator)
    assert Service.objects.get(pk=own.pk).name == "Mine"


def test_nor_through_a_draft_beside_it(own, draft, curator):
    beside = draft("Beside")
    assert beside.organization == own.organization
    with pytest.raises(OwnListing):
        edited(beside, curator)


def test_a_draft_of_theirs_they_may_write(draft, curator):
    service = draft()
    speaks(service, curator)
    edited(service, curator)
    assert Service.objects.get().name == "Mine"


def test_nor_what_a_stranger_proposes_for_it(own, curator, other_curator, propose):
    request = propose(own, ("service", own.pk, "name", own.name, "Coffee"), sent_by_email="x@example.org")
    with pytest.raises(CannotDecide, match="speak for its organisation"):
        services.decide(request=request, by=curator)
    services.decide(request=request, by=other_curator)


def test_as_the_organisation_they_still_say_that_all_is_right(own, curator):
    assert answering.still_right(service=own, by=curator).how == "provider"


def test_whoever_speaks_for_it_no_longer_is_a_curator_like_the_others(own, curator):
    claiming.end_claim(claim=Claim.objects.get(), by=curator)
    edited(own, curator)
    assert Claim.objects.get().ended_by == curator


def test_at_the_desk_it_is_said_in_words(own, desk):
    page = desk.get(f"/find/desk/listings/{own.pk}/")
    assert "You speak for this organisation" in page.content.decode()
    sent = {"own-alert": "Closed this week", "why": "We moved."}
    answer = desk.post(f"/find/desk/listings/{own.pk}/change/notice/", sent)
    assert answer.status_code == 422
    assert "Closed this week" in answer.content.decode()
    assert "You speak for this organisation" in answer.content.decode()
    assert Service.objects.get(pk=own.pk).alert == ""
