"""Proposals: field by field, by two people, in one transaction, answered with a reason."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from outbox import kinds
from outbox.models import Message
from resources import services
from resources.errors import CannotDecide, InOtherHands, NotWanted
from resources.models import (
    Change,
    ChangeRequest,
    CostOption,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
)
from resources.services import deciding
from tests.networks.test_races import at_once, refusals
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published):
    return published("Tea and talk", at="The Hall")


def letter() -> dict | None:
    message = Message.objects.get(kind="resources/decided")
    return kinds.get("resources/decided").context(message)


def test_what_is_approved_is_written_recorded_and_answered(service, propose, curator, owner):
    phone = service.phones.get()
    request = propose(
        service,
        ("service", service.pk, "name", service.name, "Tea for all"),
        ("phone", phone.pk, "number", "555-0150", "555-0177"),
        ("cost_option", None, "amount", None, "3.50"),
        ("cost_option", None, "currency", None, "GBP"),
        sent_by=owner,
    )
    services.verify(service=service, by=curator, how="phone", parts=["name", "contact", "cost", "times"])
    decided = services.decide(request=request, by=curator, reason="Thank you")
    service.refresh_from_db()
    assert (service.name, service.phones.get().number) == ("Tea for all", "555-0177")
    assert str(CostOption.objects.get(service=service).amount) == "3.50"
    assert service.confirmed == ["times"]
    assert (decided.decision, decided.decided_by) == ("approved", curator)
    change = service.changes.get(how="decided")
    assert (change.request, change.made_by) == (request, curator)
    assert letter()["reason"] == "Thank you"
    assert letter()["page"].endswith(service.get_absolute_url())


def test_only_what_is_taken_is_written_and_the_rest_is_noted_as_refused(service, propose, curator):
    request = propose(
        service,
        ("service", service.pk, "name", service.name, "Wrong"),
        ("service", service.pk, "url", "", "https://example.org"),
    )
    name, url = request.fields.all()
    decided = services.decide(request=request, by=curator, taken={url.pk: "https://tea.example.org"})
    service.refresh_from_db()
    assert (service.name, service.url) == ("Tea and talk", "https://tea.example.org")
    assert decided.decision == "edited"
    name.refresh_from_db()
    url.refresh_from_db()
    assert (bool(name.refused_at), url.taken) == (True, "https://tea.example.org")


def test_a_refusal_needs_a_reason_and_the_sender_gets_it(service, propose, curator):
    request = propose(
        service, ("service", service.pk, "name", "", "Spam"), sent_by_email="Sender@example.org"
    )
    with pytest.raises(CannotDecide, match="Say why"):
        services.decide(request=request, by=curator, refuse=True, reason=" ")
    services.decide(request=request, by=curator, refuse=True, reason="That is another group.")
    assert Message.objects.get(kind="resources/decided").address == "sender@example.org"
    assert letter()["refused"] is True
    assert letter()["reason"] == "That is another group."
    service.refresh_from_db()
    assert service.name == "Tea and talk"


def test_who_left_no_address_gets_no_letter(service, propose, curator):
    services.decide(request=propose(service), by=curator, reason="Put right.")
    assert not Message.objects.exists()


def test_nobody_decides_what_they_proposed_not_even_in_the_database(service, propose, curator):
    request = propose(service, sent_by=curator)
    with pytest.raises(CannotDecide, match="Somebody else"):
        services.decide(request=request, by=curator)
    with pytest.raises(IntegrityError, match="change_needs_two_people"), transaction.atomic():
        ChangeRequest.objects.filter(pk=request.pk).update(
            decided_at=timezone.now(), decided_by=curator, decision="approved"
        )


def test_what_another_curator_has_in_hand_is_theirs(service, propose, curator, other_curator):
    request = propose(service)
    services.hold(row=request, by=other_curator, now=timezone.now())
    with pytest.raises(InOtherHands, match="Otto has this in hand"):
        services.decide(request=request, by=curator)


def test_nothing_is_decided_twice(service, propose, curator, other_curator):
    request = propose(service, ("service", service.pk, "name", "", "One"))
    services.decide(request=request, by=curator)
    with pytest.raises(CannotDecide, match="already"):
        services.decide(request=request, by=other_curator)


@pytest.mark.parametrize(
    ("table", "field", "after", "says"),
    [
        ("service", "published_at", "2026-01-01", "not a part of a listing"),
        ("service", "organization", "00000000-0000-4000-8000-000000000000", "not a part of a listing"),
        ("secrets", "name", "x", "not a part of a listing"),
        ("service", "minimum_age", "many", "must be an integer"),
        ("service", "url", "javascript:alert(1)", "valid URL"),
        ("service", "kind", "shop", "not a valid choice"),
        ("service", "name", "", "cannot be blank"),
        ("service", "access", ["sofa"], "not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(service, propose, curator, table, field, after, says):
    row = service.pk if table == "service" else None
    request = propose(
        service, ("service", service.pk, "alternate_name", "", "Half"), (table, row, field, "", after)
    )
    with pytest.raises(CannotDecide, match=says):
        services.decide(request=request, by=curator)
    service.refresh_from_db()
    assert service.alternate_name == ""
    assert not ChangeRequest.objects.get().decided_at


def test_rows_of_other_listings_are_out_of_reach(service, propose, curator, published):
    other = published("Elsewhere", organization="Other house").phones.get()
    request = propose(service, ("phone", other.pk, "number", "", "666"))
    with pytest.raises(CannotDecide, match="no longer there"):
        services.decide(request=request, by=curator)
    assert Phone.objects.get(pk=other.pk).number == "555-0150"


def test_the_database_s_rules_become_words(service, propose, curator):
    request = propose(
        service,
        ("service", service.pk, "minimum_age", None, 90),
        ("service", service.pk, "maximum_age", None, 10),
    )
    with pytest.raises(CannotDecide, match="rules do not allow"):
        services.decide(request=request, by=curator)


ADDITION = (
    ("organization", None, "name", None, "Quay Club"),
    ("service", None, "name", None, "Knitting"),
    ("phone", None, "number", None, "555-0111"),
    ("location", None, "name", None, "The Shed"),
    ("address", None, "address_1", None, "2 Quay"),
    ("address", None, "city", None, "Alder Bay"),
    ("schedule", None, "freq", None, "WEEKLY", 1),
    ("schedule", None, "byday", None, "MO", 1),
    ("schedule", None, "freq", None, "MONTHLY", 2),
    ("schedule", None, "byday", None, "1SA", 2),
)


def test_an_addition_becomes_a_draft_with_all_its_rows(propose, curator):
    decided = services.decide(request=propose(None, *ADDITION), by=curator)
    made = decided.service
    assert (made.name, made.organization.name, made.published_at) == ("Knitting", "Quay Club", None)
    assert made.at_locations.get().location.addresses.get().one_line == "2 Quay, Alder Bay"
    assert sorted(Schedule.objects.filter(service=made).values_list("byday", flat=True)) == ["1SA", "MO"]
    assert made.changes.get().how == Change.How.ADDED


def test_an_addition_to_a_known_organisation_leaves_that_as_it_is(propose, curator, draft):
    known = draft(organization="quay club").organization
    request = propose(None, *ADDITION, ("organization", None, "website", None, "https://spam.example.org"))
    made = services.decide(request=request, by=curator).service
    assert made.organization == known
    known.refresh_from_db()
    assert (known.name, known.website) == ("quay club", "")


@pytest.mark.parametrize("asked", [{"name": "Quay Clüb"}, {"name": "X", "phone": "(555) 0111"}])
def test_who_asked_not_to_be_listed_is_not_added_again(propose, curator, asked):
    services.do_not_list(by=curator, **asked)
    with pytest.raises(NotWanted):
        services.decide(request=propose(None, *ADDITION), by=curator)
    assert not Organization.objects.exists()
    assert not Location.objects.exists()


def test_a_nameless_addition_is_sent_back(propose, curator):
    with pytest.raises(CannotDecide, match="needs a name"):
        services.decide(request=propose(None, ("service", None, "url", None, "https://x.org")), by=curator)


def test_what_changed_meanwhile_is_shown_beside(service, propose):
    request = propose(service, ("service", service.pk, "name", "Tea and talk", "Tea"))
    assert deciding.lines(request)[0].moved is False
    Service.objects.filter(pk=service.pk).update(name="Coffee")
    (line,) = deciding.lines(request)
    assert (line.before, line.after, line.now, line.moved) == ("Tea and talk", "Tea", "Coffee", True)


# The page -----------------------------------------------------------------------------------------


def test_the_page_takes_over_what_is_ticked(desk, service, propose):
    request = propose(
        service,
        ("service", service.pk, "name", service.name, "Tea for all"),
        ("service", service.pk, "access", [], ["step_free", "quiet"]),
    )
    name, access = request.fields.all()
    page = desk.get(f"/find/desk/requests/{request.pk}/")
    assert "Tea for all" in words(page)
    sent = {
        "act": "take",
        f"value-{name.pk}": "Ignored",
        f"take-{access.pk}": "on",
        f"value-{access.pk}": ["step_free"],
    }
    answer = desk.post(f"/find/desk/requests/{request.pk}/", sent, follow=True)
    assert "Taken over" in words(answer)
    service.refresh_from_db()
    assert (service.name, service.access) == ("Tea and talk", ["step_free"])


def test_the_page_asks_for_a_reason_and_keeps_what_was_typed(desk, service, propose):
    request = propose(service, ("service", service.pk, "name", service.name, "Tea for all"))
    address = f"/find/desk/requests/{request.pk}/"
    refused = desk.post(address, {"act": "refuse", f"value-{request.fields.get().pk}": "Mine"})
    assert refused.status_code == 422
    assert "Say why" in words(refused)
    assert "Mine" in words(refused)
    done = desk.post(address, {"act": "refuse", "reason": "Not so."}, follow=True)
    assert "Not taken over" in words(done)
    assert "Decided on" in words(desk.get(address))


def test_a_bad_value_is_asked_again_on_the_page(desk, service, propose):
    request = propose(service, ("service", service.pk, "minimum_age", None, 18))
    (change,) = request.fields.all()
    sent = {"act": "take", f"take-{change.pk}": "on", f"value-{change.pk}": "many"}
    answer = desk.post(f"/find/desk/requests/{request.pk}/", sent)
    assert answer.status_code == 422
    assert ChangeRequest.objects.get().decided_at is None


def test_a_refusal_of_the_directory_stands_on_the_page(desk, service, propose, other_curator):
    request = propose(service)
    services.hold(row=request, by=other_curator, now=timezone.now())
    answer = desk.post(f"/find/desk/requests/{request.pk}/", {"act": "take"})
    assert answer.status_code == 422
    assert "Otto has this in hand" in words(answer)


def test_an_address_for_a_listing_without_a_place_makes_one(draft, propose, curator):
    service = draft("Nowhere yet")
    services.decide(request=propose(service, ("address", None, "address_1", None, "2 Quay")), by=curator)
    assert service.at_locations.get().location.addresses.get().address_1 == "2 Quay"


def test_one_s_own_proposal_has_no_buttons(desk, service, propose, curator):
    request = propose(service, sent_by=curator)
    page = words(desk.get(f"/find/desk/requests/{request.pk}/"))
    assert "You proposed this yourself" in page
    assert "Do not take it over" not in page


def test_the_next_one_is_taken_and_given_back(desk, service, propose, curator, other_curator, client_of):
    first, second = propose(service, note="First"), propose(service, note="Second")
    assert desk.post("/find/desk/take/requests/")["Location"].endswith(f"{first.pk}/")
    assert desk.post("/find/desk/take/requests/")["Location"].endswith(f"{first.pk}/")
    other = client_of(other_curator)
    assert other.post("/find/desk/take/requests/")["Location"].endswith(f"{second.pk}/")
    assert "Otto is at it" in words(desk.get("/find/desk/requests/"))
    desk.post(f"/find/desk/requests/{first.pk}/give-back/")
    first.refresh_from_db()
    assert first.leased_by is None


# Two at the same moment ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_curators_never_hold_the_same_one(service, propose, curator, other_curator):
    for _round in range(3):
        ChangeRequest.objects.all().delete()
        for number in range(2):
            propose(service, note=str(number))
        queue = ChangeRequest.objects.order_by("created_at", "pk")
        held = at_once(
            *[
                lambda who=who, queue=queue: services.take_next(queue=queue, by=who, now=timezone.now())
                for who in (curator, other_curator)
            ]
        )
        assert len({one.pk for one in held}) == 2


def test_an_address_left_for_an_answer_is_erased_some_time_after_it(service, propose, curator, owner):
    theirs = propose(service, ("service", service.pk, "name", "", "A"), sent_by_email="Sender@example.org")
    mine = propose(service, ("service", service.pk, "name", "", "B"), sent_by=owner)
    waiting = propose(service, ("service", service.pk, "name", "", "C"), sent_by_email="other@example.org")
    now = timezone.now()
    for request in (theirs, mine):
        services.decide(request=request, by=curator, refuse=True, reason="Not so", now=now)
    assert services.forget_senders(now=now + dt.timedelta(days=29)) == 0
    assert Message.objects.filter(address="sender@example.org").exists()
    assert services.forget_senders(now=now + dt.timedelta(days=31)) == 1
    assert services.forget_senders(now=now + dt.timedelta(days=31)) == 0
    for request in (theirs, waiting):
        request.refresh_from_db()
    assert (theirs.sent_by_email, waiting.sent_by_email) == ("", "other@example.org")
    assert Message.objects.filter(kind="resources/decided").get().recipient == owner


@pytest.mark.django_db(transaction=True)
def test_two_curators_approve_at_once_and_it_is_written_once(service, propose, curator, other_curator):
    for number in range(3):
        request = propose(
            service, ("phone", None, "number", None, f"555-{number}"), sent_by_email="a@example.org"
        )
        results = at_once(
            *[
                lambda who=who, it=request: services.decide(request=it, by=who)
                for who in (curator, other_curator)
            ]
        )
        assert refusals(results) == 1
        assert Phone.objects.filter(number=f"555-{number}").count() == 1
    assert Message.objects.filter(kind="resources/decided").count() == 3
    connection.close()


def test_a_curator_sees_which_of_several_times_is_meant_and_reads_it_in_words(desk, published, propose):
    service = published("Chair yoga")
    slot = service.schedules.create(freq="WEEKLY", byday="MO", opens_at="08:00")
    request = propose(
        service,
        ("schedule", slot.pk, "opens_at", "08:00:00", "09:30:00"),
        ("schedule", slot.pk, "dtstart", None, "2027-01-04"),
        ("schedule", None, "byday", None, "TU", 1),
    )
    page = words(desk.get(f"/find/desk/requests/{request.pk}/"))
    assert "Monday, from 8:00 am" in page
    assert "9:30 am" in page
    assert "Jan. 4, 2027" in page
    assert "A new line" in page
    assert 'type="time"' in page
    assert 'type="date"' in page


def test_of_an_import_nobody_waits_for_a_reason(desk, published, propose):
    service = published("Chair yoga")
    request = propose(service, ("service", service.pk, "url", "", "https://a.example.org"), kind="conflict")
    page = words(desk.get(f"/find/desk/requests/{request.pk}/"))
    assert "They read this" not in page
    answer = desk.post(f"/find/desk/requests/{request.pk}/", {"act": "refuse"}, follow=True)
    assert "asked again only when the import says something else" in words(answer)
    request.refresh_from_db()
    assert request.decision == "refused"


@pytest.mark.parametrize("by_page", [True, False])
def test_what_a_person_sent_is_decided_as_a_whole_whatever_is_said_to_be_shown(
    desk, service, propose, curator, owner, by_page
):
    request = propose(service, ("service", service.pk, "name", service.name, "Tea for all"), sent_by=owner)
    if by_page:
        sent = {"act": "refuse", "reason": "Not now.", "shown": "0"}
        assert desk.post(f"/find/desk/requests/{request.pk}/", sent).status_code == 302
    else:
        services.decide(request=request, by=curator, refuse=True, reason="Not now.", shown=0)
    whole = ChangeRequest.objects.get()
    assert (whole.sent_by, whole.decision, whole.fields.count()) == (owner, "refused", 1)
