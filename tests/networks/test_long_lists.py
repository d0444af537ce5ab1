"""With three people and with three hundred: logging asks as little, and the page is small on the way."""

import datetime as dt
import gzip
import uuid
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn
from networks import services
from networks.models import Circle, Invitation, Membership, Suggestion, Tie, Touch

ClientOf = Callable[[User], Client]
MANY = 300
# Of the network page, compressed as a server in front of us does it.
MOST_BYTES = 100_000
# Of the network page; `tests/site/test_few_queries.py` has those of every page.
QUERIES = 10


def crowd(owner: User, number: int) -> Tie:
    """People in all circles, warm to quiet, every tenth put away, invited and joined ones among them."""
    now = timezone.now()
    ties = Tie.objects.bulk_create(
        Tie(
            owner=owner,
            name=f"Person {place} of {number}",
            circle=Circle.values[place % 3],
            relationship="Somebody from the choir" if place % 2 else "Old colleague",
            supports=["company", "advice"],
            phone=f"+44 20 7946 {place:04}",
            last_touch_at=now - dt.timedelta(days=place),
            archived_at=now if place % 10 == 9 else None,
        )
        for place in range(number)
    )
    Touch.objects.bulk_create(Touch(tie=tie, happened_at=now, logged_by=owner) for tie in ties)
    members = User.objects.bulk_create(
        User(email=f"member{tie.pk}@example.org", name="Somebody", time_zone="UTC") for tie in ties[::4]
    )
    Membership.objects.bulk_create(
        Membership(tie=tie, owner=owner, member=member, shares=["checkins", "pain"])
        for tie, member in zip(ties[::4], members, strict=True)
    )
    Invitation.objects.bulk_create(
        Invitation(
            tie=tie,
            email=f"asked{tie.pk}@example.org",
            last_sent_at=now,
            expires_at=now + dt.timedelta(days=9),
            token_hash=uuid.uuid4().hex,
        )
        for tie in ties[1::4]
    )
    Suggestion.objects.create(tie=ties[-2], made_at=now)
    return ties[1]


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_logging_from_a_long_list_asks_as_little(owner: User, client_of: ClientOf) -> None:
    asked = []
    for number in (3, MANY - 3):
        tie, mine = crowd(owner, number), client_of(owner)
        with CaptureQueriesContext(connection) as seen:
            mine.post(f"/network/{tie.pk}/log/", headers={"HX-Request": "true"})
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_three_hundred_people_are_light_on_the_way(owner: User, client_of: ClientOf) -> None:
    crowd(owner, MANY)
    page = client_of(owner).get("/network/").content
    assert page.count(b'id="log-') == MANY - MANY // 10
    assert len(gzip.compress(page, 6)) < MOST_BYTES


def test_services_and_rows_agree_about_who_is_quiet(owner: User, client_of: ClientOf) -> None:
    crowd(owner, MANY)
    quiet = {row.tie.pk for row in client_of(owner).get("/network/quiet/").context["rows"]}
    Suggestion.objects.all().delete()
    suggested = services.suggest(owner=owner, now=timezone.now())
    assert suggested is not None
    assert suggested.tie_id in quiet


def test_on_a_day_of_low_energy_the_page_asks_as_little(owner: User, client_of: ClientOf) -> None:
    crowd(owner, MANY)
    Tie.objects.filter(owner=owner).update(energy="gives")
    User.objects.filter(pk=owner.pk).update(joined_at=timezone.now() - dt.timedelta(days=400))
    CheckIn.objects.create(owner=owner, made_at=timezone.now(), energy="little", form_key=uuid.uuid4())
    assert queries(client_of(owner), "/network/") == QUERIES
