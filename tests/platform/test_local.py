"""script/server's inside: refusals in plain words, and one real start, kill and restart."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest

from supportnet import children, embedded, local
from supportnet.leftovers import ticks

TELLING = ("DATABASE_URL", "REDIS_URL", "SITE_URL", "EMAIL_URL", "MAIL_DIR", "STATE")


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    place = Path("/tmp") / f"sn-l-{os.getpid()}-{time.monotonic_ns()}"
    place.mkdir(mode=0o755)
    monkeypatch.setenv("SUPPORTNET_STATE", str(place))
    monkeypatch.setenv("HOST", "127.0.0.1")
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("MAIL_PORT", "0")
    yield place
    subprocess.run(["rm", "-rf", str(place)], check=True)


def free_port() -> int:
    """Of those that no system hands out: nobody else comes by it between this moment and its use."""
    for port in range(12_000 + os.getpid() % 300 * 50, 30_000):
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "８０"])
def test_a_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    assert "Choose a number from 1 to 65535" in local.port_problem()


def test_a_port_in_use_is_named_with_a_way_out(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert "in use by another program" in local.port_problem()
        (embedded.state() / "run").mkdir()
        with pytest.raises(SystemExit, match="PORT=8080"):
            local.make_room()


def test_an_address_of_another_machine_is_refused(monkeypatch):
    monkeypatch.setenv("HOST", "192.0.2.1")
    assert "no address of this machine" in local.port_problem()


def test_a_free_port_is_no_problem():
    assert local.port_problem() is None


def test_mail_gets_another_port_when_its_own_is_taken(monkeypatch):
    monkeypatch.setenv("MAIL_PORT", "nonsense")
    assert int(local.free_mail_port()) > 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = str(taken.getsockname()[1])
        monkeypatch.setenv("MAIL_PORT", busy)
        assert local.free_mail_port() != busy


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "localhost"),
        ("0.0.0.0", "localhost"),
        ("::", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
    ],
)
def test_the_address_shown_is_one_that_a_browser_can_open(monkeypatch, host, shown):
    monkeypatch.setenv("HOST", host)
    assert local.address() == f"http://{shown}:{os.environ['PORT']}"


def test_mail_never_gets_the_port_of_the_site(monkeypatch):
    monkeypatch.setenv("MAIL_PORT", os.environ["PORT"])
    assert local.free_mail_port() not in ("0", os.environ["PORT"])


def test_an_address_with_colons_is_bracketed_before_anything_starts(monkeypatch):
    monkeypatch.setenv("HOST", "::1")
    monkeypatch.setattr(local, "only_one", lambda: local.refuse(os.environ["HOST"]))
    with pytest.raises(SystemExit, match=r"\[::1\]"):
        local.main()


def test_it_hears_itself_answer_on_an_address_with_colons(monkeypatch):
    class Fine(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    class Six(HTTPServer):
        address_family = socket.AF_INET6

    with Six(("::1", 0), Fine) as server:
        threading.Thread(target=server.handle_request).start()
        monkeypatch.setenv("HOST", "::1")
        monkeypatch.setenv("PORT", str(server.server_port))
        assert local.answers()


def test_a_second_server_in_one_folder_is_told_of_the_first():
    lock = local.only_one()
    with pytest.raises(SystemExit, match=f"process {os.getpid()}, http://localhost:"):
        local.only_one()
    os.close(lock)


# What a killed run leaves -----------------------------------------------------------------------------


def test_a_recorded_process_is_ended_with_its_family(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "PATIENCE", 0.2)
    script = "trap '' TERM; sleep 60 & echo ready; wait; sleep 60"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as left:
        left.stdout.readline()
        family = [psutil.Process(left.pid), *psutil.Process(left.pid).children(recursive=True)]
        children.record(tmp_path, "web", left.pid)
        assert children.end_recorded(tmp_path) is True
        assert left.wait(60) is not None
    assert ended(family)
    assert children.end_recorded(tmp_path) is False


def test_a_stranger_with_a_recorded_number_is_left_alone(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as stranger:
        children.record(tmp_path, "web", stranger.pid)
        facts = json.loads((tmp_path / "web.json").read_text())
        (tmp_path / "web.json").write_text(json.dumps({**facts, "born": facts["born"] - 100}))
        (tmp_path / "mail.json").write_text("rubbish")
        assert children.end_recorded(tmp_path) is True
        assert stranger.poll() is None
        stranger.kill()


# The real thing ---------------------------------------------------------------------------------------


class Server:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.changed = threading.Condition()
        env = {name: value for name, value in os.environ.items() if name not in TELLING}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "supportnet.local"],
            cwd=embedded.TOP,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.lines.append("END")
            self.changed.notify_all()

    def says(self, words: str, timeout: float = 300) -> None:
        with self.changed:
            said = self.changed.wait_for(lambda: any(words in line for line in self.lines), timeout)
        assert said, "".join(self.lines)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def healthy() -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/healthz", timeout=60) as response:
        return response.read() == b"ok"


def ended(processes: list[psutil.Process]) -> bool:
    def alive(one: psutil.Process) -> bool:
        try:
            return one.is_running() and one.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return any(not any(map(alive, processes)) for _tick in ticks(time.monotonic() + 60))


@contextlib.contextmanager
def server():
    started = Server()
    try:
        yield started
    finally:
        started.process.kill()


def test_it_survives_a_kill_ends_when_one_part_ends_and_leaves_nothing_after_ctrl_c():
    """One story, because a first start takes its time."""
    with server() as first:
        first.says("Ctrl-C stops it")
        assert healthy()
        family = first.family()
        names = " ".join(" ".join(one.cmdline()) for one in family)
        for part in (
            "gunicorn",
            "supportnet worker",
            "supportnet beat",
            "supportnet.catcher",
            "bin/postgres",
        ):
            assert part in names
        group = {os.getpgid(one.pid) for one in family if "gunicorn" in one.cmdline()}
        assert group == {first.process.pid}
    # Killed -9 now. The next start meets what is left of it.
    with server() as second:
        second.says("Catching mail")
        assert ended(family)
        family = second.family()
        next(one for one in family if "supportnet.catcher" in one.cmdline()).kill()
        second.says("ended by itself")
        assert second.process.wait(120) != 0
        assert ended(family)
    with server() as third:
        third.says("Ctrl-C stops it")
        assert healthy()
        family = third.family()
        os.killpg(third.process.pid, signal.SIGINT)  # as a terminal does
        assert third.process.wait(120) == 130
        assert ended(family)
