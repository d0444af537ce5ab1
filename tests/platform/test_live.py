"""The real parts that other tests lean on do work: worker, beat, mail server, site, browser."""

import re
import subprocess
import time

import pytest
from django.core.mail import send_mail
from django.utils import timezone

from outbox.models import Heartbeat
from supportnet.celery import app
from supportnet.leftovers import ticks
from tests.patience import PATIENCE

live = pytest.mark.django_db(transaction=True)


@live
@pytest.mark.parametrize("_time", ["first", "second"])
def test_beat_asks_and_the_worker_sweeps_in_the_database_of_this_test(worker_and_beat, _time):
    """Twice, because the database is emptied in between while both go on living."""
    began = timezone.now()
    for _tick in ticks(time.monotonic() + PATIENCE):
        if Heartbeat.objects.filter(name="sweep_silences", beat_at__gte=began).exists():
            return
    pytest.fail("".join(worker_and_beat.worker.lines[-30:]))


def test_mail_is_caught_and_waited_for(live_site, mail_catcher):
    send_mail("Come in", "Hello", None, ["ana@example.org"])
    assert mail_catcher.wait_for(to="ana@example.org", subject="Come").get_content().strip() == "Hello"
    with pytest.raises(AssertionError, match="no mail to"):
        mail_catcher.wait_for(to="ana@example.org", timeout=0.1)


def test_a_mail_server_can_refuse(live_site, mail_catcher):
    mail_catcher.refusal = "451 Not now"
    with pytest.raises(Exception, match="Not now"):
        send_mail("Come in", "Hello", None, ["ana@example.org"])
    assert not mail_catcher.messages


@live
def test_the_browser_opens_the_site(live_site, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    response = page.goto(f"{live_site}/accounts/login/")
    assert response.status == 200
    assert "Supportnet" in page.title()
    assert re.search("default-src 'none'", response.headers["content-security-policy"])
    assert not complaints


def test_a_worker_that_cannot_start_is_an_error_with_its_log(celery_processes):
    with pytest.raises(RuntimeError, match="no-such-option"):
        celery_processes._start(["worker", "--no-such-option"], ready="ready.")


def test_celery_speaks_to_database_1(settings):
    assert "virtual_host=1" in app.conf.broker_url or app.conf.broker_url.endswith("/1")


def test_the_scripts_say_what_is_missing():
    for script in ("server", "test", "check"):
        told = subprocess.run(
            [f"script/{script}"],
            env={"PATH": "/usr/bin:/bin", "PYTHON": "/nowhere/python"},
            capture_output=True,
            text=True,
        )
        assert told.returncode == 1
        assert "needs Python 3.11 or newer" in told.stderr
