"""The pages of whoever may say yes: from the list, from a letter, with and without names."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from asks import audience, links, pages, services
from asks.models import Occurrence, Offer, Taking
from networks.models import Look, Membership, Share
from tests.asks.conftest import DAY, Asking, deliver, in_days, joined, shared, told
from tests.checkins.pages import SignIn, page, plain, say


@pytest.fixture
def anas(client_of: SignIn, ana: Membership) -> Client:
    return client_of(ana.member)


def by_mail(occurrence: Occurrence, membership: Membership) -> str:
    return f"/asks/a/{links.token_for(occurrence, membership)}/"


def test_yes_in_one_tap_from_the_page_and_back_again(anas: Client, asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    assert "A lift for Maya" in page(anas, "/asks/open/")
    assert "You said yes. Thank you." in say(anas, f"/asks/open/{occurrence.pk}/", {"answer": "take"})
    assert "You said yes" in page(anas, "/asks/open/")
    assert "It is open for others again." in say(anas, f"/asks/open/{occurrence.pk}/", {"answer": "back"})
    assert not Taking.objects.standing().exists()


def test_the_link_in_a_letter_shows_first_and_acts_on_a_post(
    client: Client, asking: Asking, ana: Membership
) -> None:
    occurrence = asking()
    deliver()
    link = next(line for line in mail.outbox[0].body.split() if "/asks/a/" in line)
    path = "/" + link.split("/", 3)[3]
    assert "Yes, I can" in page(client, path)
    assert client.head(path).status_code == 200
    assert not Taking.objects.exists()
    assert "You said yes. Thank you." in say(client, path, {"answer": "take"})
    assert Taking.objects.get().membership == ana
    assert occurrence.takings.count() == 1


def test_who_comes_second_is_told_kindly(
    client: Client, asking: Asking, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    drawn = say(client, by_mail(occurrence, ben), {"answer": "take"})
    assert "Somebody else has just said yes. Thank you for wanting to help." in drawn
    assert "Somebody has said yes." in drawn
    assert "Ana" not in drawn


def test_names_are_shown_where_the_owner_shares_them(
    client: Client, client_of: SignIn, asking: Asking, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    assert "Ana" not in page(client_of(ben.member), "/asks/open/")
    shared(ben, Share.ASKS, Share.NAMES)
    assert "Ana has said yes." in page(client, by_mail(occurrence, ben))
    assert "Ana" in page(client_of(ben.member), "/asks/open/")
    Membership.objects.filter(pk=ben.pk).update(limited_at=occurrence.made_at)
    assert "Ana" not in page(client, by_mail(occurrence, ben))


@pytest.mark.parametrize("ending", ["share", "leave", "inactive"])
def test_the_link_ends_with_what_is_shared(
    client: Client, asking: Asking, ana: Membership, ending: str
) -> None:
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    path = by_mail(occurrence, ana)
    assert client.get(path).status_code == 200
    if ending == "share":
        shared(ana)
    elif ending == "leave":
        Membership.objects.filter(pk=ana.pk).update(ended_at=timezone.now())
    else:
        User.objects.filter(pk=ana.member_id).update(is_active=False)
    assert "This link does not work" in page(client, path, 404)
    assert client.post(path, {"answer": "back"}).status_code == 404


def test_links_we_did_not_make(client: Client, db: None) -> None:
    for token in ("nonsense", "WzEsMl0:1u:x", links.signing.dumps("x", salt="asks.answer")):
        assert "This link does not work" in page(client, f"/asks/a/{token}/", 404)
        assert client.get(f"/asks/a/{token}/entry.ics").status_code == 404


def test_what_is_not_for_them_is_not_there(
    anas: Client, client_of: SignIn, asking: Asking, stranger: User, ana: Membership, ben: Membership
) -> None:
    occurrence = asking(to="chosen", chosen=[ben])
    path = f"/asks/open/{occurrence.pk}/"
    assert anas.get(path).status_code == 404
    assert anas.post(path, {"answer": "take"}).status_code == 404
    assert client_of(stranger).get(path).status_code == 404
    assert anas.get("/asks/open/999999/").status_code == 404
    assert "A lift" not in page(anas, "/asks/open/")


def test_an_answer_that_makes_no_sense(anas: Client, asking: Asking, ana: Membership) -> None:
    response = anas.post(f"/asks/open/{asking().pk}/", {"answer": "maybe"})
    assert response.status_code == 422
    assert "Press one of the buttons" in plain(response)


def test_on_a_break_one_sees_what_one_promised_and_nothing_else(
    anas: Client, asking: Asking, ana: Membership
) -> None:
    promised, other = asking(), asking(need="meal")
    services.take(occurrence=promised, membership=ana, now=timezone.now())
    Membership.objects.filter(pk=ana.pk).update(paused_at=timezone.now())
    drawn = page(anas, "/asks/open/")
    assert "A lift for Maya" in drawn and "A meal" not in drawn
    assert anas.get(f"/asks/open/{other.pk}/").status_code == 404
    anas.post(f"/asks/open/{promised.pk}/", {"answer": "back"})
    assert not Taking.objects.standing().exists()


@pytest.mark.parametrize("way", ["page", "letter"])
def test_handing_back_on_a_break_leads_to_a_page_that_is_there(
    client: Client, anas: Client, asking: Asking, ana: Membership, way: str
) -> None:
    promised = asking()
    services.take(occurrence=promised, membership=ana, now=timezone.now())
    Membership.objects.filter(pk=ana.pk).update(paused_at=timezone.now())
    who, path = (anas, f"/asks/open/{promised.pk}/") if way == "page" else (client, by_mail(promised, ana))
    after = who.post(path, {"answer": "back"}, follow=True)
    assert after.status_code == 200
    assert "It is open for others again." in plain(after)


def test_what_was_softened_cancelled_or_is_over_says_so(
    anas: Client, asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking(flexible_at=timezone.now())
    path = f"/asks/open/{occurrence.pk}/"
    assert "if their body does not agree" in page(anas, path)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    assert "A call would be lovely instead." in page(anas, path)
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    assert "It has to be less than planned. A call would be lovely instead." in page(anas, path)
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    said = page(anas, path)
    assert "This is cancelled. Thank you for saying yes. A call would be lovely instead." in said
    second = asking()
    Occurrence.objects.filter(pk=second.pk).update(
        starts_at=timezone.now() - DAY, ends_at=timezone.now() - DAY / 2
    )
    assert "This is over." in page(anas, f"/asks/open/{second.pk}/")


def test_a_quiet_limit_leaves_no_trace_on_any_page(
    client: Client, anas: Client, asking: Asking, ana: Membership
) -> None:
    before = asking()
    seen = [page(anas, "/asks/open/"), page(anas, f"/asks/open/{before.pk}/")]
    Membership.objects.filter(pk=ana.pk).update(limited_at=timezone.now())
    after = asking(need="meal")
    assert [page(anas, "/asks/open/"), page(anas, f"/asks/open/{before.pk}/")] == seen
    nowhere, hidden = anas.get("/asks/open/999999/"), anas.get(f"/asks/open/{after.pk}/")
    assert (nowhere.status_code, plain(nowhere)) == (hidden.status_code, plain(hidden))
    unknown, unseen = client.get("/asks/a/nonsense/"), client.get(by_mail(after, ana))
    assert (unknown.status_code, plain(unknown)) == (unseen.status_code, plain(unseen))


def test_somebody_offers_first_and_the_owner_sees_it(
    anas: Client, client_of: SignIn, owner: User, ana: Membership
) -> None:
    said = {"needs": ["lift", "meal"], "when": "Tuesday afternoons"}
    assert "Saved. Maya sees it." in say(anas, f"/asks/offer/{ana.pk}/", said)
    assert "Change what I offer" in page(anas, "/asks/open/")
    assert "checked" in anas.get(f"/asks/offer/{ana.pk}/").content.decode()
    drawn = page(client_of(owner), "/asks/")
    assert "Ana Tuesday afternoons" in drawn and "A lift" in drawn
    assert "Offered already Ana" in page(client_of(owner), "/asks/new/?need=meal")
    assert "Offered already" not in page(client_of(owner), "/asks/new/?need=pets")
    to_use = f'href="/asks/new/?need=lift&amp;chosen={ana.pk}"'
    assert to_use in client_of(owner).get("/asks/").content.decode()
    ticked = f'name="chosen" value="{ana.pk}" id="id_chosen_0" checked'
    assert ticked in client_of(owner).get(f"/asks/new/?need=lift&chosen={ana.pk}").content.decode()
    assert ticked not in client_of(owner).get("/asks/new/?need=lift&chosen=nonsense").content.decode()
    assert anas.post(f"/asks/offer/{ana.pk}/", {"needs": ["castle"]}).status_code == 422
    say(anas, f"/asks/offer/{ana.pk}/", {})
    assert not Offer.objects.exists()


def test_nobody_offers_in_anothers_name(
    client_of: SignIn, owner: User, stranger: User, ana: Membership
) -> None:
    for who in (owner, stranger):
        assert client_of(who).get(f"/asks/offer/{ana.pk}/").status_code == 404


@pytest.mark.parametrize("many", [1, 12])
def test_the_same_questions_for_one_and_for_many(
    asking: Asking, stranger: User, ana: Membership, many: int, django_assert_num_queries: Any
) -> None:
    for _each in range(many):
        asking()
        services.take(occurrence=asking(), membership=ana, now=timezone.now())
    theirs = joined(stranger, "Gil")
    Membership.objects.filter(pk=theirs.pk).update(member=ana.member_id)
    with django_assert_num_queries(2):
        assert pages.open_for(ana.member, now=timezone.now()).anything


def test_of_a_weekly_ask_the_list_has_the_next_dates_and_its_page_the_others(
    anas: Client, asking: Asking, ana: Membership
) -> None:
    first = asking(weeks_apart=1)
    assert len(anas.get("/asks/open/").context["asks"].open) == pages.SHOWN_DATES
    drawn = anas.get(f"/asks/open/{first.pk}/")
    assert len(drawn.context["others"]) == 5
    assert "Other dates that are open" in plain(drawn)


def test_whoever_looks_is_listed_for_the_owner(
    client: Client, anas: Client, asking: Asking, ana: Membership
) -> None:
    page(anas, "/asks/open/")
    assert not Look.objects.exists()
    occurrence = asking()
    page(anas, "/asks/open/")
    page(client, by_mail(occurrence, ana))
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    page(anas, f"/asks/for/{ana.pk}/")
    page(anas, f"/asks/{occurrence.ask_id}/")
    saw = Look.objects.filter(membership=ana, viewer=ana.member, owner=ana.owner).values_list(
        "saw", flat=True
    )
    assert list(saw) == [["ask"]] * 4


def gone(client: Client, occurrence: Occurrence) -> list[str]:
    """All that a member can fetch of one date, the list and its page, without what differs from form to form."""
    return [page(client, "/asks/open/"), page(client, f"/asks/open/{occurrence.pk}/")]


@pytest.mark.parametrize("change", ["cancel", "soften", "move"])
def test_what_becomes_of_an_ask_after_a_quiet_limit_looks_like_any_that_is_cancelled(
    client: Client, anas: Client, asking: Asking, owner: User, ana: Membership, ben: Membership, change: str
) -> None:
    """As unlimited, it is gone from the list, and its page says that it is cancelled. Nothing newer shows."""
    occurrence = asking()
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    wanted = [words.replace(str(occurrence.pk), "") for words in gone(anas, occurrence)]
    refused = say(anas, f"/asks/open/{occurrence.pk}/", {"answer": "take"})
    services.cancel_ask(ask=occurrence.ask, by=owner, now=timezone.now())

    second = asking()
    Membership.objects.filter(pk=ana.pk).update(limited_at=timezone.now())
    ana.refresh_from_db()
    changes = {
        "cancel": lambda now: services.cancel(occurrence=second, by=owner, now=now),
        "soften": lambda now: services.soften(occurrence=second, by=owner, now=now),
        "move": lambda now: services.move(occurrence=second, by=owner, now=now, starts_at=in_days(9)),
    }
    changes[change](timezone.now())
    assert gone(anas, second) == wanted
    by_letter = page(client, by_mail(second, ana))
    assert "This is cancelled. You need do nothing." in by_letter and "less" not in by_letter
    assert say(anas, f"/asks/open/{second.pk}/", {"answer": "take"}) == refused
    assert not Taking.objects.exists()
    assert audience.is_off_for(second, ana)
    assert audience.is_off_for(second, ben) == (change == "cancel")


def test_who_said_yes_before_a_limit_knows_what_becomes_of_it(
    anas: Client, asking: Asking, owner: User, ana: Membership
) -> None:
    """Nobody comes in vain, limited or not; and handing back leads to the same page as for everybody."""
    occurrence = asking()
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    Membership.objects.filter(pk=ana.pk).update(limited_at=timezone.now())
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    path = f"/asks/open/{occurrence.pk}/"
    assert "It has to be less than planned." in page(anas, path)
    assert told("asks/changed") == {"Ana"}
    say(anas, path, {"answer": "back"})
    assert "Yes, I can" in page(anas, path)
    assert "This is cancelled" not in page(anas, path)


def test_a_change_from_before_the_limit_stays_as_it_was_seen(
    anas: Client, asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(9))
    before = gone(anas, occurrence)
    Membership.objects.filter(pk=ana.pk).update(limited_at=timezone.now())
    assert gone(anas, occurrence) == before
    assert "Yes, I can" in before[1]


def test_the_owner_reads_what_a_limit_means_for_asks(client_of: SignIn, owner: User, ana: Membership) -> None:
    mine, path = client_of(owner), f"/network/sharing/{ana.pk}/"
    words = "What you have asked for stays open to them."
    assert words in page(mine, path)
    shared(ana, Share.CHECKINS)
    assert words not in page(mine, path)
