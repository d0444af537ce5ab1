"""What helps you: each wish looked at, saved, and nobody else's."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Wishes
from networks import services as networks
from networks.models import Circle, Membership, Tie
from tests.checkins.pages import SignIn, gone_quiet, page, plain, say

PARTS = ["helps", "signs", "company", "flare"]
HTMX = {"HX-Request": "true"}


def path(part: str) -> str:
    return f"/wishes/{part}/"


@pytest.fixture
def foreign(owner: User, stranger: User, supporter: User) -> Membership:
    """Somebody else's supporter."""
    tie = Tie.objects.create(owner=stranger, name="Theirs", circle=Circle.CLOSE)
    return Membership.objects.create(tie=tie, owner=stranger, member=supporter)


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, part: str) -> None:
    assert client.get("/wishes/")["Location"].startswith("/accounts/login/")
    assert client.get(path(part))["Location"].startswith("/accounts/login/")
    assert client.post(path(part))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("part", PARTS)
def test_other_methods_are_refused(client_of: SignIn, owner: User, part: str) -> None:
    assert client_of(owner).delete(path(part)).status_code == 405
    assert client_of(owner).post("/wishes/").status_code == 405


def test_a_wish_that_does_not_exist_is_a_404(client_of: SignIn, owner: User) -> None:
    assert client_of(owner).get("/wishes/gold/").status_code == 404
    assert client_of(owner).post("/wishes/gold/").status_code == 404


def test_nobody_sees_somebody_else_s_wishes(
    client_of: SignIn, owner: User, stranger: User, membership: Membership
) -> None:
    services.wish(owner=owner, helps="Soup", company_from=membership, flare_tells=[membership])
    for address in ["/wishes/", *map(path, PARTS)]:
        words = page(client_of(stranger), address)
        assert "Soup" not in words
        assert "Ana" not in words


# All of them --------------------------------------------------------------------------------------


def test_the_first_page_says_each_in_a_sentence(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    words = page(client, "/wishes/")
    assert "nothing of yours" in words
    assert "writes to nobody yet" in words
    assert "Only a check-in counts as one." in words
    assert "Invite somebody first" not in words
    services.wish(
        owner=owner,
        helps="Soup",
        signs_of_life=["sign_in", "touch"],
        company_from=membership,
        company_words="Ring me",
        flare_tells=[membership],
        flare_words="Back soon",
    )
    words = page(client, "/wishes/")
    assert "writes to Ana Reyes." in words
    assert "“I’m in a flare” writes to: Ana Reyes." in words
    for said in ("Soup", "Ring me", "Back soon", "signing in", "writing down that I was in touch"):
        assert said in words
    networks.end_membership(membership=membership, by=owner)
    words = page(client, "/wishes/")
    assert "Ana" not in words
    assert "Invite somebody first" in words


# Saving -----------------------------------------------------------------------------------------


def test_what_helps_is_saved_and_stands_beside_the_next_alert(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    words = say(client_of(owner), path("helps"), {"helps": "Ring twice", "does_not_help": "Advice"})
    assert "Saved." in words
    assert "Ring twice" in words
    silence = gone_quiet(safety_plan)
    assert (silence.helps, silence.does_not_help) == ("Ring twice", "Advice")


def test_company_begins_with_words_that_can_be_changed(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    assert "It is a hard day." in page(client, path("company"))
    client.post(path("company"), {"company_from": membership.pk, "company_words": ""})
    wishes = Wishes.objects.get(owner=owner)
    assert (wishes.company_from, wishes.company_words) == (membership, "")
    # Whoever wants no words of their own gets none offered again.
    assert "It is a hard day." not in page(client, path("company"))
    client.post(path("company"), {"company_from": "", "company_words": "later"})
    assert Wishes.objects.get(owner=owner).company_from is None


def test_several_may_hear_of_a_flare(
    client_of: SignIn, owner: User, membership: Membership, stranger: User
) -> None:
    tie = Tie.objects.create(owner=owner, name="Luis", circle=Circle.CLOSE)
    luis = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    client = client_of(owner)
    assert "I may be slow to answer" in page(client, path("flare"))
    client.post(path("flare"), {"flare_tells": [membership.pk, luis.pk], "flare_words": "Resting"})
    wishes = Wishes.objects.get(owner=owner)
    assert set(wishes.flare_tells.all()) == {membership, luis}
    words = page(client, path("flare"))
    assert "Resting" in words
    assert "The same goes to: Luis." in words
    client.post(path("flare"), {"flare_words": "Resting"})
    assert not wishes.flare_tells.exists()


def test_signs_of_life_are_chosen_and_taken_back(client_of: SignIn, owner: User) -> None:
    client = client_of(owner)
    assert "signing in" in say(client, path("signs"), {"signs_of_life": ["sign_in", "answer"]})
    assert Wishes.objects.get(owner=owner).signs_of_life == ["sign_in", "answer"]
    client.post(path("signs"), {})
    assert Wishes.objects.get(owner=owner).signs_of_life == []


def test_one_wish_leaves_the_others_alone(client_of: SignIn, owner: User, membership: Membership) -> None:
    services.wish(owner=owner, flare_tells=[membership], company_from=membership, company_words="Ring")
    client_of(owner).post(path("helps"), {"helps": "Soup"})
    wishes = Wishes.objects.get(owner=owner)
    assert (wishes.helps, wishes.company_from, wishes.company_words) == ("Soup", membership, "Ring")
    assert wishes.flare_tells.get() == membership


def test_somebody_on_a_break_is_marked(client_of: SignIn, owner: User, membership: Membership) -> None:
    Membership.objects.update(paused_at=timezone.now())
    assert "Ana Reyes (taking a break now)" in page(client_of(owner), path("company"))


# What makes no sense ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "bad", "problem"),
    [
        ("helps", {"helps": "x" * 601}, "Shorten it to 600 letters or fewer."),
        ("helps", {"does_not_help": "nul\x00"}, ""),
        ("signs", {"signs_of_life": ["breathing"]}, "Choose from the ones shown here."),
        ("company", {"company_from": "999999"}, "Choose somebody who has joined your network."),
        ("company", {"company_from": "Ana"}, "Choose somebody who has joined your network."),
        ("company", {"company_from": "", "company_words": "x" * 601}, "Shorten it to 600 letters or fewer."),
        ("flare", {"flare_tells": ["999999"]}, "Choose somebody who has joined your network."),
        ("flare", {"flare_tells": ["Ana"]}, "Choose somebody who has joined your network."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_makes_no_sense_is_said_and_not_saved(
    client_of: SignIn, owner: User, part: str, bad: dict[str, Any], problem: str, htmx: bool
) -> None:
    response = client_of(owner).post(path(part), bad, headers=HTMX if htmx else {})
    assert response.status_code == 422
    assert problem in plain(response)
    assert not Wishes.objects.exists()


@pytest.mark.parametrize(("part", "field"), [("company", "company_from"), ("flare", "flare_tells")])
def test_somebody_else_s_supporter_cannot_be_chosen(
    client_of: SignIn, owner: User, foreign: Membership, part: str, field: str
) -> None:
    words = {f"{part}_words": "kept words"}
    response = client_of(owner).post(path(part), {field: foreign.pk, **words})
    assert response.status_code == 422
    assert "kept words" in plain(response)
    assert "Theirs" not in plain(response)
    assert not Wishes.objects.exists()


# How it reads -------------------------------------------------------------------------------------


def sent(part: str, membership: Membership) -> dict[str, Any]:
    what: dict[str, dict[str, Any]] = {
        "helps": {"helps": "Just typed"},
        "signs": {"signs_of_life": ["touch"]},
        "company": {"company_from": membership.pk, "company_words": "Just typed"},
        "flare": {"flare_tells": [membership.pk], "flare_words": "Just typed"},
    }
    return what[part]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("htmx", [False, True])
def test_looking_shows_what_is_typed_and_saves_nothing(
    client_of: SignIn, owner: User, membership: Membership, part: str, htmx: bool
) -> None:
    what = sent(part, membership) | ({} if htmx else {"look": "1"})
    response = client_of(owner).post(path(part), what, headers=HTMX if htmx else {})
    assert response.status_code == 200
    words = plain(response)
    reads = words if htmx else words[words.index("How it reads") :]
    assert ("writing down that I was in touch" if part == "signs" else "Just typed") in reads
    assert ("<html" in response.content.decode()) is not htmx
    assert not Wishes.objects.exists()


def test_what_was_typed_is_shown_as_words_only(client_of: SignIn, owner: User) -> None:
    response = client_of(owner).post(path("helps"), {"helps": "<b>soup</b>"}, headers=HTMX)
    assert "&lt;b&gt;soup" in response.content.decode()


def test_nobody_chosen_reads_as_nobody_written_to(client_of: SignIn, owner: User) -> None:
    assert "We show you whom you could call." in page(client_of(owner), path("company"))
    assert "Nobody is written to." in page(client_of(owner), path("flare"))
    assert "Invite somebody first" in page(client_of(owner), path("flare"))
