import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks import picture
from networks.picture import TALL, WIDE, Canvas, Dot

counts = st.tuples(*[st.integers(0, picture.MOST_DRAWN)] * 3).filter(
    lambda all_: sum(all_) <= picture.MOST_DRAWN
)
counts |= st.permutations([30, 0, 0]).map(tuple) | st.tuples(*[st.integers(0, 12)] * 3)
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(str.strip)
canvases = st.sampled_from([WIDE, TALL])


@settings(max_examples=150, deadline=None)
@given(counts=counts, canvas=canvases)
def test_nobody_overlaps_anybody_and_nobody_leaves_the_picture(
    counts: tuple[int, ...], canvas: Canvas
) -> None:
    places = picture.layout(counts, canvas)
    people = [box for circle in places.boxes for box in circle]
    you = picture.Box(0, 0, 2 * canvas.you, 2 * canvas.you)
    assert len(people) == sum(counts)
    for one, other in itertools.combinations([*people, *places.captions, you], 2):
        assert not one.meets(other, 0)
    left, top, width, height = map(int, picture.view_box(places, canvas).split())
    for box in people:
        assert left <= box.x - box.width / 2
        assert box.x + box.width / 2 <= left + width
        assert top <= box.y - box.height / 2
        assert box.y + box.height / 2 <= top + height


@settings(max_examples=100, deadline=None)
@given(counts=counts, canvas=canvases)
def test_everybody_stands_between_the_rims_of_their_circle(counts: tuple[int, ...], canvas: Canvas) -> None:
    places = picture.layout(counts, canvas)
    inner = 0.0
    for circle, rim in zip(places.boxes, places.radii, strict=True):
        assert all(inner < (box.x**2 + box.y**2) ** 0.5 < rim for box in circle)
        inner = rim


def test_thirty_people_still_have_readable_names_on_a_small_phone() -> None:
    places = picture.layout((5, 10, 15), TALL)
    _left, _top, width, _height = map(int, picture.view_box(places, TALL).split())
    # 280 pixels are left for the picture on a screen of 320: a name is then this many pixels high.
    assert TALL.text * 280 / width >= 12


@given(name=names, canvas=canvases)
def test_any_name_is_cut_to_its_room_and_keeps_its_beginning(name: str, canvas: Canvas) -> None:
    most = canvas.letters * picture.SQUEEZE
    cut = picture.short(name, most)
    assert picture._length(cut) <= most
    assert name.startswith(cut.removesuffix("…")) or cut == name.split()[0]


@pytest.mark.parametrize(
    ("name", "cut"),
    [
        ("Ana Reyes", "Ana Reyes"),
        ("Wilhelmina Wondermeyer", "Wilhelmina"),
        ("Dr Balasubramaniam", "Dr Balasub…"),
        ("St. Bartholomew Chapel", "St. Barthol…"),
        ("Maximilianusandsons", "Maximilian…"),
    ],
)
def test_a_long_name_becomes_its_first_word_or_its_beginning(name: str, cut: str) -> None:
    assert picture.short(name, 11) == cut


def test_a_cut_never_leaves_half_a_letter() -> None:
    name = "e\u0301" * 30
    assert picture.short(name, 5).removesuffix("…").endswith("\u0301")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Reyes", "AR"),
        ("Mum", "M"),
        ("jean luc picard", "JP"),
        ("(Jo) & co", "JC"),
        ("🙂 ", "🙂"),
        ("李小龙", "李"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert picture.initials(name) == letters


def test_more_people_than_the_picture_holds_are_counted_in_their_circle() -> None:
    crowd = [Dot(f"Person {number}", 3) for number in range(30)]
    drawn = picture.draw([("Closest", crowd), ("Close", crowd), ("Wider", crowd)], WIDE)
    assert len(drawn.people) == picture.MOST_DRAWN
    assert [ring.more for ring in drawn.rings] == [0, 24, 30]


def test_a_name_that_is_a_little_too_long_is_set_in_the_width_of_its_box() -> None:
    drawn = picture.draw([("Closest", [Dot("Father Tom", 1), Dot("Bo", 1)])], TALL)
    assert [person.squeezed for person in drawn.people] == [True, False]


def test_a_person_a_group_and_a_place_have_shapes_of_their_own() -> None:
    everybody = [Dot("Ana", 1), Dot("Choir", 2, "group"), Dot("Chapel", 0, "place")]
    drawn = picture.draw([("Closest", everybody)], WIDE)
    assert [person.kind for person in drawn.people] == ["person", "group", "place"]
    assert drawn.has_shapes
    assert drawn.inner < drawn.disc
    assert drawn.side / 2 <= drawn.disc
    assert not picture.draw([("Closest", everybody[:1])], WIDE).has_shapes
