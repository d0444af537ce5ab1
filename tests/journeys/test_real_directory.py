"""A real directory, from its file to a visitor's phone and back, with a real worker and real mail."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from resources import services, tasks, vocabulary
from resources.models import Likeness, Organization, Service, Verification
from resources.services import clockwork
from supportnet.leftovers import ticks
from tests.conftest import PASSWORD, person
from tests.journeys.conftest import PHONE, Someone, fills_in, link_in, publishes
from tests.live import Celery, MailServer
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

SHARED = os.environ.get("SUPPORTNET_SHARED_DATA", "")
CENTER = "Fair Oaks Adult Activity Center"
POSTCODES = """code,place,region,latitude,longitude
94063,Redwood City,CA,37.49,-122.20
94401,San Mateo,CA,37.57,-122.32
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = Path(SHARED) / "ohana-san-mateo" / "hsds-3.1"
    if not SHARED or not folder.is_dir():
        pytest.skip("SUPPORTNET_SHARED_DATA is not set: it names the folder with the real directories")
    return Path(shutil.make_archive(str(tmp_path / "san-mateo"), "zip", folder))


@pytest.fixture
def cora(live_site: str, tmp_path: Path) -> User:
    """A curator; the vocabulary and the postcodes are there, and somebody told us of the centre years ago."""
    cache.clear()
    vocabulary.load(lambda name: apps.get_model("resources", name))
    postcodes = tmp_path / "postcodes.csv"
    postcodes.write_text(POSTCODES)
    call_command("load_postcodes", str(postcodes), country="US")
    family = Organization.objects.create(name="Peninsula Family Services")
    told = Service.objects.create(name="Fair Oaks adult activity centre", organization=family)
    told.phones.create(number="(650) 780-7525")
    user = person("cora@example.org", "Cora")
    services.appoint_curator(user=user)
    return user


def test_from_a_file_to_a_phone_and_back(
    someone: Callable[..., Someone],
    cora: User,
    directory: Path,
    worker_and_beat: Celery,
    mail_catcher: MailServer,
) -> None:
    desk = someone()
    desk.go("/accounts/login/?next=/find/desk/imports/")
    desk.page.locator("[name=login]").fill(cora.email)
    desk.page.locator("[name=password]").fill(PASSWORD)
    desk.press("Sign in")
    imported(desk, directory)
    double = merged(desk)
    published(desk)

    visitor = someone(PHONE)
    found_open(visitor)
    visitor.go(double.get_absolute_url())
    visitor.sees("Last checked")
    reported(visitor)
    handled(desk)
    visitor.go(center().get_absolute_url())
    visitor.page.get_by_role("link", name="650 780-7500").first.wait_for()

    confirmed(someone(PHONE), mail_catcher)


def center() -> Service:
    return Service.objects.exclude(source=None).get(name=CENTER)


def imported(desk: Someone, file: Path) -> None:
    """Tried out first; then taken over by the worker, while the page tells how far it is."""
    desk.page.get_by_label("The file", exact=True).set_input_files(file)
    desk.page.get_by_label("Whose directory is it?").fill("San Mateo County")
    desk.page.get_by_label("Where are its clocks?").select_option("America/Los_Angeles")
    desk.press("Try it out first")
    desk.sees("This was a try")
    desk.press("Take it over now")
    desk.sees("Done")
    desk.looks()
    assert Service.objects.filter(source__name="San Mateo County").count() == 23
    assert not Service.objects.published().exists()


def merged(desk: Someone) -> Service:
    """The worker finds that two may be one; the curator makes them one. Says which listing went."""
    tasks.sweep_likeness.delay()
    for _tick in ticks(time.monotonic() + PATIENCE):
        if Likeness.objects.exists():
            break
    desk.go("/find/desk/duplicates/")
    desk.page.locator("main .list a").first.click()
    desk.sees("Are these the same?")
    desk.looks()
    desk.follow("The other way round")  # what was told years ago goes, what the county says stays
    desk.page.get_by_text("Stays").locator("..").get_by_text(
        "Peninsula Family Service", exact=False
    ).wait_for()
    desk.press("Make them one")
    desk.sees("They are one now")
    return Service.objects.exclude(merged_into=None).get()


def published(desk: Someone) -> None:
    """What is missing is asked for on the phone, filled in, checked, and made public."""
    here = f"/find/desk/listings/{center().pk}/"
    desk.go(here)
    fills_in(desk)
    desk.go(f"{here}change/times/")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        desk.page.get_by_label(day, exact=True).first.check()
    for name, said in {"opens_at": "00:00", "closes_at": "23:59"}.items():
        desk.page.locator(f"[name=rows-0-{name}]").fill(said)
    desk.press("Save")
    desk.go(f"{here}change/phones/")
    desk.page.locator("[name=own-email]").fill("hello@centre.example.org")
    desk.press("Save")
    publishes(desk)
    desk.looks()


def found_open(visitor: Someone) -> None:
    visitor.go("/find/")
    visitor.page.get_by_label("What are you looking for?").fill("adlt activty")
    visitor.page.get_by_label("Postcode or town").fill("94401")
    visitor.press("Search")
    found = visitor.page.locator("li").filter(has=visitor.page.get_by_role("link", name=CENTER, exact=True))
    found.first.get_by_text("Open now").wait_for()
    visitor.looks()
    found.first.get_by_role("link", name=CENTER, exact=True).click()
    visitor.sees("Last checked")
    visitor.sees("2600 Middlefield Road")
    visitor.looks()


def reported(visitor: Someone) -> None:
    visitor.follow("Report a problem")
    visitor.page.get_by_label("The number or address is wrong").check(force=True)
    visitor.page.get_by_label("In your own words").fill("Their number is 650 780-7500 now.")
    visitor.press("Tell a curator")
    visitor.sees("Thank you for telling us")
    visitor.looks()


def handled(desk: Someone) -> None:
    desk.go("/find/desk/requests/")
    desk.press("Take the next one")
    desk.sees("Their number is 650 780-7500 now.")
    desk.looks()
    request = desk.page.url
    desk.follow("See the listing")
    desk.go(f"/find/desk/listings/{center().pk}/change/phones/")
    for box in desk.page.locator("[name^=rows-][name$=-number]").all():
        if box.input_value().endswith("780-7525"):
            box.fill("650 780-7500")
    desk.press("Save")
    desk.go(request)
    desk.press("It is put right")
    desk.sees("Taken over")


def confirmed(centre: Someone, mail: MailServer) -> None:
    """Half a year later a letter asks the organisation; they say yes behind its link."""
    earlier = timezone.now() - dt.timedelta(days=190)
    Verification.objects.update(verified_at=earlier)
    clockwork.wind(Service.objects.all())
    tasks.sweep_clock.delay()
    letter = mail.wait_for(to="hello@centre.example.org")
    centre.go(link_in(letter))
    centre.sees(CENTER)
    centre.looks()
    centre.press("Yes, it is still right")
    centre.sees("checked today")
    assert center().verification.verified_at > earlier
