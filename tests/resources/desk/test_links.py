"""The link checker: a real server on this machine, asked politely; nobody's network asked at all."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import threading
from collections.abc import Iterator

import pytest
from django.utils import timezone

from resources import visiting, waiting
from resources.models import CheckedLink
from resources.services import linkwork
from tests.networks.test_races import at_once
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


class Site(http.server.BaseHTTPRequestHandler):
    """Answers with the status in its path; `asked` is what was asked, and by whom."""

    asked: list[tuple[str, str, str]] = []

    def answer(self) -> None:
        self.asked.append((self.command, self.path, self.headers["User-Agent"]))
        what = self.path.strip("/").split("?")[0]
        if what.startswith("to/"):
            status, _slash, where = what.removeprefix("to/").partition("/")
            self.send_response(int(status))
            self.send_header("Location", "/" + where if "http:" not in where else where)
        elif what == "raw":
            self.send_response(302)
            self.send_header("Location", "/200?tea=thé".encode().decode("latin-1"))
        elif what == "no-head":
            self.send_response(405 if self.command == "HEAD" else 200)
        else:
            self.send_response(int(what or 200))
        self.end_headers()

    do_HEAD = do_GET = answer

    def log_message(self, *said: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def look(url: str) -> visiting.Seen:
    return visiting.look(url, agent="Test", loopback=True)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/", "works"),
        ("/no-head", "works"),
        ("/404", "dead"),
        ("/410", "dead"),
        ("/500", "dead"),
        ("/403", "shy"),
        ("/401", "shy"),
        ("/429", "shy"),
        ("/to/302/404", "dead"),
        ("/to/301/", "works"),
        ("/to/302/403", "shy"),
    ],
)
def test_what_a_page_answers_is_judged(site, path, answer):
    assert look(site + path).answer == answer


def test_head_comes_first_and_get_only_where_it_has_to(site):
    look(f"{site}/")
    look(f"{site}/no-head")
    assert [one[:2] for one in Site.asked] == [("HEAD", "/"), ("HEAD", "/no-head"), ("GET", "/no-head")]


def test_a_page_that_moved_for_good_says_where(site):
    assert look(f"{site}/to/301/200").moved_to == f"{site}/200"
    assert look(f"{site}/to/302/200").moved_to == ""


def test_going_round_in_a_circle_ends(site):
    assert look(f"{site}/to/302/to/302/to/302/to/302/to/302/to/302/200").detail == "leads round in a circle"


def test_nobody_there_is_dead_and_a_fault_of_tls_is_not(site):
    with socket.socket() as silent:  # it has its port for itself and does not listen
        silent.bind(("127.0.0.1", 0))
        assert look(f"http://127.0.0.1:{silent.getsockname()[1]}/").answer == "dead"
    assert look(site.replace("http:", "https:")).answer == "shy"


def test_a_name_that_nobody_has_is_said_to_be_none(monkeypatch):
    def unknown(*asked: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    # Asked for real, each network has an answer of its own, and some take a minute for it.
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert look("http://no-such-host.invalid/").detail == "no such host"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8000/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[::127.0.0.1]/",
        "http://[::10.0.0.1]/",
        "http://[::ffff:0:10.0.0.1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[fec0::1]/",
        "http://192.0.0.192/opc/v1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://user@example.org/",
        "javascript:alert(1)",
        "http://",
    ],
)
def test_what_is_inside_a_network_or_no_page_is_never_asked(site, url):
    seen = visiting.look(url, agent="Test")
    assert seen.answer == "refused"
    assert Site.asked == []


def test_a_redirect_into_a_network_is_refused(site):
    assert look(f"{site}/to/302/http://10.0.0.1/").answer == "refused"


@pytest.mark.parametrize("where", ["http://[bad", "http://[1.2.3.4]/"])
def test_a_redirect_to_what_is_no_address_is_dead_and_stops_nobody(site, where):
    assert look(f"{site}/to/302/{where}").answer == "dead"


@pytest.mark.parametrize("rest", ["thé noir", "th%C3%A9%20noir"])
def test_an_address_in_any_letters_is_asked_as_a_browser_would(site, rest):
    assert look(f"{site}/200?tea={rest}").answer == "works"
    assert [path for _how, path, _who in Site.asked] == ["/200?tea=th%C3%A9%20noir"]


def test_a_redirect_in_any_letters_is_followed_as_a_browser_would(site):
    assert look(f"{site}/raw").answer == "works"
    assert [path for _how, path, _who in Site.asked] == ["/raw", "/200?tea=th%C3%A9"]


@pytest.mark.parametrize("url", ["http://example.org:99999/", "http://[broken/", "http://exa mple.org/"])
def test_what_is_no_address_breaks_nothing(url):
    assert visiting.look(url, agent="Test").answer in ("dead", "refused")


def test_the_sweep_asks_what_public_listings_name_with_its_own_name(site, settings, published, draft):
    settings.LINK_CHECK_LOOPBACK = True
    service = published(url=f"{site}/404")
    draft("Draft", url=f"{site}/500")
    house = service.organization
    house.website = f"{site}/200"
    house.save()
    now = timezone.now()
    linkwork.gather_links(now=now)
    assert linkwork.sweep_links(now=now) == 1
    # The same host is left alone for a while.
    assert linkwork.sweep_links(now=now) == 0
    assert linkwork.sweep_links(now=now + linkwork.PACE * 2) == 1
    assert {one[1] for one in Site.asked} == {"/404", "/200"}
    assert all("SupportnetLinkCheck" in one[2] for one in Site.asked)
    assert list(linkwork.named_by(f"{site}/404")) == [service]


def test_dead_is_what_failed_several_times_over_days(site, settings, published, desk):
    settings.LINK_CHECK_LOOPBACK = True
    published("Tea", url=f"{site}/404")
    now = timezone.now() - dt.timedelta(days=5)
    linkwork.gather_links(now=now)
    for day in range(4):
        assert waiting.dead_links(now + dt.timedelta(days=day)).exists() is (day > 2)
        assert linkwork.sweep_links(now=now + dt.timedelta(days=day, hours=day)) == 1
    link = CheckedLink.objects.get()
    assert link.failures == 4
    assert "/404" in words(desk.get("/find/desk/links/"))
    linkwork.record(link, visiting.Seen("works"), now=timezone.now())
    assert not waiting.dead_links(timezone.now()).exists()
    link.refresh_from_db()
    assert (link.failures, link.failing_since_at) == (0, None)


def test_a_link_nobody_names_any_more_is_forgotten(published):
    service = published(url="https://tea.example.org")
    assert linkwork.gather_links(now=timezone.now()) == 1
    service.url = ""
    service.save()
    linkwork.gather_links(now=timezone.now())
    assert not CheckedLink.objects.exists()
    assert linkwork.host_of("http://[broken") == ""


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_ask_one_host_at_once():
    for number in range(4):
        CheckedLink.objects.create(url=f"https://tea.example.org/{number}", host="tea.example.org")
        CheckedLink.objects.create(url=f"https://{number}.example.org/", host=f"{number}.example.org")
    now = timezone.now() + dt.timedelta(seconds=1)
    first, second = at_once(*[lambda: linkwork.claim(now, most=20)] * 2)
    hosts = [link.host for link in [*first, *second]]
    assert sorted(hosts) == sorted(set(hosts))
    assert len(hosts) == 5
