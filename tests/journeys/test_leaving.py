"""Somebody takes everything along and leaves, in a real browser; the letter comes although the account is gone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from networks.models import Membership, Share
from tests.conftest import PASSWORD, person
from tests.journeys.conftest import PHONE, Someone
from tests.journeys.test_main_job import nobody_sleeps
from tests.journeys.test_network import joined, sign_in
from tests.live import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana(live_site: str) -> Membership:
    maya = person("maya@example.org", "Maya")
    member = joined(maya, person("ana@example.org", "Ana"), Share.CHECKINS)
    nobody_sleeps()
    maya.check_ins.create(
        made_at=timezone.now(), note="the stairs", form_key="00000000-0000-4000-8000-000000000001"
    )
    return member


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}])
def test_take_everything_along_and_go(
    someone: Callable[..., Someone],
    ana: Membership,
    worker_and_beat: Any,
    mail_catcher: MailServer,
    size: dict[str, int],
) -> None:
    maya, her = someone(size, theme="dim"), someone()
    sign_in(maya, ana.owner)
    sign_in(her, ana.member)
    her.go("/support/")
    her.sees("Maya")
    maya.go("/accounts/settings/")
    maya.looks()
    maya.follow("Take it along, or leave")
    # Signed in a moment ago is not enough: whoever holds this phone says who they are.
    maya.looks()
    maya.page.locator("[name=password]").fill(PASSWORD)
    maya.press("Go on")
    maya.sees("What stays")
    maya.looks()

    with maya.page.expect_download() as saved:
        maya.press("Save the file")
    with zipfile.ZipFile(saved.value.path()) as file:
        said = json.loads(file.read("everything.json"))
    assert said["check-ins"][0]["note"] == "the stairs"

    maya.press("Delete everything")
    maya.sees("Tick the box if you really want to leave")
    maya.looks()
    maya.page.get_by_label("Yes, delete everything").check()
    maya.press("Delete everything")
    maya.sees("Your account is gone")
    maya.looks()
    letter = mail_catcher.wait_for(to="maya@example.org", subject="It is done")
    assert "We write to you no more" in letter.get_body(("plain",)).get_content()
    assert not User.objects.filter(email="maya@example.org").exists()
    her.go("/support/")
    her.sees("You do not support anyone here yet")
