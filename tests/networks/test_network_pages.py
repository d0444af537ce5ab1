"""My network, and each person's page: who gets what."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import services
from networks.models import Invitation, Membership, Tie, Touch

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
PERSON = {"name": "Ana", "circle": "closest"}


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


OWNER_PAGES = [
    "/network/{tie}/",
    "/network/{tie}/edit/",
    "/network/{tie}/remove/",
    "/network/{tie}/invite/",
]


@pytest.mark.parametrize("path", [*OWNER_PAGES, "/network/", "/network/add/"])
def test_the_owner_sees_each_page(mine: Client, tie: Tie, path: str) -> None:
    assert mine.get(path.format(tie=tie.pk)).status_code == 200


@pytest.mark.parametrize("path", OWNER_PAGES)
def test_for_everybody_else_a_tie_does_not_exist(
    client_of: ClientOf, membership: Membership, stranger: User, curator: User, path: str
) -> None:
    for who in (stranger, curator, membership.member):
        assert client_of(who).get(path.format(tie=membership.tie_id)).status_code == 404


@pytest.mark.parametrize("path", ["/network/{tie}/log/", "/network/{tie}/edit/", "/network/{tie}/remove/"])
def test_nobody_else_changes_a_tie(client_of: ClientOf, tie: Tie, stranger: User, path: str) -> None:
    assert client_of(stranger).post(path.format(tie=tie.pk), PERSON).status_code == 404
    tie.refresh_from_db()
    assert (tie.removed_at, tie.last_touch_at, tie.circle) == (None, None, "closest")


@pytest.mark.parametrize("path", [*OWNER_PAGES, "/network/", "/network/add/"])
def test_signed_out_leads_to_sign_in(client: Client, tie: Tie, path: str) -> None:
    response = client.get(path.format(tie=tie.pk))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/network/")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/network/{tie}/log/"),
        ("post", "/network/"),
        ("post", "/network/{tie}/"),
        ("put", "/network/add/"),
    ],
)
def test_the_wrong_method_is_refused(mine: Client, tie: Tie, method: str, path: str) -> None:
    assert getattr(mine, method)(path.format(tie=tie.pk)).status_code == 405


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999999"])
def test_an_unknown_number_is_not_found(mine: Client, number: str) -> None:
    assert mine.get(f"/network/{number}/").status_code == 404


def test_a_removed_tie_is_gone(mine: Client, tie: Tie) -> None:
    for _twice in range(2):
        assert "Ana is no longer" in mine.post(f"/network/{tie.pk}/remove/", follow=True).content.decode()
    assert mine.get(f"/network/{tie.pk}/").status_code == 404
    assert "Begin with one person" in mine.get("/network/").content.decode()


def test_an_empty_network_invites_to_begin_with_each_circle(mine: Client) -> None:
    page = mine.get("/network/").content.decode()
    assert "?circle=closest" in page
    assert '<svg class="picture' not in page
    form = mine.get("/network/add/?circle=wider").context["form"]
    assert form["circle"].value() == "wider"
    assert mine.get("/network/add/?circle=moon").context["form"]["circle"].value() is None


def test_a_name_and_a_circle_are_enough(mine: Client, owner: User) -> None:
    response = mine.post("/network/add/", PERSON, follow=True)
    assert response.redirect_chain == [("/network/", 302)]
    assert Tie.objects.get(owner=owner).name == "Ana"


def test_everything_that_is_typed_is_kept(mine: Client, owner: User) -> None:
    mine.post(
        "/network/add/",
        PERSON
        | {
            "relationship": "my  big\tsister",
            "supports": ["listening", "company"],
            "phone": "+44 (0)20 7946-0000",
            "email": "ana@example.org",
        },
    )
    tie = Tie.objects.get(owner=owner)
    assert tie.relationship == "my big sister"
    assert tie.support_words == ["Listens and cares", "Good company"]
    assert tie.dial == "+4402079460000"
    page = mine.get(f"/network/{tie.pk}/").content.decode()
    assert 'href="tel:+4402079460000"' in page
    assert 'href="mailto:ana@example.org"' in page
    assert page.index("tel:") < page.index("mailto:") < page.index("Were you in touch?")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 81},
        {"name": "a\0b"},
        {"name": "\u202e"},
        {"circle": ""},
        {"circle": "moon"},
        {"supports": ["money"]},
        {"phone": "call me"},
        {"phone": "1" * 41},
        {"email": "not an address"},
        {"email": "a" * 250 + "@example.org"},
        {"relationship": "x" * 61},
    ],
)
def test_bad_input_gets_the_form_back_with_what_was_typed(
    mine: Client, tie: Tie, wrong: dict[str, object]
) -> None:
    sent = PERSON | {"relationship": "Sister of mine"} | wrong
    for path in ("/network/add/", f"/network/{tie.pk}/edit/"):
        response = mine.post(path, sent)
        assert response.status_code == 422
        page = response.content.decode()
        assert "There is a problem" in page
        if "relationship" not in wrong:
            assert "Sister of mine" in page
    assert Tie.objects.get().name == "Ana"


@pytest.mark.parametrize("name", ["🌻 Tía Ångström", "محمد علي", "<b>Bo</b> & co", "x" * 80, "O’Neill"])
def test_any_honest_name_is_kept_and_shown_as_text(mine: Client, name: str) -> None:
    mine.post("/network/add/", PERSON | {"name": name})
    page = mine.get("/network/").content.decode()
    assert Tie.objects.get().name == name
    assert "<b>Bo</b>" not in page


def test_signs_that_turn_the_direction_of_a_page_are_left_out(mine: Client) -> None:
    mine.post("/network/add/", PERSON | {"name": "Ana\u202e gro.elpmaxe"})
    assert Tie.objects.get().name == "Ana gro.elpmaxe"


def test_a_form_sent_twice_adds_one(mine: Client) -> None:
    sent = PERSON | {"form_key": str(uuid.uuid4())}
    for _ in range(2):
        assert mine.post("/network/add/", sent).status_code == 302
    assert Tie.objects.count() == 1


def test_somebody_can_be_moved_to_another_circle(mine: Client, tie: Tie) -> None:
    form = mine.get(f"/network/{tie.pk}/edit/").context["form"]
    assert form["relationship"].value() == "Sister"
    mine.post(f"/network/{tie.pk}/edit/", {"name": "Ana", "circle": "wider"})
    tie.refresh_from_db()
    assert (tie.circle, tie.relationship) == ("wider", "")


def test_one_tap_logs_today_and_can_be_taken_back(mine: Client, tie: Tie, owner: User) -> None:
    page = mine.get("/network/").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert key
    for _ in range(2):
        response = mine.post(f"/network/{tie.pk}/log/", {"form_key": key[1]}, follow=True)
    touch = Touch.objects.get()
    assert touch.logged_by == owner
    assert timezone.now() - touch.happened_at < dt.timedelta(minutes=1)
    assert "in touch today" in response.content.decode()
    undo = f"/network/{tie.pk}/log/{touch.pk}/undo/"
    assert undo in response.content.decode()
    assert mine.post(undo).headers["Location"] == "/network/"
    tie.refresh_from_db()
    assert tie.last_touch_at is None


def test_with_htmx_the_list_and_the_picture_come_back_together(mine: Client, tie: Tie) -> None:
    fragment = mine.post(f"/network/{tie.pk}/log/", headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert "in touch today" in fragment
    assert 'class="person warm-1"' in fragment
    assert 'hx-swap-oob="innerHTML"' in fragment
    touch = Touch.objects.get()
    fragment = mine.post(f"/network/{tie.pk}/log/{touch.pk}/undo/", headers=HTMX).content.decode()
    assert "no contact noted yet" in fragment
    assert "Taken back." in fragment


def test_from_the_page_of_a_tie_one_says_how_and_when(mine: Client, tie: Tie) -> None:
    day = timezone.localdate(timezone=tie.owner.zone) - dt.timedelta(days=5)
    sent = {"page": "1", "how": "met", "on": day.isoformat()}
    response = mine.post(f"/network/{tie.pk}/log/", sent, follow=True)
    assert response.redirect_chain == [(f"/network/{tie.pk}/", 302)]
    page = response.content.decode()
    assert "We met" in page
    assert "5 days ago" in page
    touch = Touch.objects.get()
    assert touch.happened_at.astimezone(tie.owner.zone).date() == day
    response = mine.post(f"/network/{tie.pk}/log/{touch.pk}/undo/", {"page": "1"})
    assert response.headers["Location"] == f"/network/{tie.pk}/"


def test_today_chosen_by_hand_is_now(mine: Client, tie: Tie, owner: User) -> None:
    today = timezone.localdate(timezone=owner.zone)
    mine.post(f"/network/{tie.pk}/log/", {"on": today.isoformat()})
    assert abs(Touch.objects.get().happened_at - timezone.now()) < dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    "wrong", [{"on": "2999-01-01"}, {"on": "1999-01-01"}, {"on": "soon"}, {"how": "smoke"}]
)
def test_a_contact_that_cannot_be_is_refused_on_the_same_page(
    mine: Client, tie: Tie, wrong: dict[str, str]
) -> None:
    response = mine.post(f"/network/{tie.pk}/log/", {"page": "1"} | wrong)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert Touch.objects.count() == 0


def test_a_contact_of_another_tie_or_another_person_is_not_found(
    mine: Client, tie: Tie, other_tie: Tie, owner: User, stranger: User, client_of: ClientOf
) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=timezone.now())
    assert mine.post(f"/network/{other_tie.pk}/log/{touch.pk}/undo/").status_code == 404
    assert client_of(stranger).post(f"/network/{tie.pk}/log/{touch.pk}/undo/").status_code == 404
    assert mine.get(f"/network/{tie.pk}/log/{touch.pk}/undo/").status_code == 405
    assert "Logged:" not in client_of(stranger).get(f"/network/?logged={touch.pk}").content.decode()


@pytest.mark.parametrize("logged", ["x", "²", "9" * 40, "-1", ""])
def test_a_made_up_number_in_the_address_shows_no_line(mine: Client, tie: Tie, logged: str) -> None:
    response = mine.get("/network/", {"logged": logged})
    assert response.status_code == 200
    assert "Logged:" not in response.content.decode()


def test_the_list_says_what_the_picture_says(mine: Client, membership: Membership, owner: User) -> None:
    luis = services.add_tie(by=owner, name="Luis", circle="wider")
    services.log_touch(tie=luis, by=owner, at=timezone.now() - dt.timedelta(days=30))
    services.invite(tie=luis, by=owner, email="luis@example.org")
    page = mine.get("/network/").content.decode()
    assert page.count('role="img"') == 2
    assert "Your network in three circles. The list beside it says the same." in page
    for words in (
        "sees your check-ins and your pain score",
        "in touch 4 weeks ago",
        "invited, not joined yet",
    ):
        assert words in page
    assert page.count("warm-4") == 5  # the line and the disc in both pictures, the face in the list


@pytest.mark.parametrize(
    ("become", "words"),
    [
        ("declined", "said no for now"),
        ("expired", "invitation ran out"),
        ("withdrawn", "no contact noted yet"),
        ("ended", "no contact noted yet"),
        ("unshared", "joined, sees nothing of yours"),
    ],
)
def test_what_became_of_an_invitation_in_words(
    mine: Client, invitation: Invitation, supporter: User, owner: User, become: str, words: str
) -> None:
    if become == "declined":
        services.decline(invitation=invitation)
    elif become == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif become == "withdrawn":
        services.withdraw(invitation=invitation, by=owner)
    else:
        membership = services.accept(invitation=invitation, by=supporter)
        services.change_shares(membership=membership, shares=[], by=owner)
        if become == "ended":
            services.end_membership(membership=membership, by=supporter)
    page = mine.get("/network/").content.decode()
    assert words in page
    assert mine.get(f"/network/{invitation.tie_id}/").status_code == 200
    if become in ("withdrawn", "ended"):
        assert "invit" not in page.split('id="list-title"')[1].split("</section>")[0]


@pytest.mark.parametrize("number", [1, 3, 30])
def test_the_list_takes_the_same_number_of_queries_however_long(
    mine: Client, owner: User, number: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    for place in range(number):
        tie = services.add_tie(by=owner, name=f"Person {place}", circle="close")
        services.log_touch(tie=tie, by=owner, at=timezone.now())
        if place < 10:
            services.invite(tie=tie, by=owner, email=f"person{place}@example.org")
    # Session, person, whether they support somebody, ties, memberships, invitations, their wishes, energy of today,
    # this week's suggestion; where somebody joined, their words are one more.
    with django_assert_num_queries(9):
        assert mine.get("/network/").status_code == 200


def test_no_page_has_a_style_or_a_script_inside(mine: Client, tie: Tie, owner: User) -> None:
    services.log_touch(tie=tie, by=owner, at=timezone.now())
    for path in [*OWNER_PAGES, "/network/", "/network/add/"]:
        page = mine.get(path.format(tie=tie.pk)).content.decode()
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_what_is_only_for_the_owner_is_kept_and_shown_to_them(mine: Client, owner: User) -> None:
    private = {"helps": "A short message first.\nTea.", "hinders": "Advice", "energy": "mixes"}
    sent = PERSON | private | {"kind": "group", "ideal": "7", "at_most_own": "40"}
    mine.post("/network/add/", sent)
    tie = Tie.objects.get(owner=owner)
    assert (tie.kind, tie.ideal_days, tie.at_most_days, tie.energy) == ("group", 7, 40, "mixes")
    page = mine.get(f"/network/{tie.pk}/").content.decode()
    for words in ("a group", "A short message first.", "Advice", "a bit of both"):
        assert words in page
    assert "in touch every week, and at the latest every 40 days." in page
    form = mine.get(f"/network/{tie.pk}/edit/").context["form"]
    assert (form["ideal"].value(), form["at_most"].value(), form["at_most_own"].value()) == (7, None, 40)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((None, None), ""),
        ((1, None), "in touch every day."),
        ((None, 91), "in touch at the latest every three months."),
    ],
)
def test_a_rhythm_in_words(mine: Client, tie: Tie, days: tuple[int | None, int | None], words: str) -> None:
    Tie.objects.update(ideal_days=days[0], at_most_days=days[1])
    page = mine.get(f"/network/{tie.pk}/").content.decode()
    assert words in page
    assert ("Only for you" in page) == bool(words)


def test_the_private_part_is_folded_until_something_is_in_it(mine: Client, tie: Tie) -> None:
    assert not mine.get("/network/add/").context["form"].is_unfolded
    assert '<details class="fold">' in mine.get(f"/network/{tie.pk}/edit/").content.decode()
    Tie.objects.update(helps="Tea")
    assert '<details class="fold" open>' in mine.get(f"/network/{tie.pk}/edit/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ideal": "14", "at_most": "7"},
        {"ideal": "14", "at_most_own": "13"},
        {"ideal_own": "0"},
        {"at_most_own": "367"},
        {"ideal": "5"},
        {"ideal_own": "soon"},
        {"helps": "x" * 1001},
        {"energy": "lots"},
        {"kind": "planet"},
    ],
)
def test_a_rhythm_or_note_that_cannot_be_is_refused_where_it_stands(
    mine: Client, tie: Tie, wrong: dict[str, str]
) -> None:
    response = mine.post(f"/network/{tie.pk}/edit/", PERSON | wrong)
    assert response.status_code == 422
    if "kind" not in wrong:
        assert '<details class="fold" open>' in response.content.decode()
    tie.refresh_from_db()
    assert (tie.ideal_days, tie.at_most_days, tie.helps, tie.kind) == (None, None, "", "person")


MORE_PAGES = [
    "/network/{tie}/archive/",
    "/network/{tie}/log/{touch}/",
    "/network/archive/",
    "/network/quiet/",
]


@pytest.mark.parametrize("path", MORE_PAGES)
def test_the_newer_pages_are_the_owners_alone(
    client: Client, mine: Client, client_of: ClientOf, membership: Membership, stranger: User, path: str
) -> None:
    touch = services.log_touch(tie=membership.tie, by=membership.owner, at=timezone.now())
    path = path.format(tie=membership.tie_id, touch=touch.pk)
    assert mine.get(path).status_code == 200
    for who in (stranger, membership.member):
        theirs = client_of(who).get(path)
        assert theirs.status_code == (404 if any(map(str.isdigit, path)) else 200)
        assert "<bdi>Ana</bdi>" not in theirs.content.decode()
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_nobody_else_lets_a_tie_go_or_brings_it_back(client_of: ClientOf, tie: Tie, stranger: User) -> None:
    for verb in ("archive", "restore"):
        assert client_of(stranger).post(f"/network/{tie.pk}/{verb}/").status_code == 404
    assert client_of(tie.owner).get(f"/network/{tie.pk}/restore/").status_code == 405


def test_somebody_is_let_go_and_brought_back(mine: Client, tie: Tie) -> None:
    page = mine.post(f"/network/{tie.pk}/archive/", follow=True).content.decode()
    assert "You let Ana go for now." in page
    assert f"/network/{tie.pk}/restore/" in page
    assert mine.get(f"/network/{tie.pk}/").headers["Location"] == "/network/archive/"
    assert "Begin with one person" in mine.get("/network/").content.decode()
    assert mine.get(f"/network/{tie.pk}/remove/").status_code == 200
    assert "Ana is back" in mine.post(f"/network/{tie.pk}/restore/", follow=True).content.decode()
    assert mine.get(f"/network/{tie.pk}/").status_code == 200


def test_letting_go_says_that_what_they_see_stays(mine: Client, membership: Membership) -> None:
    page = mine.get(f"/network/{membership.tie_id}/archive/").content.decode()
    assert f"/network/sharing/{membership.pk}/" in page


def test_going_quiet_lists_whoever_is_beyond_their_own_interval(mine: Client, owner: User) -> None:
    for name, days, at_most in [("Bo", 40, 30), ("Cy", 40, None), ("Di", 50, None), ("Ed", 50, 90)]:
        one = services.add_tie(by=owner, name=name, circle="close", at_most_days=at_most)
        services.log_touch(tie=one, by=owner, at=timezone.now() - dt.timedelta(days=days))
    services.add_tie(by=owner, name="Flo", circle="close")
    assert [row.tie.name for row in mine.get("/network/quiet/").context["rows"]] == ["Bo", "Di"]
    page = mine.get("/network/?quiet=on").content.decode()
    assert [name for name in ("Bo", "Cy", "Di", "Ed", "Flo") if f"<bdi>{name}</bdi>" in page] == ["Bo", "Di"]


def test_nobody_going_quiet_is_said_so(mine: Client, tie: Tie) -> None:
    assert "Nobody is going quiet right now." in mine.get("/network/quiet/").content.decode()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Bo", "Chapel", "Di"]),
        ({"circle": "close"}, ["Chapel"]),
        ({"kind": "place"}, ["Chapel"]),
        ({"kind": "person", "circle": "wider"}, ["Di"]),
        ({"q": "CHAP"}, ["Chapel"]),
        ({"q": "tea bo"}, ["Bo"]),
        ({"q": "good company"}, ["Di"]),
        ({"q": "nobody like this"}, []),
        ({"q": "a\0b"}, ["Bo", "Chapel", "Di"]),
        ({"circle": "moon", "kind": "planet"}, ["Bo", "Chapel", "Di"]),
        ({"quiet": "on"}, []),
    ],
)
def test_the_list_is_searched_and_filtered(
    mine: Client, owner: User, asked: dict[str, str], names: list[str]
) -> None:
    services.add_tie(by=owner, name="Bo", circle="closest", helps="Tea")
    services.add_tie(by=owner, name="Chapel", circle="close", kind="place")
    services.add_tie(by=owner, name="Di", circle="wider", supports=["company"])
    for headers in ({}, HTMX):
        response = mine.get("/network/", asked, headers=headers)
        found = [row.tie.name for group in response.context["groups"] for row in group.rows]
        assert found == names
        page = response.content.decode()
        assert ("Nobody fits" in page) == (not names)
        assert ("<html" in page) == (not headers)


def test_going_back_with_htmx_gets_the_whole_page(mine: Client, tie: Tie) -> None:
    headers = HTMX | {"HX-History-Restore-Request": "true"}
    assert "<html" in mine.get("/network/", headers=headers).content.decode()


def test_logging_from_a_filtered_list_keeps_the_filter(mine: Client, tie: Tie, other_tie: Tie) -> None:
    sent = {"q": "", "circle": "closest", "kind": ""}
    fragment = mine.post(f"/network/{tie.pk}/log/", sent, headers=HTMX).content.decode()
    assert "Ana" in fragment
    assert "Luis" not in fragment


def test_the_second_step_says_how_and_how_it_felt(mine: Client, tie: Tie, owner: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=timezone.now())
    assert f"/network/{tie.pk}/log/{touch.pk}/" in mine.get(f"/network/?logged={touch.pk}").content.decode()
    day = timezone.localdate(timezone=owner.zone) - dt.timedelta(days=2)
    sent = {"how": "call", "afterwards": "closer", "note": "We laughed.", "on": day.isoformat()}
    page = mine.post(f"/network/{tie.pk}/log/{touch.pk}/", sent, follow=True).content.decode()
    for words in ("We called", "closer", "We laughed.", "2 days ago"):
        assert words in page
    refused = mine.post(f"/network/{tie.pk}/log/{touch.pk}/", sent | {"on": "2999-01-01"})
    assert refused.status_code == 422
    assert "We laughed." in refused.content.decode()


def test_what_the_other_side_said_is_not_rewritten(mine: Client, membership: Membership) -> None:
    at = timezone.now() - dt.timedelta(days=1)
    touch = services.log_touch_as_member(membership=membership, by=membership.member, at=at)
    path = f"/network/{membership.tie_id}/log/{touch.pk}/"
    assert "Ana told us" in mine.get(path).content.decode()
    mine.post(path, {"how": "met", "on": "2026-01-01", "afterwards": "drained"})
    touch.refresh_from_db()
    assert (touch.how, touch.happened_at, touch.afterwards) == ("", at, "drained")
    page = mine.get(f"/network/{membership.tie_id}/").content.decode()
    assert "they told us" in page
    assert f"/log/{touch.pk}/undo/" not in page
