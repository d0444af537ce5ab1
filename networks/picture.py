"""Where everybody stands in the picture of three circles. Pure: numbers and names in, numbers and names out.

Each person is a box (a disc with a name below it). Boxes stand in rows around "You", a circle being one row
or more; a circle that gets fuller gets thicker, so nothing ever overlaps. There are two canvases: on the wide
one the rows go all the way round, on the tall one (for phones) they are bows below "You", like ripples.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# More people than this cannot be told apart in a picture; the list beside it has everybody.
MOST_DRAWN = 36
# How much narrower than usual a name may be set before it is cut.
SQUEEZE = 1.18


@dataclass(frozen=True)
class Canvas:
    """Sizes in the units of the drawing; on the tall canvas one unit is about one pixel of a small phone."""

    name: str
    box_width: float
    box_height: float
    disc: float  # radius of a person's disc
    core: float  # how far from the centre the first row begins
    you: float  # radius of the disc in the middle
    step: float  # thickness of a row
    bare: float  # thickness of a circle with nobody in it
    caption: float  # room for a circle's name at its rim
    text: float  # size of a name
    width: float = 0  # 0: as wide as the outermost circle

    @property
    def all_round(self) -> bool:
        return not self.width

    @property
    def offsets(self) -> tuple[float, ...]:
        """Where an even row may begin, in parts of the way from one person to the next."""
        return tuple(turn / 12 for turn in range(12)) if self.all_round else (0.5, 0.3, 0.7, 0.15, 0.85)

    @property
    def letters(self) -> float:
        """How many letters of middling width a name may have."""
        return self.box_width / (self.text * 0.57)


WIDE = Canvas("wide", 94, 70, 23, 44, 30, 76, 38, 20, 16)
TALL = Canvas("tall", 68, 48, 16, 34, 21, 52, 26, 22, 13, width=288)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def angle(self) -> float:
        return math.atan2(self.y, self.x)

    def meets(self, other: Box, gap: float) -> bool:
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + gap
            and abs(self.y - other.y) < (self.height + other.height) / 2 + gap
        )


@dataclass(frozen=True)
class Layout:
    """Boxes circle by circle, and each circle's radius. "You" are at 0, 0."""

    boxes: tuple[tuple[Box, ...], ...]
    captions: tuple[Box, ...]
    radii: tuple[float, ...]


@lru_cache(maxsize=512)
def layout(counts: tuple[int, ...], canvas: Canvas) -> Layout:
    """Places for that many people in each circle, from the innermost outwards."""
    taken = [Box(0, 0, 2 * canvas.you, 2 * canvas.you)]
    edge, circles, captions, radii = canvas.core, [], [], []
    for count in counts:
        circle: list[Box] = []
        while len(circle) < count:
            row = _row(edge + canvas.step / 2, count - len(circle), taken, canvas)
            circle += row
            taken += row
            edge += canvas.step
        edge += canvas.caption + (0 if count else canvas.bare)
        captions.append(_caption(edge - canvas.caption / 2, canvas))
        taken.append(captions[-1])
        circles.append(tuple(circle))
        radii.append(edge)
    return Layout(tuple(circles), tuple(captions), tuple(radii))


def _caption(radius: float, canvas: Canvas) -> Box:
    """At the rim: above "You" when circles go all round, below otherwise."""
    return Box(0, -radius if canvas.all_round else radius, canvas.text * 10, canvas.caption - 4)


def _row(radius: float, wanted: int, taken: list[Box], canvas: Canvas) -> list[Box]:
    """Up to `wanted` boxes at this distance: evenly spaced if that fits, else as loosely as it goes."""
    even = [_evenly(radius, wanted, canvas, offset) for offset in canvas.offsets]
    fitting = [row for row in even if _fits(row, taken)]
    if fitting:
        return max(fitting, key=lambda row: _apart(row, taken))
    for gap in (40, 30, 22, 15, 10, 6, 2):
        row = _one_by_one(radius, wanted, taken, canvas, gap)
        if len(row) == wanted:
            break
    return row


def _evenly(radius: float, wanted: int, canvas: Canvas, offset: float) -> list[Box]:
    first, sweep = _bow(radius, canvas)
    return [_box(radius, first + sweep * (place + offset) / wanted, canvas) for place in range(wanted)]


def _apart(row: list[Box], taken: list[Box]) -> float:
    """The narrowest angle between the row and those further in, so that no line hides another."""
    inside = [box.angle for box in taken if box.width == row[0].width]
    gaps = [abs((box.angle - angle + math.pi) % (2 * math.pi) - math.pi) for box in row for angle in inside]
    return min(gaps, default=math.pi)


def _one_by_one(radius: float, wanted: int, taken: list[Box], canvas: Canvas, gap: float) -> list[Box]:
    first, sweep = _bow(radius, canvas)
    row: list[Box] = []
    steps = max(24, int(radius * sweep / 2))
    for place in range(steps + 1):
        box = _box(radius, first + sweep * place / steps, canvas)
        if len(row) < wanted and _free(box, taken, 2) and _free(box, row, gap):
            row.append(box)
    return row


def _bow(radius: float, canvas: Canvas) -> tuple[float, float]:
    """The first angle of a row and how far it goes, in radians, clockwise from the right."""
    if canvas.all_round:
        return math.pi / 2, 2 * math.pi
    reach = (canvas.width - canvas.box_width) / 2 - 2
    first = math.acos(min(1.0, reach / radius))
    return first, math.pi - 2 * first


def _box(radius: float, angle: float, canvas: Canvas) -> Box:
    # Whole numbers: shorter to send, and written the same in every language.
    x, y = round(radius * math.cos(angle)), round(radius * math.sin(angle))
    return Box(x, y, canvas.box_width, canvas.box_height)


def _free(box: Box, others: Sequence[Box], gap: float) -> bool:
    return not any(box.meets(other, gap) for other in others)


def _fits(row: list[Box], taken: list[Box]) -> bool:
    return all(_free(box, taken, 2) and _free(box, row[:place], 2) for place, box in enumerate(row))


# What the template draws ------------------------------------------------------------------------


@dataclass(frozen=True)
class Dot:
    """Somebody to draw: their name, how warm the tie is (1 to 5, 0 where nothing is known), and what they are."""

    name: str
    warm: int
    kind: str = "person"


@dataclass(frozen=True)
class Person:
    x: int
    disc_y: int
    letters_y: int
    name_y: int
    name: str
    initials: str
    warm: int
    kind: str  # a person is a disc, a group a disc in a ring, a place a square: told apart without colours
    squeezed: bool  # a little too long: drawn as wide as its box, however wide the letters are


@dataclass(frozen=True)
class Ring:
    radius: int
    caption: str
    caption_y: int
    more: int  # how many of this circle are in the list only


@dataclass(frozen=True)
class Picture:
    canvas: Canvas
    view_box: str
    rings: list[Ring]
    people: list[Person]

    @property
    def has_shapes(self) -> bool:
        """Whether there is more to tell apart than colours: a group, a place."""
        return any(person.kind != "person" for person in self.people)

    @property
    def disc(self) -> int:
        return round(self.canvas.disc)

    @property
    def inner(self) -> int:
        """The ring inside a group's disc."""
        return round(self.canvas.disc) - 4

    @property
    def side(self) -> int:
        """Of a place's square, which covers about as much as a disc."""
        return round(self.canvas.disc * 1.8)

    @property
    def corner(self) -> int:
        """From the middle of a square back to where it begins."""
        return -round(self.side / 2)

    @property
    def you(self) -> int:
        return round(self.canvas.you)

    @property
    def name_width(self) -> int:
        return round(self.canvas.box_width)


def draw(circles: Sequence[tuple[str, Sequence[Dot]]], canvas: Canvas) -> Picture:
    """The picture of these circles, each with its caption and its people, innermost first."""
    room, drawn = MOST_DRAWN, []
    for _caption_words, dots in circles:
        drawn.append(dots[:room])
        room -= len(drawn[-1])
    places = layout(tuple(len(dots) for dots in drawn), canvas)
    people = [
        _person(dot, box, canvas)
        for dots, boxes in zip(drawn, places.boxes, strict=True)
        for dot, box in zip(dots, boxes, strict=True)
    ]
    rings = [
        Ring(round(radius), words, round(box.y + canvas.text * 0.3), len(dots) - len(shown))
        for (words, dots), shown, box, radius in zip(
            circles, drawn, places.captions, places.radii, strict=True
        )
    ]
    return Picture(canvas, view_box(places, canvas), rings, people)


def view_box(places: Layout, canvas: Canvas) -> str:
    edge = math.ceil(places.radii[-1]) + 3
    if canvas.all_round:
        return f"{-edge} {-edge} {2 * edge} {2 * edge}"
    above = math.ceil(max(canvas.box_height / 2, canvas.you)) + 3
    return f"{-round(canvas.width / 2)} {-above} {round(canvas.width)} {above + edge}"


def _person(dot: Dot, box: Box, canvas: Canvas) -> Person:
    disc_y = round(box.y - box.height / 2 + canvas.disc)
    name = short(dot.name, canvas.letters * SQUEEZE)
    return Person(
        x=round(box.x),
        disc_y=disc_y,
        letters_y=round(disc_y + canvas.text * 0.34),
        name_y=round(box.y + box.height / 2 - canvas.text * 0.3),
        name=name,
        initials=initials(dot.name),
        warm=dot.warm,
        kind=dot.kind,
        squeezed=_length(name) > canvas.letters * 0.97,
    )


def initials(name: str) -> str:
    """One letter, or those of the first and the last word."""
    words = [word for word in ("".join(filter(str.isalnum, part)) for part in name.split()) if word]
    if not words:
        return name.strip()[:1]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()


def short(name: str, most: float) -> str:
    """The name if it has room, else its first word, else as much as fits and a sign that there is more."""
    if _length(name) <= most:
        return name
    first = name.split()[0]
    if len(first) > 3 and not first.endswith(".") and _length(first) <= most:
        return first
    kept = name
    while kept and (
        _length(kept) > most - 1 or unicodedata.combining(name[len(kept)]) or kept[-1] in " \u200d"
    ):
        kept = kept[:-1]
    return f"{kept}…"


def _length(text: str) -> float:
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    """Width of a letter, where 1 is a middling one. Guessed a little high: too short a name does no harm."""
    if unicodedata.combining(letter):
        return 0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.9
    if letter in "mwMW@%":
        return 1.6
    return 1.25 if letter.isupper() else 0.55 if letter in "ijlt.,'’ I" else 1
