"""The keeper and its clients as real processes, in a state directory of their own."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from supportnet import embedded
from supportnet.embedded import EngineError, Keeper
from supportnet.leftovers import ticks

TELLING = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")
# Attaches, says so, and lives until its input ends.
CLIENT = "from supportnet import embedded as e; e.attach(); print(e.database_url(), flush=True); input()"


@pytest.fixture
def state(monkeypatch):
    place = Path(tempfile.mkdtemp(prefix="sn-k-", dir="/tmp"))
    place.chmod(0o755)
    monkeypatch.setenv("SUPPORTNET_STATE", str(place))
    for name in TELLING:
        monkeypatch.delenv(name, raising=False)
    yield place
    assert gone(place), processes(place)
    shutil.rmtree(place, ignore_errors=True)


def processes(state: Path) -> list[psutil.Process]:
    """The engines of that state directory."""
    running = psutil.process_iter(["cmdline"])
    return [one for one in running if any(str(state) in part for part in one.info["cmdline"] or [])]


def gone(state: Path) -> bool:
    return any(not processes(state) for _tick in ticks(time.monotonic() + 60))


@contextlib.contextmanager
def client(**env: str):
    started = subprocess.Popen(
        [sys.executable, "-c", CLIENT],
        cwd=embedded.TOP,
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def keeper_of(process: subprocess.Popen) -> psutil.Process:
    return next(p for p in psutil.Process(process.pid).children() if "supportnet.embedded" in p.cmdline())


def test_two_clients_at_once_share_one_keeper_and_the_last_killed_ends_it(state):
    with client() as one, client() as two:
        address = one.stdout.readline().strip()
        assert two.stdout.readline().strip() == address
        psycopg2.connect(address).close()
        assert len([p for p in processes(state) if "bin/postgres" in p.cmdline()[0]]) == 1
        one.kill()
        one.wait()
        psycopg2.connect(address).close()
        two.kill()
        two.wait()
        assert gone(state)


def test_a_client_that_comes_while_the_keeper_stops_gets_a_new_one(state):
    with client() as first:
        first.stdout.readline()
        first.kill()
    with client() as second:
        psycopg2.connect(second.stdout.readline().strip()).close()


def test_a_killed_keeper_takes_its_engines_along_and_is_replaced(state):
    with client() as waiting:
        address = waiting.stdout.readline().strip()
        keeper_of(waiting).kill()
        with client() as second:
            assert second.stdout.readline().strip() == address
            psycopg2.connect(address).close()


def test_an_engine_that_is_killed_comes_back(state):
    with client() as waiting:
        address = waiting.stdout.readline().strip()
        postgres = next(p for p in processes(state) if "bin/postgres" in p.cmdline()[0])
        postgres.kill()
        psutil.wait_procs([postgres])
        for _tick in ticks(time.monotonic() + 60):
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(address).close()
                break
        else:
            pytest.fail((state / "log" / "engines.log").read_text())


def test_this_process_attaches_says_where_and_waits_for_the_end_when_it_is_the_last(state, monkeypatch):
    monkeypatch.delenv("SUPPORTNET_LOCAL", raising=False)
    embedded.attach()
    assert embedded.attached()
    assert os.environ["DATABASE_URL"] == embedded.database_url()
    assert os.environ["REDIS_URL"] == embedded.redis_url()
    assert os.environ["SUPPORTNET_LOCAL"] == "1"
    embedded.detach()
    assert not processes(state)
    assert not embedded.attached()
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)


def test_leaving_does_not_wait_for_others(state, monkeypatch):
    with client() as other:
        address = other.stdout.readline().strip()
        embedded.attach()
        embedded.detach()
        psycopg2.connect(address).close()
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)


def test_engines_that_cannot_start_end_the_process_with_the_reason(state):
    ended = subprocess.run(
        [sys.executable, "-c", CLIENT],
        cwd=embedded.TOP,
        env={**os.environ, "REDIS_SERVER": "/bin/false"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "could not start its database. redis does not start" in ended.stderr


def test_a_state_directory_that_cannot_be_made_is_a_sentence(state, monkeypatch):
    (state / "file").touch()
    monkeypatch.setenv("SUPPORTNET_STATE", str(state / "file" / "below"))
    with pytest.raises(SystemExit, match="could not start its database"):
        embedded.attach()


@pytest.mark.parametrize("name", TELLING)
def test_nothing_happens_where_the_environment_says_where_they_are(state, monkeypatch, name):
    monkeypatch.setenv(name, "somewhere")
    assert not embedded.wanted()
    embedded.attach()
    embedded.detach()
    assert not (state / "run").exists()


def test_something_slow_is_named_on_the_error_output(monkeypatch, capsys):
    said = ""
    with embedded._patiently("a friend"):
        for _tick in ticks(time.monotonic() + 60):
            if said := capsys.readouterr().err:
                break
    assert said == "Waiting for a friend …\n"


# The keeper's decisions, without engines --------------------------------------------------------------


class Still:
    """Engines whose starts are told to fail."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.stopped = False
        self.processes: dict[str, subprocess.Popen] = {}

    def start_postgres(self) -> None:
        if self.failures:
            self.failures -= 1
            raise EngineError("not yet")
        self.processes["postgres"] = subprocess.Popen(["true"])

    start_redis = start_postgres

    def stop(self) -> None:
        self.stopped = True


def test_the_keeper_gives_up_on_an_engine_that_keeps_ending(monkeypatch, capsys):
    monkeypatch.setattr(embedded, "RESTARTS", 1)
    monkeypatch.setattr(embedded, "PAUSE", 0.01)
    still = Still(failures=9)
    keeper = Keeper(still)
    keeper.events.put("ended postgres")
    keeper._loop()
    assert still.stopped
    assert "not yet" in capsys.readouterr().out


def test_the_keeper_watches_what_it_started_again(monkeypatch):
    monkeypatch.setattr(embedded, "RESTARTS", 1)
    monkeypatch.setattr(embedded, "PAUSE", 0.01)
    still = Still(failures=0)
    keeper = Keeper(still)
    keeper.events.put("ended redis")
    keeper.failures["postgres"] = 0
    still.processes["redis"] = subprocess.Popen(["true"])
    keeper._loop()
    assert still.stopped


# Addresses and keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("unix:///run/redis.sock?db=0", "redis+socket:///run/redis.sock?virtual_host=1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=1"),
        ("redis://cache:6379", "redis://cache:6379/1"),
        ("redis://:secret@cache:6379/0?socket_timeout=3", "redis://:secret@cache:6379/1?socket_timeout=3"),
        ("rediss://cache:6380/0", "rediss://cache:6380/1?ssl_cert_reqs=required"),
        (
            "rediss://cache/4?ssl_cert_reqs=none&ssl_ca_certs=/ca.pem",
            "rediss://cache/1?ssl_cert_reqs=none&ssl_ca_certs=%2Fca.pem",
        ),
    ],
)
def test_celery_gets_the_same_redis_in_database_1(url, broker):
    assert embedded.broker_url(url) == broker


def test_the_data_moves_to_var_lib_when_the_account_cannot_enter_the_checkout(state, monkeypatch):
    assert embedded.engine_home() == state
    monkeypatch.setattr(embedded, "reachable", lambda path, who: False)
    home = embedded.engine_home()
    assert home.parent == Path("/var/lib/supportnet")
    assert str(home) in embedded.database_url()
    embedded._point_to(embedded.Engines(home))
    assert str(home) in (state / "README").read_text()


def test_the_secret_key_is_made_once_and_is_private(state):
    key = embedded.local_secret_key()
    assert len(key) > 50
    assert embedded.local_secret_key() == key
    assert stat.S_IMODE((state / "secret_key").stat().st_mode) == 0o600


def test_two_processes_that_make_a_key_at_once_end_up_with_one(state, monkeypatch):
    link = os.link

    def slower(draft, file):
        Path(file).write_text("theirs")
        link(draft, file)

    monkeypatch.setattr(os, "link", slower)
    assert embedded.local_secret_key() == "theirs"
    assert [file.name for file in state.iterdir()] == ["secret_key"]


def test_a_term_signal_stops_the_keeper_cleanly(state):
    with client() as waiting:
        waiting.stdout.readline()
        keeper = keeper_of(waiting)
        keeper.send_signal(signal.SIGTERM)
        assert gone(state)
        assert "database system is shut down" in (state / "log" / "engines.log").read_text()
