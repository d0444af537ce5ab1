"""No button ends on an empty page: neither pressed after being signed out, nor its address typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User

ClientOf = Callable[[User], Client]
BUTTON = "/rest/end/"
FROM_TODAY = {"referer": "http://testserver/today/?a=1"}
TO_TODAY = "/accounts/login/?next=/today/%3Fa%3D1"
NOT_YET = "Nothing has happened yet. Sign in, then press the button once more."


def test_after_signing_in_they_are_back_on_the_page_with_the_button(client: Client, db: None) -> None:
    answer: Any = client.post(BUTTON, headers=FROM_TODAY, follow=True)
    assert answer.redirect_chain == [(TO_TODAY, 302)]
    assert NOT_YET in answer.content.decode()


def test_htmx_is_told_where_to_go_and_puts_no_door_into_the_page(client: Client, db: None) -> None:
    answer = client.post(BUTTON, headers={**FROM_TODAY, "hx-request": "true"})
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (401, TO_TODAY, b"")


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example/today/", "http://testserver//elsewhere.example/x"]
)
def test_it_never_leads_elsewhere(client: Client, db: None, referer: str) -> None:
    answer = client.post(BUTTON, headers={"referer": referer})
    assert answer["Location"] == f"/accounts/login/?next={BUTTON}"


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_address_of_a_button_is_a_page_with_a_way_on(
    client_of: ClientOf, client: Client, owner: User, signed_in: bool
) -> None:
    answer = (client_of(owner) if signed_in else client).get("/network/invited/decline/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "There is nothing to see here" in page
    assert '<a class="btn main" href="/">' in page


def test_what_is_sent_to_a_page_that_only_reads_is_refused_as_before(client: Client, db: None) -> None:
    answer = client.post("/")
    assert (answer.status_code, answer.content) == (405, b"")
