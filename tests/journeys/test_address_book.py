"""Two hundred people from a phone, without a script: look through them, say yes, and they are there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from networks.contacts import reading
from networks.models import Tie
from supportnet import demo
from tests.journeys.conftest import PHONE, Someone
from tests.journeys.test_every_page import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:{name};;;;\r\nTEL;CELL:+44 7700 9{number:05}\r\nEND:VCARD\r\n"


@pytest.mark.parametrize("script", [True, False])
def test_two_hundred_contacts_come_from_a_phone(
    sample: None, someone: Callable[..., Someone], tmp_path: Path, script: bool
) -> None:
    owner = User.objects.get(email=demo.OWNER)
    before = Tie.objects.of(owner).count()
    book = tmp_path / "contacts.vcf"
    book.write_text("".join(CARD.format(name=f"Person {number}", number=number) for number in range(200)))
    maya = someone(PHONE, script=script)
    sign_in(maya, demo.OWNER)
    maya.go("/network/import/")
    if script:  # what looks is a script itself
        maya.looks()
    maya.page.locator("[name=file]").set_input_files(book)
    maya.press("Look at who is in it")
    maya.sees("We found 200 contacts.")
    if script:
        maya.looks()
    maya.press("Tick everybody new")
    maya.page.get_by_role("checkbox", name="Person 0", exact=True).uncheck()
    maya.press("Page 4")
    maya.page.get_by_role("checkbox", name="Person 199", exact=True).uncheck()
    maya.page.get_by_label("Circle of Person 150").select_option("closest")
    maya.press("Add everybody who is ticked")
    maya.sees("198 more are in your network now.")
    assert Tie.objects.of(owner).count() == before + 198
    assert Tie.objects.get(owner=owner, name="Person 150").circle == "closest"


def test_the_network_goes_into_a_file_after_saying_once_more_who_they_are(
    sample: None, someone: Callable[..., Someone]
) -> None:
    maya = someone(PHONE)
    sign_in(maya, demo.OWNER)
    maya.go("/network/export/")
    maya.page.locator("[name=password]").fill(demo.PASSWORD)
    maya.page.locator("main form button.main").first.click()
    maya.sees("Take your network with you")
    maya.looks()
    with maya.page.expect_download() as saved:
        maya.press("Save the file")
    found = reading.read(Path(saved.value.path()).read_bytes())
    owner = User.objects.get(email=demo.OWNER)
    assert sorted(one.name for one in found.contacts) == sorted(tie.name for tie in Tie.objects.of(owner))
