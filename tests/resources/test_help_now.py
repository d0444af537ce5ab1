"""The page for the worst moment: always there, for everybody, with the nearest numbers first."""

import datetime as dt

import pytest

from resources import helplines
from resources.models import Helpline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]
PAGE = "/find/help-now/"


def first(client, **asked) -> str:
    response = client.get(PAGE, **asked)
    assert response.status_code == 200
    return response.context["name"]


def test_it_is_there_for_everybody(client, client_of, owner, stranger, curator):
    for visitor in (client, client_of(owner), client_of(stranger), client_of(curator)):
        assert visitor.get(PAGE).status_code == 200
    assert client.post(PAGE).status_code == 405


def test_it_lists_every_line_with_one_tap_to_call_or_text(client):
    words = client.get(PAGE).content.decode()
    for line in Helpline.objects.all():
        assert f"tel:{line.dial}" in words
        assert f"sms:{line.sms}" in words or not line.text
    assert "not an emergency service" in words
    assert "findahelpline.com" in words


@pytest.mark.parametrize("code", ["GB", "gb", "US", "IE", "NZ", "AU", "CA"])
def test_the_country_asked_for_comes_first(client, code):
    assert first(client, data={"country": code}) == helplines.country_name(code.upper())


@pytest.mark.parametrize("code", ["", "XX", "GBR", "<b>", "\x00", "x" * 5000])
def test_a_country_that_is_none_is_no_trouble(client, code):
    assert first(client, data={"country": code}) == ""


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        ("en-GB,en;q=0.9", "Britain (UK)"),
        ("en, en-AU;q=0.8", "Australia"),
        ("fr-CA", "Canada"),
        ("zh-Hant-NZ", "New Zealand"),
        ("de-DE", ""),
        ("*", ""),
        ("", ""),
    ],
)
def test_a_browser_s_language_gives_a_hint(client, languages, name):
    assert first(client, headers={"Accept-Language": languages}) == name


def test_the_time_zone_of_somebody_signed_in_knows_better(client_of, owner):
    owner.time_zone = "Pacific/Auckland"
    owner.save()
    assert first(client_of(owner), headers={"Accept-Language": "en-GB"}) == "New Zealand"


def test_a_line_nobody_checked_says_so_and_so_does_an_old_check(client):
    def words() -> str:
        return client.get(PAGE, {"country": "GB"}).content.decode()

    assert "We have not checked it ourselves yet" in words()
    Helpline.objects.update(verified_on=dt.date(2020, 1, 2))
    assert "more than a year ago" in words()
    Helpline.objects.update(verified_on=dt.date.today())
    assert "Checked by us on" in words()


def test_with_no_lines_at_all_it_still_says_what_to_do(client):
    Helpline.objects.all().delete()
    words = client.get(PAGE).content.decode()
    assert "112" in words
    assert "findahelpline.com" in words


def test_loading_again_brings_back_what_was_removed_and_leaves_edits_alone():
    Helpline.objects.filter(country="GB", name="Samaritans").update(hours="Always")
    Helpline.objects.filter(country="NZ", kind="crisis").delete()
    assert helplines.load(Helpline) == 1
    assert helplines.load(Helpline) == 0
    assert Helpline.objects.get(country="GB", name="Samaritans").hours == "Always"


def test_each_country_has_an_emergency_number_and_somebody_to_talk_to():
    for code in set(Helpline.objects.values_list("country", flat=True)):
        kinds = set(Helpline.objects.filter(country=code).values_list("kind", flat=True))
        assert kinds == {"emergency", "crisis"}, code
    assert not Helpline.objects.filter(verified_on__isnull=False).exists()
