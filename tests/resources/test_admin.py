"""The curators' desk, through the browser's eyes: review, check, publish; and everybody else stays out."""

import re
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from resources.models import Helpline, Location, Organization, Phone, Service, Source, Verification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]
LIST = "/admin/resources/service/"


def address(service, act="change"):
    return f"{LIST}{service.pk}/{act}/"


@pytest.fixture
def desk(client_of, curator):
    return client_of(curator)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def filled(response) -> dict[str, object]:
    """What a browser would send back from the form on this page, untouched."""
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.initial_forms]
    data: dict[str, object] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = "" if value is None else value
    return data


def test_a_curator_s_morning(desk, client, ready, curator):
    service = ready("Chair yoga", at="The Hall")
    assert "Chair yoga" in words(desk.get(LIST, {"state": "draft"}))

    refused = desk.post(address(service, "publish"), follow=True)
    assert "“Chair yoga” cannot go public yet. It is not verified yet." in words(refused)
    assert client.get(service.get_absolute_url()).status_code == 404

    assert "You are about to say that you checked “Chair yoga”" in words(desk.get(address(service, "verify")))
    checked = {"how": "phone", "parts": ["name", "times"], "note": "Spoke to reception."}
    assert "is marked as verified" in words(desk.post(address(service, "verify"), checked, follow=True))

    published = desk.post(address(service, "publish"), follow=True)
    assert "Published. 1 listing." in words(published)
    assert "Spoke to reception." in words(published)
    page = words(client.get(service.get_absolute_url()))
    assert "Last checked on" in page
    assert "Spoke to reception." not in page

    history = words(desk.get(address(service, "history")))
    assert "Marked as verified." in history
    assert "Published." in history
    assert set(LogEntry.objects.values_list("user", flat=True)) == {curator.pk}

    desk.post(address(service, "withdraw"))
    assert client.get(service.get_absolute_url()).status_code == 410
    desk.post(address(service, "archive"))
    assert "Chair yoga" in words(desk.get(LIST, {"state": "archived"}))
    assert "Chair yoga" not in words(desk.get(LIST, {"state": "draft"}))


@pytest.mark.parametrize("act", ["verify", "publish", "withdraw", "archive"])
def test_only_curators_come_near(client, client_of, owner, stranger, draft, act):
    service = draft()
    for visitor in (client, client_of(owner)):
        answer = visitor.post(address(service, act))
        assert answer.status_code == 302
        assert "login" in answer["Location"]
    stranger.is_staff = True
    stranger.save()
    assert client_of(stranger).post(address(service, act)).status_code == 403
    service.refresh_from_db()
    assert (service.verification, service.published_at, service.archived_at) == (None, None, None)


@pytest.mark.parametrize("act", ["publish", "withdraw", "archive"])
def test_acts_are_posts_on_listings_that_exist(desk, draft, act):
    assert desk.get(address(draft(), act)).status_code == 405
    assert desk.post(f"{LIST}{uuid.uuid4()}/{act}/").status_code == 404


def test_verifying_what_is_not_there_is_not_found(desk):
    assert desk.get(f"{LIST}{uuid.uuid4()}/verify/").status_code == 404


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Say how you checked this."),
        ({"how": "phone"}, "Tick at least one thing"),
        ({"how": "sample", "parts": ["name"]}, "Select a valid choice"),
        ({"how": "phone", "parts": ["soul"]}, "Select a valid choice"),
        ({"how": "phone", "parts": ["name"], "note": "x" * 2001}, "That is too long"),
        ({"how": "phone", "parts": ["name"], "note": "a\x00b"}, "that we cannot keep"),
    ],
)
def test_a_check_that_says_too_little_is_asked_again(desk, draft, sent, says):
    answer = desk.post(address(draft(), "verify"), sent)
    assert answer.status_code == 422
    assert says in words(answer)
    assert not Verification.objects.exists()


def test_a_check_sent_twice_is_one_check(desk, draft):
    service = draft()
    key = desk.get(address(service, "verify")).context["form"]["form_key"].value()
    for _again in range(2):
        desk.post(address(service, "verify"), {"how": "phone", "parts": ["name"], "form_key": str(key)})
    assert str(Verification.objects.get().form_key) == str(key)


def test_several_are_published_at_once_and_those_that_cannot_be_say_why(desk, ready):
    good, bad = ready("Good"), ready("Bad")
    desk.post(address(good, "verify"), {"how": "visit", "parts": ["name"]})
    chosen = {"action": "publish_chosen", "_selected_action": [str(good.pk), str(bad.pk)]}
    answer = words(desk.post(LIST, chosen, follow=True))
    assert "Published. 1 listing." in answer
    assert "“Bad” cannot go public yet. It is not verified yet." in answer
    for action in ("withdraw_chosen", "archive_chosen"):
        desk.post(LIST, {**chosen, "action": action})
    assert Service.objects.filter(archived_at__isnull=False).count() == 2


def test_the_list_can_be_narrowed(desk, draft, published):
    source = Source.objects.create(name="County")
    draft("A draft", source=source, kind="group")
    published("A public one")
    assert "A draft" not in words(desk.get(LIST, {"state": "published"}))
    found = words(desk.get(LIST, {"state": "draft", "source__id__exact": source.pk, "kind__exact": "group"}))
    assert "A draft" in found
    assert "A public one" not in found
    assert "A public one" in words(desk.get(LIST, {"q": "public"}))


def test_every_edit_is_found_by_the_search_at_once(desk, published):
    def finds(text: str) -> bool:
        return bool(desk.get("/find/", {"q": text}).context["found"].total)

    service = published(at="The Hall")
    data = filled(desk.get(address(service)))
    sent = {**data, "name": "Coffee", "delivery": ["online"], "access": ["quiet", "dim"]}
    assert desk.post(address(service), sent).status_code == 302
    service.refresh_from_db()
    assert (service.name, service.delivery, service.access) == ("Coffee", ["online"], ["quiet", "dim"])
    assert finds("coffee")

    house = service.organization
    page = f"/admin/resources/organization/{house.pk}/change/"
    assert desk.post(page, {**filled(desk.get(page)), "name": "Lighthouse"}).status_code == 302
    assert finds("lighthouse")

    place = service.at_locations.get().location
    page = f"/admin/resources/location/{place.pk}/change/"
    sent = {**filled(desk.get(page)), "addresses-0-city": "Fernhill"}
    assert desk.post(page, sent).status_code == 302
    assert finds("fernhill")


def test_a_bad_edit_is_explained(desk, draft):
    service = draft()
    data = filled(desk.get(address(service)))
    answer = desk.post(address(service), {**data, "minimum_age": 9, "maximum_age": 8, "url": "javascript:x"})
    assert "must not be lower than" in words(answer) or "like a web address" in words(answer)
    service.refresh_from_db()
    assert service.url == ""


def test_a_new_listing_starts_as_a_draft(desk, draft):
    house = draft().organization
    data = filled(desk.get(f"{LIST}add/"))
    sent = {
        **data,
        "name": "New",
        "organization": str(house.pk),
        "kind": "group",
        "delivery": [],
        "access": [],
    }
    answer = desk.post(f"{LIST}add/", sent)
    assert answer.status_code == 302, answer.context["errors"]
    assert Service.objects.get(name="New").published_at is None


def test_a_curator_cannot_delete_or_make_up_a_check(desk, draft):
    service = draft()
    assert desk.post(address(service, "delete"), {"post": "yes"}).status_code == 403
    assert desk.get("/admin/accounts/user/").status_code in (403, 404)
    assert 'name="verifications-0-note"' not in words(desk.get(address(service)))


def test_every_page_of_the_desk_opens_and_keeps_to_the_content_policy(desk, draft):
    service = draft(at="The Hall")
    line = Helpline.objects.first()
    pages = [LIST, f"{LIST}add/", address(service), address(service, "verify"), address(service, "history")]
    for model, row in (
        *(("organization", Organization.objects.first()), ("location", Location.objects.first())),
        *(("helpline", line), ("source", None)),
    ):
        pages.append(f"/admin/resources/{model}/")
        if row:
            pages.append(f"/admin/resources/{model}/{row.pk}/change/")
    for page in pages:
        answer = desk.get(page)
        assert answer.status_code == 200, page
        content = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|\sstyle=|\son\w+=", content), page


def test_a_helpline_is_edited_and_must_stay_reachable(desk):
    line = Helpline.objects.get(country="GB", kind="crisis")
    page = f"/admin/resources/helpline/{line.pk}/change/"
    data = filled(desk.get(page))
    assert desk.post(page, {**data, "verified_on": "2026-11-20"}).status_code == 302
    line.refresh_from_db()
    assert line.verified_on
    answer = words(desk.post(page, {**data, "call": "", "text": "", "chat_url": ""}))
    assert "Give a number to call" in answer


def test_the_buttons_shown_fit_the_state(desk, published):
    service = published()
    page = words(desk.get(address(service)))
    assert reverse("admin:resources_service_withdraw", args=[service.pk]) in page
    assert reverse("admin:resources_service_publish", args=[service.pk]) not in page
    assert service.get_absolute_url() in page


def test_phones_are_edited_beside_their_listing(desk, draft):
    service = draft()
    data = filled(desk.get(address(service)))
    desk.post(address(service), {**data, "phones-0-number": "555-0180"})
    assert Phone.objects.get().number == "555-0180"
