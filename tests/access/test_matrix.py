"""Every address of the project, asked for by everybody who may come, against the table in `table.py`."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from outbox import letters
from tests.access import table, walk
from tests.access import world as worlds
from tests.access.table import Answers, Row
from tests.access.walk import Address
from tests.access.world import ANONYMOUS, CURATOR, FORMER, FULL, LIMITED, ORDINARY, ROLES, SUPERUSER, World

Roles = tuple[str, ...]
pytestmark = pytest.mark.django_db
ADDRESSES = walk.addresses()
SITE = [one for one in ADDRESSES if not one.route.startswith("admin/")]
DESK = [one for one in ADDRESSES if one.route.startswith("admin/")]


@pytest.fixture(autouse=True, scope="module")
def only_who_gets_in() -> Iterator[None]:
    """Drawing pages that nobody reads here would take much of the time; `test_secrets.py` reads them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *args, **said: "")
        yield
    # What was kept of a page while nothing was drawn is of no use to anybody.
    letters._frame.cache_clear()


def given(answers: dict[str, str], wanted: Answers) -> dict[str, str]:
    """Only where they differ, so that a failure says who got what instead of what."""
    return {role: f"{word}, not {wanted[role]}" for role, word in answers.items() if word != wanted[role]}


def answers(
    world: World, browsers: dict[str, Client], address: Address, row: Row, method: str, roles: Roles = ROLES
) -> dict[str, str]:
    found = {}
    for role in roles:
        path = address.path(worlds.arguments(world, role, address, row.of))
        found[role] = walk.word_for(walk.ask(browsers[role], method, path, after=came_by(row, world)))
    return found


def came_by(row: Row, world: World) -> str:
    """The link they opened before."""
    tokens = {"invitation": world.invitation, "join_link": world.link}
    return reverse(row.after, args=[tokens[row.after].token()]) if row.after else ""


def address_of(row: Row) -> Address:
    """The pattern a row is about: of two with one name, the one that takes what the row has."""
    found = [one for one in SITE if one.title == row.name and bool(one.takes) == bool(row.of)]
    assert found, f"{row} is in the table, and there is no such address"
    return found[0]


def roles_at(address: Address, row: Row) -> Roles:
    """Everybody at the first address of a row; at the others of the same kind one of those who are alike."""
    first = next(one for one in DESK if row_of_the_desk(one) is row)
    return ROLES if first is address else (ANONYMOUS, ORDINARY, CURATOR, SUPERUSER)


def row_of_the_desk(address: Address) -> Row:
    return next(row for row in table.DESK if fnmatchcase(address.title, row.name.replace("(?P", "([?]P")))


@pytest.mark.parametrize("row", table.TABLE, ids=str)
def test_the_site_answers_everybody_as_the_table_says(
    row: Row, world: World, browsers: dict[str, Client]
) -> None:
    address = address_of(row)
    assert given(answers(world, browsers, address, row, "GET"), row.get) == {}
    assert given(answers(world, browsers, address, row, "POST"), row.post) == {}


@pytest.mark.parametrize("address", DESK, ids=lambda address: address.title)
def test_the_desk_answers_everybody_as_the_table_says(
    address: Address, world: World, browsers: dict[str, Client]
) -> None:
    row = row_of_the_desk(address)
    roles = roles_at(address, row)
    assert given(answers(world, browsers, address, row, "GET", roles), row.get) == {}
    assert given(answers(world, browsers, address, row, "POST", roles), row.post) == {}


def test_every_address_is_in_the_table_and_every_row_has_its_address() -> None:
    listed = {(row.name, bool(row.of)) for row in table.TABLE}
    assert {(one.title, bool(one.takes)) for one in SITE} - listed == set()
    for row in table.TABLE:
        address_of(row)
    matched = {row_of_the_desk(address) for address in DESK}
    assert [str(row) for row in table.DESK if row not in matched] == []


@pytest.mark.parametrize("row", [*table.TABLE, *table.DESK], ids=str)
def test_a_limit_is_not_told_by_any_answer_and_former_members_are_strangers(row: Row) -> None:
    for wanted in (row.get, row.post):
        assert wanted[LIMITED] == wanted[FULL]
    assert row.get[FORMER] == row.get["ordinary account"]
