"""A refusal that no view expected reaches the person all the same: in its words, on a page that is there."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts.middleware import PreferencesMiddleware
from accounts.models import User
from networks import errors, services
from networks.models import Tie

ClientOf = Callable[[User], Client]
GONE = "This person is no longer in your network."
PERSON = {"name": "Ana", "circle": "wider"}


@pytest.fixture
def gone_meanwhile(owner: User, monkeypatch: pytest.MonkeyPatch) -> Tie:
    """Somebody who is removed in another tab at the moment their change is saved."""
    tie = services.add_tie(by=owner, name="Ana", circle="close")
    real = services.edit_tie

    def late(**change: object) -> Tie:
        services.remove_tie(tie=tie, by=owner)
        return real(**change)

    monkeypatch.setattr(services, "edit_tie", late)
    return tie


def test_it_is_said_on_the_page_they_came_from(owner: User, client_of: ClientOf, gone_meanwhile: Tie) -> None:
    client, path = client_of(owner), f"/network/{gone_meanwhile.pk}/edit/"
    answer = client.post(path, PERSON, headers={"referer": "http://testserver/network/?circle=close#list"})
    assert (answer.status_code, answer["Location"]) == (302, "/network/?circle=close")
    page = client.get("/network/").content.decode()
    assert f'<p class="message info">{GONE}</p>' in page


@pytest.mark.parametrize(
    "referer",
    ["", "https://elsewhere.example/network/", "http://testserver//elsewhere.example/x", "http://["],
)
def test_it_never_leads_elsewhere(
    owner: User, client_of: ClientOf, gone_meanwhile: Tie, referer: str
) -> None:
    path = f"/network/{gone_meanwhile.pk}/edit/"
    answer = client_of(owner).post(path, PERSON, headers={"referer": referer})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_htmx_is_told_where_to_go(owner: User, client_of: ClientOf, gone_meanwhile: Tie) -> None:
    headers = {"referer": "http://testserver/network/", "hx-request": "true"}
    answer = client_of(owner).post(f"/network/{gone_meanwhile.pk}/edit/", PERSON, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (409, "/network/")
    assert answer.content.decode() == GONE


def refuse(path: str, referer: str) -> HttpResponse | None:
    request = RequestFactory().get(path, headers={"referer": f"http://testserver{referer}"})
    request._messages = Heard()
    middleware = PreferencesMiddleware(lambda _request: HttpResponse())
    return middleware.process_exception(request, errors.GoneTie())


class Heard:
    def add(self, *_: object) -> None:
        pass


def test_a_page_that_refuses_to_be_looked_at_leads_home_and_not_to_itself() -> None:
    for referer, leads in [("/network/1/?a=1", "/"), ("/network/", "/network/")]:
        answer = refuse("/network/1/", referer)
        assert answer is not None
        assert answer["Location"] == leads
    assert refuse("/", "/") is None


def test_any_other_mistake_stays_one(rf: RequestFactory) -> None:
    assert (
        PreferencesMiddleware(lambda _request: HttpResponse()).process_exception(rf.get("/x"), ValueError())
        is None
    )
