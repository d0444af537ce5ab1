"""Thirty people, groups and places: told apart on the smallest phone, and on one sheet of paper."""

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from networks import services
from networks.models import Tie
from supportnet import demo
from tests.journeys.conftest import Someone
from tests.journeys.test_every_page import SMALLEST, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = [
    "Tía Ángeles",
    "Wilhelmina Wondermeyer",
    "Jo",
    "Dr Balasubramaniam",
    "Samuel Okafor-Williams",
    "Choir",
]
BOXES = """names => names.map(name => {
    const box = name.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom, parseFloat(getComputedStyle(name).fontSize)
        * name.ownerSVGElement.getBoundingClientRect().width / name.ownerSVGElement.viewBox.baseVal.width];
})"""


@pytest.fixture
def full(sample: None) -> User:
    """Maya with thirty ties."""
    owner = User.objects.get(email=demo.OWNER)
    for number in range(Tie.objects.of(owner).count(), 30):
        kind, circle = ["person", "group", "place"][number % 3], ["closest", "close", "wider"][number % 3]
        services.add_tie(by=owner, name=f"{NAMES[number % 6]} {number}", kind=kind, circle=circle)
    return owner


def test_thirty_names_are_readable_and_apart_on_the_smallest_phone_and_on_paper(
    someone: Callable[..., Someone], full: User
) -> None:
    maya = someone(SMALLEST)
    sign_in(maya, demo.OWNER)
    maya.go("/network/")
    maya.looks()
    boxes = maya.page.locator(".picture.tall .name").evaluate_all(BOXES)
    assert len(boxes) == 30
    assert min(size for *_edges, size in boxes) >= 12
    for one, other in itertools.combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 3 or other[3] <= one[1] + 3
        assert apart, (one, other)
    for path in ("/network/", "/network/then/"):
        maya.go(path)
        paper = maya.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, path
        maya.page.emulate_media(media="print")
        assert maya.page.locator("button:visible, a.btn:visible").count() == 0
        maya.page.emulate_media(media="screen")


def test_a_log_far_down_the_list_stays_where_it_is_and_its_words_are_in_sight(
    someone: Callable[..., Someone], full: User
) -> None:
    maya = someone(SMALLEST)
    sign_in(maya, demo.OWNER)
    maya.go("/network/")
    button = maya.page.locator("[id^=log-]").nth(12)
    button.evaluate("button => button.scrollIntoView({block: 'center'})")
    button.evaluate("button => button.click()")
    said = maya.page.locator("#logged .message")
    expect(said).to_be_in_viewport(ratio=1)
    expect(button).to_be_in_viewport()
