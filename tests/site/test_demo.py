"""The sample people: loaded once, and able to show the whole ladder."""

import datetime as dt
import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from checkins import sweep
from checkins.models import CheckIn, Plan, Silence
from networks.models import Membership, Tie
from outbox.models import Message
from resources.models import Service
from supportnet import demo

pytestmark = pytest.mark.django_db


def run(command: str) -> str:
    out = io.StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_the_sample_people_are_loaded_once() -> None:
    assert "Nobody in them exists" in run("demo")
    counts = [model.objects.count() for model in (User, Tie, Membership, CheckIn, Plan, Service, Message)]
    assert "there already" in run("demo")
    assert counts == [
        model.objects.count() for model in (User, Tie, Membership, CheckIn, Plan, Service, Message)
    ]
    assert Service.objects.filter(published_at__isnull=False).count() >= 40


def test_each_sample_account_can_sign_in() -> None:
    demo.load(now=timezone.now())
    for _role, email in demo.ACCOUNTS:
        assert authenticate(None, email=email, password=demo.PASSWORD) is not None, email


def test_half_a_demo_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(demo, "load_sample_town", fails)
    with pytest.raises(OSError, match="disk"):
        demo.load(now=timezone.now())
    assert not User.objects.exists()


def test_a_silence_to_watch_tells_the_supporter_within_a_minute() -> None:
    now = timezone.now()
    demo.load(now=now)
    Message.objects.update(sent_at=now)
    assert "within two minutes" in run("demo_silence")
    for turn in (1, 2):
        Message.objects.waiting().update(sent_at=timezone.now(), attempts=1)
        sweep.sweep(now=timezone.now() + dt.timedelta(seconds=20 * turn + 1))
    assert Message.objects.filter(kind="checkins/alert", recipient__email=demo.SUPPORTER).exists()
    assert "is due" in run("demo_silence")  # again: the first is set aside
    assert Silence.objects.open().count() == 1


def test_without_the_sample_people_there_is_nothing_to_watch() -> None:
    with pytest.raises(CommandError, match=r"manage\.py demo"):
        run("demo_silence")
