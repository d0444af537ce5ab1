"""The one thing the outbox asks of people: whether their address works again."""

from django.test import Client


def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.post("/messages/address-works/").status_code == 302
