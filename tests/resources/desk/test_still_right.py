"""The organisation's own page: by the link in our letter, without an account."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from resources import links
from resources.models import Address, ChangeRequest, Claim, Phone, Service, Verification
from resources.services import merging, proposing

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published):
    return published("Chair yoga", at="The Hall", email="house@example.org", description="Slow and kind.")


@pytest.fixture
def address(service):
    return reverse("still_right", args=[links.token_for(service)])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def filled(response) -> dict[str, object]:
    """What a browser would send back untouched."""
    return {bound.html_name: bound.value() or "" for bound in response.context["form"]}


def test_a_look_changes_nothing_and_shows_what_visitors_see(client, address):
    page = words(client.get(address))
    for said in ("Chair yoga", "Slow and kind.", "555-0150", "1 Quay", "Yes, it is still right"):
        assert said in page
    assert Verification.objects.count() == 1
    assert client.get(address)["Cache-Control"].startswith("max-age=0")


def test_one_tap_is_a_check_by_the_organisation(client, address, service):
    with time_machine.travel(timezone.now() + dt.timedelta(days=200), tick=False):
        answer = client.post(address, {"answer": "right"}, follow=True)
        assert "checked today" in words(answer) and "You can close this page." in words(answer)
        assert "Yes, it is still right" not in words(answer)
        client.post(address, {"answer": "right"})
        service.refresh_from_db()
    checked = service.verification
    assert (checked.how, checked.verified_by) == ("provider", None)
    assert set(checked.parts) >= {"name", "description", "contact", "place"}
    said = words(client.get(service.get_absolute_url()))
    assert "by the organisation itself" in said
    assert "by a curator" not in said
    # Nobody confirms what they were not shown.
    assert "cost" not in checked.parts
    assert service.due_at > timezone.now() + dt.timedelta(days=500)
    assert Verification.objects.count() == 2


def test_what_they_change_waits_for_a_curator(client, address, service):
    sent = filled(client.get(address))
    name = next(key for key in sent if key.endswith("-name"))
    number = next(key for key in sent if key.startswith("phone-"))
    sent |= {name: "Chair yoga for all", number: "555-0177", "note": "Now on Fridays."}
    assert "A curator looks at it" in words(client.post(address, sent, follow=True))
    client.post(address, sent)
    request = ChangeRequest.objects.get()
    assert (request.note, request.sent_by_email, request.on_behalf_of) == (
        "Now on Fridays.",
        "house@example.org",
        service.organization,
    )
    said = {(one.table, one.field): (one.before, one.after) for one in request.fields.all()}
    assert said == {
        ("service", "name"): ("Chair yoga", "Chair yoga for all"),
        ("phone", "number"): ("555-0150", "555-0177"),
    }
    service.refresh_from_db()
    assert service.name == "Chair yoga"
    assert Phone.objects.get().number == "555-0150"


def test_nothing_changed_and_nothing_said_is_asked_again(client, address):
    answer = client.post(address, filled(client.get(address)))
    assert answer.status_code == 422
    assert "Nothing is different yet" in words(answer)
    assert not ChangeRequest.objects.exists()


def test_a_name_cannot_be_emptied(client, address):
    sent = filled(client.get(address))
    sent[next(key for key in sent if key.endswith("-name"))] = ""
    assert client.post(address, sent).status_code == 422


def test_several_at_a_time_are_too_many(client, address, service):
    for number in range(proposing.MOST_WAITING):
        ChangeRequest.objects.create(
            kind="correction", service=service, on_behalf_of=service.organization, note=str(number)
        )
    sent = filled(client.get(address)) | {"note": "One more"}
    client.post(address, sent)
    assert ChangeRequest.objects.count() == proposing.MOST_WAITING


@pytest.mark.parametrize("spoil", ["email", "withdrawn", "forged", "old"])
def test_a_link_that_is_good_no_more_opens_nothing(client, address, service, spoil):
    at = timezone.now()
    if spoil == "email":
        Service.objects.update(email="other@example.org")
    if spoil == "withdrawn":
        Service.objects.update(published_at=None, published_by=None)
    if spoil == "forged":
        address = re.sub(r"[^/]{4}/$", "xxxx/", address)
    if spoil == "old":
        at += dt.timedelta(days=500)
    with time_machine.travel(at):
        for answer in (client.get(address), client.post(address, {"answer": "right"})):
            assert answer.status_code == 404
            assert "does not work any more" in words(answer)
    assert Verification.objects.count() == 1


def test_the_address_of_the_letter_does_not_stand_in_the_link(service):
    assert "house" not in links.token_for(service)


def test_an_address_of_the_place_can_be_mended(client, address, service):
    sent = filled(client.get(address))
    sent[next(key for key in sent if key.endswith("-city"))] = "New Bay"
    client.post(address, sent)
    (change,) = ChangeRequest.objects.get().fields.all()
    assert (change.table, change.row, change.after) == ("address", Address.objects.get().pk, "New Bay")


def test_a_yes_beside_a_change_is_a_yes_to_the_rest(client, address, service):
    sent = filled(client.get(address))
    number = next(key for key in sent if key.startswith("phone-"))
    client.post(address, sent | {number: "555-0177"})
    assert "All the rest is right" in words(client.get(address))
    client.post(address, {"answer": "right"})
    service.refresh_from_db()
    assert "contact" not in service.verification.parts
    assert {"name", "place"} <= set(service.verification.parts)


def test_where_nothing_is_left_to_say_yes_to_that_is_said(client, address, service, propose):
    shown = [("service", "name"), ("service", "description"), ("phone", "number"), ("address", "city")]
    changes = [(table, None, field, "", "New", 1) for table, field in shown]
    propose(service, *changes, on_behalf_of=service.organization)
    answer = client.post(
        address, {"answer": "right"}, headers={"referer": f"http://testserver{address}"}, follow=True
    )
    assert "A curator reads what you changed first." in words(answer)
    assert Verification.objects.count() == 1


@pytest.mark.parametrize("with_account", [False, True])
def test_a_yes_is_only_to_the_words_they_were_shown(client, client_of, address, service, owner, with_account):
    who, page = client, address
    if with_account:
        Claim.objects.create(
            organization=service.organization, claimed_by=owner, state="confirmed", decided_at=timezone.now()
        )
        who, page = client_of(owner), reverse("my_listing", args=[service.pk])
    shown = {"answer": "right", "read": who.get(page).context["read"]["read"].value()}
    Phone.objects.filter(service=service).update(number="555-0151")
    answer = who.post(page, shown)
    assert answer.status_code == 422 and "555-0151" in words(answer)
    assert "Read what it says now, then say yes." in words(answer)
    assert Verification.objects.count() == 1
    known = shown | {"read": answer.context["read"]["read"].value()}
    assert who.post(page, known).status_code == 302
    assert Verification.objects.filter(how="provider").count() == 1


def test_a_link_for_one_that_was_made_one_leads_to_the_one_that_stays_at_the_same_address(
    client, address, service, published, curator
):
    shown = {"answer": "right", "read": client.get(address).context["read"]["read"].value()}
    typed = filled(client.get(address)) | {"note": "Ring twice."}
    stays = published("Yoga on chairs", email="house@example.org")
    merging.merge(winner=stays, loser=service, by=curator)
    answer = client.post(address, shown)
    assert answer.status_code == 422 and "Yoga on chairs" in words(answer)
    answer = client.post(address, typed)
    assert answer.status_code == 422 and "Ring twice." in words(answer)
    assert not ChangeRequest.objects.exists()
    known = shown | {"read": client.get(address).context["read"]["read"].value()}
    assert client.post(address, known).status_code == 302
    assert Verification.objects.get(how="provider").service == stays
    Service.objects.filter(pk=stays.pk).update(email="other@example.org")
    assert client.get(address).status_code == 404
