"""Ready words: for each occasion and energy, changed, opened elsewhere, kept as favourites. Nothing else is kept."""

import itertools
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.test import Client

from accounts.models import User
from networks import services, words
from networks.models import OwnWords, Tie
from networks.services.words import MOST_WORDS

ClientOf = Callable[[User], Client]
EVERY = list(itertools.product(words.Occasion.values, words.Effort.values))


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


@pytest.fixture
def reachable(owner: User) -> Tie:
    return services.add_tie(
        by=owner, name="Tom & Jo", circle="close", phone="+44 (0)20 79", email="tom+jo@example.org"
    )


@pytest.mark.parametrize(("occasion", "effort"), EVERY)
def test_there_are_words_for_every_moment_that_beg_no_pardon(occasion: str, effort: str) -> None:
    text = words.opener(occasion, effort, name="Ana")
    assert text.startswith("Hello Ana,\n")
    assert len(text.splitlines()) <= 3
    for never in ("sorry", "apolog", "forgive", "patient", "suffer", "!"):
        assert never not in text.lower()


def test_no_two_moments_have_the_same_words() -> None:
    assert len({words.opener(*moment) for moment in EVERY}) == len(EVERY) == 15


@pytest.mark.parametrize("effort", words.Effort.values)
def test_asking_has_its_easy_no_built_in(effort: str) -> None:
    text = words.opener(words.Occasion.ASK, effort)
    assert "No is a fine answer" in text or "just say no" in text


def test_the_links_carry_the_words_and_the_address(mine: Client, reachable: Tie) -> None:
    context = mine.get(f"/network/words/?tie={reachable.pk}").context
    mailto = urlsplit(context["mail"])
    assert (mailto.scheme, unquote(mailto.path)) == ("mailto", "tom+jo@example.org")
    assert parse_qs(mailto.query)["body"] == [
        "Hello Tom & Jo,\r\nI thought of you today.\r\nNo need to answer."
    ]
    assert context["phone"].startswith("sms:+4402079?&body=Hello%20Tom%20%26%20Jo%2C%0AI%20thought")


def test_without_a_tie_the_app_asks_for_the_address(mine: Client) -> None:
    context = mine.get("/network/words/?occasion=cancel&effort=more").context
    assert context["mail"].startswith("mailto:?body=Hello%2C%0D%0AI%20was%20looking")
    assert context["phone"].startswith("sms:?&body=")


def test_what_was_changed_goes_into_the_links_and_is_not_kept(mine: Client, reachable: Tie) -> None:
    sent = {"tie": reachable.pk, "occasion": "ask", "effort": "low", "text": "  Tea?\r\nAt four  "}
    response = mine.post("/network/words/", sent)
    assert response.context["mail"].endswith("?body=Tea%3F%0D%0AAt%20four")
    assert "Tea?" in response.content.decode()
    assert not OwnWords.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "\u202e", "x" * 601, "a\0b"])
@pytest.mark.parametrize("path", ["/network/words/", "/network/words/keep/"])
def test_nothing_or_too_much_is_refused_where_it_stands(mine: Client, path: str, text: str) -> None:
    response = mine.post(path, {"text": text})
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert not OwnWords.objects.exists()


def test_favourites_are_kept_used_and_removed(mine: Client, owner: User) -> None:
    sent = {"occasion": "decline", "effort": "some", "text": "Not this time.", "form_key": str(uuid.uuid4())}
    for _twice in range(2):
        response = mine.post("/network/words/keep/", sent)
    kept = OwnWords.objects.get(owner=owner)
    address = response.headers["Location"]
    assert address == f"/network/words/?occasion=decline&effort=some&own={kept.pk}"
    page = mine.get(address)
    assert page.context["form"]["text"].value() == "Not this time."
    assert "Your favourites" not in mine.get("/network/words/?occasion=hello").content.decode()
    assert mine.post(f"/network/words/{kept.pk}/forget/", sent).status_code == 302
    assert not OwnWords.objects.exists()


def test_somebody_elses_words_and_ties_are_not_found(
    mine: Client, client_of: ClientOf, reachable: Tie, owner: User, stranger: User
) -> None:
    kept = services.keep_words(by=owner, occasion="hello", text="Mine", form_key=uuid.uuid4())
    theirs = client_of(stranger)
    assert theirs.get(f"/network/words/?tie={reachable.pk}").status_code == 404
    assert theirs.post(f"/network/words/{kept.pk}/forget/").status_code == 404
    assert "Mine" not in theirs.get(f"/network/words/?own={kept.pk}").content.decode()
    services.forget_words(words=kept, by=stranger)
    assert OwnWords.objects.exists()


@pytest.mark.parametrize("odd", ["x", "²", "-1", "9" * 40, ""])
def test_a_made_up_number_in_the_address_is_nobody_or_not_found(mine: Client, odd: str) -> None:
    assert mine.get("/network/words/", {"own": odd}).status_code == 200
    assert mine.get("/network/words/", {"tie": odd}).status_code in (200, 404)
    assert mine.get("/network/words/", {"occasion": odd, "effort": odd}).context["chosen"].occasion == "hello"


def test_there_is_an_end_to_favourites_in_words(mine: Client, owner: User) -> None:
    OwnWords.objects.bulk_create(OwnWords(owner=owner, occasion="hello", text="x") for _ in range(MOST_WORDS))
    page = mine.post("/network/words/keep/", {"text": "One more"}, follow=True).content.decode()
    assert "as many words of your own as fit here" in page
    assert OwnWords.objects.count() == MOST_WORDS


def test_signed_out_leads_to_sign_in_and_wrong_methods_are_refused(client: Client, mine: Client) -> None:
    assert client.get("/network/words/").headers["Location"].startswith("/accounts/login/")
    assert mine.get("/network/words/keep/").status_code == 405
    assert mine.get("/network/words/1/forget/").status_code == 405
