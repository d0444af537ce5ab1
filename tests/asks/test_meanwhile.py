"""A page was open while what it showed changed."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import User
from accounts.services import erase
from asks import errors, links, services
from asks.models import Occurrence
from networks.models import Membership
from tests.asks.conftest import Asking, in_days, letters, told
from tests.checkins.pages import SignIn, say


def opened(client: Client, path: str) -> dict[str, str]:
    (begins,) = re.findall(r'name="begins" value="(\d*)"', client.get(path).content.decode())
    return {"begins": begins, "answer": "take"}


def test_nobody_says_yes_to_a_time_they_did_not_read(
    client_of: SignIn, client: Client, asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    occurrence, anas = asking(), client_of(ana.member)
    path = f"/asks/open/{occurrence.pk}/"
    from_list, from_page = opened(anas, "/asks/open/"), opened(anas, path)
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    for page in (from_list, from_page):
        assert "It has moved to another time since you opened this" in say(anas, path, page)
    by_mail = f"/asks/a/{links.token_for(occurrence, ben)}/"
    assert "It has moved to another time" in say(client, by_mail, from_page)
    assert not occurrence.takings.exists()
    assert "You said yes. Thank you." in say(anas, path, opened(anas, path))


def test_a_second_tap_after_a_move_is_still_one_yes(
    client_of: SignIn, asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence, anas = asking(), client_of(ana.member)
    path = f"/asks/open/{occurrence.pk}/"
    page = opened(anas, path)
    say(anas, path, page)
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    assert "You said yes. Thank you." in say(anas, path, page)
    assert occurrence.takings.count() == 1


def test_what_has_no_time_is_said_yes_to_with_one_tap(
    client_of: SignIn, asking: Asking, ana: Membership
) -> None:
    occurrence, anas = asking(starts_at=None), client_of(ana.member)
    path = f"/asks/open/{occurrence.pk}/"
    assert opened(anas, path)["begins"] == ""
    assert "You said yes. Thank you." in say(anas, path, opened(anas, path))


def test_whoever_acts_on_an_ask_that_has_just_gone_with_its_owner_is_refused_in_words(
    asking: Asking, owner: User, ana: Membership
) -> None:
    now, occurrence = timezone.now(), asking(softer="message")
    with_owner = Occurrence.objects.select_related("ask__owner").get(pk=occurrence.pk)
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    erase(person=User.objects.get(pk=owner.pk), now=now)
    member = ana.member
    acts: list[Callable[[], object]] = [
        lambda: services.take(occurrence=with_owner, membership=ana, now=now),
        lambda: services.hand_back(occurrence=with_owner, membership=ana, now=now),
        lambda: services.soften(occurrence=with_owner, by=member, now=now),
        lambda: services.move(occurrence=with_owner, by=member, now=now, starts_at=in_days(5)),
        lambda: services.cancel_ask(ask=with_owner.ask, by=member, now=now),
        lambda: services.thank(occurrence=with_owner, by=member, now=now),
        lambda: services.offer(membership=ana, by=member, needs=["lift"], when="", now=now),
    ]
    for act in acts:
        with pytest.raises(DomainError):
            act()
    services.cancel(occurrence=with_owner, by=member, now=now)


def test_a_yes_of_somebody_who_has_just_left_for_good_is_refused_in_words(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    erase(person=User.objects.get(pk=ana.member_id), now=timezone.now())
    with pytest.raises(errors.NotForYou):
        services.take(occurrence=occurrence, membership=ana, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_an_ask_is_kept_though_somebody_it_was_for_has_just_left_for_good(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    erase(person=User.objects.get(pk=ana.member_id), now=timezone.now())
    occurrence = asking(to="chosen", chosen=[ana, ben])
    assert list(occurrence.ask.chosen.all()) == [ben]
    assert told("asks/asked") == {"Ben"}


def test_a_later_date_that_is_moved_near_is_told_at_once(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    ask = asking(weeks_apart=1).ask
    later = ask.occurrences.get(number=3)
    services.move(occurrence=later, by=owner, now=timezone.now(), starts_at=in_days(2))
    heard = [message for message in letters("asks/asked") if message.params["occurrence"] == later.pk]
    assert {message.recipient_id for message in heard} == {ana.member_id, ben.member_id}
    services.move(occurrence=later, by=owner, now=timezone.now(), starts_at=in_days(3))
    assert len(letters("asks/asked")) == 4
