"""The days of a time are ticked at the desk, and kept as RFC 5545 has them."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest

from resources.forms.days import ticked, written
from resources.hours import DAYS
from resources.models import ChangeRequest, FieldChange, Schedule, Service
from tests.resources.desk.conftest import words

WHICH = ["1", "2", "3", "4", "-1"]


pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published) -> Service:
    return published("Chair yoga")


@pytest.fixture
def slot(service: Service) -> Schedule:
    return Schedule.objects.create(service=service, freq="WEEKLY", byday="MO,TH", opens_at=dt.time(10))


def sent(slot: Schedule, **more: object) -> dict[str, object]:
    form: dict[str, object] = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "1", "MAX_NUM_FORMS": "200"}
    form |= {"0-id": str(slot.pk), "0-hangs_on": f"service:{slot.service_id}", "0-freq": slot.freq}
    return {f"rows-{name}": value for name, value in (form | {f"0-{key}": more[key] for key in more}).items()}


def times(service: Service) -> str:
    return f"/find/desk/listings/{service.pk}/change/times/"


def some(of: list[str], least: int) -> list[tuple[str, ...]]:
    return [each for many in range(least, len(of) + 1) for each in combinations(of, many)]


def test_whatever_is_ticked_is_written_and_read_again():
    for days in some(list(DAYS), 1):
        for which in some(WHICH, 0):
            assert ticked(written(list(days), list(which))) == (list(days), list(which), "")


@pytest.mark.parametrize("byday", ["1MO,3TU", "MO,1TU", "-2FR", "nonsense", "5MO"])
def test_what_no_tick_can_say_stays_as_it_is(byday):
    assert ticked(byday) == ([], [], byday)


def test_seven_boxes_are_ticked_as_the_time_says(desk, service, slot):
    page = words(desk.get(times(service)))
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        assert f"<span>{day}</span>" in page
    assert page.count(" checked") == 2
    assert "Days that no tick can say" not in page
    desk.post(times(service), sent(slot, byday=["TU", "SA"], opens_at="10:00"))
    slot.refresh_from_db()
    assert slot.byday == "TU,SA"


def test_days_of_a_month(desk, service, slot):
    desk.post(times(service), sent(slot, freq="MONTHLY", byday=["SA"], byday_which=["1", "-1"]))
    slot.refresh_from_db()
    assert slot.byday == "1SA,-1SA"
    assert words(desk.get(times(service))).count(" checked") == 3


def test_what_no_tick_can_say_has_a_line_of_its_own_and_is_kept(desk, service, slot):
    Schedule.objects.update(freq="MONTHLY", byday="1MO,3TU")
    slot.refresh_from_db()
    page = words(desk.get(times(service)))
    assert "The first Monday of the month and the third Tuesday of the month" in page
    assert 'value="1MO,3TU"' in page
    desk.post(times(service), sent(slot, byday_letters="1MO,3TU", opens_at="11:00"))
    slot.refresh_from_db()
    assert (slot.byday, slot.opens_at) == ("1MO,3TU", dt.time(11))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"byday": ["MO"], "byday_which": ["1"]}, "goes with every month"),
        ({"byday_which": ["1"]}, "Tick the day, too"),
        ({"freq": "MONTHLY", "byday": ["MO"]}, "Which of these days in the month?"),
        ({"byday": ["MO"], "byday_letters": "1MO,3TU"}, "Empty one of them"),
        ({"byday_letters": "1MO,3TU,xx"}, "“xx” is no day"),
        ({"byday_letters": "1MO,3TU,0MO"}, "“0MO” is no day"),
    ],
)
def test_what_does_not_fit_is_said_and_what_was_ticked_is_kept(desk, service, slot, typed, said):
    answer = desk.post(times(service), sent(slot, **typed))
    assert answer.status_code == 422
    assert said in words(answer)
    shown = answer.content.decode()
    assert shown.count(" checked") == sum(len(typed.get(name, [])) for name in ("byday", "byday_which"))
    assert ("1MO,3TU" in shown) is ("byday_letters" in typed)
    slot.refresh_from_db()
    assert slot.byday == "MO,TH"


def test_a_proposal_about_days_is_read_in_words_and_changed_with_ticks(desk, service, slot):
    asked = ChangeRequest.objects.create(kind="correction", service=service, note="Fridays")
    one = FieldChange.objects.create(
        request=asked, table="schedule", row=slot.pk, field="byday", before="MO,TH", after="MO,FR"
    )
    page = words(desk.get(f"/find/desk/requests/{asked.pk}/"))
    assert "Monday and Thursday" in page
    assert "Monday and Friday" in page
    form = {"act": "take", f"take-{one.pk}": "on", f"value-{one.pk}": ["FR", "SA"]}
    desk.post(f"/find/desk/requests/{asked.pk}/", form)
    slot.refresh_from_db()
    assert slot.byday == "FR,SA"
