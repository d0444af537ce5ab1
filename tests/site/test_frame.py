"""What every page has around it, and how fields and faults are drawn."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import include, path

from accounts.forms import OnceForm
from accounts.models import User

PUBLIC = ["/", "/accounts/login/", "/accounts/signup/", "/find/", "/find/help-now/", "/nowhere/"]
PRIVATE = ["/today/", "/network/", "/accounts/settings/", "/nowhere/"]


def has_the_frame(page: str) -> None:
    assert page.count("<main ") == page.count("<h1") == 1
    assert '<a class="skip" href="#main">' in page
    assert 'href="/find/help-now/">Get help now</a>' in page
    assert re.search(r'href="/leave/"[^>]* data-leave>Leave quickly', page)
    assert '<html lang="en" dir="ltr" data-theme="auto">' in page
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"\son\w+=", page)
    assert not re.search(r'(src|href)="https?://(?!testserver)[^"]*\.(js|css|woff2?)"', page)


@pytest.mark.parametrize("where", PUBLIC)
def test_every_public_page_has_the_frame(client: Client, db: None, where: str) -> None:
    has_the_frame(client.get(where).content.decode())


@pytest.mark.parametrize("where", PRIVATE)
def test_every_page_of_a_person_has_the_frame(
    owner: User, client_of: Callable[[User], Client], where: str
) -> None:
    page = client_of(owner).get(where).content.decode()
    has_the_frame(page)
    assert 'aria-label="Settings for Maya"' in page


def test_the_note_about_mail_is_for_local_machines_only(client: Client, db: None) -> None:
    assert "/mail/" in client.get("/").content.decode()
    with override_settings(LOCAL=False):
        assert "/mail/" not in client.get("/").content.decode()


def test_nothing_is_fetched_from_elsewhere_and_nothing_runs_inline(client: Client, db: None) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


class Sample(OnceForm):
    said = forms.CharField(help_text="Short.", max_length=5)
    mood = forms.ChoiceField(
        choices=[("", "None"), ("More", [("a", "A & B")])], widget=forms.RadioSelect, required=False
    )
    pain = forms.ChoiceField(
        choices=[(n, n) for n in range(11)],
        widget=forms.RadioSelect(attrs={"class": "scale"}),
        required=False,
    )
    sure = forms.BooleanField(label="Yes, I am", help_text="Really.")

    def clean(self) -> None:
        if self.data.get("fail"):
            raise forms.ValidationError("These do not fit together.")


def sample(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        render_to_string("_form.html", {"form": Sample(request.POST), "submit": "Go"}, request)
    )


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def suspect(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def slow_down(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


urlpatterns = [
    path("sample/", sample),
    path("refuse/", refuse),
    path("suspect/", suspect),
    path("fail/", fail),
    path("slow/", slow_down),
    path("", include("supportnet.urls")),
]


@pytest.mark.urls(__name__)
def test_a_form_says_what_is_wrong_on_top_and_beside_the_field(client: Client, db: None) -> None:
    page = client.post("/sample/", {"said": "too long", "fail": "1"}).content.decode()
    assert '<div class="card alert problem" role="alert" tabindex="-1" autofocus>' in page
    assert "<li>These do not fit together.</li>" in page
    assert '<li><a href="#id_said">That is too long' in page
    assert 'aria-invalid="true" aria-describedby="id_said_helptext id_said_error"' in page
    assert 'id="id_said_error"' in page
    assert 'id="id_said_helptext"' in page
    assert 'value="too long"' in page


@pytest.mark.urls(__name__)
def test_choices_are_chips_and_a_scale_is_a_scale(client: Client, db: None) -> None:
    page = client.post("/sample/").content.decode()
    assert '<div class="chips" id="id_mood">' in page
    assert '<div class="scale" id="id_pain">' in page
    assert "<span>A &amp; B</span>" in page
    assert '<span class="chips-group">More</span>' in page
    assert page.count('<span class="optional">(optional)</span>') == 2
    assert re.search(r'<label class="tick" for="id_sure"><input type="checkbox" name="sure"', page)


def test_a_form_keeps_the_key_it_was_drawn_with() -> None:
    key = uuid.uuid4()
    form = Sample({"form_key": str(key), "said": "hello", "sure": "on"})
    assert form.is_valid()
    assert form.cleaned_data["form_key"] == key
    assert Sample()["form_key"].value() != Sample()["form_key"].value()


@pytest.mark.parametrize("key", [{}, {"form_key": ""}, {"form_key": "not a key"}, {"form_key": "\x00" * 40}])
def test_a_lost_key_is_replaced_and_never_an_error(key: dict[str, str]) -> None:
    form = Sample({"said": "hello", "sure": "on"} | key)
    assert form.is_valid()
    assert isinstance(form.cleaned_data["form_key"], uuid.UUID)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("where", "status", "words"),
    [
        ("/refuse/", 403, "This page is not for this account"),
        ("/suspect/", 400, "That did not work"),
        ("/nowhere/", 404, "We cannot find this page"),
        ("/slow/", 429, "Please wait a little"),
        ("/fail/", 500, "Something went wrong on our side"),
    ],
)
def test_every_fault_has_a_kind_page(db: None, where: str, status: int, words: str) -> None:
    answer = Client(raise_request_exception=False).get(where)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in page
    assert "Get help now" in page


def test_a_page_that_was_open_too_long_says_to_go_back(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/theme/", {"theme": "dim"})
    assert answer.status_code == 403
    assert "Please go back and try again" in answer.content.decode()


def colours(name: str) -> dict[str, str]:
    css = (Path(settings.BASE_DIR) / "static/css" / name).read_text()
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", css))


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(d * 2 for d in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("paper", "card", "leaf-wash", "ember-wash")
TEXT = [(word, ground) for word in ("ink", "soft", "leaf", "leaf-deep", "ember") for ground in GROUNDS]
TEXT += [("on-leaf", "leaf"), ("sun", "sun-wash"), ("on-warm-1", "warm-1")]
TEXT += [("on-warm", f"warm-{n}") for n in (2, 3, 4, 5)]
EDGES = [(edge, ground) for edge in ("field", "leaf", "sun", "ember") for ground in GROUNDS]


@pytest.mark.parametrize("theme", ["light", "dim"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)])
def test_the_colours_can_be_read(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colour = colours("tokens.css") | (colours("dim.css") if theme == "dim" else {})
    poor = {pair: round(c, 2) for pair in pairs if (c := contrast(colour[pair[0]], colour[pair[1]])) < least}
    assert not poor


def test_every_style_sheet_is_used_and_layered(db: None, client: Client) -> None:
    here = Path(settings.BASE_DIR) / "static/css"
    page = render_to_string("_styles.html", {"theme": "auto"})
    for sheet in here.glob("*.css"):
        assert f"/static/css/{sheet.name}" in page
        assert re.search(r"^@layer (tokens|base|layout|components|helpers)", sheet.read_text(), re.MULTILINE)
