"""Problems, corrections and suggestions: what a curator gets, and that the listing stays as it was."""

import uuid

import pytest
from django.core.cache import cache
from django.utils import timezone

from resources import services
from resources.errors import CannotPropose
from resources.models import ChangeRequest, Organization, Service
from resources.services import Proposal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_told_anything_yet():
    cache.clear()


def key() -> str:
    return str(uuid.uuid4())


def page(service, what) -> str:
    return f"{service.get_absolute_url()}{what}/"


def filled(client, service, **changes):
    """The correction form as it is drawn, with these changes."""
    form = client.get(page(service, "correct")).context["form"]
    sent = {field.name: field.value() for field in form if field.name != "form_key" and field.value()}
    return {**sent, "form_key": key(), **changes}


def changes_of(request) -> dict[str, tuple]:
    return {f"{one.table}.{one.field}": (one.before, one.after) for one in request.fields.all()}


def test_a_problem_is_one_tap_and_leaves_the_page_alone(client, published):
    service = published("Tea")
    response = client.post(
        page(service, "problem"),
        {"form_key": key(), "problem": "gone", "email": "me@example.org"},
        follow=True,
    )
    assert "Thank you for telling us" in response.content.decode()
    sent = ChangeRequest.objects.get()
    assert (sent.kind, sent.problem, sent.service, sent.sent_by) == ("problem", "gone", service, None)
    assert sent.sent_by_email == "me@example.org"
    assert client.get(service.get_absolute_url()).status_code == 200


def test_something_else_needs_a_word(client, published):
    service = published()
    assert client.post(page(service, "problem"), {"problem": "other"}).status_code == 422
    assert client.post(page(service, "problem"), {}).status_code == 422
    assert client.post(page(service, "problem"), {"note": "  "}).status_code == 422
    assert not ChangeRequest.objects.exists()


def test_who_writes_what_is_wrong_need_not_choose_it_as_well(client, published):
    service = published()
    client.post(page(service, "problem"), {"form_key": key(), "note": "The door is round the corner"})
    sent = ChangeRequest.objects.get()
    assert (sent.problem, sent.note) == ("other", "The door is round the corner")


def test_a_correction_holds_what_differs_with_before_and_after(client, published):
    service = published("Tea", at="Hall", cost="free", access=["toilet", "quiet"])
    before = Service.objects.values().get(pk=service.pk)
    sent = filled(
        client,
        service,
        name="Tea and cake",
        city="Cedar Bay",
        phone="555-0199",
        access=["quiet", "toilet", "dim"],
    )
    sent |= {"times": "Mondays at 3", "evidence": "I was there", "evidence_url": "https://tea.example.org/"}
    assert client.post(page(service, "correct"), sent).status_code == 302
    request = ChangeRequest.objects.get()
    assert changes_of(request) == {
        "service.name": ("Tea", "Tea and cake"),
        "service.access": (["toilet", "quiet"], ["quiet", "toilet", "dim"]),
        "phone.number": ("555-0150", "555-0199"),
        "address.city": ("Alder Bay", "Cedar Bay"),
    }
    assert {one.row for one in request.fields.all()} >= {service.pk, service.phones.get().pk}
    assert request.note == "When it is: Mondays at 3"
    assert (request.evidence, request.evidence_url) == ("I was there", "https://tea.example.org/")
    assert Service.objects.values().get(pk=service.pk) == before


def test_the_same_ticks_in_another_order_are_no_change(client, published):
    service = published(access=["quiet", "toilet"])
    response = client.post(page(service, "correct"), filled(client, service))
    assert response.status_code == 422
    assert "Nothing is different yet" in response.content.decode()


def test_where_a_paragraph_ends_is_a_change_and_how_a_browser_ends_its_lines_is_none(client, published):
    service = published(description="Tea and talk.\nBring a friend.\n\nStay as long as you like.")
    as_it_is = service.description.replace("\n", "\r\n")
    assert (
        client.post(page(service, "correct"), filled(client, service, description=as_it_is)).status_code
        == 422
    )
    parted = as_it_is.replace(".\r\nBring", ".\r\n\r\nBring")
    assert (
        client.post(page(service, "correct"), filled(client, service, description=parted)).status_code == 302
    )
    [field] = ChangeRequest.objects.get().fields.all()
    assert (field.field, field.after) == ("description", parted)


def test_what_is_known_of_the_organisation_is_filled_in_and_corrected_where_it_stands(client, published):
    service, own = published("Tea"), published("Own", organization="Other", email="own@example.org")
    house = {"email": "tea@example.org", "website": "https://tea.example.org/"}
    Organization.objects.update(**house)
    sent = filled(client, service)
    assert (sent["their_email"], sent["url"]) == ("tea@example.org", "https://tea.example.org/")
    assert client.post(page(service, "correct"), sent).status_code == 422
    new = {"their_email": "hello@tea.example.org", "url": ""}
    client.post(page(service, "correct"), filled(client, service, **new))
    request = ChangeRequest.objects.get()
    assert changes_of(request) == {
        "organization.email": ("tea@example.org", "hello@tea.example.org"),
        "organization.website": ("https://tea.example.org/", ""),
    }
    assert {one.row for one in request.fields.all()} == {service.organization_id}
    client.post(page(own, "correct"), filled(client, own, **new))
    assert changes_of(own.change_requests.get()) == {
        "service.email": ("own@example.org", "hello@tea.example.org"),
        "organization.website": ("https://tea.example.org/", ""),
    }


def test_what_is_left_as_it_stands_is_no_change_whatever_it_is(client, published):
    service = published("Tea", description="One.\n\nTwo. ", url="www.tea.example.org", email="nobody at all")
    sent = filled(client, service)
    sent["description"] = sent["description"].replace("\n", "\r\n")
    assert client.post(page(service, "correct"), sent).status_code == 422
    sent |= {"name": "Tea and cake", "form_key": key()}
    assert client.post(page(service, "correct"), sent).status_code == 302
    assert changes_of(ChangeRequest.objects.get()) == {"service.name": ("Tea", "Tea and cake")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"their_email": "nonsense"},
        {"url": "not a page"},
        {"access": ["dim"], "access_lacking": ["dim"]},
        {"cost": "a lot"},
        {"evidence_url": "javascript:alert(1)"},
        {"phone": ""},
        {"note": "a\0b"},
    ],
)
def test_values_follow_the_rules_of_the_listing_itself(client, published, wrong):
    service = published("Tea")
    response = client.post(page(service, "correct"), filled(client, service, **wrong))
    assert response.status_code == 422
    assert not ChangeRequest.objects.exists()


def test_a_listing_without_phone_or_place_may_get_them(client, published):
    service = published()
    service.phones.all().delete()
    client.post(page(service, "correct"), filled(client, service, phone="555-0111", city="Alder Bay"))
    rows = {(one.table, one.row, one.group) for one in ChangeRequest.objects.get().fields.all()}
    assert rows == {("phone", None, 1), ("address", None, 1)}


def test_a_suggestion_needs_a_name_and_one_way_to_reach_it(client):
    sent = {"form_key": key(), "name": "New group", "kind": "group", "delivery": ["in_person"]}
    assert client.post("/find/suggest/", sent).status_code == 422
    sent |= {"phone": "555-0123", "organization": "Harbour", "times": "Mondays", "address_1": "2 Quay"}
    assert client.post("/find/suggest/", sent).status_code == 302
    request = ChangeRequest.objects.get()
    assert (request.kind, request.service) == ("addition", None)
    after = {name: value for name, (_before, value) in changes_of(request).items()}
    assert after == {
        "organization.name": "Harbour",
        "service.name": "New group",
        "service.kind": "group",
        "service.delivery": ["in_person"],
        "phone.number": "555-0123",
        "address.address_1": "2 Quay",
        "schedule.description": "Mondays",
    }
    assert not Service.objects.exists()


def test_sent_twice_it_is_one_letter(client, client_of, owner, published):
    service = published()
    sent = {"form_key": key(), "problem": "gone"}
    for _press in range(2):
        client.post(page(service, "problem"), sent)
    assert ChangeRequest.objects.count() == 1
    client_of(owner).post(page(service, "problem"), sent)  # somebody else with the same key is somebody else
    assert ChangeRequest.objects.count() == 2


def test_a_programme_that_fills_in_everything_sends_nothing(client, published):
    service = published()
    sent = {"form_key": key(), "problem": "gone", "nickname": "Bob"}
    assert client.post(page(service, "problem"), sent).status_code == 302
    assert not ChangeRequest.objects.exists()


def test_from_one_place_only_so_many_an_hour(client, published, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "tell": "2/h/ip"}
    service = published()
    answers = [
        client.post(page(service, "problem"), {"form_key": key(), "problem": "gone"}).status_code
        for _time in range(3)
    ]
    assert answers == [302, 302, 422]


def test_whoever_sent_it_sees_it_and_nobody_else_does(client, client_of, owner, stranger, published):
    service, mine = published("Tea"), client_of(owner)
    mine.post(page(service, "problem"), {"form_key": key(), "problem": "other", "note": "No heating"})
    theirs = ChangeRequest.objects.get()
    assert (theirs.sent_by, theirs.sent_by_email) == (owner, "")
    words = mine.get(f"/find/told/{theirs.pk}/").content.decode()
    assert "No heating" in words and "What happens next" in words and "We write to you" in words
    assert "Tea" in mine.get("/find/told/").content.decode()
    for other in (client, client_of(stranger)):
        assert other.get(f"/find/told/{theirs.pk}/").status_code == 404
    client.post(page(service, "problem"), {"form_key": key(), "problem": "gone"})
    without = ChangeRequest.objects.get(sent_by=None)
    assert client.get(f"/find/told/{without.pk}/").status_code == 200
    assert mine.get(f"/find/told/{without.pk}/").status_code == 404


def test_before_and_after_are_shown_in_words(client_of, owner, published):
    service, mine = published(cost="free"), client_of(owner)
    mine.post(page(service, "correct"), filled(mine, service, cost="paid", description="Warm"))
    words = mine.get(f"/find/told/{ChangeRequest.objects.get().pk}/").content.decode()
    for said in ("On the page: Free", "<p>Paid</p>", "On the page: nothing", "Warm"):
        assert said in words


def test_what_waits_can_be_taken_back_and_what_was_decided_cannot(
    client_of, owner, stranger, curator, published
):
    service, mine = published(), client_of(owner)
    first = services.propose(kind="problem", service=service, by=owner, problem="gone")
    second = services.propose(kind="problem", service=service, by=owner, problem="gone")
    second.decided_at, second.decided_by, second.decision = timezone.now(), curator, "approved"
    second.save()
    for request, after in ((first, "withdrawn"), (second, "approved")):
        assert client_of(stranger).post(f"/find/told/{request.pk}/take-back/").status_code == 404
        assert mine.post(f"/find/told/{request.pk}/take-back/").status_code == 302
        request.refresh_from_db()
        assert request.decision == after
    assert "It was" in mine.get(f"/find/told/{second.pk}/").content.decode()


def test_a_verb_refuses_what_says_nothing_or_nonsense(published):
    service = published()
    with pytest.raises(CannotPropose):
        services.propose(kind="correction", service=service)
    change = Proposal("service", "cost", "a lot", service.pk)
    with pytest.raises(CannotPropose):
        services.propose(kind="correction", service=service, changes=[change])


def test_a_draft_cannot_be_reported(client, draft):
    assert client.get(page(draft(), "problem")).status_code == 404
