"""An address book comes in: looked through first, stored by a yes, once."""

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from networks import services
from networks.contacts import looking, preview, reading, same
from networks.contacts.card import Contact
from networks.contacts.looking import Bundle, Pick
from networks.models import Circle, Tie, TieKind, TieMove
from networks.services.contacts import import_ties

ClientOf = Callable[[User], Client]
IMPORT, LOOK = "/network/import/", "/network/import/look/"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:{}\n{}\nEND:VCARD\n"


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def cards(*names: str) -> bytes:
    return "".join(CARD.format(name, "") for name in names).encode()


def crowd(number: int) -> bytes:
    return cards(*(f"Person {place}" for place in range(number)))


def send(client: Client, data: bytes, name: str = "people.vcf") -> str:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 200
    return answer.content.decode()


def fields(page: str) -> dict[str, str]:
    """What the browser would send back: hidden fields, ticks, and what each list stands on."""
    form = page.split('action="/network/import/look/"')[1]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for tick in re.findall(r'<input type="checkbox"[^>]*>', form):
        if "checked" in tick:
            sent[re.findall(r'name="([^"]+)"', tick)[0]] = "on"
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'value="([^"]*)"( selected)?', options)
        sent[name] = next((value for value, chosen in values if chosen), values[0][0])
    return sent


def names(owner: User) -> set[str]:
    return set(Tie.objects.of(owner).values_list("name", flat=True))


def test_nothing_is_stored_before_the_yes_and_the_rest_after_it(mine: Client, owner: User) -> None:
    page = send(mine, cards("Ana", "Bo", "Chapel"))
    assert Tie.objects.count() == 0
    sent = fields(page)
    del sent["c1-take"]
    answer = mine.post(LOOK, sent | {"c0-circle": "closest", "c2-kind": "place", "add": "1"}, follow=True)
    assert answer.redirect_chain == [("/network/", 302)]
    assert "2 more are in your network now." in answer.content.decode()
    found = {tie.name: (tie.circle, tie.kind) for tie in Tie.objects.of(owner)}
    assert found == {"Ana": ("closest", "person"), "Chapel": ("wider", "place")}
    assert set(TieMove.objects.values_list("circle_before", "circle_after")) == {
        ("", "closest"),
        ("", "wider"),
    }


def test_sent_twice_is_once_and_others_ticked_later_come_too(mine: Client, owner: User) -> None:
    sent = fields(send(mine, cards("Ana", "Bo")))
    first = {name: value for name, value in sent.items() if name != "c1-take"}
    assert "1" not in names(owner)
    for _twice in range(2):
        mine.post(LOOK, first | {"add": "1"})
    assert names(owner) == {"Ana"}
    answer = mine.post(LOOK, first | {"add": "1"}, follow=True)
    assert "They are in your network already." in answer.content.decode()
    answer = mine.post(LOOK, sent | {"add": "1"}, follow=True)
    assert "1 more is in your network now." in answer.content.decode()
    assert Tie.objects.count() == TieMove.objects.count() == 2


def test_the_same_key_of_two_owners_are_two_files(owner: User, stranger: User) -> None:
    key = uuid.uuid4()
    for who in (owner, stranger):
        assert import_ties(by=who, contacts=[(0, Contact("Ana", circle="close"))], key=key) == 1


def test_who_may_be_there_already_is_shown_and_not_ticked(mine: Client, owner: User) -> None:
    services.add_tie(by=owner, name="My sister", circle="closest", email="ana@example.org")
    services.add_tie(by=owner, name="Luis", circle="close", phone="020 7946 0000")
    services.archive_tie(tie=services.add_tie(by=owner, name="Tía Ángeles", circle="wider"), by=owner)
    page = send(
        mine,
        (
            CARD.format("Ana Reyes", "EMAIL:ANA@example.org")
            + CARD.format("L. Moreno", "TEL:+44 20 7946 0000")
            + CARD.format("TIA ANGELES", "")
            + CARD.format("Bo", "")
            + CARD.format("BO", "")
        ).encode(),
    )
    assert "Perhaps My sister, who is in “Closest” already: the same e-mail address." in page
    assert "Perhaps Luis, who is in “Close” already: the same number." in page
    assert "Perhaps Tía Ángeles, whom you let go for now: the same name." in page
    assert "Perhaps somebody further up in this file." in page
    ticked = {name for name in fields(page) if name.endswith("-take")}
    assert ticked == {"c3-take"}
    page = mine.post(LOOK, fields(page) | {"c0-take": "on", "all": "take"}).content.decode()
    assert {name for name in fields(page) if name.endswith("-take")} == {"c3-take"}


def test_of_a_whole_address_book_nobody_is_ticked_unless_everybody_is(mine: Client, owner: User) -> None:
    page = send(mine, crowd(200))
    assert "That looks like a whole address book." in page
    sent = fields(page)
    assert not [name for name in sent if name.endswith("-take")]
    refused = mine.post(LOOK, sent | {"add": "1"})
    assert refused.status_code == 422
    assert "Nobody is ticked yet" in refused.content.decode()
    page = mine.post(LOOK, fields(refused.content.decode()) | {"all": "take"}).content.decode()
    page = mine.post(LOOK, fields(page) | {"use_circle": "1", "circle_for_all": "close"}).content.decode()
    mine.post(LOOK, fields(page) | {"add": "1"})
    assert Tie.objects.of(owner).filter(circle="close").count() == 200


def test_what_is_ticked_on_one_page_stays_ticked_on_the_others(mine: Client, owner: User) -> None:
    sent = fields(send(mine, crowd(120))) | {"c7-take": "on", "c7-circle": "closest", "go": "2"}
    page = mine.post(LOOK, sent).content.decode()
    assert "Person 119" in page
    assert "Person 7<" not in page
    page = mine.post(
        LOOK, fields(page) | {"c101-take": "on", "c101-kind": "group", "go": "0"}
    ).content.decode()
    sent = fields(page)
    assert (sent["c7-take"], sent["c7-circle"]) == ("on", "closest")
    page = mine.post(LOOK, sent | {"all": "leave"}).content.decode()
    assert "c7-take" not in fields(page)
    mine.post(LOOK, sent | {"add": "1"})
    assert set(Tie.objects.values_list("name", "circle", "kind")) == {
        ("Person 7", "closest", "person"),
        ("Person 101", "wider", "group"),
    }


def test_bad_rows_are_told_and_the_rest_goes_on(mine: Client) -> None:
    page = send(mine, b"Name,Phone\nAna,1 2\nBo,call me\n,1 2\n", "people.csv")
    assert "Row 3: the phone number is not one, so it was left out." in page
    assert "Row 4 has no name, so it was left out." in page
    assert "We found 2 contacts." in page
    many = send(mine, b"Name,Phone\n" + b"Ana,call me\n" * 14, "people.csv")
    assert "All of them" in many


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Choose a file of up to 2 MB."),
        (b"", "There is nothing in this file."),
        (b"\0", "We found nobody in this file."),
        (b"x" * (reading.MOST_BYTES + 1), "Choose a file of up to 2 MB."),
        (b"x" * (2 * reading.MOST_BYTES), "Choose a file of up to 2 MB."),
    ],
)
def test_a_file_that_is_no_address_book_gets_the_page_back(
    mine: Client, file: bytes | None, words: str
) -> None:
    sent = {} if file is None else {"file": SimpleUploadedFile("x.vcf", file)}
    answer = mine.post(IMPORT, sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_is_not_one_of_the_choices_changes_nothing(mine: Client, owner: User) -> None:
    sent = fields(send(mine, cards("Ana")))
    odd = {"c0-circle": "moon", "c0-kind": "robot", "page": "²", "go": "99999", "circle_for_all": "moon"}
    page = mine.post(LOOK, sent | odd | {"use_circle": "1"}).content.decode()
    mine.post(LOOK, fields(page) | {"picks": "999", "add": "1"})
    assert list(Tie.objects.values_list("circle", "kind")) == [("wider", "person")]


@pytest.mark.parametrize("sent", ["", "nonsense", "a:b:c"])
def test_a_page_that_is_not_ours_leads_to_choosing_again(mine: Client, sent: str) -> None:
    answer = mine.post(LOOK, {"bundle": sent, "add": "1"}, follow=True)
    assert answer.redirect_chain == [(IMPORT, 302)]
    assert "Please choose it again." in answer.content.decode()
    assert mine.get(LOOK).headers["Location"] == IMPORT


def test_nobody_else_can_send_it_and_after_an_hour_nobody_can(
    mine: Client, stranger: User, client_of: ClientOf
) -> None:
    sent = fields(send(mine, cards("Ana"))) | {"add": "1"}
    client_of(stranger).post(LOOK, sent)
    with time_machine.travel(timezone.now() + looking.OPEN_FOR + dt.timedelta(seconds=5), tick=False):
        client_of(mine_user(sent, stranger)).post(LOOK, sent)
    assert Tie.objects.count() == 0


def mine_user(sent: dict[str, str], other: User) -> User:
    """The one whose page it was."""
    owner = User.objects.exclude(pk=other.pk).get()
    assert looking.unsealed(sent["bundle"], by=owner) is None
    return owner


@pytest.mark.parametrize("path", [IMPORT, LOOK, "/network/export/"])
def test_signed_out_leads_to_sign_in(client: Client, db: None, path: str) -> None:
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/?next=/network/")


def test_an_upload_from_another_site_is_refused(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post(IMPORT, {"file": SimpleUploadedFile("x.vcf", cards("Ana"))}).status_code == 403
    assert client.post(LOOK, {}).status_code == 403


@pytest.mark.parametrize("path", [IMPORT, LOOK])
def test_the_wrong_method_is_refused(mine: Client, path: str) -> None:
    assert mine.put(path).status_code == 405


def test_the_largest_page_can_be_sent_back(mine: Client, owner: User, settings: object) -> None:
    """A thousand contacts, each as large as they come together, are still less than a form may be."""
    note = "".join(chr(0x10400 + place % 60) for place in range(60))
    big = "".join(CARD.format(f"{place} {note}", f"TEL:{place}") for place in range(1000)).encode()
    sent = fields(send(mine, big))
    size = sum(len(name) + len(value) + 2 for name, value in sent.items())
    assert size < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert len(sent) + preview.A_PAGE < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert mine.post(LOOK, sent | {"go": "3"}).status_code == 200


@pytest.mark.parametrize("number", [3, 300])
def test_each_step_takes_the_same_number_of_queries_however_many(
    mine: Client, owner: User, number: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    for place in range(number):
        Tie.objects.create(owner=owner, name=f"Known {place}", circle="wider")
    # Session, person, whether they support somebody, ties.
    with django_assert_num_queries(4):
        page = send(mine, crowd(number))
    with django_assert_num_queries(4):
        page = mine.post(LOOK, fields(page) | {"all": "take"}).content.decode()
    # Session, person, ties; then a transaction: begin, owner, who is there, ties, moves, when to
    # look for who is quiet, end.
    with django_assert_num_queries(10):
        mine.post(LOOK, fields(page) | {"add": "1"})
    assert Tie.objects.of(owner).count() == 2 * number


# What is behind it ------------------------------------------------------------------------------

picks = st.builds(
    Pick, take=st.booleans(), circle=st.sampled_from(Circle.values), kind=st.sampled_from(TieKind.values)
)


@given(chosen=st.lists(picks, max_size=20))
def test_picks_come_back_as_they_went(chosen: list[Pick]) -> None:
    assert looking.read(looking.written(chosen), contacts=len(chosen)) == chosen


@given(sent=st.text(max_size=9), contacts=st.integers(0, 3))
def test_picks_that_are_not_ours_are_no_picks(sent: str, contacts: int) -> None:
    found = looking.read(sent, contacts=contacts)
    assert found is None or looking.written(found) == sent


def test_a_sealed_bundle_opens_for_its_owner_alone(owner: User, stranger: User) -> None:
    bundle = Bundle(uuid.uuid4(), (Contact("Ana", supports=("listening",), ideal_days=3, helps="tea"),))
    sealed = looking.sealed(bundle, by=owner)
    assert looking.unsealed(sealed, by=owner) == bundle
    assert looking.unsealed(sealed, by=stranger) is None
    assert looking.unsealed(sealed + "x", by=owner) is None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("+44 20 7946 0000", "020 79460000", True),
        ("(212) 555-0100", "+1 212 555 0100", True),
        ("112", "5112", False),
        ("", "", False),
        ("٠١٢٣٤٥٦٧٨", "012345678", True),
    ],
)
def test_numbers_are_alike_by_their_last_digits(one: str, other: str, alike: bool) -> None:
    found = same.likenesses([Contact("A", phone=one)], [Contact("B", phone=other)])
    assert bool(found[0]) is alike


def test_the_surest_likeness_is_told() -> None:
    known = [Contact("Ana"), Contact("B", phone="123456789"), Contact("C", email="a@b.example")]
    found = same.likenesses([Contact("Ána", phone="123456789", email="A@b.example")], known)
    assert (found[0].place, found[0].why) == (2, "the same e-mail address")
