"""One's own settings, the colours of the pages, and the staff's view of accounts."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.forms import LineField, SignupForm
from accounts.models import Consent, User

ClientOf = Callable[[User], Client]
ANSWERS = {"name": "Maya R", "time_zone": "Pacific/Auckland", "language": "en-gb"}


def test_a_person_changes_their_own_settings(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    answer = client.post(reverse("settings"), ANSWERS)
    assert answer["Location"] == reverse("settings")
    owner.refresh_from_db()
    assert (owner.name, owner.time_zone, owner.language) == tuple(ANSWERS.values())
    page = client.get(reverse("settings"))
    assert '<p class="message success">Saved.</p>' in page.content.decode()
    assert page["Content-Language"] == "en-gb"
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "x" * 61}, {"name": "\x00"}, {"time_zone": "Mars/Olympus"}, {"language": "xx"}],
)
def test_bad_settings_are_refused(owner: User, client_of: ClientOf, changes: dict[str, str]) -> None:
    answer = client_of(owner).post(reverse("settings"), ANSWERS | changes)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.name == "Maya"


def test_settings_know_get_and_post_only(owner: User, client_of: ClientOf) -> None:
    assert client_of(owner).put(reverse("settings")).status_code == 405


@pytest.mark.parametrize("theme", ["light", "dim", "auto"])
def test_the_colours_are_remembered_without_an_account(visitor: Client, theme: str) -> None:
    answer = visitor.post(reverse("theme"), {"theme": theme, "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    page = visitor.get("/accounts/login/").content.decode()
    assert f'data-theme="{theme}"' in page
    assert ("css/dim.css" in page) == (theme != "light")
    assert f'value="{theme}" aria-pressed="true"' in page
    assert page.count('aria-pressed="true"') == 1
    assert page.count('name="next" value="/accounts/login/"') == 1


def test_unknown_colours_change_nothing(visitor: Client) -> None:
    answer = visitor.post(reverse("theme"), {"theme": "plaid"})
    assert "theme" not in answer.cookies
    visitor.cookies["theme"] = '"><script>'
    assert 'data-theme="auto"' in visitor.get("/").content.decode()


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""]
)
def test_choosing_colours_never_leads_elsewhere(visitor: Client, there: str) -> None:
    assert visitor.post(reverse("theme"), {"theme": "dim", "next": there})["Location"] == "/"


def test_colours_are_chosen_by_post(visitor: Client) -> None:
    assert visitor.get(reverse("theme")).status_code == 405


@pytest.fixture
def staff(db: None, client_of: ClientOf) -> Client:
    return client_of(User.objects.create_superuser("root@example.org", "x"))


def test_staff_see_accounts_and_consents_but_do_not_make_or_alter_them(staff: Client, owner: User) -> None:
    consent = Consent.objects.create(
        subject=owner, purpose="share", act="given", text="Mum sees it", language="en"
    )
    assert owner.email in staff.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert (
        'name="password'
        not in staff.get(reverse("admin:accounts_user_change", args=[owner.pk])).content.decode()
    )
    assert staff.get(reverse("admin:accounts_user_add")).status_code == 403
    assert staff.get(reverse("admin:accounts_consent_changelist")).status_code == 200
    shown = staff.get(reverse("admin:accounts_consent_change", args=[consent.pk]))
    assert shown.status_code == 200 and "Mum" not in shown.content.decode()
    assert staff.post(reverse("admin:accounts_consent_change", args=[consent.pk])).status_code == 403
    assert staff.post(reverse("admin:accounts_consent_delete", args=[consent.pk])).status_code == 403
    assert staff.get(reverse("admin:accounts_consent_add")).status_code == 403


def test_the_admin_is_closed_to_others(owner: User, client_of: ClientOf, visitor: Client) -> None:
    assert client_of(owner).get(reverse("admin:accounts_user_changelist")).status_code == 302
    assert visitor.get(reverse("admin:accounts_user_changelist")).status_code == 302


# What somebody is called travels into mail: one line, and nothing that turns its direction.
@pytest.mark.parametrize(
    "typed", ["May\u202ea\r\nBcc: x@example.org", " May\u2066a\x0b Bcc:\u2028 x@example.org "]
)
def test_a_name_is_one_plain_line(owner: User, client_of: ClientOf, typed: str) -> None:
    client_of(owner).post(reverse("settings"), ANSWERS | {"name": typed})
    owner.refresh_from_db()
    assert owner.name == "Maya Bcc: x@example.org"


def test_a_name_of_nothing_one_can_see_is_refused(owner: User, client_of: ClientOf) -> None:
    answer = client_of(owner).post(reverse("settings"), ANSWERS | {"name": "\u202e\n\u2066"})
    assert answer.status_code == 422


def test_sign_up_asks_for_the_same_plain_line() -> None:
    assert isinstance(SignupForm.base_fields["name"], LineField)
    assert SignupForm.base_fields["name"].clean("Ma\u200fya\nR") == "Maya R"


def test_help_is_one_tap_away_at_the_top_and_at_the_end_of_a_page(
    visitor: Client, owner: User, client_of: ClientOf
) -> None:
    for client, path in ((visitor, "/accounts/login/"), (client_of(owner), "/network/")):
        top, _main, rest = client.get(path).content.decode().partition("<main")
        assert f'href="{reverse("help_now")}"' in top
        assert f'href="{reverse("help_now")}"' in rest.partition("<footer")[2]
