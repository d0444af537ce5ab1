"""The pages of whoever asks: composing in two steps, one ask with its dates, the ways out."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from asks import services
from asks.models import Ask, Gift, Occurrence, Taking
from networks.models import Membership, Share
from tests.asks.conftest import DAY, LONDON, Asking, in_days, joined, letters, shared
from tests.checkins.pages import SignIn, page, plain, say


@pytest.fixture
def maya(client_of: SignIn, owner: User) -> Client:
    return client_of(owner)


def fields(response: Any) -> dict[str, Any]:
    """What the form on a page would send as it was drawn."""
    form = response.context["form"]
    drawn = {field.name: field.value() for field in form}
    return {name: value for name, value in drawn.items() if value not in (None, False, [])}


def chosen(**more: Any) -> dict[str, Any]:
    day = in_days(4).astimezone(LONDON).date().isoformat()
    return {"need": "lift", "on": day, "at": "15:00", "minutes": "60", "softer": "call", "words": "1", **more}


def test_three_steps_from_a_tile_to_an_ask(maya: Client, ana: Membership) -> None:
    assert "Help with papers" in page(maya, "/asks/new/")
    assert "Ask only these people" in page(maya, "/asks/new/?need=lift")
    words = maya.get("/asks/new/", chosen(flexible="on", weeks_apart="0", chosen=ana.pk))
    said = fields(words)
    assert "Could you give me a lift? I say yes, if my body agrees" in said["text"]
    assert "a call would be lovely instead" in said["text"]
    assert "completely fine" in said["text"]
    answer = maya.post("/asks/new/", {**said, "text": "Lift, please?"})
    ask = Ask.objects.get()
    assert answer.headers["Location"] == f"/asks/{ask.pk}/"
    assert (ask.text, ask.softer, ask.minutes, ask.to) == ("Lift, please?", "call", 60, "chosen")
    assert ask.flexible_at
    assert ask.occurrences.get().starts_at == in_days(4)
    maya.post("/asks/new/", {**said, "text": "Lift, please?"})
    assert Ask.objects.count() == 1
    assert len(letters("asks/asked")) == 1


def test_a_call_is_not_offered_instead_of_a_call(maya: Client) -> None:
    assert "A call instead" in page(maya, "/asks/new/?need=lift")
    assert "A call instead" not in page(maya, "/asks/new/?need=call")
    words = fields(maya.get("/asks/new/", chosen(need="call", softer="message")))["text"]
    assert "If I cannot manage it, a message would be lovely instead." in words
    assert fields(maya.get("/asks/new/?need=call"))["softer"] == "message"
    assert maya.get("/asks/new/", chosen(need="call")).status_code == 422


def test_the_steps_keep_what_was_chosen_in_british_english_too(
    maya: Client, owner: User, ana: Membership
) -> None:
    owner.language = "en-gb"
    owner.save()
    said = fields(maya.get("/asks/new/", chosen(weeks_apart="2")))
    drawn = maya.get("/asks/new/", chosen(weeks_apart="2")).content.decode()
    assert 'type="hidden" name="weeks_apart" value="2"' in drawn
    maya.post("/asks/new/", {**said, "on": said["on"]})
    assert Ask.objects.get().weeks_apart == 2


def test_two_taps_are_enough_on_a_day_of_low_energy(maya: Client, ana: Membership) -> None:
    assert "Two taps are enough today" in page(maya, "/asks/new/?short=1")
    said = fields(maya.get("/asks/new/?need=company&words=1"))
    assert "on" not in said and "chosen" not in said
    maya.post("/asks/new/", said)
    ask = Ask.objects.get()
    assert (ask.starts_at, ask.by_on, ask.weeks_apart, ask.to) == (None, None, 0, "everybody")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"on": "2020-01-01"}, "That day is past."),
        ({"on": "2099-01-01"}, "That is very far away."),
        ({"on": "soon"}, "Type the day like"),
        ({"on": ""}, "Choose the day, too"),
        ({"at": "", "weeks_apart": "1"}, "choose a day and a time"),
        ({"weeks_apart": "1", "repeats_until_on": "2020-01-01"}, "That is before the first day."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    maya: Client, ana: Membership, wrong: dict[str, str], words: str
) -> None:
    response = maya.get("/asks/new/", chosen(**wrong))
    assert response.status_code == 422
    assert words in plain(response)
    posted = maya.post("/asks/new/", chosen(text="Mine, kept", **wrong))
    assert posted.status_code == 422
    assert "Mine, kept" in posted.content.decode()
    assert not Ask.objects.exists()


def test_a_time_of_today_that_is_past_is_refused(maya: Client, ana: Membership) -> None:
    today = timezone.now().astimezone(LONDON).date().isoformat()
    response = maya.get("/asks/new/", chosen(on=today, at="00:00"))
    assert "still to come" in plain(response)


def test_no_words_no_ask(maya: Client, ana: Membership) -> None:
    response = maya.post("/asks/new/", chosen(text=""))
    assert response.status_code == 422
    assert "Write a few words" in plain(response)
    assert maya.post("/asks/new/", {"text": "x", "need": "castle"}).status_code == 422


def test_only_those_who_see_asks_can_be_chosen(maya: Client, owner: User, ana: Membership) -> None:
    hidden = joined(owner, "Dee", shares=("pain",))
    drawn = page(maya, "/asks/new/?need=meal")
    assert "Ana" in drawn and "Dee" not in drawn
    assert maya.post("/asks/new/", chosen(text="x", chosen=hidden.pk)).status_code == 422
    shared(ana)
    assert "Ask only these people" not in page(maya, "/asks/new/?need=meal")


def test_the_list_says_who_said_yes_and_what_is_open(maya: Client, asking: Asking, ana: Membership) -> None:
    asking(need="meal")
    services.take(occurrence=asking(), membership=ana, now=timezone.now())
    drawn = page(maya, "/asks/")
    assert "A meal" in drawn
    assert "Ana said yes" in drawn


def test_an_empty_list_says_what_to_do_first(maya: Client) -> None:
    assert "Nobody sees what you ask for yet" in page(maya, "/asks/")


def test_less_later_not_at_all_are_one_tap_each(maya: Client, asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    assert "If it has to be less: A call would be lovely" in page(maya, f"/asks/{occurrence.ask_id}/")
    assert "Done." in say(maya, f"/asks/dates/{occurrence.pk}/soften/")
    assert "Moved." in say(maya, f"/asks/dates/{occurrence.pk}/move/", {"days": "1"})
    occurrence.refresh_from_db()
    assert occurrence.starts_at == in_days(4)
    day = in_days(9).date().isoformat()
    assert "Moved." in say(maya, f"/asks/dates/{occurrence.pk}/move/", {"on": day, "at": "10:00"})
    occurrence.refresh_from_db()
    assert occurrence.starts_at == in_days(9, dt.time(10))
    assert "Cancelled." in say(maya, f"/asks/dates/{occurrence.pk}/cancel/")
    occurrence.refresh_from_db()
    assert occurrence.softened_at and occurrence.moved_at and occurrence.cancelled_at
    assert "No date of this is left" in page(maya, f"/asks/{occurrence.ask_id}/")


def test_a_move_to_nowhere_is_asked_again(maya: Client, asking: Asking, ana: Membership) -> None:
    occurrence, whenever = asking(), asking(starts_at=None)
    for pk, said in ((occurrence.pk, {}), (occurrence.pk, {"on": "x"}), (whenever.pk, {"days": "1"})):
        response = maya.post(f"/asks/dates/{pk}/move/", said)
        assert response.status_code == 422
        assert "day" in plain(response)


def test_stopping_a_weekly_one(maya: Client, asking: Asking, ana: Membership) -> None:
    ask = asking(weeks_apart=1).ask
    assert "Every week" in page(maya, f"/asks/{ask.pk}/")
    assert "This is cancelled" in say(maya, f"/asks/{ask.pk}/stop/")


def test_thanks_without_obligation(maya: Client, asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    over = timezone.now() - DAY
    Occurrence.objects.update(starts_at=over - DAY, ends_at=over)
    done = page(maya, "/asks/")
    assert "Nobody waits for it" in done and "Ana was there" in done
    assert "Say thank you" in done
    assert "Ana was there" in page(maya, f"/asks/{occurrence.ask_id}/")
    assert "You said thank you." in say(maya, f"/asks/dates/{occurrence.pk}/thank/")
    assert Taking.objects.get().thanked_at
    assert "You said thank you." in page(maya, "/asks/")


def test_others_find_nothing_here(
    client: Client, client_of: SignIn, asking: Asking, stranger: User, ana: Membership
) -> None:
    occurrence = asking()
    paths = [f"/asks/{occurrence.ask_id}/", f"/asks/for/{ana.pk}/", f"/asks/for/{ana.pk}/new/"]
    deeds = [f"/asks/{occurrence.ask_id}/stop/"]
    deeds += [f"/asks/dates/{occurrence.pk}/{deed}/" for deed in ("soften", "move", "cancel", "thank")]
    for who in (stranger, ana.member):
        theirs = client_of(who)
        assert {theirs.get(path).status_code for path in paths} == {404}
        assert {theirs.post(path).status_code for path in deeds} == {404}
        assert {theirs.get(path).status_code for path in deeds} == {405}
    for path in [*paths, "/asks/", "/asks/new/", "/asks/gave/", "/asks/calendar/", "/asks/open/"]:
        assert "/accounts/login/" in client.get(path).headers["Location"]


def test_an_organiser_asks_and_manages_but_learns_no_names(
    client_of: SignIn, asking: Asking, ana: Membership, ben: Membership
) -> None:
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ben, now=timezone.now())
    organiser = client_of(ana.member)
    drawn = page(organiser, f"/asks/for/{ana.pk}/")
    assert "somebody has said yes" in drawn and "Ben" not in drawn
    assert "Ben" not in page(organiser, f"/asks/{occurrence.ask_id}/")
    assert "Ben" not in page(organiser, f"/asks/for/{ana.pk}/new/?need=meal")
    said = fields(organiser.get(f"/asks/for/{ana.pk}/new/?need=meal&words=1"))
    drawn = say(organiser, f"/asks/for/{ana.pk}/new/", said)
    assert "Asked by Ana, for Maya" in drawn
    assert "Cancelled" in say(organiser, f"/asks/dates/{occurrence.pk}/cancel/")
    assert organiser.get("/asks/").context["asks"].waiting == []


def test_of_what_is_over_an_organiser_reads_that_somebody_was_there(
    client_of: SignIn, asking: Asking, ana: Membership, ben: Membership
) -> None:
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    services.take(occurrence=asking(), membership=ben, now=timezone.now())
    over = timezone.now() - DAY
    Occurrence.objects.update(starts_at=over - DAY, ends_at=over)
    drawn = page(client_of(ana.member), f"/asks/for/{ana.pk}/")
    assert "somebody was there" in drawn and "Ben" not in drawn


def test_what_the_owner_gave_is_seen_beside(maya: Client, owner: User, ana: Membership) -> None:
    assert "You give, too" in page(maya, "/asks/")
    said = {"what": "listened", "tie": ana.tie_id, "form_key": "b3f1d6de-7c5b-4a43-8a6a-90a3b7f4f1aa"}
    for _twice in range(2):
        assert "I listened · Ana" in say(maya, "/asks/gave/", said)
    assert Gift.objects.count() == 1
    assert maya.post("/asks/gave/").status_code == 422


def test_what_was_noted_by_mistake_is_taken_back_and_the_rest_stays(
    maya: Client, client_of: SignIn, owner: User, ana: Membership
) -> None:
    today = timezone.localdate()
    slip, meant = (
        services.note_gift(owner=owner, tie=ana.tie, what=what, on=today) for what in ("hosted", "listened")
    )
    undo = f"/asks/gave/{slip.pk}/undo/"
    assert undo in maya.get("/asks/gave/").content.decode()
    assert undo not in maya.get("/asks/").content.decode()
    assert client_of(ana.member).post(undo).status_code == 404
    drawn = say(maya, undo)
    assert "Taken back. Nobody else ever saw it." in drawn and "I had them over ·" not in drawn
    assert list(Gift.objects.all()) == [meant]


@pytest.mark.parametrize("many", [1, 12])
def test_the_list_asks_the_same_questions_for_one_and_for_many(
    maya: Client, asking: Asking, ana: Membership, many: int, django_assert_num_queries: Any
) -> None:
    for _each in range(many):
        services.take(occurrence=asking(), membership=ana, now=timezone.now())
        asking(need="meal")
    maya.get("/asks/")
    with django_assert_num_queries(9):
        maya.get("/asks/")
    assert Share.ASKS.value in ana.shares


def test_what_was_chosen_is_read_once_more_before_it_is_sent(maya: Client, ana: Membership) -> None:
    drawn = plain(maya.get("/asks/new/", chosen(weeks_apart="2", minutes="30")))
    assert "at 3:00 pm, about 30 minutes, every 2 weeks" in drawn
    assert "Any time that suits you" in page(maya, "/asks/new/?need=meal&words=1")


def test_later_dates_are_folded(maya: Client, asking: Asking, ana: Membership) -> None:
    ask = asking(weeks_apart=1).ask
    dates = maya.get(f"/asks/{ask.pk}/").context["dates"]
    assert (len(dates.soon), len(dates.later)) == (2, 4)
