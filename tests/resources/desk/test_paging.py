"""Long queues: each page costs what the first one does, and nothing is met twice or left out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources.models import Likeness, Organization, Service
from resources.views.desk import paging

pytestmark = pytest.mark.django_db
MANY = 12


@pytest.fixture
def many(db, monkeypatch):
    """Drafts, some of one name, five to a page."""
    monkeypatch.setattr(paging.page_of, "__kwdefaults__", {"per_page": 5})
    house = Organization.objects.create(name="Harbour House")
    names = ["Tea"] * 7 + [f"Walk {number}" for number in range(MANY - 7)]
    return Service.objects.bulk_create(Service(name=name, organization=house) for name in names)


def walked(desk, address: str) -> list[list[object]]:
    """The rows of each page, by its own links."""
    pages: list[list[object]] = []
    query: dict[str, str] = {}
    while True:
        page = desk.get(address, query).context["page"]
        pages.append([row.pk for row in page])
        if not page.after:
            return pages
        query = {"after": page.after}


def test_all_are_met_once_on_the_pages_of_the_desk(desk, many):
    pages = walked(desk, "/find/desk/listings/")
    assert [len(page) for page in pages] == [5, 5, 2]
    assert sorted(pk for page in pages for pk in page) == sorted(one.pk for one in many)


def test_the_highest_first_goes_down(desk, many):
    one, *others = sorted(many, key=lambda each: each.pk)
    for number, other in enumerate(others):
        Likeness.objects.create(one=one, other=other, score=70 + number // 3)
    pages = walked(desk, "/find/desk/duplicates/")
    scores = [Likeness.objects.get(pk=pk).score for page in pages for pk in page]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len({pk for page in pages for pk in page}) == MANY - 1


def test_what_was_taken_meanwhile_moves_nobody(desk, many):
    first = desk.get("/find/desk/listings/").context["page"]
    Service.objects.filter(pk=first.rows[0].pk).update(archived_at=timezone.now())
    second = desk.get("/find/desk/listings/", {"after": first.after}).context["page"]
    assert not {row.pk for row in second} & {row.pk for row in first}
    assert len(second.rows) == 5


def test_the_pages_lead_on_and_back(desk, many):
    page = desk.get("/find/desk/listings/?state=draft&q=tea")
    assert "More" in page.content.decode()
    after = page.context["page"].after
    last = desk.get("/find/desk/listings/", {"state": "draft", "q": "tea", "after": after})
    assert "Back to the first ones" in last.content.decode()
    assert {row.name for row in last.context["page"]} == {"Tea"}


@pytest.mark.parametrize("odd", ["x", "x,y", ",", "\0,\0", "00000000-0000-0000-0000-000000000000"])
def test_an_odd_address_is_the_first_page(desk, many, odd):
    assert len(desk.get("/find/desk/listings/", {"after": odd}).context["page"].rows) == 5


def test_a_time_without_a_zone_is_the_first_page(desk, many):
    page = desk.get("/find/desk/due/", {"after": f"{many[0].pk},2026-11-23 12:00"}).context["page"]
    assert page.is_first


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("due/", "service_due"),
        ("listings/", "service_drafts_by_name"),
        ("listings/?state=unsure", "service_unsure"),
        ("listings/?state=archived", "service_archived"),
        ("listings/?state=published", "service_published"),
        ("conflicts/", "change_of_imports"),
        ("requests/", "change_of_people"),
        ("links/", "link_failing"),
    ],
)
def test_each_queue_is_walked_by_its_index(desk, many, address, index):
    """On its later pages as well: the condition they begin with is one the index can begin at."""
    after = f"{many[0].pk},{timezone.now() - dt.timedelta(days=1)}" if "listings" not in address else ""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as asked:
            desk.get(f"/find/desk/{address}", {"after": after} if after else None)
        page = next(one["sql"] for one in asked if "LIMIT 26" in one["sql"] or "LIMIT 6" in one["sql"])
        cursor.execute(f"EXPLAIN {page}")
        assert index in str(cursor.fetchall())
