"""A hello to somebody who has gone quiet: to whom, how often, each answer, the weekly letter and its links."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import errors, letters, links, services, suggesting, tasks, warmth
from networks.contacts.card import Contact
from networks.models import NetworkWishes, Suggestion, Tie, Touch
from networks.services import contacts as services_contacts
from outbox import kinds
from outbox import letters as writing
from outbox import links as outbox_links
from outbox.models import Message

ClientOf = Callable[[User], Client]
DAY = dt.timedelta(days=1)


def quiet_tie(owner: User, name: str = "Father Tom", *, days: int = 62, **details: object) -> Tie:
    tie = services.add_tie(by=owner, name=name, circle=str(details.pop("circle", "wider")), **details)
    services.log_touch(tie=tie, by=owner, at=timezone.now() - days * DAY)
    return tie


@pytest.fixture
def quiet(owner: User) -> Tie:
    return quiet_tie(owner)


@pytest.fixture
def suggestion(quiet: Tie) -> Suggestion:
    made = services.suggest(owner=quiet.owner, now=timezone.now())
    assert made is not None
    return made


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def test_who_costs_least_comes_first_then_who_is_closest(owner: User) -> None:
    drains = quiet_tie(owner, "Drains", energy="takes", circle="closest")
    unsaid = quiet_tie(owner, "Unsaid", circle="closest")
    far = quiet_tie(owner, "Far", energy="gives", circle="wider")
    near = quiet_tie(owner, "Near", energy="gives", circle="close")
    order, left = [], [drains, unsaid, far, near]
    while left:
        found = suggesting.choose(left, now=timezone.now())
        assert found is not None
        order.append(found)
        left.remove(found)
    assert order == [near, far, unsaid, drains]
    assert suggesting.choose([drains], now=timezone.now(), low_energy=True) is None
    assert suggesting.choose([drains, unsaid], now=timezone.now(), low_energy=True) == unsaid


def test_whoever_was_wished_for_and_never_met_is_suggested_like_any_other(mine: Client, owner: User) -> None:
    tie = services.add_tie(by=owner, name="Cleo", circle="close", ideal_days=7)
    Tie.objects.update(created_at=timezone.now() - 40 * DAY)
    assert services.sweep_suggestions(now=timezone.now()) == 1
    assert Suggestion.objects.get().tie == tie
    page = mine.get("/network/").content.decode()
    assert "no contact is noted yet" in page
    assert "It has been a while" not in page
    listed = mine.get("/network/quiet/").content.decode()
    assert "No contact noted yet" in listed
    said = letters.hello(Message.objects.get(kind="networks/hello"))
    assert said is not None
    assert said["met"] is False


def test_a_new_wish_begins_anew(owner: User) -> None:
    tie = services.add_tie(by=owner, name="Cleo", circle="close", at_most_days=7)
    Tie.objects.update(created_at=timezone.now() - 40 * DAY)
    services.edit_tie(tie=tie, by=owner, name="Cleo M", at_most_days=7)
    assert Tie.objects.get().rhythm_set_at is None
    services.edit_tie(tie=tie, by=owner, at_most_days=14)
    assert services.sweep_suggestions(now=timezone.now() + 14 * DAY) == 0
    assert services.sweep_suggestions(now=timezone.now() + 16 * DAY) == 1


def test_nobody_is_suggested_who_is_not_quiet_or_is_a_place(owner: User) -> None:
    ties = [
        quiet_tie(owner, "Lately", days=20),
        quiet_tie(owner, "Seldom", days=62, at_most_days=90),
        quiet_tie(owner, "Chapel", kind="place"),
        services.add_tie(by=owner, name="Never logged", circle="close"),
    ]
    assert suggesting.choose(ties, now=timezone.now()) is None


def test_there_is_at_most_one_a_week_whatever_the_answer(owner: User) -> None:
    for name in ("Bo", "Cy", "Di"):
        quiet_tie(owner, name)
    now = timezone.now()
    first = services.suggest(owner=owner, now=now)
    assert first is not None
    assert services.suggest(owner=owner, now=now + 6 * DAY) is None
    services.answer_suggestion(suggestion=first, by=owner, answer="not_now", now=now)
    assert services.suggest(owner=owner, now=now + 6 * DAY) is None
    second = services.suggest(owner=owner, now=now + 8 * DAY)
    assert second is not None
    assert second.tie != first.tie


def test_whoever_was_suggested_rests_before_they_are_again(suggestion: Suggestion, owner: User) -> None:
    assert services.suggest(owner=owner, now=suggestion.made_at + 30 * DAY) is None
    again = services.suggest(owner=owner, now=suggestion.made_at + 61 * DAY)
    assert again is not None
    assert again.tie == suggestion.tie


def test_the_sweep_asks_for_everybody_and_only_once(owner: User, stranger: User, supporter: User) -> None:
    quiet_tie(owner)
    quiet_tie(stranger, days=100, ideal_days=7)
    quiet_tie(supporter, days=40, ideal_days=14)
    services.wish_for_suggestions(owner_id=stranger.pk, wanted=False, now=timezone.now())
    assert services.sweep_suggestions(now=timezone.now()) == 1
    assert services.sweep_suggestions(now=timezone.now()) == 0
    assert Suggestion.objects.get().tie.owner == owner


def test_the_sweep_looks_only_at_whose_turn_it_is(owner: User, stranger: User, supporter: User) -> None:
    """So many ties, and three people whose turn it is: the index brings those three, and nothing is thrown away."""
    now = timezone.now()
    people = User.objects.bulk_create(User(email=f"p{place}@example.org") for place in range(3000))
    NetworkWishes.objects.bulk_create(NetworkWishes(owner=one, next_look_at=now + DAY) for one in people)
    for one in (owner, stranger, supporter):
        quiet_tie(one)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE networks_networkwishes")
    plan = NetworkWishes.objects.to_look_at(now + dt.timedelta(hours=1)).explain(analyze=True)
    assert "Index Scan using wishes_to_look_at" in plan
    assert "Rows Removed" not in plan
    assert services.sweep_suggestions(now=now + dt.timedelta(hours=1)) == 3


@pytest.mark.parametrize("what", ["cadence", "undo", "restore", "again", "import"])
def test_whatever_can_make_somebody_quiet_sooner_is_seen_by_the_next_sweep(owner: User, what: str) -> None:
    tie = quiet_tie(owner, days=30)
    touch = services.log_touch(tie=tie, by=owner, at=timezone.now())
    if what == "restore":
        services.undo_touch(touch=touch, by=owner)
        services.edit_tie(tie=tie, by=owner, at_most_days=7)
        services.archive_tie(tie=tie, by=owner)
    assert services.sweep_suggestions(now=timezone.now()) == 0
    assert NetworkWishes.objects.get().next_look_at > timezone.now() + 6 * DAY
    if what == "cadence":
        Touch.objects.filter(pk=touch.pk).delete()
        Tie.objects.update(last_touch_at=timezone.now() - 30 * DAY)
        services.edit_tie(tie=tie, by=owner, at_most_days=7)
    elif what == "undo":
        Tie.objects.update(at_most_days=7)
        services.undo_touch(touch=touch, by=owner)
    elif what == "restore":
        services.restore_tie(tie=tie, by=owner)
    elif what == "again":
        Tie.objects.update(last_touch_at=timezone.now() - 90 * DAY)
        services.wish_for_suggestions(owner_id=owner.pk, wanted=False, now=timezone.now())
        services.wish_for_suggestions(owner_id=owner.pk, wanted=True, now=timezone.now())
    else:
        Tie.objects.update(last_touch_at=timezone.now() - 90 * DAY)
        card = Contact(name="Bea", circle="close")
        services_contacts.import_ties(by=owner, contacts=[(0, card)], key=uuid.uuid4())
    assert services.sweep_suggestions(now=timezone.now()) == 1


def test_the_next_look_is_when_somebody_goes_quiet_and_within_a_week(owner: User) -> None:
    tie = quiet_tie(owner, days=43)
    now = timezone.now()
    assert services.sweep_suggestions(now=now) == 0
    looked = NetworkWishes.objects.get().next_look_at
    assert looked == warmth.quiet_from(Tie.objects.get(), zone=owner.zone)
    services.log_touch(tie=tie, by=owner, at=now)
    assert services.sweep_suggestions(now=looked) == 0
    assert NetworkWishes.objects.get().next_look_at == looked + 7 * DAY


def test_whoever_cannot_sign_in_any_more_is_suggested_nobody(quiet: Tie) -> None:
    User.objects.update(is_active=False)
    assert services.sweep_suggestions(now=timezone.now()) == 0
    assert NetworkWishes.objects.get().next_look_at > timezone.now()


def test_a_person_for_whom_it_goes_wrong_spoils_it_for_nobody(
    owner: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet_tie(owner)
    quiet_tie(stranger)
    right = suggesting.choose

    def choose(ties: list[Tie], **given: object) -> Tie | None:
        if any(tie.owner_id == owner.pk for tie in ties):
            raise RuntimeError
        return right(ties, **given)

    monkeypatch.setattr(suggesting, "choose", choose)
    assert services.sweep_suggestions(now=timezone.now()) == 1
    assert Suggestion.objects.get().tie.owner == stranger
    assert not NetworkWishes.objects.to_look_at(timezone.now()).exists()


def test_the_page_offers_it_with_equal_answers(mine: Client, suggestion: Suggestion) -> None:
    page = mine.get("/network/").content.decode()
    card = page.split('id="suggestion-title"')[1].split("</section>")[0]
    assert "Hello Father Tom," in card
    assert card.count('<button class="btn" name="answer"') == 3
    assert "btn main" not in card
    assert "days" not in card


@pytest.mark.parametrize("become", ["touched", "archived", "removed", "off", "answered", "old"])
def test_what_no_longer_holds_is_neither_shown_nor_sent(
    mine: Client, suggestion: Suggestion, owner: User, become: str
) -> None:
    tie, now = suggestion.tie, timezone.now()
    if become == "touched":
        services.log_touch(tie=tie, by=owner, at=now)
    elif become == "archived":
        services.archive_tie(tie=tie, by=owner)
    elif become == "removed":
        services.remove_tie(tie=tie, by=owner)
    elif become == "off":
        services.wish_for_suggestions(owner_id=owner.pk, wanted=False, now=now)
    elif become == "answered":
        services.answer_suggestion(suggestion=suggestion, by=owner, answer="not_now", now=now)
    else:
        Suggestion.objects.update(made_at=now - 8 * DAY)
    assert "suggestion-title" not in mine.get("/network/").content.decode()
    assert letters.hello(Message.objects.get(kind="networks/hello")) is None


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [
        ("hello", "/network/words/?tie={tie}"),
        ("not_now", "/network/"),
        ("let_go", "/network/archive/"),
        ("nonsense", "/network/"),
    ],
)
def test_each_answer_leads_on(mine: Client, suggestion: Suggestion, said: str, leads_to: str) -> None:
    path = f"/network/suggestions/{suggestion.pk}/"
    for _twice in range(2):
        response = mine.post(path, {"answer": said})
        assert response.headers["Location"] == leads_to.format(tie=suggestion.tie_id)
    suggestion.refresh_from_db()
    assert suggestion.answer == ("" if said == "nonsense" else said)
    assert (Tie.objects.get().archived_at is not None) == (said == "let_go")
    assert mine.get(path).status_code == 405


def test_the_first_answer_holds(suggestion: Suggestion, owner: User) -> None:
    for said in ("not_now", "let_go"):
        services.answer_suggestion(suggestion=suggestion, by=owner, answer=said, now=timezone.now())
    suggestion.refresh_from_db()
    assert suggestion.answer == "not_now"
    assert Tie.objects.get().archived_at is None


def test_nobody_else_answers(client_of: ClientOf, suggestion: Suggestion, stranger: User) -> None:
    path = f"/network/suggestions/{suggestion.pk}/"
    assert client_of(stranger).post(path, {"answer": "let_go"}).status_code == 404
    with pytest.raises(errors.NotYours):
        services.answer_suggestion(suggestion=suggestion, by=stranger, answer="let_go", now=timezone.now())


def test_no_more_suggestions_and_some_again(mine: Client, quiet: Tie, owner: User) -> None:
    for _twice in range(2):
        assert "No more suggestions." in mine.post("/network/suggestions/", follow=True).content.decode()
    assert services.suggest(owner=owner, now=timezone.now()) is None
    page = mine.post("/network/suggestions/", {"again": "1"}, follow=True).content.decode()
    assert "You get suggestions again" in page
    assert services.suggest(owner=owner, now=timezone.now()) is not None
    assert NetworkWishes.objects.count() == 1


def test_the_letter_is_gentle_and_says_how_to_stop(suggestion: Suggestion) -> None:
    message = Message.objects.get(kind="networks/hello")
    kind = kinds.of(message.kind)
    assert (kind.gentle, kind.unsubscribe) == (True, "suggestions")
    said = letters.hello(message)
    assert said is not None
    assert said["name"] == "Father Tom"
    assert "Hello Father Tom,\nI thought of you today." in said["words"]


def test_after_three_without_an_answer_the_letters_stop(owner: User) -> None:
    for place in range(5):
        quiet_tie(owner, f"Person {place}")
    for week in range(4):
        assert services.suggest(owner=owner, now=timezone.now() + week * 8 * DAY)
    assert Message.objects.filter(kind="networks/hello").count() == 3
    latest = Suggestion.objects.latest("pk")
    services.answer_suggestion(suggestion=latest, by=owner, answer="not_now", now=timezone.now())
    services.suggest(owner=owner, now=timezone.now() + 40 * DAY)
    assert Message.objects.filter(kind="networks/hello").count() == 4


def test_we_were_in_touch_from_the_letter(client: Client, suggestion: Suggestion, owner: User) -> None:
    path = links.in_touch_link(suggestion).split("/network/", 1)[1]
    page = client.get(f"/network/{path}").content.decode()
    assert "Were you in touch with Father Tom?" in page
    assert Touch.objects.count() == 1
    for _twice in range(2):
        assert "Logged. Thank you" in client.post(f"/network/{path}").content.decode()
    touch = Touch.objects.latest("pk")
    assert (Touch.objects.count(), touch.logged_by) == (2, owner)
    suggestion.refresh_from_db()
    assert suggestion.answer == "hello"
    assert Tie.objects.get().last_touch_at == touch.happened_at


@pytest.mark.parametrize("wrong", ["nonsense", "old", "removed"])
def test_a_link_that_is_not_ours_or_too_old_logs_nothing(
    client: Client, suggestion: Suggestion, owner: User, wrong: str
) -> None:
    path = "/network/in-touch/nonsense/"
    if wrong != "nonsense":
        path = "/network/" + links.in_touch_link(suggestion).split("/network/", 1)[1]
    if wrong == "old":
        Suggestion.objects.update(made_at=timezone.now() - 31 * DAY)
    elif wrong == "removed":
        services.remove_tie(tie=suggestion.tie, by=owner)
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 404
        assert "This link does not work any more" in response.content.decode()
    assert Touch.objects.count() == 1


def test_one_click_in_the_letter_stops_the_suggestions_and_nothing_else(
    client: Client, suggestion: Suggestion, owner: User
) -> None:
    message = Message.objects.get(kind="networks/hello")
    path = "/unsubscribe/" + outbox_links.unsubscribe(message).split("/unsubscribe/", 1)[1]
    assert "Stop the suggestions to say hello?" in client.get(path).content.decode()
    assert not services.wants_no_suggestions(owner=owner)
    assert "No more suggestions" in client.post(path).content.decode()
    assert services.wants_no_suggestions(owner=owner)
    assert not owner.channel_preferences.exclude(nudges_stopped_at=None).exists()
    assert "You get suggestions again" in client.post(path, {"undo": "1"}).content.decode()
    assert not services.wants_no_suggestions(owner=owner)


def test_the_letter_says_no_name_outside_and_everything_inside(suggestion: Suggestion) -> None:
    message = Message.objects.get(kind="networks/hello")
    said = letters.hello(message)
    assert said is not None
    letter = writing.render(message, said)
    assert letter.subject == "A hello, if you feel like it"
    body = str(letter.body)
    for words in ("I thought of you today.", "/network/words/?tie=", "/network/in-touch/", "/unsubscribe/"):
        assert words in body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_worker_sweeps(quiet: Tie) -> None:
    assert tasks.sweep_suggestions() == 1
    assert str(Suggestion.objects.get()).startswith("suggestion ")
