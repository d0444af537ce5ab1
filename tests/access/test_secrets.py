"""Whoever was limited, left, or never belonged learns nothing of what the owner says: from no page, word or byte."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from asks import services as asks
from checkins.models import Plan
from networks import services as networks
from networks.models import Tie
from tests.access import table, walk
from tests.access import world as worlds
from tests.access.table import Row
from tests.access.test_matrix import DESK, address_of, came_by, row_of_the_desk
from tests.access.world import (
    ANONYMOUS,
    CURATOR,
    FORMER,
    FULL,
    LIMITED,
    ORDINARY,
    OTHER_OWNER,
    SUPERUSER,
    World,
)

pytestmark = pytest.mark.django_db
OUTSIDE = (ANONYMOUS, FORMER, OTHER_OWNER, ORDINARY, CURATOR, SUPERUSER)
# A letter's link is a key for whoever holds it: what it opens is its own, and has tests of its own.
OWN_DOORS = [row for row in table.TABLE if not re.search("token|feed|a stop", row.of) and not row.after]
NEW_NAME, OTHER_NOTE, NEW_ASK = "Marigold Hatch", "a better night than most", "Could somebody feed the hens"
SECRETS = (
    *worlds.TIE_NAMES,
    worlds.NOTE,
    worlds.PLAN_NAME,
    worlds.OWN_WORDS,
    worlds.ASK,
    "9 of 10",
    "Tie of",
)
# What is drawn anew each time: tokens against forgery, and keys of forms.
DRAWN_ANEW = re.compile(rb"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Page = tuple[int, str, bytes]
Pages = dict[str, Page]


def page(world: World, browser: Client, role: str, row: Row) -> Page:
    path = address_of(row).path(worlds.arguments(world, role, address_of(row), row.of))
    answer = walk.ask(browser, "GET", path, after=came_by(row, world))
    return answer.status_code, answer.get("Location", ""), DRAWN_ANEW.sub(b"", answer.content)


def pages(world: World, browser: Client, role: str) -> Pages:
    return {str(row): page(world, browser, role, row) for row in OWN_DOORS}


@pytest.fixture(scope="module")
def seen_by(world: World, browsers: dict[str, Client]) -> Callable[[str], Pages]:
    """What somebody is shown of the world as it was built; everything else that happens to it is taken back."""
    return functools.cache(lambda role: pages(world, browsers[role], role))


def live_on(world: World) -> None:
    """The owner's life goes on: a check-in, somebody new, somebody renamed, a wish, another name for the plan."""
    said = {"mood": "great", "energy": "enough", "note": OTHER_NOTE}
    worlds.say_more(world, pain=2, **said, ago=dt.timedelta(minutes=1))
    networks.add_tie(by=world.owner, name=NEW_NAME, circle="closest")
    Tie.objects.filter(pk=world.ties[0].pk).update(name="Somebody renamed")
    networks.log_touch(tie=world.ties[1], by=world.owner, at=world.now)
    Plan.objects.filter(pk=world.plan.pk).update(name="Mornings with toast")
    asks.ask(owner=world.owner, by=world.owner, now=world.now, need="pets", text=NEW_ASK)


def differing(world: World, before: Pages, browser: Client, role: str) -> list[str]:
    """The pages that are not the same, byte for byte, once the owner's life has gone on."""
    with transaction.atomic():
        live_on(world)
        after = pages(world, browser, role)
        transaction.set_rollback(True)
    return [name for name, seen in before.items() if after[name] != seen]


@pytest.mark.parametrize("role", [LIMITED, *OUTSIDE])
def test_nothing_they_can_fetch_changes_when_the_owner_s_life_goes_on(
    world: World, browsers: dict[str, Client], seen_by: Callable[[str], Pages], role: str
) -> None:
    assert differing(world, seen_by(role), browsers[role], role) == []


def test_somebody_with_whom_all_is_shared_sees_it_change(
    world: World, browsers: dict[str, Client], seen_by: Callable[[str], Pages]
) -> None:
    assert {"support", "asks_open"} <= set(differing(world, seen_by(FULL), browsers[FULL], FULL))


@pytest.mark.parametrize("role", OUTSIDE)
def test_whoever_left_or_never_belonged_finds_nothing_of_the_owner_s(
    seen_by: Callable[[str], Pages], role: str
) -> None:
    for name, (_status, where, seen) in seen_by(role).items():
        found = [secret for secret in SECRETS if secret in seen.decode() or secret in where]
        assert (name, found) == (name, [])


@pytest.mark.parametrize("role", [CURATOR, SUPERUSER])
def test_staff_find_nothing_of_the_owner_s_at_the_desk(
    world: World, browsers: dict[str, Client], role: str
) -> None:
    for address in DESK:
        row = row_of_the_desk(address)
        path = address.path(worlds.arguments(world, role, address, row.of))
        seen = walk.ask(browsers[role], "GET", path).content.decode()
        assert (path, [secret for secret in SECRETS if secret in seen]) == (path, [])


def test_whoever_is_limited_finds_nothing_that_is_newer(seen_by: Callable[[str], Pages]) -> None:
    for name, (_status, _where, seen) in seen_by(LIMITED).items():
        newer = [secret for secret in (worlds.NOTE, "9 of 10") if secret in seen.decode()]
        assert (name, newer) == (name, [])


def test_the_same_search_finds_what_is_shared(seen_by: Callable[[str], Pages]) -> None:
    seen = seen_by(FULL)["support"][2].decode()
    assert all(secret in seen for secret in (*worlds.TIE_NAMES, worlds.NOTE, "9 of 10"))
