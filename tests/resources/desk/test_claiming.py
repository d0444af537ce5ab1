"""People who speak for an organisation, words of visitors, and who asked not to be listed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox import kinds
from outbox.models import Message
from resources import services
from resources.errors import CannotClaim, CannotDecide, CannotPublish, NotWanted
from resources.models import ChangeRequest, Claim, DoNotList, Feedback, Inclusion, Phone, Verification
from resources.services import claiming, feedback, refusing
from tests.conftest import person
from tests.networks.test_races import at_once, refusals
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published):
    return published("Tea and talk", email="house@example.org")


@pytest.fixture
def claim(service, owner):
    return claiming.claim(
        organization=service.organization, by=owner, affiliation="I make the tea.", reach_us="555-0150"
    )


def test_asking_and_being_confirmed_by_letter(client_of, service, owner, desk):
    visitor = client_of(owner)
    page = words(visitor.get(f"/find/{service.pk}/claim/"))
    assert "Back to the listing" in page
    assert visitor.post(f"/find/{service.pk}/claim/", {"affiliation": ""}).status_code == 422
    sent = {"affiliation": "I make the tea.", "reach_us": "The number on their page"}
    for _again in range(2):
        assert "A curator makes sure" in words(visitor.post(f"/find/{service.pk}/claim/", sent, follow=True))
    claim = Claim.objects.get()
    assert visitor.get(f"/find/ours/{service.pk}/").status_code == 404
    assert "I make the tea." in words(desk.get(f"/find/desk/claims/{claim.pk}/"))
    desk.post(f"/find/desk/claims/{claim.pk}/", {"act": "confirm"})
    letter = Message.objects.get(kind="resources/claim_decided")
    assert kinds.get("resources/claim_decided").context(letter)["confirmed"] is True
    assert "Tea and talk" in words(visitor.get("/find/ours/"))
    assert "Still right, or change it" in words(visitor.get("/find/ours/"))


def test_whoever_speaks_for_it_changes_it_with_less_typing(client_of, claim, service, owner, curator):
    claiming.decide_claim(claim=claim, by=curator, confirm=True)
    visitor, address = client_of(owner), f"/find/ours/{service.pk}/"
    page = visitor.get(address)
    sent = {bound.html_name: bound.value() or "" for bound in page.context["form"]}
    assert visitor.post(address, sent).status_code == 422
    visitor.post(address, sent | {"note": "Fridays now."})
    request = ChangeRequest.objects.get()
    assert (request.sent_by, request.on_behalf_of, request.note) == (
        owner,
        service.organization,
        "Fridays now.",
    )
    visitor.post(address, {"answer": "right"})
    newest = Verification.objects.first()
    assert (newest.how, newest.verified_by) == ("provider", owner)


def test_a_no_has_a_reason_and_is_said_by_somebody_else(claim, curator, desk):
    with pytest.raises(CannotClaim, match="Say why"):
        claiming.decide_claim(claim=claim, by=curator, confirm=False)
    with pytest.raises(CannotClaim, match="your own"):
        claiming.decide_claim(claim=claim, by=claim.claimed_by, confirm=True)
    answer = desk.post(f"/find/desk/claims/{claim.pk}/", {"act": "deny"})
    assert answer.status_code == 422
    desk.post(f"/find/desk/claims/{claim.pk}/", {"act": "deny", "reason": "They do not know you."})
    letter = Message.objects.get(kind="resources/claim_decided")
    assert kinds.get("resources/claim_decided").context(letter)["reason"] == "They do not know you."
    with pytest.raises(CannotClaim, match="already"):
        claiming.decide_claim(claim=claim, by=curator, confirm=True)
    assert desk.post(f"/find/desk/claims/{claim.pk}/", {"act": "nonsense"}).status_code == 404


def test_either_ends_it(claim, curator, client_of, owner, service, desk):
    claiming.decide_claim(claim=claim, by=curator, confirm=True)
    client_of(owner).post(f"/find/ours/claims/{claim.pk}/end/")
    assert not claiming.own_listings(owner).exists()
    again = claiming.claim(organization=service.organization, by=owner, affiliation="Back.", reach_us="555")
    claiming.decide_claim(claim=again, by=curator, confirm=True)
    desk.post(f"/find/desk/claims/{again.pk}/", {"act": "end"})
    assert not claiming.own_listings(owner).exists()
    assert kinds.get("resources/claim_decided").context(Message.objects.last()) is None


def test_the_database_knows_that_nobody_confirms_themselves(claim):
    with pytest.raises(IntegrityError, match="claim_needs_two_people"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(decided_by=claim.claimed_by, decided_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_curators_decide_a_claim_at_once(claim, curator, other_curator):
    results = at_once(
        *[
            lambda who=who: claiming.decide_claim(claim=claim, by=who, confirm=True)
            for who in (curator, other_curator)
        ]
    )
    assert refusals(results) == 1
    assert Message.objects.filter(kind="resources/claim_decided").count() == 1


# Words of visitors -----------------------------------------------------------------------------------


def test_words_are_shown_only_after_somebody_read_them(desk, service, owner, supporter, curator):
    kind, rude = (
        Feedback.objects.create(service=service, said_by=who, verdict="helpful", words=said)
        for who, said in ((owner, "Warm people."), (supporter, "That Bob is a fool."))
    )
    page = words(desk.get("/find/desk/feedback/"))
    assert "Warm people." in page
    assert "Maya" not in page
    desk.post(f"/find/desk/feedback/{kind.pk}/show/", {"words": kind.words})
    desk.post(f"/find/desk/feedback/{rude.pk}/keep/", {"words": rude.words})
    assert list(Feedback.objects.readable()) == [kind]
    assert "All is read." in words(desk.get("/find/desk/feedback/"))
    assert desk.post(f"/find/desk/feedback/{kind.pk}/burn/").status_code == 404
    again = desk.post(f"/find/desk/feedback/{kind.pk}/show/", {"words": kind.words}, follow=True)
    assert "read this already" in words(again)


def test_words_that_were_changed_after_the_curator_saw_them_are_not_shown(desk, service, owner):
    said = Feedback.objects.create(service=service, said_by=owner, verdict="helpful", words="Warm\npeople.")
    seen = 'name="words" value="Warm\npeople."'
    assert seen in desk.get("/find/desk/feedback/").content.decode()
    Feedback.objects.update(words="Bob is a fool.")
    answer = desk.post(f"/find/desk/feedback/{said.pk}/show/", {"words": "Warm\r\npeople."}, follow=True)
    assert "have just been changed" in words(answer)
    assert not Feedback.objects.readable().exists()
    Feedback.objects.update(words="Warm\npeople.")
    desk.post(f"/find/desk/feedback/{said.pk}/show/", {"words": "Warm\r\npeople."})
    assert Feedback.objects.readable().exists()


def test_nobody_reads_their_own(service, curator):
    own = Feedback.objects.create(service=service, said_by=curator, verdict="helpful", words="Mine.")
    with pytest.raises(CannotDecide, match="Somebody else"):
        services.read_feedback(feedback=own, by=curator, shown=True, words="Mine.", now=timezone.now())


def test_what_many_say_becomes_a_question_and_what_few_say_stays_theirs(desk, service):
    for number in range(3):
        assert feedback.doubts(service) == []
        who = person(f"visitor{number}@example.org", "Visitor")
        Feedback.objects.create(service=service, said_by=who, verdict="could_not", because=["stairs"])
    assert feedback.said_of(service).because == {}
    for one in Feedback.objects.all():
        assert "What kept them away: The stairs" in words(desk.get("/find/desk/feedback/"))
        desk.post(f"/find/desk/feedback/{one.pk}/show/", {"words": "", "because": ["stairs"]})
    assert feedback.said_of(service).because == {"stairs": 3}
    assert "really step-free" in words(desk.get(f"/find/desk/listings/{service.pk}/"))


# Who asked not to be listed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [{"name": "TEA and talk"}, {"domain": "https://www.example.org/x"}, {"phone": "(555) 0150"}]
)
def test_who_asked_is_known_by_name_domain_and_number(asked, curator):
    services.do_not_list(name="Tea and Talk", domain="example.org", phone="555-0150", by=curator)
    assert services.asked_not_to_be_listed(**asked)
    assert services.asked_not_to_be_listed(name="Coffee") is None
    assert services.asked_not_to_be_listed() is None


def test_a_listing_of_theirs_is_named_and_not_published(ready, curator, desk):
    service = ready("Tea", email="tea@example.net")
    services.verify(service=service, by=curator, how="phone", parts=["name"])
    sent = {"name": "Somebody", "domain": "www.example.net", "phone": "", "reason": "By phone."}
    assert "Remembered" in words(desk.post("/find/desk/not-listed/", sent, follow=True))
    assert DoNotList.objects.get().domain == "example.net"
    assert "Still here: Tea" in words(desk.get("/find/desk/not-listed/"))
    with pytest.raises(NotWanted, match="Somebody"):
        services.publish(service=service, by=curator)
    assert "asked not to be listed" in words(desk.get(f"/find/desk/listings/{service.pk}/"))
    assert desk.post("/find/desk/not-listed/", {"name": ""}).status_code == 422


def test_what_is_still_there_is_found_by_number(draft, curator):
    service = draft("Tea")
    services.sweep_likeness()
    note = services.do_not_list(name="Nobody", phone="(555) 01 50", by=curator)
    assert refusing.listed_of(note) == [service]


# Going public -------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_with_a_button_for_each(desk, draft, curator):
    service = draft()
    Phone.objects.all().delete()
    page = words(desk.get(f"/find/desk/listings/{service.pk}/"))
    codes = [one.code for one in services.missing(service)]
    assert codes == ["reach", "topic", "cost", "delivery", "rules", "verification"]
    for one in services.missing(service):
        assert str(one.words) in page
        assert str(one.button) in page
    with pytest.raises(CannotPublish, match="no topic"):
        services.publish(service=service, by=curator)


def test_rules_half_ticked_are_kept_and_do_not_suffice(desk, ready, curator):
    service = ready()
    services.verify(service=service, by=curator, how="phone", parts=["name"])
    desk.post(f"/find/desk/listings/{service.pk}/rules/", {"rules": ["open"]})
    assert Inclusion.objects.get().rules == ["open"]
    assert [one.code for one in services.missing(service)] == ["rules"]
    desk.post(f"/find/desk/listings/{service.pk}/rules/", {"rules": Inclusion.Rule.values})
    assert "Publish it" in words(desk.get(f"/find/desk/listings/{service.pk}/"))
    assert "It is public now" in words(
        desk.post(f"/find/desk/listings/{service.pk}/do/publish/", follow=True)
    )
