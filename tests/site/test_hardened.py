"""The desk's door, names the site answers to, what cannot be read, and Django's own sentences."""

from collections.abc import Callable

import pytest
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.views.decorators.csrf import csrf_exempt

import supportnet.urls
from accounts.models import User
from supportnet.settings import local_hosts
from tests.conftest import PASSWORD

ClientOf = Callable[[User], Client]
DOOR, LIST = "/admin/login/", "/admin/resources/service/"
HERE = ["localhost", "127.0.0.1", "[::1]"]


# The desk ------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(curator: User) -> User:
    curator.is_superuser = True
    curator.save()
    return curator


def test_a_curator_comes_to_the_desk_through_the_ordinary_sign_in(client: Client, curator: User) -> None:
    answer = client.get(LIST, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    inside = {"login": curator.email, "password": PASSWORD, "next": "/admin/"}
    answer = client.post("/accounts/login/", inside, follow=True)
    assert answer.redirect_chain == [("/admin/", 302)]
    assert answer.status_code == 200


def test_the_desk_has_no_form_of_its_own(client: Client, curator: User, client_of: ClientOf) -> None:
    guess = {"username": curator.email, "password": PASSWORD, "next": "/admin/"}
    answer = client.post(DOOR, guess)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/admin/")
    assert "_auth_user_id" not in client.session
    # Not for a curator who would like to guess at somebody else's password either.
    answer = client_of(curator).post(DOOR, guess)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_door_leads_where_one_wanted_to_go_and_nowhere_else(curator: User, client_of: ClientOf) -> None:
    client = client_of(curator)
    assert client.get(DOOR, {"next": LIST})["Location"] == LIST
    assert client.get(DOOR)["Location"] == "/admin/"
    assert client.get(DOOR, {"next": "https://elsewhere.example/"})["Location"] == "/admin/"


def test_who_is_not_staff_is_told_so(owner: User, client_of: ClientOf) -> None:
    answer = client_of(owner).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "This page is not for this account" in answer.content.decode()


def test_a_password_is_changed_in_one_place_only(curator: User, client_of: ClientOf) -> None:
    there = reverse("account_change_password")
    for name in ("admin:password_change", "admin:password_change_done"):
        for answer in (client_of(curator).get(reverse(name)), client_of(curator).post(reverse(name))):
            assert (answer.status_code, answer["Location"]) == (302, there)


@pytest.mark.parametrize("what", ["1/1/", "1/nothing/", "nothing/1/", "99999999999999999999/1/", "1/", "1/1"])
def test_the_shortcut_to_rows_is_nowhere(keeper: User, client_of: ClientOf, what: str) -> None:
    assert client_of(keeper).get(f"/admin/r/{what}").status_code == 404


def test_the_shortcut_is_nowhere_for_what_there_is(keeper: User, client_of: ClientOf) -> None:
    kind = ContentType.objects.get_for_model(User)
    assert client_of(keeper).get(f"/admin/r/{kind.pk}/{keeper.pk}/").status_code == 404


# Names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "site", "names"),
    [
        ("", "http://localhost:8000", HERE),
        ("127.0.0.1", "http://localhost:8000", HERE),
        ("::1", "http://localhost:8000", HERE),
        ("box.lan", "http://box.lan:8000", [*HERE, "box.lan"]),
        ("127.0.0.1", "https://through.a.tunnel.example", [*HERE, "through.a.tunnel.example"]),
        ("fd00::7", "http://[fd00::7]:8000", [*HERE, "[fd00::7]"]),
        ("0.0.0.0", "http://localhost:8000", ["*"]),
        ("::", "http://localhost:8000", ["*"]),
        ("[::]", "http://localhost:8000", ["*"]),
    ],
)
def test_ones_own_machine_answers_to_its_own_names(host: str, site: str, names: list[str]) -> None:
    assert local_hosts(host, site) == names


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_it_answers_here(client: Client, db: None, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_it_does_not_answer_to_anybody_elses_name(client: Client, db: None) -> None:
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "That did not work" in answer.content.decode()


# What cannot be read -------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/accounts/login/", "/accounts/theme/", "/nowhere/", "/admin/r/1/1/"])
def test_a_form_in_letters_we_do_not_read_gets_our_page(db: None, where: str) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    answer = client.post(where, "login=a", content_type=kind)
    assert answer.status_code == 400
    assert "<h1>That did not work</h1>" in answer.content.decode()


@csrf_exempt
def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


handler500 = supportnet.urls.handler500
urlpatterns = [path("fail/", fail), path("", include("supportnet.urls"))]


@pytest.mark.urls(__name__)
def test_our_own_fault_has_its_page_even_then(db: None) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post("/fail/", "a=b", content_type="application/x-www-form-urlencoded; charset=utf-7")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


# Sentences -----------------------------------------------------------------------------------------


class Stock(forms.Form):
    name = forms.CharField(max_length=5)
    address = forms.EmailField(max_length=50)
    page = forms.URLField(assume_scheme="https")
    sure = forms.BooleanField()


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({}, "name", "Please fill this in."),
        ({}, "sure", "Please fill this in."),
        ({"address": "maya"}, "address", "That does not look like an e-mail address. Is there an @ in it?"),
        (
            {"page": "no page"},
            "page",
            "That does not look like a web address. Write it like https://example.org.",
        ),
        ({"name": "too long"}, "name", "That is too long. Please shorten it a little."),
        (
            {"name": "a\x00b"},
            "name",
            "There is a character in it that we cannot keep. Please type it again.",
        ),
    ],
)
def test_stock_sentences_are_ours(said: dict[str, str], field: str, words: str) -> None:
    assert words in Stock(said).errors[field]


def test_no_form_was_made_before_our_sentences_were_there(client: Client, db: None) -> None:
    client.get("/accounts/signup/")  # by now every form of ours is imported
    kinds: list[type[forms.BaseForm]] = [forms.Form, forms.ModelForm]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = [kind for kind in kinds if not kind.__module__.startswith("django.")]
    fields = [(kind, *named) for kind in ours for named in kind.base_fields.items()]
    stock = [(kind, name) for kind, name, field in fields if "This field" in field.error_messages["required"]]
    assert not stock
    assert len(ours) > 30
