"""Somebody leaves for good: what they take along, what goes, what stays, and what others notice."""

import csv
import datetime as dt
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from accounts import errors, leaving, services
from accounts.models import Consent, KeptConsent, User
from asks import services as asks
from asks.models import Taking
from checkins import agreements
from checkins import services as checkins
from checkins.models import Plan, Step
from networks import services as networks
from networks.models import Look, Membership, Share, Tie, Touch
from outbox import delivery, kinds
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import let_all_hours_be_awake
from tests.conftest import PASSWORD, person

HOUR = dt.timedelta(hours=1)
PAGE, FILE = "/accounts/leaving/", "/accounts/leaving/file/"
PRIVATE = ("camomile and silence", "a lecture", "walked home lighter")
ClientOf = Callable[[User], Client]


def now() -> dt.datetime:
    return timezone.now()


@pytest.fixture
def ana(owner: User, supporter: User) -> Membership:
    """Ana supports Maya, who shares everything; and Maya supports Ana."""
    services.welcome(user=owner, name="Maya", time_zone="Europe/London", language="en")
    tie = networks.add_tie(
        by=owner, name="Ana Reyes", circle="close", helps=PRIVATE[0], hinders=PRIVATE[1], energy="gives"
    )
    let_all_hours_be_awake()
    return Membership.objects.create(tie=tie, owner=owner, member=supporter, shares=list(Share.values))


@pytest.fixture
def other_way(owner: User, supporter: User) -> Membership:
    tie = networks.add_tie(by=supporter, name="My Maya", circle="close")
    return Membership.objects.create(tie=tie, owner=supporter, member=owner, shares=["word", "asks"])


def on_a_ladder(membership: Membership) -> Plan:
    """The owner's safety check-in, of which this member has agreed to be told."""
    plan = checkins.make_plan(
        owner=membership.owner,
        now=now(),
        name="Evenings",
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=2 * HOUR,
        ladder=[checkins.Rung(HOUR), checkins.Rung(HOUR, (membership,))],
    )
    step = plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=now(), terms=step.terms)
    return plan


@pytest.fixture
def full(owner: User, ana: Membership, other_way: Membership) -> User:
    """With something of everything."""
    networks.log_touch(tie=ana.tie, by=owner, at=now(), note=PRIVATE[2], afterwards="closer")
    networks.log_touch_as_member(membership=other_way, by=owner, at=now())
    networks.keep_words(by=owner, occasion="hello", text="=the fog is thick", form_key=uuid.uuid4())
    invited = networks.add_tie(by=owner, name="Luis", circle="wider")
    networks.invite(tie=invited, by=owner, email="luis@example.org", note="Would you?")
    checkins.check_in(owner=owner, now=now(), form_key=uuid.uuid4(), pain=7, mood="low", note="the stairs")
    on_a_ladder(ana)
    networks.send_signal(membership=other_way, by=owner, kind="thinking", now=now())
    asks.ask(owner=owner, by=owner, now=now(), need="lift", text="Would you drive me?")
    asks.offer(membership=other_way, by=owner, needs=["call"], when="evenings", now=now())
    asks.note_gift(owner=owner, tie=ana.tie, what="listened", on=now().date())
    Look.objects.create(owner=owner, viewer=ana.member, membership=ana, saw=["pain"], looked_at=now())
    return owner


def asked_again(client: Client, *, after: str = PAGE) -> Client:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": after})
    return client


@pytest.fixture
def mine(full: User, client_of: ClientOf) -> Client:
    return asked_again(client_of(full))


# Taking it along -----------------------------------------------------------------------------------------


def parts(client: Client, **said: str) -> tuple[dict[str, Any], zipfile.ZipFile]:
    answer = client.post(FILE, said)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    file = zipfile.ZipFile(io.BytesIO(answer.content))
    return json.loads(file.read("everything.json")), file


def test_everything_goes_along_as_one_text_and_as_tables(mine: Client) -> None:
    said, file = parts(mine)
    assert {name for name, rows in said.items() if not rows} == {
        *("how-you-hear-from-us", "you-asked-to-join", "what-helps-you", "you-said-yes", "silences"),
        *("saved-listings", "saved-searches", "what-gets-in-the-way", "how-it-was", "told-the-curators"),
    } - ({"how-you-hear-from-us"} if said["how-you-hear-from-us"] else set())
    assert said["check-ins"][0]["pain"] == 7 and said["check-ins"][0]["note"] == "the stairs"
    assert said["people"][0]["name"] == "Ana Reyes"
    assert said["asks"][0]["text"] == "Would you drive me?"
    assert said["invitations"][0]["email"] == "luis@example.org"
    assert said["consents"][0]["text"] == str(services.STORE_CONSENT)
    assert said["who-would-be-told"][-1]["name"] == "Ana Reyes"
    assert said["what-you-offer"] == [
        {"needs": ["call"], "when": "evenings", "offered_at": said["what-you-offer"][0]["offered_at"]}
        | {"name": "Ana"}
    ]
    tables = {name for name in file.namelist() if name.startswith("tables/")}
    assert tables == {f"tables/{name}.csv" for name, rows in said.items() if rows}


def test_a_table_is_read_as_text_by_a_spreadsheet(mine: Client) -> None:
    _said, file = parts(mine)
    (row,) = csv.DictReader(io.StringIO(file.read("tables/own-words.csv").decode("utf-8-sig")))
    assert row["text"] == "'=the fog is thick"
    (sees,) = csv.DictReader(io.StringIO(file.read("tables/who-sees-what.csv").decode("utf-8-sig")))
    assert sees["shares"] == " ".join(Share.values)
    assert sees["ended_at"] == ""


def test_private_notes_and_energy_go_along_only_with_the_tick(mine: Client) -> None:
    plain, file = parts(mine)
    everywhere = json.dumps(plain) + "".join(file.read(name).decode() for name in file.namelist())
    assert not [words for words in PRIVATE if words in everywhere]
    assert "energy" not in plain["people"][0]
    ticked, _file = parts(mine, private="on")
    assert [ticked["people"][0]["helps"], ticked["people"][0]["hinders"]] == list(PRIVATE[:2])
    assert ticked["contacts"][0]["note"] == PRIVATE[2]


def test_nothing_of_others_is_in_it(mine: Client, supporter: User, other_way: Membership) -> None:
    """Not what somebody else shares with them, nor that they were limited."""
    before, _file = parts(mine)
    networks.limit(membership=other_way, by=supporter, now=now())
    checkins.check_in(owner=supporter, now=now(), form_key=uuid.uuid4(), note="only mine", pain=3)
    after, _file = parts(mine)
    assert before == after


def test_no_secret_and_no_key_of_a_row_is_in_it(mine: Client) -> None:
    said, _file = parts(mine)
    names = {name for rows in said.values() for row in rows for name in row}
    assert not names & {"nonce", "token_hash", "form_key", "password", "kept_view", "id"}


# The page ------------------------------------------------------------------------------------------------


def test_the_password_is_asked_for_once_more_before_anything(full: User, client_of: ClientOf) -> None:
    client = client_of(full)
    for answer in (client.get(PAGE), client.post(PAGE, {"sure": "on"}), client.post(FILE)):
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=full.pk).exists()


def test_what_was_sent_before_the_password_counts_after_it(full: User, client_of: ClientOf) -> None:
    client = client_of(full)
    client.post(PAGE, {"sure": "on"})
    answer = asked_again(client).get("/today/")
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert not User.objects.filter(pk=full.pk).exists()


def test_the_page_says_what_goes_and_what_stays(mine: Client) -> None:
    page = mine.get(PAGE).content.decode()
    for words in ("First, take it with you", "What goes", "What stays", "Delete everything"):
        assert words in page
    assert PAGE in mine.get("/accounts/settings/").content.decode()


def test_without_the_tick_nothing_happens(mine: Client, full: User) -> None:
    answer = mine.post(PAGE, {})
    assert answer.status_code == 422
    assert "Tick the box if you really want to leave" in answer.content.decode()
    assert User.objects.filter(pk=full.pk).exists()


def test_after_it_they_are_signed_out_everywhere_and_a_letter_says_so(
    mine: Client, full: User, client_of: ClientOf
) -> None:
    elsewhere = client_of(full)
    elsewhere.get("/today/")
    answer = mine.post(PAGE, {"sure": "on"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is gone" in answer.content.decode()
    assert elsewhere.get("/today/").headers["Location"].startswith("/accounts/login/")
    (letter,) = Message.objects.filter(address="maya@example.org")
    assert letter.params["subject"] == "It is done, as you wished"
    assert str(KeptConsent.objects.first().number) in letter.params["text"]
    assert mine.post(PAGE, {"sure": "on"}).status_code == 302
    assert Message.objects.filter(address="maya@example.org").count() == 1


def test_the_letter_leaves_though_the_account_is_gone(mine: Client, mailoutbox: list[Any]) -> None:
    mine.post(PAGE, {"sure": "on"})
    delivery.deliver_due()
    (sent,) = [one for one in mailoutbox if one.to == ["maya@example.org"]]
    assert "We write to you no more." in sent.body
    assert Message.objects.get(address="maya@example.org").params == {}


# What goes -----------------------------------------------------------------------------------------------


def rows_about(user: User) -> dict[str, int]:
    """How many rows of every table point at this account."""
    found = {}
    for model in apps.get_models():
        pointing = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, models.ForeignKey) and field.related_model is User
        ]
        for name in pointing:
            found[f"{model._meta.label}.{name}"] = model._default_manager.filter(**{name: user.pk}).count()
    return {label: count for label, count in found.items() if count}


def test_nothing_points_at_them_afterwards(full: User) -> None:
    pk = full.pk
    assert len(rows_about(full)) > 10
    services.erase(person=full, now=now())
    assert rows_about(User(pk=pk)) == {}


def holds_words(words: str) -> list[str]:
    """The tables in which these words are still to be found."""
    found = []
    for model in apps.get_models():
        texts = [
            f.name for f in model._meta.concrete_fields if isinstance(f, models.CharField | models.TextField)
        ]
        texts += [f.name for f in model._meta.concrete_fields if isinstance(f, models.JSONField)]
        asked = Q()
        for name in texts:
            asked |= Q(**{f"{name}__icontains": words})
        if texts and model._default_manager.filter(asked).exists():
            found.append(model._meta.label)
    return sorted(found)


@pytest.mark.parametrize("words", ["maya@example.org", "luis@example.org", "the stairs", "Would you drive"])
def test_none_of_their_words_and_addresses_is_found_in_any_table(full: User, words: str) -> None:
    BrokenAddress.objects.create(address=full.email, reason="550")
    assert holds_words(words)
    services.erase(person=full, now=now())
    assert holds_words(words) == []


def test_twice_is_once(full: User) -> None:
    assert services.erase(person=full, now=now()) is not None
    kept = KeptConsent.objects.count()
    assert services.erase(person=full, now=now()) is None
    assert KeptConsent.objects.count() == kept


def test_it_is_all_or_nothing(full: User, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows_about(full)

    def breaks(*args: Any, **said: Any) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr(User, "delete", breaks)
    with pytest.raises(RuntimeError), transaction.atomic():
        services.erase(person=full, now=now())
    assert rows_about(full) == before
    assert not KeptConsent.objects.exists()


# What stays ----------------------------------------------------------------------------------------------


def test_that_there_was_a_yes_stays_without_a_name(full: User) -> None:
    number = services.erase(person=full, now=now())
    kept = list(KeptConsent.objects.filter(number=number).order_by("pk"))
    assert (kept[0].purpose, kept[0].act, len(kept[0].version)) == ("store", "given", 16)
    assert (kept[-1].purpose, kept[-1].act, kept[-1].version) == ("store", "withdrawn", kept[0].version)
    assert {one.version for one in kept if one.purpose != "store"} <= {""}
    with pytest.raises(FieldDoesNotExist):
        KeptConsent._meta.get_field("text")


@pytest.mark.parametrize("what", ["update", "delete"])
def test_the_database_lets_nobody_touch_what_is_kept(full: User, what: str) -> None:
    services.erase(person=full, now=now())
    rows = KeptConsent.objects.all()
    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        rows.update(act="given") if what == "update" else rows.delete()


def test_others_keep_what_is_theirs(full: User, supporter: User, other_way: Membership) -> None:
    services.erase(person=full, now=now())
    assert Tie.objects.get(pk=other_way.tie_id).name == "My Maya"
    assert Touch.objects.get(tie=other_way.tie_id).logged_by is None
    (word,) = Consent.objects.filter(subject=supporter, purpose="ladder", act="given")
    assert word.grantee is None


# What others notice ---------------------------------------------------------------------------------------


def test_members_get_no_letter_and_find_them_gone(full: User, supporter: User, client_of: ClientOf) -> None:
    client = client_of(supporter)
    assert "Maya" in client.get("/support/").content.decode()
    Message.objects.all().delete()
    services.erase(person=full, now=now())
    assert "Maya" not in client.get("/support/").content.decode()
    assert not Message.objects.filter(recipient=supporter).exists()


def test_whoever_counted_on_them_hears_that_a_ladder_needs_somebody_new(
    owner: User, other_way: Membership, supporter: User, mailoutbox: list[Any]
) -> None:
    let_all_hours_be_awake()
    plan = on_a_ladder(other_way)
    services.erase(person=owner, now=now())
    letter = Message.objects.get(kind="checkins/ladder_lost")
    assert letter.recipient == supporter
    said = kinds.get(letter.kind).context(letter) or {}
    assert said["name"] == "My Maya"
    assert not Step.objects.filter(plan=plan, whom="member").exists()
    delivery.deliver_due()
    assert [one.to for one in mailoutbox if "somebody new" in one.subject] == [[supporter.email]]


def test_nobody_turns_up_at_a_closed_door(full: User, ana: Membership, mailoutbox: list[Any]) -> None:
    asked = asks.ask(
        owner=full, by=full, now=now(), need="meal", text="Soup?", starts_at=now() + 50 * HOUR, minutes=30
    )
    asks.take(occurrence=asked.occurrences.get(), membership=ana, now=now())
    services.erase(person=full, now=now())
    delivery.deliver_due()
    (told,) = [one for one in mailoutbox if one.to == [ana.member.email]]
    assert told.subject.startswith("Not needed any more: a meal for Maya,")
    assert Message.objects.get(kind="asks/not_needed").params == {}
    assert not Taking.objects.exists()


def test_one_that_was_just_cancelled_is_told_all_the_same(full: User, ana: Membership) -> None:
    asked = asks.ask(owner=full, by=full, now=now(), need="call", text="Ring me?")
    date = asked.occurrences.get()
    asks.take(occurrence=date, membership=ana, now=now())
    asks.cancel(occurrence=date, by=full, now=now())
    services.erase(person=full, now=now())
    letter = Message.objects.get(kind="asks/not_needed")
    said = kinds.get(letter.kind).context(letter) or {}
    assert said["when"] == "any time that suits you"


def test_one_whose_cancellation_was_told_is_not_told_again(full: User, ana: Membership) -> None:
    date = asks.ask(owner=full, by=full, now=now(), need="call", text="Ring me?").occurrences.get()
    asks.take(occurrence=date, membership=ana, now=now())
    asks.cancel(occurrence=date, by=full, now=now())
    delivery.deliver_due()
    services.erase(person=full, now=now())
    assert not Message.objects.filter(kind="asks/not_needed").exists()


# Not just now --------------------------------------------------------------------------------------------


def refused(client: Client, words: str) -> None:
    """On the page beforehand, and whoever sends it all the same stays."""
    page = client.get(PAGE).content.decode()
    assert words in page
    assert "Somebody is waiting for you" in page
    answer = client.post(PAGE, {"sure": "on"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert User.objects.filter(email="maya@example.org").exists()


def test_who_is_being_missed_says_first_that_they_are_there(mine: Client, full: User) -> None:
    plan = Plan.objects.get(owner=full)
    silence = checkins.fall_due(plan=plan, now=now(), wait=HOUR)
    silence.steps.update(taken_at=now())
    refused(mine, "Check in first")
    with pytest.raises(errors.NotNow, match="Check in first"):
        services.erase(person=full, now=now())
    Message.objects.update(sent_at=now(), handed_over_at=now())
    checkins.check_in(owner=full, now=now(), form_key=uuid.uuid4())
    refused(mine, "Try again in a few minutes")
    Message.objects.filter(kind="checkins/all_clear").update(sent_at=now())
    assert leaving.first(full) == []


def test_who_is_on_it_says_first_how_it_went(mine: Client, full: User, other_way: Membership) -> None:
    plan = on_a_ladder(other_way)
    silence = checkins.fall_due(plan=plan, now=now(), wait=HOUR)
    silence.steps.update(taken_at=now())
    checkins.claim(silence=silence, membership=other_way, now=now())
    refused(mine, "Tell us first how it went")
    assert "is on it for somebody" in leaving.why_not([full])[0]


def test_who_said_yes_hands_it_back_first(mine: Client, supporter: User, other_way: Membership) -> None:
    date = asks.ask(owner=supporter, by=supporter, now=now(), need="call", text="Ring me?").occurrences.get()
    asks.take(occurrence=date, membership=other_way, now=now())
    refused(mine, "Hand it back first")
    asks.hand_back(occurrence=date, membership=other_way, now=now())
    assert mine.post(PAGE, {"sure": "on"}).status_code == 302


def test_a_refusal_that_comes_between_is_shown_on_the_page(
    mine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missed(**said: Any) -> None:
        raise errors.NotNow(["Check in first."])

    monkeypatch.setattr(services, "erase", missed)
    answer = mine.post(PAGE, {"sure": "on"})
    assert answer.status_code == 422
    assert "Check in first." in answer.content.decode()


# At the desk ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [False, True])
def test_the_desk_deletes_in_the_same_way(full: User, client_of: ClientOf, many: bool) -> None:
    desk = client_of(person("desk@example.org", "Desk", is_staff=True, is_superuser=True))
    if many:
        said = {"action": "delete_selected", "_selected_action": [full.pk], "post": "yes"}
        desk.post("/admin/accounts/user/", said)
    else:
        desk.post(f"/admin/accounts/user/{full.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=full.pk).exists()
    number = KeptConsent.objects.first().number
    assert str(number) in desk.get(f"/admin/accounts/keptconsent/?q={number}").content.decode()
