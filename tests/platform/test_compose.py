"""What can be said of the production files without an engine to run them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((TOP / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]
DOCKERFILE = (TOP / "Dockerfile").read_text()
SETTINGS = (TOP / "supportnet" / "settings.py").read_text()


def instructions(name: str) -> list[str]:
    whole = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    return [line.removeprefix(name).strip() for line in whole.splitlines() if line.startswith(name + " ")]


def words(command: str | list[str]) -> str:
    return command if isinstance(command, str) else " ".join(command)


def test_there_is_every_part_and_no_other():
    assert sorted(SERVICES) == sorted([*OURS, "postgres", "redis"])


def test_our_parts_share_one_image_and_the_engines_are_those_of_local_mode():
    assert {SERVICES[name]["image"] for name in OURS} == {"supportnet"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["redis"]["image"].startswith("redis:")


@pytest.mark.parametrize("name", ["worker", "beat", "postgres", "redis"])
def test_what_runs_on_has_a_health_check(name):
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_web_and_its_health_check_come_from_the_image():
    assert "healthcheck" not in SERVICES["web"]
    assert "command" not in SERVICES["web"]
    assert "/healthz" in instructions("HEALTHCHECK")[0]


def test_nothing_starts_before_what_it_needs():
    for name in ("web", "worker", "beat"):
        needs = {part: how["condition"] for part, how in SERVICES[name]["depends_on"].items()}
        assert needs == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }
    assert SERVICES["migrate"]["restart"] == "no"


def test_workers_can_be_many_and_beat_is_one():
    assert "container_name" not in SERVICES["worker"]
    assert "ports" not in SERVICES["worker"]
    assert SERVICES["beat"]["deploy"]["replicas"] == 1


def test_a_worker_may_finish_its_longest_task_before_it_is_killed(settings):
    grace = int(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.CELERY_TASK_TIME_LIMIT > settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_redis_refuses_rather_than_forgets_and_keeps_what_it_has():
    command = SERVICES["redis"]["command"]
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command
    assert SERVICES["redis"]["volumes"]
    assert SERVICES["postgres"]["volumes"]


@pytest.mark.parametrize("name", OURS)
def test_our_parts_can_do_little_to_their_machine(name):
    part = SERVICES[name]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]


def test_secrets_come_from_files_and_are_nowhere_in_the_text():
    for part in SERVICES.values():
        for name, value in part.get("environment", {}).items():
            if re.search("KEY|PASSWORD|DATABASE_URL|EMAIL_URL", name):
                assert name.endswith("_FILE"), name
                assert Path(value).name in part["secrets"]
    assert set(COMPOSE["secrets"]) == {name for part in SERVICES.values() for name in part.get("secrets", [])}
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    ignored = (TOP / ".gitignore").read_text()
    assert "/secrets/" in ignored


def test_every_name_in_the_environment_is_one_the_settings_read():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS))
    for name in SERVICES["web"]["environment"]:
        assert name.removesuffix("_FILE") in read, name


def test_what_must_be_set_stops_the_start_with_a_sentence():
    for name in ("SITE_URL", "ALLOWED_HOSTS"):
        assert f"${{{name}:?" in SERVICES["web"]["environment"][name]


@pytest.mark.parametrize("command", ["gunicorn", "celery"])
def test_the_commands_are_installed_by_the_image(command):
    lock = (TOP / "requirements" / "run.txt").read_text()
    assert re.search(rf"^{command}==", lock, re.MULTILINE)
    used = [words(part.get("command", "")) for part in SERVICES.values()] + instructions("CMD")
    assert any(command in line for line in used)


@pytest.mark.parametrize(
    "arguments", [["worker", "--help"], ["beat", "--help"], ["inspect", "ping", "--help"]]
)
def test_celery_knows_the_options_that_are_used(arguments):
    told = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "supportnet", *arguments],
        capture_output=True,
        text=True,
        cwd=TOP,
    ).stdout
    commands = [words(part.get("command", "")) for part in SERVICES.values()]
    commands += [words(part.get("healthcheck", {}).get("test", "")) for part in SERVICES.values()]
    for command in commands:
        if f"supportnet {arguments[0]} " in command:
            for option in re.findall(r"--[a-z-]+", command.partition(f" {arguments[0]} ")[2]):
                assert option in told, option


def test_the_image_installs_by_hash_and_does_not_run_as_root():
    assert any("--require-hashes" in line for line in instructions("RUN"))
    assert instructions("USER") == ["supportnet"]
    assert all(line.startswith("python:3.12-slim") for line in instructions("FROM"))
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nHEALTHCHECK ")


def test_the_image_holds_only_what_is_named():
    lines = (TOP / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    taken = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert {"accounts", "checkins", "networks", "outbox", "resources", "supportnet", "templates"} <= taken
    assert not taken & {"secrets", ".git", ".local", "tests"}


@pytest.mark.parametrize("file", ["run.txt", "local.txt", "dev.txt"])
def test_lock_files_have_a_hash_for_everything_and_name_no_index(file):
    text = (TOP / "requirements" / file).read_text()
    assert not re.search(r"://|^-|file:", text, re.MULTILINE)
    for name in re.findall(r"^([a-z0-9.-]+)==[^\n]*", text, re.MULTILINE):
        assert re.search(rf"^{re.escape(name)}==[^\n]* \\\n    --hash=sha256:", text, re.MULTILINE), name


def settings_say(expression: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_KEY", "_LOCAL"))
    }
    code = f"from supportnet import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=TOP, env={**clean, **env}, capture_output=True, text=True
    )


def test_secret_files_may_end_with_a_line_break(tmp_path):
    files = {
        "SECRET_KEY": "x" * 60,
        "DATABASE_URL": "postgresql://someone:word@postgres/supportnet",
        "EMAIL_URL": "smtp+tls://me:word@mail.example.org:587",
    }
    for name, value in files.items():
        (tmp_path / name).write_text(value + "\n")
    env = {f"{name}_FILE": str(tmp_path / name) for name in files}
    said = settings_say(
        "repr((settings.LOCAL, settings._db['NAME'], settings.EMAIL_HOST, settings.EMAIL_PORT))",
        REDIS_URL="redis://redis:6379/0",
        **env,
    )
    assert said.stdout.strip() == "(False, 'supportnet', 'mail.example.org', 587)", said.stderr


def test_there_is_no_default_key_outside_local_mode():
    said = settings_say("repr(settings.SECRET_KEY)", DATABASE_URL="postgresql://a/b", REDIS_URL="redis://r")
    assert said.stdout.strip() == "''"
